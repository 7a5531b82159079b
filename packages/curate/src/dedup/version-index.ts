import { isPresent, type Utf8Column } from '../flatten/utf8-column.js';
import type { OrderPlan } from '../order/order-plan.js';
import type { TextColumn } from '../standardize/raw-batch.js';
import type { HashBytes } from './byte-arena.js';
import { GrowingBigInts, GrowingInts } from './growing-array.js';
import { HashIndex } from './hash-index.js';
import type { HeldRows } from './held-rows.js';
import { isBlank, type KeySource } from './merge-key.js';
import { areEqual } from './merge-keys.js';
import { Places } from './places.js';

export interface VersionIndexOptions {
  readonly key: KeySource;
  readonly order: OrderPlan;
  /** By number of batch. Texts are not copied from there. */
  readonly held: readonly HeldRows[];
  /** Picks buckets. */
  readonly hash: HashBytes;
}

/** What payload bytes are told apart by. */
export interface PayloadMarks {
  readonly hash: bigint;
  readonly check: number;
  readonly length: number;
}

const NONE = -1;

/**
 * Tells which rows are copies of one another: the same message id, payload bytes, key and order values that the producer
 * gave. Versions are numbered from 0 in the order in which they came.
 */
export class VersionIndex {
  /** Versions that came under a message id which another payload had before. */
  reusedMessageIds = 0;
  /** The row with which each version came. */
  readonly places: Places = new Places();
  /** Envelope text columns that are part of a version's identity besides the message id. */
  readonly identityColumns: readonly TextColumn[];
  readonly #options: VersionIndexOptions;
  readonly #messages = new HashIndex();
  readonly #firstOfMessage = new GrowingInts();
  /** Versions that are not the first of their message id. */
  readonly #others = new HashIndex();
  readonly #otherVersions = new GrowingInts();
  readonly #payloadHashes = new GrowingBigInts();
  readonly #payloadChecks = new GrowingInts();
  readonly #payloadLengths = new GrowingInts();

  constructor(options: VersionIndexOptions) {
    this.#options = options;
    const { key, order } = options;
    this.identityColumns = [
      ...(key.kind === 'envelope' ? [key.column as TextColumn] : []),
      ...order.producerColumns,
    ];
  }

  get length(): number {
    return this.#payloadLengths.length;
  }

  /** The version of a row of a batch, which is added when it is new: then it is {@link length} as it was before. */
  add(batch: number, row: number, payload: PayloadMarks): number {
    const held = this.#options.held[batch]!;
    const { data, offsets } = held.messageId;
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    const messageHash = this.#options.hash(data, start, end);
    const first = this.#findMessage(messageHash, data, start, end);
    if (first === NONE) {
      this.#messages.add(messageHash);
      this.#firstOfMessage.push(this.length);
      return this.#push(batch, row, payload);
    }
    if (this.#isVersionOf(first, held, row, payload)) return first;
    const hash = this.#otherHash(messageHash, held, row, payload);
    let known = this.#others.first(hash);
    while (known !== NONE) {
      const version = this.#otherVersions.get(known);
      if (this.#isMessage(version, data, start, end) && this.#isVersionOf(version, held, row, payload))
        return version;
      known = this.#others.next();
    }
    if (this.payloadHash(first) !== payload.hash) this.reusedMessageIds++;
    this.#others.add(hash);
    this.#otherVersions.push(this.length);
    return this.#push(batch, row, payload);
  }

  #push(batch: number, row: number, { hash, check, length }: PayloadMarks): number {
    const version = this.length;
    this.#payloadHashes.push(hash);
    this.#payloadChecks.push(check);
    this.#payloadLengths.push(length);
    this.places.push(batch, row);
    return version;
  }

  payloadHash(version: number): bigint {
    return this.#payloadHashes.get(version);
  }

  /** Whether a version of this index and one of another one (of the same key and order) are the same. */
  isVersion(version: number, other: VersionIndex, theirs: number): boolean {
    const held = other.#options.held[other.places.batch(theirs)]!;
    const row = other.places.row(theirs);
    const { data, offsets } = held.messageId;
    const payload = {
      hash: other.payloadHash(theirs),
      check: other.#payloadChecks.get(theirs),
      length: other.#payloadLengths.get(theirs),
    };
    return (
      this.#isMessage(version, data, offsets[row]!, offsets[row + 1]!) &&
      this.#isVersionOf(version, held, row, payload)
    );
  }

  /** The text of a version's identity column; null where it has none. */
  identityText(version: number, column: TextColumn): Uint8Array | null {
    // The key may be among the order columns: it is compared as it is, blank or not.
    const index = this.identityColumns.lastIndexOf(column);
    const texts = this.#options.held[this.places.batch(version)]!.identity[index]!;
    const row = this.places.row(version);
    if (!this.#hasIdentity(index, texts, row)) return null;
    return texts.data.subarray(texts.offsets[row]!, texts.offsets[row + 1]!);
  }

  /** The first version of a message id. */
  #findMessage(hash: number, source: Uint8Array, start: number, end: number): number {
    let known = this.#messages.first(hash);
    while (known !== NONE) {
      const version = this.#firstOfMessage.get(known);
      if (this.#isMessage(version, source, start, end)) return version;
      known = this.#messages.next();
    }
    return NONE;
  }

  #isMessage(version: number, source: Uint8Array, start: number, end: number): boolean {
    const { data, offsets } = this.#options.held[this.places.batch(version)]!.messageId;
    const row = this.places.row(version);
    return areEqual(data, offsets[row]!, offsets[row + 1]!, source, start, end);
  }

  /** Whether a row of a version's message id is a copy of it. */
  #isVersionOf(version: number, held: HeldRows, row: number, { hash, check, length }: PayloadMarks): boolean {
    return (
      this.#payloadChecks.get(version) === check &&
      this.#payloadLengths.get(version) === length &&
      this.#payloadHashes.get(version) === hash &&
      this.#hasProducerValues(version, held, row)
    );
  }

