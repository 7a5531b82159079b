import type { ParseReason } from '../flatten/parse-failure.js';
import type { Utf8Column } from '../flatten/utf8-column.js';
import type { OrderPlan, TextOrderColumn } from '../order/order-plan.js';
import type { OrderValue } from '../order/order-value.js';
import type { RawBatch } from '../standardize/raw-batch.js';
import { compareBytes, type HashBytes } from './byte-arena.js';
import { GrowingInts } from './growing-array.js';
import {
  type HeldRows,
  holdRows,
  orderValueAt,
  type ParsedValues,
  takeHeld,
  takeParsed,
} from './held-rows.js';
import type { KeySource } from './merge-key.js';
import { MergeKeys } from './merge-keys.js';
import type { Places } from './places.js';
import { seededHash } from './seeded-hash.js';
import { VersionIndex } from './version-index.js';

/** Everything a version is ordered by, most significant first, and what identifies it. */
export interface Contender {
  readonly orderValues: readonly OrderValue[];
  readonly messageId: Uint8Array;
  readonly payloadHash: bigint;
  /** Whether the producer gave `publish_time`. */
  readonly fromProducer: boolean;
}

export interface VersionTableOptions {
  readonly key: KeySource;
  readonly order: OrderPlan;
  readonly payloadHash: (bytes: Uint8Array) => bigint;
  /** Picks buckets for ids and keys. */
  readonly bucketHash?: HashBytes;
  /** Rows that will be added, about: room is made for them at once. */
  readonly expected?: number;
}

/** The rows of a batch that were not met before. */
export interface FreshRows {
  /** Number of the batch. */
  readonly batch: number;
  /** Rows that bring a version not met before, or stand for one in place of a copy that came later; rising. */
  readonly rows: Int32Array;
  /** Version of each, `~version` where it was met before. */
  readonly numbers: Int32Array;
  /** Of all rows of the batch. */
  readonly payloadHashes: BigInt64Array;
}

const NONE = -1;
/** Rows for which room is made before they come. */
const MOST_EXPECTED = 4 << 20;
/** A batch that brings less than this share of its rows is held in part. */
const WORTH_WHOLE = 0.7;

/**
 * Stage 1, the network's retries: the distinct versions among rows of RAW, each represented by its copy with the least
 * (`ingestion_ts`, `sqs_message_id`).
 *
 * A version is one distinct (merge key, message id, payload bytes, producer-given order values). Payload bytes are
 * told apart by length, xxhash64 and a second hash; everything else by its bytes. Payloads are not kept; ids, keys and
 * times stay in the columns of their batches, which must not change.
 */
export class VersionTable {
  /** Rows added that repeat a version. */
  copies = 0;

  readonly #plan: VersionTableOptions;
  readonly #held: HeldRows[] = [];
  readonly #index: VersionIndex;
  /** The row with which a version came: what its payload gave stands there. */
  readonly #first: Places;
  /** The row that stands for it: the same places while no copy turned out to be earlier. */
  #standing: Places;
  readonly #failures = new Map<number, VersionFailure>();

  /** Merge keys of the parsed versions. */
  readonly mergeKeys: MergeKeys;
  readonly #keys = new GrowingInts();
  readonly #lastOfKey = new GrowingInts();
  readonly #previousOfKey = new GrowingInts();

  constructor(options: VersionTableOptions) {
    this.#plan = options;
    const { key, order, bucketHash: hash = seededHash() } = options;
    const expected = Math.min(options.expected ?? 0, MOST_EXPECTED);
    const held = this.#held;
    this.#index = new VersionIndex({ key, order, held, hash, expected });
    this.#first = this.#index.places;
    this.#standing = this.#first;
    this.mergeKeys = new MergeKeys({ held, isPathKey: key.kind === 'path', hash, expected });
  }

  /** Versions that came under a message id which another payload had before. */
  get reusedMessageIds(): number {
    return this.#index.reusedMessageIds;
  }

  /** Distinct versions so far, numbered from 0. */
  get length(): number {
    return this.#keys.length;
  }

