import type { Envelope, TopicContract } from '@lean-ops/core';
import { compactTexts } from '@lean-ops/iceberg';
import type { Data, RecordBatch } from 'apache-arrow';
import { isFromProducer } from '../dedup/held-rows.js';
import { keySource } from '../dedup/merge-key.js';
import { type Utf8Column, utf8Vector } from '../flatten/utf8-column.js';
import type { OrderPlan } from '../order/order-plan.js';
import { dataBatch, heldBytes, instantVector, longLists, longVector, singleChunk } from '../tables/arrow.js';
import { CARRIED_COLUMNS } from '../tables/own-columns.js';
import type { ConstantColumns } from './constant-columns.js';
import { mergeKeyColumn } from './merge-key-column.js';
import type { RawBatch, TextColumn } from './raw-batch.js';
import type { RunMarks } from './standardized-rows.js';

interface NamedData {
  readonly name: string;
  readonly data: Data;
}

export interface KeptEnvelopeOptions {
  readonly payloadHashes: BigInt64Array;
  readonly contract: TopicContract | null;
  readonly order: OrderPlan;
  /** Texts of the key, where that is a payload path. */
  readonly key: Utf8Column | null;
  readonly seenHashes: BigInt64Array | null;
}

/** What is written of a batch besides its payloads. */
export interface WrittenRows {
  /** Rising. */
  readonly rows: Int32Array;
  /** `_first_seen_ts` of rows for which it is not their own `ingestion_ts`. */
  readonly firstSeen: ReadonlyMap<number, bigint>;
  /** `_seen` of rows for which it is not what they say themselves. */
  readonly seen: ReadonlyMap<number, readonly bigint[] | null>;
  readonly marks: RunMarks;
}

/**
 * The rows of a batch without their payloads, column by column, until it is known which are written. Ids and times are
 * those that the table of versions holds, not copies.
 */
export class KeptEnvelope {
  readonly #rowCount: number;
  readonly #carried: readonly NamedData[];
  readonly #payloadHashes: BigInt64Array;
  readonly #seenHashes: BigInt64Array | null;
  readonly #messageIds: Utf8Column;
  /** Texts of the key that the contract names. */
  readonly #keys: Utf8Column;
  readonly #ingestion: BigInt64Array;
  /** 1 for rows that their journey ordered; null where none is. */
  readonly #isJourney: Uint8Array | null;

  constructor(batch: RawBatch, { payloadHashes, contract, order, key, seenHashes }: KeptEnvelopeOptions) {
    const source = keySource(contract);
    this.#rowCount = batch.rowCount;
    this.#messageIds = batch.text.message_id;
    this.#keys = source.kind === 'path' ? key! : batch.text[source.column as TextColumn];
    this.#ingestion = batch.ingestion;
    this.#isJourney = seenHashes === null ? null : journeyRows(batch, order);
    this.#carried = CARRIED_COLUMNS.map(({ name }) => ({ name, data: carriedData(batch, name) }));
    this.#payloadHashes = payloadHashes;
    this.#seenHashes = seenHashes;
  }

  /** Bytes of memory that the columns take. */
  get byteLength(): number {
    return (
      heldBytes(this.#carried.map(({ data }) => data)) +
      this.#payloadHashes.byteLength +
      (this.#seenHashes?.byteLength ?? 0)
    );
  }

  /** The columns of Standardized that are not the payload's; what they hold for rows that are not written has no meaning. */
  columns({ rows, firstSeen, seen, marks }: WrittenRows, constants: ConstantColumns): RecordBatch {
    const rowCount = this.#rowCount;
    const own: NamedData[] = [
      { name: '_merge_key', data: mergeKeyColumn(this.#keys, this.#messageIds, rows) },
      { name: '_payload_hash', data: singleChunk(longVector(this.#payloadHashes)) },
      { name: '_seen', data: this.#seen(seen, constants) },
      { name: '_first_seen_ts', data: this.#firstSeen(firstSeen) },
      { name: '_updated_ts', data: constants.instant(marks.updatedAt, rowCount) },
      { name: '_schema_version', data: constants.text(marks.schemaVersion, rowCount) },
      { name: '_source_snapshot_id', data: constants.long(marks.sourceSnapshotId, rowCount) },
    ];
    return dataBatch([...this.#carried, ...own], rowCount);
  }

  #seen(seen: WrittenRows['seen'], constants: ConstantColumns): Data {
    const hashes = this.#seenHashes;
    const isJourney = this.#isJourney;
    if (hashes === null || isJourney === null) {
      const none = [...seen.values()].every((given) => given === null);
      if (none) return constants.noLists(this.#rowCount);
    }
    const lists = Array.from({ length: this.#rowCount }, (_, row): readonly bigint[] | null => {
      const given = seen.get(row);
      if (given !== undefined) return given;
      return isJourney?.[row] === 1 ? [hashes![row]!] : null;
    });
    return singleChunk(longLists(lists));
  }

  #firstSeen(firstSeen: WrittenRows['firstSeen']): Data {
    const values = this.#ingestion.slice();
    for (const [row, instant] of firstSeen) values[row] = instant;
    return singleChunk(instantVector(values));
  }
}

function journeyRows({ text, rowCount }: RawBatch, { byJourney, byPublishTime }: OrderPlan): Uint8Array {
  const found = new Uint8Array(rowCount);
  for (let row = 0; row < rowCount; row++)
    if (byJourney || (byPublishTime && !isFromProducer(text.publish_time_source, row))) found[row] = 1;
  return found;
}

function carriedData({ text, publishTime, ingestion }: RawBatch, name: keyof Envelope): Data {
  if (name === 'publish_time') return singleChunk(instantVector(publishTime));
  if (name === 'ingestion_ts') return singleChunk(instantVector(ingestion));
  return compactTexts(singleChunk(utf8Vector(text[name])));
}
