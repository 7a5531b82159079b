import { isPresent, type Utf8Column } from '../flatten/utf8-column.js';
import type { OrderPlan } from '../order/order-plan.js';
import type { TextColumn } from '../standardize/raw-batch.js';
import type { HashBytes } from './byte-arena.js';
import { GrowingInts } from './growing-array.js';
import { HashIndex } from './hash-index.js';
import type { HeldRows } from './held-rows.js';
import { isBlank, type KeySource } from './merge-key.js';
import { Places } from './places.js';
import { hashTexts, isSameText } from './texts.js';

export interface VersionIndexOptions {
  readonly key: KeySource;
  readonly order: OrderPlan;
  /** By number of batch. Texts are not copied from there. */
  readonly held: readonly HeldRows[];
  /** Picks buckets. */
  readonly hash: HashBytes;
  /** Rows that will be added, at most: room is made for them at once. */
  readonly expected?: number | undefined;
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
  readonly #messages: HashIndex;
  readonly #firstOfMessage = new GrowingInts();
  /** Versions that are not the first of their message id. */
  readonly #others = new HashIndex();
  readonly #otherVersions = new GrowingInts();

  constructor(options: VersionIndexOptions) {
    this.#options = options;
    this.#messages = new HashIndex(options.expected);
    const { key, order } = options;
    this.identityColumns = [
      ...(key.kind === 'envelope' ? [key.column as TextColumn] : []),
      ...order.producerColumns,
    ];
  }

  get length(): number {
    return this.places.length;
  }

  /**
   * The version of each row of a batch: new ones have the numbers from {@link length} on, as it was before.
   *
   * @param rows Rows of the batch, rising.
   */
  addAll(batch: number, rows: Int32Array): Int32Array {
    const hashes = hashTexts(this.#options.held[batch]!.messageId, rows, this.#options.hash);
    const versions = new Int32Array(rows.length);
    this.#messages.fetch(hashes);
    for (let index = 0; index < rows.length; index++)
      versions[index] = this.#add(batch, rows[index]!, hashes[index]!);
    return versions;
  }

  #add(batch: number, row: number, messageHash: number): number {
    const held = this.#options.held[batch]!;
    const first = this.#findMessage(messageHash, held.messageId, row);
    const { length } = this;
    if (first === NONE) {
      this.#messages.add(messageHash);
      this.#firstOfMessage.push(length);
      this.places.push(batch, row);
      return length;
    }
    if (this.#isVersionOf(first, held, row)) return first;
    const hash = this.#otherHash(messageHash, held, row);
    let known = this.#others.first(hash);
    while (known !== NONE) {
      const version = this.#otherVersions.get(known);
      if (this.#isMessage(version, held.messageId, row) && this.#isVersionOf(version, held, row))
        return version;
      known = this.#others.next();
    }
    if (this.payloadHash(first) !== held.payloadHash[row]) this.reusedMessageIds++;
    this.#others.add(hash);
    this.#otherVersions.push(length);
    this.places.push(batch, row);
    return length;
  }

  payloadHash(version: number): bigint {
    return this.#heldIn(version).payloadHash[this.places.row(version)]!;
  }

  #heldIn(version: number): HeldRows {
    return this.#options.held[this.places.batch(version)]!;
  }

  /** Whether a version of this index and one of another one (of the same key and order) are the same. */
  isVersion(version: number, other: VersionIndex, theirs: number): boolean {
    const held = other.#heldIn(theirs);
    const row = other.places.row(theirs);
    return this.#isMessage(version, held.messageId, row) && this.#isVersionOf(version, held, row);
  }

  /** The text of a version's identity column; null where it has none. */
  identityText(version: number, column: TextColumn): Uint8Array | null {
    // The key may be among the order columns: it is compared as it is, blank or not.
    const index = this.identityColumns.lastIndexOf(column);
    const texts = this.#heldIn(version).identity[index]!;
    const row = this.places.row(version);
    if (!this.#hasIdentity(index, texts, row)) return null;
    return texts.data.subarray(texts.offsets[row]!, texts.offsets[row + 1]!);
  }

  /** The first version of a row's message id. */
  #findMessage(hash: number, ids: Utf8Column, row: number): number {
    let known = this.#messages.first(hash);
    while (known !== NONE) {
      const version = this.#firstOfMessage.get(known);
      if (this.#isMessage(version, ids, row)) return version;
      known = this.#messages.next();
    }
    return NONE;
  }

  #isMessage(version: number, ids: Utf8Column, row: number): boolean {
    return isSameText(this.#heldIn(version).messageId, this.places.row(version), ids, row);
  }

  /** Whether a row of a version's message id is a copy of it. */
  #isVersionOf(version: number, held: HeldRows, row: number): boolean {
    const known = this.#heldIn(version);
    const knownRow = this.places.row(version);
    return (
      known.payloadCheck[knownRow] === held.payloadCheck[row] &&
      known.payloadLength[knownRow] === held.payloadLength[row] &&
      known.payloadHash[knownRow] === held.payloadHash[row] &&
      this.#hasProducerValues(known, knownRow, held, row)
    );
  }

  #hasProducerValues(known: HeldRows, knownRow: number, held: HeldRows, row: number): boolean {
    if (this.#options.order.byPublishTime) {
      if (known.fromProducer[knownRow] !== held.fromProducer[row]) return false;
      if (held.fromProducer[row] === 1 && known.publishTime[knownRow] !== held.publishTime[row]) return false;
    }
    for (let index = 0; index < this.identityColumns.length; index++) {
      const [own, other] = [known.identity[index]!, held.identity[index]!];
      const has = this.#hasIdentity(index, other, row);
      if (this.#hasIdentity(index, own, knownRow) !== has) return false;
      if (has && !isSameText(own, knownRow, other, row)) return false;
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
  #otherHash(messageHash: number, held: HeldRows, row: number): number {
    const payload = Number(BigInt.asIntN(32, held.payloadHash[row]!));
    let mixed = Math.imul(messageHash ^ held.payloadCheck[row]!, 0x85ebca6b) ^ payload;
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
