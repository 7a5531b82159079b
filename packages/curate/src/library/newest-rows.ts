import { compareBytes } from '../dedup/byte-arena.js';
import { GrowingBigInts } from '../dedup/growing-array.js';
import { KeySet } from '../dedup/key-set.js';
import { KEY_PREFIX, MESSAGE_PREFIX } from '../dedup/merge-key.js';
import { payloadCheck } from '../dedup/payload-check.js';
import { compareOrderValues, type OrderValue } from '../order/order-value.js';
import type { PayloadHash } from '../payload-hash.js';

/** What one row says of itself. The bytes need only live until the call returns. */
export interface RowIdentity {
  readonly id: Uint8Array | null;
  readonly key: Uint8Array | null;
  readonly payload: Uint8Array | null;
  readonly order: readonly OrderValue[];
}

/** What becomes of a row. */
export const Fate = { kept: 0, copy: 1, superseded: 2 } as const;
export type Fate = (typeof Fate)[keyof typeof Fate];

export interface NewestRowsOptions {
  readonly byId: boolean;
  readonly byKey: boolean;
  /** Rows of one id are copies only where their payloads are the same; null: the id alone says so. */
  readonly payloadHash: PayloadHash | null;
}

const NO_ROW = -1;

/**
 * Decides which rows stay: the first of each id, and of those the newest of each key.
 *
 * Keeps the bytes of each id and key, per key the order values and the row that is newest, and two bits per row.
 */
export class NewestRows {
  readonly #options: NewestRowsOptions;
  readonly #ids = new KeySet();
  readonly #keys = new KeySet();
  readonly #fates = new Fates();
  /** By key: the newest row, its order (by column), id and payload. */
  readonly #rows: number[] = [];
  readonly #orders: OrderValue[][] = [];
  readonly #idOf: number[] = [];
  readonly #hashes = new GrowingBigInts();

  constructor(options: NewestRowsOptions) {
    this.#options = options;
  }

  /** Rows added so far. */
  get length(): number {
    return this.#fates.length;
  }

  fate(row: number): Fate {
    return this.#fates.get(row);
  }

  /** Adds the next row; what becomes of it may change with later ones where rows have keys. */
  add(identity: RowIdentity): Fate {
    const { byId, byKey } = this.#options;
    const row = this.#fates.push(Fate.kept);
    const hash = this.#hashOf(identity.payload);
    let id = NO_ROW;
    if (byId && identity.id !== null) {
      const known = this.#ids.length;
      id = this.#ids.add(this.#versionOf(identity.id, identity.payload, hash));
      if (id < known) return this.#fates.set(row, Fate.copy);
    }
    if (!byKey) return Fate.kept;
    const key = this.#keyOf(identity);
    // A row that nothing identifies is folded into no other.
    if (key === null) return Fate.kept;
    return this.#contend(key, { row, id, hash, order: identity.order });
  }

  /** Whether a row that is kept is the newest of this key: what a second reading is checked with. */
  isNewest(row: number, identity: RowIdentity): boolean {
    if (!this.#options.byKey) return true;
    const bytes = identity.key ?? identity.id;
    if (bytes === null) return true;
    const prefix = identity.key === null ? MESSAGE_PREFIX : KEY_PREFIX;
    const key = this.#keys.find(Buffer.concat([prefix, bytes]));
    return key !== -1 && this.#rows[key] === row;
  }

  #keyOf({ key, id }: RowIdentity): { number: number; isNew: boolean } | null {
    const known = this.#keys.length;
    const bytes = key ?? id;
    if (bytes === null) return null;
    const prefix = key === null ? MESSAGE_PREFIX : KEY_PREFIX;
    const number = this.#keys.add(bytes, 0, bytes.length, prefix);
    return { number, isNew: number === known };
  }

