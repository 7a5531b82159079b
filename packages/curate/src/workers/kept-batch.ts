import type { Envelope, TopicContract } from '@lean-ops/core';
import { compactTexts, type EncodedRows, encodeRows } from '@lean-ops/iceberg';
import type { Data } from 'apache-arrow';
import { isBlank, KEY_PREFIX, keySource, MESSAGE_PREFIX } from '../dedup/merge-key.js';
import { isFromProducer } from '../dedup/version-table.js';
import type { DriftKind } from '../drift/drift.js';
import type { KeyNode } from '../flatten/key-trie.js';
import { isPresent, type Utf8Column, utf8Vector } from '../flatten/utf8-column.js';
import type { OrderPlan } from '../order/order-plan.js';
import { formatPath } from '../path/json-path.js';
import { type RawBatch, type TextColumn, withoutPayloads } from '../standardize/raw-batch.js';
import {
  constantLongs,
  constantText,
  dataBatch,
  instantVector,
  longLists,
  longVector,
  nullLongLists,
  singleChunk,
} from '../tables/arrow.js';
import { CARRIED_COLUMNS } from '../tables/own-columns.js';
import type { RowDrift } from './batch-discovery.js';
import type { BatchPlan, EncodedPath, EncodeRequest, EncodeResult, ScanRequest } from './batch-messages.js';
import { heldBytes } from './column-texts.js';

/** One payload column of the rows looked into. */
interface ScannedColumn {
  readonly node: KeyNode;
  readonly data: Data;
  readonly nullRows: Int32Array;
  readonly appearance: number;
}

/** What scanning a batch gave. */
export interface ScannedValues {
  readonly columns: readonly ScannedColumn[];
  readonly drifts: readonly RowDrift[];
}

interface KeptColumn {
  readonly name: string;
  readonly data: Data;
}

export interface KeptBatchOptions {
  readonly contract: TopicContract | null;
  readonly order: OrderPlan;
  /** Texts of the key, where that is a payload path. */
  readonly key: Utf8Column | null;
  readonly seenHashes: BigInt64Array | null;
}

/** The rows of a batch, column by column and without their payloads, until it is known which are written. */
export class KeptBatch {
  readonly #rowCount: number;
  readonly #carried: readonly KeptColumn[];
  readonly #paths: readonly ScannedColumn[];
  readonly #drifts: readonly RowDrift[];
  readonly #payloadHashes: BigInt64Array;
  readonly #seenHashes: BigInt64Array | null;
  readonly #messageIds: Utf8Column;
  /** Texts of the key that the contract names. */
  readonly #keys: Utf8Column;
  readonly #ingestion: BigInt64Array;
  /** 1 for rows that their journey ordered; null where none is. */
  readonly #isJourney: Uint8Array | null;

  constructor(
    { batch, payloadHashes }: ScanRequest,
    values: ScannedValues,
    { key, seenHashes, contract, order }: KeptBatchOptions,
  ) {
    const kept = withoutPayloads(batch);
    this.#rowCount = batch.rowCount;
    const source = keySource(contract);
    this.#messageIds = kept.text.message_id;
    this.#keys = source.kind === 'path' ? key! : kept.text[source.column as TextColumn];
    this.#ingestion = kept.ingestion;
    this.#isJourney = seenHashes === null ? null : journeyRows(kept, order);
    this.#carried = CARRIED_COLUMNS.map(({ name }) => ({ name, data: carriedData(kept, name) }));
    this.#paths = values.columns;
    this.#drifts = values.drifts;
    this.#payloadHashes = payloadHashes;
    this.#seenHashes = seenHashes;
  }

