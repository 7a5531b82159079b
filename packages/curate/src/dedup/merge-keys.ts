import { isPresent } from '../flatten/utf8-column.js';
import type { HashBytes } from './byte-arena.js';
import { HashIndex } from './hash-index.js';
import type { HeldRows } from './held-rows.js';
import { isBlank, KEY_PREFIX, MESSAGE_PREFIX } from './merge-key.js';
import { Places } from './places.js';
import { areEqual } from './texts.js';

export interface MergeKeysOptions {
  /** By number of batch. Texts are not copied from there. */
  readonly held: readonly HeldRows[];
  /** Whether the key is a path of the payload; else it is the first of the identity columns. */
  readonly isPathKey: boolean;
  readonly hash: HashBytes;
  /** Keys that will be added, at most: room is made for them at once. */
  readonly expected?: number | undefined;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
/** Keeps a message id apart from a key of the same bytes. */
const MESSAGE_MARK = 0x5bd1e995;

/** The distinct merge keys of held rows, numbered from 0 in the order in which they came. */
export class MergeKeys {
  readonly #options: MergeKeysOptions;
  readonly #index: HashIndex;
  /** A row that has the key. */
  readonly #places = new Places();
  // The text that was located last; kept here, for it is asked for every row.
  #bytes = NO_BYTES;
  #start = 0;
  #end = 0;
  #isKey = false;

  constructor(options: MergeKeysOptions) {
    this.#options = options;
    this.#index = new HashIndex(options.expected);
  }

  get length(): number {
    return this.#index.length;
  }

  /** The numbers of the merge keys of some rows of a batch; new ones are added. */
  addAll(batch: number, rows: Int32Array): Int32Array {
    const hashes = this.#hashAll(batch, rows);
    this.#index.fetch(hashes);
    const keys = new Int32Array(rows.length);
    for (let index = 0; index < rows.length; index++)
      keys[index] = this.#add(batch, rows[index]!, hashes[index]!);
    return keys;
  }

  #hashAll(batch: number, rows: Int32Array): Int32Array {
    const hashes = new Int32Array(rows.length);
    for (let index = 0; index < rows.length; index++) {
      this.#locate(batch, rows[index]!);
      hashes[index] = this.#hash(this.#bytes, this.#start, this.#end, this.#isKey);
    }
    return hashes;
  }

  #hash(bytes: Uint8Array, start: number, end: number, isKey: boolean): number {
    return this.#options.hash(bytes, start, end) ^ (isKey ? 0 : MESSAGE_MARK);
  }

  #add(batch: number, row: number, hash: number): number {
    this.#locate(batch, row);
    const known = this.#seek(hash, this.#bytes, this.#start, this.#end, this.#isKey);
    if (known !== -1) return known;
    this.#places.push(batch, row);
    return this.#index.add(hash);
  }

  /** The number of a key in its written form, with its prefix; -1 where no row has it. */
  find(source: Uint8Array, start = 0, end: number = source.length): number {
    const isKey = source[start] === KEY_PREFIX[0];
    const prefix = isKey ? KEY_PREFIX : MESSAGE_PREFIX;
    const from = start + prefix.length;
    if (from > end || source[start] !== prefix[0] || source[start + 1] !== prefix[1]) return -1;
    return this.#seek(this.#hash(source, from, end, isKey), source, from, end, isKey);
  }

  /** A key in its written form. */
  view(key: number): Uint8Array {
    return this.viewOf(this.#places.batch(key), this.#places.row(key));
  }

  text(key: number): string {
    return Buffer.from(this.view(key)).toString('utf8');
  }

  /** The merge key of any row that is held, in its written form. */
  viewOf(batch: number, row: number): Uint8Array {
    this.#locate(batch, row);
    const prefix = this.#isKey ? KEY_PREFIX : MESSAGE_PREFIX;
    const view = new Uint8Array(prefix.length + this.#end - this.#start);
    view.set(prefix);
    view.set(this.#bytes.subarray(this.#start, this.#end), prefix.length);
    return view;
  }

  #seek(hash: number, bytes: Uint8Array, start: number, end: number, isKey: boolean): number {
    let known = this.#index.first(hash);
    while (known !== -1 && !this.#isText(known, bytes, start, end, isKey)) known = this.#index.next();
    return known;
  }

  #isText(key: number, bytes: Uint8Array, start: number, end: number, isKey: boolean): boolean {
    this.#locate(this.#places.batch(key), this.#places.row(key));
    return this.#isKey === isKey && areEqual(this.#bytes, this.#start, this.#end, bytes, start, end);
  }

  /** What identifies a row: its key, or its message id where that is missing. */
  #locate(batch: number, row: number): void {
    const { held, isPathKey } = this.#options;
    const { parsed, identity, messageId } = held[batch]!;
    const keys = isPathKey ? (parsed?.key ?? null) : identity[0]!;
    this.#isKey =
      keys !== null &&
      isPresent(keys, row) &&
      !isBlank(keys.data, keys.offsets[row]!, keys.offsets[row + 1]!);
    const { data, offsets } = this.#isKey ? keys! : messageId;
    this.#bytes = data;
    this.#start = offsets[row]!;
    this.#end = offsets[row + 1]!;
  }
}