  #hasProducerValues(version: number, held: HeldRows, row: number): boolean {
    const known = this.#options.held[this.places.batch(version)]!;
    const knownRow = this.places.row(version);
    if (this.#options.order.byPublishTime) {
      if (known.fromProducer[knownRow] !== held.fromProducer[row]) return false;
      if (held.fromProducer[row] === 1 && known.publishTime[knownRow] !== held.publishTime[row]) return false;
    }
    for (let index = 0; index < this.identityColumns.length; index++) {
      const [own, other] = [known.identity[index]!, held.identity[index]!];
      const has = this.#hasIdentity(index, other, row);
      if (this.#hasIdentity(index, own, knownRow) !== has) return false;
      if (
        has &&
        !areEqual(
          own.data,
          own.offsets[knownRow]!,
          own.offsets[knownRow + 1]!,
          other.data,
          other.offsets[row]!,
          other.offsets[row + 1]!,
        )
      )
        return false;
    }
    return true;
  }

  /** Whether a row has a text for an identity column. A blank key is none: such rows have one merge key, however it is blank. */
  #hasIdentity(index: number, column: Utf8Column, row: number): boolean {
    if (!isPresent(column, row)) return false;
    const isKey = index === 0 && this.#options.key.kind === 'envelope';
    return !isKey || !isBlank(column.data, column.offsets[row]!, column.offsets[row + 1]!);
  }

  /** Of everything that tells versions of one message id apart: a producer may give one id to any number of them. */
  #otherHash(messageHash: number, held: HeldRows, row: number, { hash, check }: PayloadMarks): number {
    let mixed = Math.imul(messageHash ^ check, 0x85ebca6b) ^ Number(BigInt.asIntN(32, hash));
    const fold = (next: number): void => {
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1) ^ next;
    };
    if (this.#options.order.byPublishTime && held.fromProducer[row] === 1) {
      const { publishTime } = held;
      const bytes = new Uint8Array(publishTime.buffer, publishTime.byteOffset + 8 * row, 8);
      fold(this.#options.hash(bytes, 0, bytes.length));
    }
    for (const [index, column] of held.identity.entries()) {
      if (!this.#hasIdentity(index, column, row)) fold(index);
      else fold(this.#options.hash(column.data, column.offsets[row]!, column.offsets[row + 1]!));
    }
    return mixed;
  }
}