  /**
   * Adds the rows of a batch.
   *
   * @param base Place of its first row among all rows of the run.
   * @param isWanted Which rows; default all.
   */
  addBatch(batch: RawBatch, base: number, isWanted?: (row: number) => boolean): FreshRows {
    const number = this.#held.length;
    const held = holdRows(batch, {
      base,
      identity: this.#index.identityColumns,
      payloadHash: this.#plan.payloadHash,
    });
    this.#held.push(held);
    const rows = wantedRows(batch.rowCount, isWanted);
    const known = this.length;
    const versions = this.#index.addAll(number, rows);
    const count = this.#chooseFresh(number, { rows, versions, known });
    const fresh = {
      batch: number,
      rows: rows.subarray(0, count),
      numbers: versions.subarray(0, count),
      payloadHashes: held.payloadHash,
    };
    if (count < batch.rowCount * WORTH_WHOLE) this.#holdInPart(fresh);
    return fresh;
  }

  /** Leaves of the rows those that bring or stand for a version, and gives how many they are. */
  #chooseFresh(
    batch: number,
    { rows, versions, known }: { rows: Int32Array; versions: Int32Array; known: number },
  ): number {
    let count = 0;
    let next = known;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!;
      const version = versions[index]!;
      if (version === next) {
        next++;
        if (this.#standing !== this.#first) this.#standing.push(batch, row);
        this.#keys.push(NONE);
        this.#previousOfKey.push(NONE);
        rows[count] = row;
        versions[count++] = version;
      } else {
        this.copies++;
        if (!this.#isEarlier(version, this.#held[batch]!, row)) continue;
        if (this.#standing === this.#first) this.#standing = this.#first.copy(next);
        this.#standing.set(version, batch, row);
        rows[count] = row;
        versions[count++] = ~version;
      }
    }
    return count;
  }

  #isEarlier(version: number, held: HeldRows, row: number): boolean {
    const ingestion = this.ingestion(version);
    const other = held.ingestion[row]!;
    if (other !== ingestion) return other < ingestion;
    return compareBytes(textView(held.sqsMessageId, row), this.sqsMessageId(version)) < 0;
  }

  /** Lets go of the rows that bring nothing, and of the columns of the batch. */
  #holdInPart({ batch, rows, numbers }: FreshRows): void {
    this.#held[batch] = takeHeld(this.#held[batch]!, rows.slice());
    const move = (places: Places, version: number, index: number): void => {
      if (places.batch(version) === batch && places.row(version) === rows[index])
        places.set(version, batch, index);
    };
    for (let index = 0; index < rows.length; index++) {
      const number = numbers[index]!;
      const version = number < 0 ? ~number : number;
      move(this.#first, version, index);
      if (this.#standing !== this.#first) move(this.#standing, version, index);
    }
  }

  /** Takes what the payloads of a batch gave, before {@link parsed} is told of its versions. */
  answered(batch: number, values: ParsedValues): void {
    const held = this.#held[batch]!;
    this.#held[batch] = { ...held, parsed: takeParsed(values, held.rows) };
  }

  /** Says that a new version's payload is no JSON object: it never competes. */
  fail(version: number, failure: VersionFailure): void {
    this.#failures.set(version, failure);
  }

  /** Says that the payloads of some new versions of a batch are JSON objects. */
  parsed(batch: number, versions: Int32Array): void {
    const keys = this.mergeKeys.addAll(batch, this.#firstRows(versions));
    for (let index = 0; index < keys.length; index++) this.#link(versions[index]!, keys[index]!);
  }

  #firstRows(versions: Int32Array): Int32Array {
    const rows = new Int32Array(versions.length);
    for (let index = 0; index < rows.length; index++) rows[index] = this.#first.row(versions[index]!);
    return rows;
  }

  #link(version: number, key: number): void {
    this.#keys.set(version, key);
    if (key === this.#lastOfKey.length) {
      this.#lastOfKey.push(version);
    } else {
      this.#previousOfKey.set(version, this.#lastOfKey.get(key));
      this.#lastOfKey.set(key, version);
    }
  }

  /** `_seen` hash of a version that its journey ordered. */
  seenHash(version: number): bigint {
    return this.#held[this.#first.batch(version)]!.parsed!.seenHashes![this.#first.row(version)]!;
  }

  /** The key of a version that parsed. */
  keyOf(version: number): number {
    return this.#keys.get(version);
  }

  /** Newest added version of a key. */
  lastOfKey(key: number): number {
    return this.#lastOfKey.get(key);
  }

  /** Whether a version is the only one of its key. */
  isAlone(version: number): boolean {
    return (
      this.#previousOfKey.get(version) === NONE && this.#lastOfKey.get(this.#keys.get(version)) === version
    );
  }

  failure(version: number): VersionFailure | undefined {
    return this.#failures.get(version);
  }

  /** Place among all rows of the row that represents a version. */
  ordinal(version: number): number {
    const { base, rows } = this.#standsIn(version);
    const row = this.#standing.row(version);
    return base + (rows === null ? row : rows[row]!);
  }

  ingestion(version: number): bigint {
    return this.#standsIn(version).ingestion[this.#standing.row(version)]!;
  }

  publishTime(version: number): bigint {
    return this.#standsIn(version).publishTime[this.#standing.row(version)]!;
  }

  fromProducer(version: number): boolean {
    return this.#standsIn(version).fromProducer[this.#standing.row(version)] === 1;
  }

  payloadHash(version: number): bigint {
    return this.#index.payloadHash(version);
  }

  messageId(version: number): Uint8Array {
    return textView(this.#standsIn(version).messageId, this.#standing.row(version));
  }

  sqsMessageId(version: number): Uint8Array {
    return textView(this.#standsIn(version).sqsMessageId, this.#standing.row(version));
  }

  #standsIn(version: number): HeldRows {
    return this.#held[this.#standing.batch(version)]!;
  }

  /** The versions of a key, newest added first. */
  *versionsOf(key: number): Generator<number> {
    for (let version = this.#lastOfKey.get(key); version !== NONE; version = this.#previousOfKey.get(version))
      yield version;
  }

  /** The merge key of any version, those that failed included. */
  mergeKeyText(version: number): string {
    const view = this.mergeKeys.viewOf(this.#first.batch(version), this.#first.row(version));
    return Buffer.from(view).toString('utf8');
  }

  /** Whether something that only its journey gave it orders a version. */
  isJourneyOrdered(version: number): boolean {
    const { order } = this.#plan;
    return order.byJourney || (order.byPublishTime && !this.fromProducer(version));
  }

  /** Whether a version of this table and one of another table (under the same plan) are the same. */
  isVersion(version: number, other: VersionTable, theirs: number): boolean {
    return this.#index.isVersion(version, other.#index, theirs);
  }

  /** Whether the copy that stands for a version came before the one that stands for another table's. */
  isBefore(version: number, other: VersionTable, theirs: number): boolean {
    const [own, ingestion] = [this.ingestion(version), other.ingestion(theirs)];
    if (own !== ingestion) return own < ingestion;
    return compareBytes(this.sqsMessageId(version), other.sqsMessageId(theirs)) < 0;
  }

  contender(version: number): Contender {
    const { order } = this.#held[this.#first.batch(version)]!.parsed!;
    const row = this.#first.row(version);
    let path = 0;
    const orderValues = this.#plan.order.columns.map((column): OrderValue => {
      if (column.kind === 'path') return orderValueAt(order[path++]!, row);
      if (column.kind === 'text') return this.orderText(version, column.column);
      return column.column === 'publish_time' ? this.publishTime(version) : this.ingestion(version);
    });
    return {
      orderValues,
      messageId: this.messageId(version),
      payloadHash: this.payloadHash(version),
      fromProducer: this.fromProducer(version),
    };
  }

  /** A text column of the envelope that versions are ordered by. */
  orderText(version: number, column: TextOrderColumn): Uint8Array | null {
    switch (column) {
      case 'message_id':
        return this.messageId(version);
      case 'sqs_message_id':
        return this.sqsMessageId(version);
      case 'publish_time_source':
        return Buffer.from(this.fromProducer(version) ? 'producer' : 'sqs');
      default:
        return this.#index.identityText(version, column);
    }
  }
}

/** Why a version's payload is no JSON object. */
export interface VersionFailure {
  readonly reason: ParseReason;
  readonly offset: number;
}

function wantedRows(count: number, isWanted: ((row: number) => boolean) | undefined): Int32Array {
  const rows = new Int32Array(count);
  let wanted = 0;
  for (let row = 0; row < count; row++) if (isWanted === undefined || isWanted(row)) rows[wanted++] = row;
  return rows.subarray(0, wanted);
}

function textView({ data, offsets }: Utf8Column, row: number): Uint8Array {
  return data.subarray(offsets[row]!, offsets[row + 1]!);
}
