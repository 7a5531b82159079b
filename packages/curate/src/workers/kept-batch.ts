import type { Envelope, TopicContract } from '@lean-ops/core';
import { compactTexts, type EncodedRows, encodeRows } from '@lean-ops/iceberg';
import type { Data } from 'apache-arrow';
import { isFromProducer } from '../dedup/held-rows.js';
import { keySource } from '../dedup/merge-key.js';
import type { DriftKind } from '../drift/drift.js';
import type { KeyNode } from '../flatten/key-trie.js';
import type { RowOrders } from '../flatten/row-orders.js';
import { type Utf8Column, utf8Vector } from '../flatten/utf8-column.js';
import type { OrderPlan } from '../order/order-plan.js';
import { formatPath } from '../path/json-path.js';
import { type RawBatch, type TextColumn, withoutPayloads } from '../standardize/raw-batch.js';
import { dataBatch, instantVector, longLists, longVector, singleChunk } from '../tables/arrow.js';
import { CARRIED_COLUMNS } from '../tables/own-columns.js';
import type { RowDrift } from './batch-discovery.js';
import type { BatchPlan, EncodedPath, EncodeRequest, EncodeResult, ScanRequest } from './batch-messages.js';
import { heldBytes } from './column-texts.js';
import type { ConstantColumns } from './constant-columns.js';
import type { MergeKeyColumn } from './merge-key-column.js';

/** One payload column of the rows looked into. */
interface ScannedColumn {
  readonly node: KeyNode;
  readonly data: Data;
  readonly nullRows: Int32Array;
  readonly number: number;
}

/** What scanning a batch gave. */
export interface ScannedValues {
  readonly columns: readonly ScannedColumn[];
  readonly orders: RowOrders;
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

/** What batches are encoded by, one after another. */
export interface EncodeTools {
  readonly plan: BatchPlan;
  readonly constants: ConstantColumns;
  readonly mergeKeys: MergeKeyColumn;
}

const WORTH_FREEING = 4096;

/** The rows of a batch, column by column and without their payloads, until it is known which are written. */
export class KeptBatch {
  readonly #rowCount: number;
  readonly #carried: readonly KeptColumn[];
  readonly #paths: readonly ScannedColumn[];
  readonly #orders: RowOrders;
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
    this.#orders = values.orders;
    this.#drifts = values.drifts;
    this.#payloadHashes = payloadHashes;
    this.#seenHashes = seenHashes;
  }

  /** Bytes of memory that the batch holds. */
  get byteLength(): number {
    return (
      heldBytes([...this.#carried, ...this.#paths].map(({ data }) => data)) +
      this.#orders.byteLength +
      this.#payloadHashes.byteLength +
      (this.#seenHashes?.byteLength ?? 0)
    );
  }

  /**
   * Gives the memory of payload columns back at once: the collector would look through the whole heap for it. The texts
   * of the key are others' too.
   */
  free(): void {
    const { data: bytes, offsets, validity } = this.#keys;
    const shared = new Set([bytes.buffer, offsets.buffer, validity?.buffer]);
    for (const { data } of this.#paths) {
      for (const view of [data.values, data.valueOffsets, data.nullBitmap] as (
        | ArrayBufferView
        | undefined
      )[]) {
        if (view === undefined || view.byteLength < WORTH_FREEING || shared.has(view.buffer)) continue;
        if (view.buffer instanceof ArrayBuffer) view.buffer.transfer(0);
      }
    }
  }

  /** Encodes the rows of Standardized for some of the rows. */
  encode(request: EncodeRequest, { plan, constants, mergeKeys }: EncodeTools): EncodeResult {
    const { rows, marks, layout } = request;
    const names = new Map(plan.columns.map(({ path, name }) => [path, name]));
    const placeOf = this.#orders.placeOf();
    const shown = this.#paths
      .filter(({ node }) => node.depth <= plan.maxDepth)
      .map((column) => ({ column, firstRow: firstRowOf(column, rows) }))
      .filter(({ firstRow }) => firstRow !== -1)
      .sort(
        ({ column: left, firstRow: row }, { column: right, firstRow }) =>
          row - firstRow || placeOf(row, left.number) - placeOf(row, right.number),
      )
      .map(({ column, firstRow }) => {
        const keys = column.node.keys();
        const path = formatPath(keys);
        return { keys, name: names.get(path) ?? path, firstRow, data: column.data };
      });
    const own: KeptColumn[] = [
      { name: '_merge_key', data: mergeKeys.make(this.#keys, this.#messageIds, rows) },
      { name: '_payload_hash', data: singleChunk(longVector(this.#payloadHashes)) },
      { name: '_seen', data: this.#seen(request, constants) },
      { name: '_first_seen_ts', data: this.#firstSeen(request) },
      { name: '_updated_ts', data: constants.instant(marks.updatedAt, this.#rowCount) },
      { name: '_schema_version', data: constants.text(marks.schemaVersion, this.#rowCount) },
      { name: '_source_snapshot_id', data: constants.long(marks.sourceSnapshotId, this.#rowCount) },
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

  #seen({ seen }: EncodeRequest, constants: ConstantColumns): Data {
    const hashes = this.#seenHashes;
    const isJourney = this.#isJourney;
    if (hashes === null || isJourney === null) {
      const none = [...seen.values()].every((hashes) => hashes === null);
      if (none) return constants.noLists(this.#rowCount);
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

function textData(texts: Utf8Column): Data {
  return compactTexts(singleChunk(utf8Vector(texts)));
}

function carriedData({ text, publishTime, ingestion }: RawBatch, name: keyof Envelope): Data {
  if (name === 'publish_time') return singleChunk(instantVector(publishTime));
  if (name === 'ingestion_ts') return singleChunk(instantVector(ingestion));
  return textData(text[name]);
}