  /** Bytes of memory that the batch holds. */
  get byteLength(): number {
    return (
      heldBytes([...this.#carried, ...this.#paths].map(({ data }) => data)) +
      this.#payloadHashes.byteLength +
      (this.#seenHashes?.byteLength ?? 0)
    );
  }

  /** Encodes the rows of Standardized for some of the rows. */
  encode(request: EncodeRequest, plan: BatchPlan): EncodeResult {
    const { rows, marks, layout } = request;
    const names = new Map(plan.columns.map(({ path, name }) => [path, name]));
    const shown = this.#paths
      .filter(({ node }) => node.depth <= plan.maxDepth)
      .map((column) => ({ column, firstRow: firstRowOf(column, rows) }))
      .filter(({ firstRow }) => firstRow !== -1)
      .sort(
        (left, right) => left.firstRow - right.firstRow || left.column.appearance - right.column.appearance,
      )
      .map(({ column, firstRow }) => {
        const keys = column.node.keys();
        const path = formatPath(keys);
        return { keys, name: names.get(path) ?? path, firstRow, data: column.data };
      });
    const own: KeptColumn[] = [
      { name: '_merge_key', data: this.#mergeKeys() },
      { name: '_payload_hash', data: singleChunk(longVector(this.#payloadHashes)) },
      { name: '_seen', data: this.#seen(request) },
      { name: '_first_seen_ts', data: this.#firstSeen(request) },
      {
        name: '_updated_ts',
        data: singleChunk(instantVector(constantLongs(marks.updatedAt, this.#rowCount))),
      },
      { name: '_schema_version', data: singleChunk(constantText(marks.schemaVersion, this.#rowCount)) },
      {
        name: '_source_snapshot_id',
        data: singleChunk(longVector(constantLongs(marks.sourceSnapshotId, this.#rowCount))),
      },
    ];
    const batch = dataBatch([...this.#carried, ...own, ...shown], this.#rowCount);
    const parts = encodeRows(layout, batch, rows.length === this.#rowCount ? null : rows);
    return {
      parts,
      paths: shown.map(
        ({ keys, name, firstRow }): EncodedPath => ({
          keys,
          name,
          firstRow,
          values: valuesOf(parts, name),
        }),
      ),
      drift: this.#driftOf(rows),
    };
  }

  /** As {@link VersionTable} makes it of a row. */
  #mergeKeys(): Data {
    const keys = this.#keys;
    const ids = this.#messageIds;
    const offsets = new Int32Array(this.#rowCount + 1);
    const size = span(keys) + span(ids) + 2 * this.#rowCount;
    const data = new Uint8Array(size);
    let at = 0;
    for (let row = 0; row < this.#rowCount; row++) {
      const isKey = isPresent(keys, row) && !isBlank(keys.data, keys.offsets[row]!, keys.offsets[row + 1]!);
      const { data: bytes, offsets: places } = isKey ? keys : ids;
      const prefix = isKey ? KEY_PREFIX : MESSAGE_PREFIX;
      data[at++] = prefix[0]!;
      data[at++] = prefix[1]!;
      for (let from = places[row]!; from < places[row + 1]!; from++) data[at++] = bytes[from]!;
      offsets[row + 1] = at;
    }
    return singleChunk(
      utf8Vector({ length: this.#rowCount, data: data.subarray(0, at), offsets, validity: null }),
    );
  }

  #seen({ seen }: EncodeRequest): Data {
    const hashes = this.#seenHashes;
    const isJourney = this.#isJourney;
    if (hashes === null || isJourney === null) {
      const none = [...seen.values()].every((hashes) => hashes === null);
      if (none) return singleChunk(nullLongLists(this.#rowCount));
    }
    const lists = Array.from({ length: this.#rowCount }, (_, row): readonly bigint[] | null => {
      const given = seen.get(row);
      if (given !== undefined) return given;
      return isJourney?.[row] === 1 ? [hashes![row]!] : null;
    });
    return singleChunk(longLists(lists));
  }

  #firstSeen({ firstSeen }: EncodeRequest): Data {
    const values = this.#ingestion.slice();
    for (const [row, instant] of firstSeen) values[row] = instant;
    return singleChunk(instantVector(values));
  }

  #driftOf(rows: Int32Array): EncodeResult['drift'] {
    const counted = new Map<string, { kind: DriftKind; keys: string[]; count: number; firstRow: number }>();
    let next = 0;
    for (const { row, kind, node } of this.#drifts) {
      while (next < rows.length && rows[next]! < row) next++;
      if (rows[next] !== row) continue;
      const key = `${kind} ${node.path()}`;
      const known = counted.get(key);
      if (known === undefined) counted.set(key, { kind, keys: node.keys(), count: 1, firstRow: row });
      else known.count++;
    }
    return [...counted.values()];
  }
}

function journeyRows({ text, rowCount }: RawBatch, { byJourney, byPublishTime }: OrderPlan): Uint8Array {
  const found = new Uint8Array(rowCount);
  for (let row = 0; row < rowCount; row++)
    if (byJourney || (byPublishTime && !isFromProducer(text.publish_time_source, row))) found[row] = 1;
  return found;
}

/** A row, among those to be written, in which the path is there; -1 where it is in none. */
function firstRowOf({ data, nullRows }: ScannedColumn, rows: Int32Array): number {
  let nextNull = 0;
  for (const row of rows) {
    if (isPresentAt(data, row)) return row;
    while (nextNull < nullRows.length && nullRows[nextNull]! < row) nextNull++;
    if (nullRows[nextNull] === row) return row;
  }
  return -1;
}

function isPresentAt(data: Data, row: number): boolean {
  const { nullBitmap } = data;
  if (data.nullCount === 0 || nullBitmap === undefined || nullBitmap.length === 0) return true;
  return ((nullBitmap[row >> 3]! >> (row & 7)) & 1) === 1;
}

function valuesOf(parts: readonly EncodedRows[], name: string): number {
  let values = 0;
  for (const { columns } of parts) {
    const column = columns.find((each) => each.name === name);
    if (column !== undefined) values += column.values - column.nulls;
  }
  return values;
}

function span({ offsets, length }: Utf8Column): number {
  return offsets[length]! - offsets[0]!;
}

function textData(texts: Utf8Column): Data {
  return compactTexts(singleChunk(utf8Vector(texts)));
}

function carriedData({ text, publishTime, ingestion }: RawBatch, name: keyof Envelope): Data {
  if (name === 'publish_time') return singleChunk(instantVector(publishTime));
  if (name === 'ingestion_ts') return singleChunk(instantVector(ingestion));
  return textData(text[name]);
}
