import type { ParseReason } from '../flatten/parse-failure.js';
import { isPresent, type Utf8Column } from '../flatten/utf8-column.js';
import type { OrderPlan, TextOrderColumn } from '../order/order-plan.js';
import type { OrderValue } from '../order/order-value.js';
import { bytesAt, type RawBatch, type TextColumn } from '../standardize/raw-batch.js';
import { ByteArena, compareBytes, type HashBytes, hashBytes } from './byte-arena.js';
import { GrowingBigInts, GrowingInts } from './growing-array.js';
import { HashIndex } from './hash-index.js';
import { KeySet } from './key-set.js';
import { isBlank, KEY_PREFIX, type KeySource, MESSAGE_PREFIX } from './merge-key.js';
import { OrderValues } from './order-values.js';

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
}

const NO_TEXT = -1;
const NO_KEY = -1;

/**
 * Stage 1, the network's retries: the distinct versions among rows of RAW, each represented by its copy with the least
 * (`ingestion_ts`, `sqs_message_id`).
 *
 * A version is one distinct (merge key, message id, payload bytes, producer-given order values). Payload bytes are
 * told apart by length, xxhash64 and a second hash; everything else by its bytes. Payloads are not kept: memory follows the
 * number of versions, not their size.
 */
export class VersionTable {
  /** Rows added that repeat a version. */
  copies = 0;
  /** Versions that came under a message id which another payload had before. */
  reusedMessageIds = 0;
  /** Version that the row added last stands for from now on, being an earlier copy than the one before; else -1. */
  replaced = -1;
  /** xxhash64 of the payload of the row added last. */
  lastPayloadHash = 0n;

  readonly #plan: VersionTableOptions;
  readonly #bucketHash: HashBytes;
  readonly #identities = new HashIndex();
  readonly #messages = new HashIndex();
  readonly #firstOfMessage = new GrowingInts();
  readonly #texts = new ByteArena();
  /** Envelope text columns that are part of a version's identity besides the message id. */
  readonly #identityColumns: readonly TextColumn[];

  readonly #messageIds = new GrowingInts();
  readonly #identityTexts = new GrowingInts();
  readonly #payloadHashes = new GrowingBigInts();
  readonly #payloadChecks = new GrowingInts();
  readonly #payloadLengths = new GrowingInts();
  readonly #publishTimes = new GrowingBigInts();
  /** 1 or 0. */
  readonly #fromProducer = new GrowingInts();
  readonly #ingestions = new GrowingBigInts();
  readonly #sqsMessageIds = new GrowingInts();
  readonly #ordinals = new GrowingInts();
  readonly #failures = new Map<number, VersionFailure>();
  readonly #keys = new GrowingInts();
  readonly #pathValues: OrderValues[];
  readonly #seenHashes = new Map<number, bigint>();

  /** Merge keys of the parsed versions. */
  readonly mergeKeys: KeySet;
  readonly #lastOfKey = new GrowingInts();
  readonly #previousOfKey = new GrowingInts();