  #contend({ number, isNew }: { number: number; isNew: boolean }, challenger: Challenger): Fate {
    if (isNew) {
      this.#rows.push(challenger.row);
      this.#remember(number, challenger.order);
      this.#idOf.push(challenger.id);
      this.#hashes.push(challenger.hash);
      return Fate.kept;
    }
    if (this.#compare(challenger, number) < 0) return this.#fates.set(challenger.row, Fate.superseded);
    this.#fates.set(this.#rows[number]!, Fate.superseded);
    this.#rows[number] = challenger.row;
    this.#remember(number, challenger.order);
    this.#idOf[number] = challenger.id;
    this.#hashes.set(number, challenger.hash);
    return Fate.kept;
  }

  /** Order columns, then id, then payload hash; rows that are equal in all of them are ordered as they came. */
  #compare({ order, id, hash }: Challenger, key: number): number {
    for (let column = 0; column < order.length; column++) {
      const standing = this.#orders[column]![key] ?? null;
      const difference = compareOrderValues(order[column] ?? null, standing);
      if (difference !== 0) return difference;
    }
    const known = this.#idOf[key]!;
    const byId = id === NO_ROW || known === NO_ROW ? id - known : this.#compareIds(id, known);
    if (byId !== 0) return byId;
    const other = this.#hashes.get(key);
    return hash < other ? -1 : hash > other ? 1 : 0;
  }

  /** Column by column: an array per key would take more than the values in it. */
  #remember(key: number, order: readonly OrderValue[]): void {
    for (let column = 0; column < order.length; column++) {
      const values = this.#orders[column] ?? [];
      values[key] = order[column] ?? null;
      this.#orders[column] = values;
    }
  }

  #compareIds(left: number, right: number): number {
    return left === right ? 0 : compareBytes(this.#idBytes(left), this.#idBytes(right));
  }

  /** The id alone, without what tells its payloads apart. */
  #idBytes(id: number): Uint8Array {
    const view = this.#ids.view(id);
    return this.#options.payloadHash === null ? view : view.subarray(0, view.length - FINGERPRINT);
  }

  #hashOf(payload: Uint8Array | null): bigint {
    const { payloadHash } = this.#options;
    return payloadHash === null ? 0n : payloadHash(payload ?? NO_BYTES);
  }

  /** Id and fingerprint of the payload: length, xxhash64 and a second hash. */
  #versionOf(id: Uint8Array, payload: Uint8Array | null, hash: bigint): Uint8Array {
    if (this.#options.payloadHash === null) return id;
    const bytes = Buffer.allocUnsafe(id.length + FINGERPRINT);
    bytes.set(id, 0);
    bytes.writeInt32LE(payload === null ? -1 : payload.length, id.length);
    bytes.writeBigInt64LE(hash, id.length + 4);
    bytes.writeInt32LE(payload === null ? 0 : checkOf(payload), id.length + 12);
    return bytes;
  }
}

interface Challenger {
  readonly row: number;
  readonly id: number;
  readonly hash: bigint;
  readonly order: readonly OrderValue[];
}

const NO_BYTES = new Uint8Array(0);
const FINGERPRINT = 16;

function checkOf({ buffer, byteOffset, byteLength }: Uint8Array): number {
  return payloadCheck(new DataView(buffer, byteOffset, byteLength), 0, byteLength);
}

/** Two bits per row. */
class Fates {
  #bits = new Uint8Array(1024);
  length = 0;

  push(fate: Fate): number {
    const row = this.length++;
    if (row >> 2 === this.#bits.length) {
      const larger = new Uint8Array(this.#bits.length * 2);
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.set(row, fate);
    return row;
  }

  get(row: number): Fate {
    return ((this.#bits[row >> 2]! >> ((row & 3) * 2)) & 3) as Fate;
  }

  set(row: number, fate: Fate): Fate {
    const shift = (row & 3) * 2;
    this.#bits[row >> 2] = (this.#bits[row >> 2]! & ~(3 << shift)) | (fate << shift);
    return fate;
  }
}