  constructor(options: VersionTableOptions) {
    this.#plan = options;
    const { key, order, bucketHash = hashBytes } = options;
    this.#bucketHash = bucketHash;
    this.mergeKeys = new KeySet(bucketHash);
    this.#identityColumns = [
      ...(key.kind === 'envelope' ? [key.column as TextColumn] : []),
      ...order.producerColumns,
    ];
    this.#pathValues = order.paths.map(() => new OrderValues());
  }

  /** Distinct versions so far, numbered from 0. */
  get length(): number {
    return this.#messageIds.length;
  }

  /**
   * Adds one row. Returns the number of a new version, or -1 for a copy.
   *
   * @param ordinal Place of the row among all rows of the run.
   */
  add(raw: RawBatch, row: number, ordinal: number): number {
    const messageId = raw.text.message_id;
    const start = messageId.offsets[row]!;
    const end = messageId.offsets[row + 1]!;
    const { data, offsets } = raw.text.json_payload;
    // A missing payload has the offsets of an empty one.
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    const payloadHash = this.#plan.payloadHash(data.subarray(from, to));
    const messageHash = this.#bucketHash(messageId.data, start, end);
    const check = hashBytes(data, from, to);
    const hash = messageHash ^ check;
    this.lastPayloadHash = payloadHash;
    this.replaced = -1;
    let known = this.#identities.first(hash);
    while (
      known !== -1 &&
      !(
        this.#payloadChecks.get(known) === check &&
        this.#payloadLengths.get(known) === to - from &&
        this.#payloadHashes.get(known) === payloadHash &&
        this.#texts.equals(this.#messageIds.get(known), messageId.data, start, end) &&
        this.#sameProducerValues(known, raw, row)
      )
    ) {
      known = this.#identities.next();
    }
    if (known !== -1) {
      this.copies++;
      if (this.#isEarlier(known, raw, row)) {
        this.#represent(known, raw, row, ordinal);
        this.replaced = known;
      }
      return -1;
    }
    const version = this.#identities.add(hash);
    this.#payloadChecks.push(check);
    this.#payloadLengths.push(to - from);
    this.#payloadHashes.push(payloadHash);
    this.#messageIds.push(this.#texts.add(messageId.data, start, end));
    for (let index = 0; index < this.#identityColumns.length; index++) {
      const column = raw.text[this.#identityColumns[index]!];
      this.#identityTexts.push(
        this.#hasIdentity(index, column, row)
          ? this.#texts.add(column.data, column.offsets[row]!, column.offsets[row + 1]!)
          : NO_TEXT,
      );
    }
    this.#noteMessage(version, messageHash, messageId.data, start, end);
    this.#publishTimes.push(0n);
    this.#ingestions.push(0n);
    this.#fromProducer.push(0);
    this.#sqsMessageIds.push(NO_TEXT);
    this.#ordinals.push(0);
    this.#keys.push(NO_KEY);
    this.#previousOfKey.push(NO_KEY);
    this.#represent(version, raw, row, ordinal);
    return version;
  }

  /** Says that a new version's payload is no JSON object: it never competes. */
  fail(version: number, failure: VersionFailure): void {
    this.#failures.set(version, failure);
  }

  /** Gives a new version its key and the order values that stand in its payload. */
  parsed(version: number, pathKey: Uint8Array | null, pathValues: readonly OrderValue[]): void {
    for (let column = 0; column < pathValues.length; column++)
      this.#pathValues[column]!.set(version, pathValues[column]!);
    const { bytes, prefix } = this.#mergeKey(version, pathKey);
    const key = this.mergeKeys.add(bytes, 0, bytes.length, prefix);
    this.#keys.set(version, key);
    if (key === this.#lastOfKey.length) {
      this.#lastOfKey.push(version);
    } else {
      this.#previousOfKey.set(version, this.#lastOfKey.get(key));
      this.#lastOfKey.set(key, version);
    }
  }

  /** Keeps the `_seen` hash of a version that its journey ordered. */
  noteSeenHash(version: number, hash: bigint): void {
    this.#seenHashes.set(version, hash);
  }

  seenHash(version: number): bigint {
    return this.#seenHashes.get(version)!;
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
      this.#previousOfKey.get(version) === NO_KEY && this.#lastOfKey.get(this.#keys.get(version)) === version
    );
  }

  failure(version: number): VersionFailure | undefined {
    return this.#failures.get(version);
  }

  /** Place of the row that represents a version. */
  ordinal(version: number): number {
    return this.#ordinals.get(version);
  }

  ingestion(version: number): bigint {
    return this.#ingestions.get(version);
  }

  publishTime(version: number): bigint {
    return this.#publishTimes.get(version);
  }

  fromProducer(version: number): boolean {
    return this.#fromProducer.get(version) === 1;
  }

  payloadHash(version: number): bigint {
    return this.#payloadHashes.get(version);
  }

  /** Valid until the next row is added. */
  messageId(version: number): Uint8Array {
    return this.#texts.view(this.#messageIds.get(version));
  }

  sqsMessageId(version: number): Uint8Array {
    return this.#texts.view(this.#sqsMessageIds.get(version));
  }

  /** The versions of a key, newest added first. */
  *versionsOf(key: number): Generator<number> {
    for (
      let version = this.#lastOfKey.get(key);
      version !== NO_KEY;
      version = this.#previousOfKey.get(version)
    ) {
      yield version;
    }
  }

  /** The merge key of any version, those that failed included. */
  mergeKeyText(version: number): string {
    const { bytes, prefix } = this.#mergeKey(version, null);
    const key = this.#keys.get(version);
    return key === NO_KEY ? Buffer.concat([prefix, bytes]).toString('utf8') : this.mergeKeys.text(key);
  }

  /** Whether something that only its journey gave it orders a version. */
  isJourneyOrdered(version: number): boolean {
    const { order } = this.#plan;
    return order.byJourney || (order.byPublishTime && !this.fromProducer(version));
  }

  /** Whether a version of this table and one of another table (under the same plan) are the same. */
  isVersion(version: number, other: VersionTable, theirs: number): boolean {
    if (this.#payloadChecks.get(version) !== other.#payloadChecks.get(theirs)) return false;
    if (this.#payloadLengths.get(version) !== other.#payloadLengths.get(theirs)) return false;
    if (this.payloadHash(version) !== other.payloadHash(theirs)) return false;
    if (compareBytes(this.messageId(version), other.messageId(theirs)) !== 0) return false;
    if (this.#plan.order.byPublishTime) {
      if (this.fromProducer(version) !== other.fromProducer(theirs)) return false;
      if (this.fromProducer(version) && this.publishTime(version) !== other.publishTime(theirs)) return false;
    }
    return this.#identityColumns.every((_, column) => {
      const own = this.#identityText(version, column);
      const text = other.#identityText(theirs, column);
      if (own === NO_TEXT || text === NO_TEXT) return own === text;
      return this.#texts.equals(own, other.#texts.view(text));
    });
  }

  /** Whether the copy that stands for a version came before the one that stands for another table's. */
  isBefore(version: number, other: VersionTable, theirs: number): boolean {
    const [own, ingestion] = [this.ingestion(version), other.ingestion(theirs)];
    if (own !== ingestion) return own < ingestion;
    return compareBytes(this.sqsMessageId(version), other.sqsMessageId(theirs)) < 0;
  }

  contender(version: number): Contender {
    let path = 0;
    const orderValues = this.#plan.order.columns.map((column): OrderValue => {
      if (column.kind === 'path') return this.#pathValues[path++]!.get(version);
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
      default: {
        const text = this.#identityText(version, this.#identityColumns.lastIndexOf(column));
        return text === NO_TEXT ? null : this.#texts.view(text);
      }
    }
  }

  /** Whether a row has a text for an identity column. A blank key is none: such rows have one merge key, however it is blank. */
  #hasIdentity(index: number, column: Utf8Column, row: number): boolean {
    if (!isPresent(column, row)) return false;
    const isKey = index === 0 && this.#plan.key.kind === 'envelope';
    return !isKey || !isBlank(column.data, column.offsets[row]!, column.offsets[row + 1]!);
  }

  #identityText(version: number, column: number): number {
    return this.#identityTexts.get(version * this.#identityColumns.length + column);
  }

  #mergeKey(version: number, pathKey: Uint8Array | null): { bytes: Uint8Array; prefix: Uint8Array } {
    const text = this.#plan.key.kind === 'path' ? NO_TEXT : this.#identityText(version, 0);
    const bytes = this.#plan.key.kind === 'path' ? pathKey : text === NO_TEXT ? null : this.#texts.view(text);
    return bytes === null || isBlank(bytes, 0, bytes.length)
      ? { bytes: this.messageId(version), prefix: MESSAGE_PREFIX }
      : { bytes, prefix: KEY_PREFIX };
  }

  #sameProducerValues(version: number, raw: RawBatch, row: number): boolean {
    if (this.#plan.order.byPublishTime) {
      const fromProducer = isFromProducer(raw.text.publish_time_source, row);
      if (this.fromProducer(version) !== fromProducer) return false;
      if (fromProducer && this.#publishTimes.get(version) !== raw.publishTime[row]) return false;
    }
    for (let index = 0; index < this.#identityColumns.length; index++) {
      const column = raw.text[this.#identityColumns[index]!];
      const text = this.#identityText(version, index);
      if (this.#hasIdentity(index, column, row) !== (text !== NO_TEXT)) return false;
      const [start, end] = [column.offsets[row]!, column.offsets[row + 1]!];
      if (text !== NO_TEXT && !this.#texts.equals(text, column.data, start, end)) return false;
    }
    return true;
  }

  #isEarlier(version: number, raw: RawBatch, row: number): boolean {
    const ingestion = this.#ingestions.get(version);
    const other = raw.ingestion[row]!;
    if (other !== ingestion) return other < ingestion;
    return compareBytes(bytesAt(raw.text.sqs_message_id, row) ?? EMPTY, this.sqsMessageId(version)) < 0;
  }

  #represent(version: number, raw: RawBatch, row: number, ordinal: number): void {
    const sqsMessageId = raw.text.sqs_message_id;
    const [start, end] = [sqsMessageId.offsets[row]!, sqsMessageId.offsets[row + 1]!];
    this.#publishTimes.set(version, raw.publishTime[row]!);
    this.#fromProducer.set(version, isFromProducer(raw.text.publish_time_source, row) ? 1 : 0);
    this.#ingestions.set(version, raw.ingestion[row]!);
    this.#sqsMessageIds.set(version, this.#texts.add(sqsMessageId.data, start, end));
    this.#ordinals.set(version, ordinal);
  }

  #noteMessage(version: number, hash: number, source: Uint8Array, start: number, end: number): void {
    let known = this.#messages.first(hash);
    while (
      known !== -1 &&
      !this.#texts.equals(this.#messageIds.get(this.#firstOfMessage.get(known)), source, start, end)
    ) {
      known = this.#messages.next();
    }
    if (known === -1) {
      this.#messages.add(hash);
      this.#firstOfMessage.push(version);
    } else if (this.payloadHash(this.#firstOfMessage.get(known)) !== this.payloadHash(version)) {
      this.reusedMessageIds++;
    }
  }
}

/** Why a version's payload is no JSON object. */
export interface VersionFailure {
  readonly reason: ParseReason;
  readonly offset: number;
}

const EMPTY = new Uint8Array(0);
const PRODUCER = Buffer.from('producer');

export function isFromProducer(column: Utf8Column, row: number): boolean {
  return column.offsets[row + 1]! - column.offsets[row]! === PRODUCER.length;
}
