import { ByteArena, type HashBytes } from './byte-arena.js';
import { HashIndex } from './hash-index.js';
import { seededHash } from './seeded-hash.js';

/** Distinct byte strings, numbered from 0 in the order in which they came. */
export class KeySet {
  readonly #index = new HashIndex();
  readonly #texts = new ByteArena();
  readonly #hash: HashBytes;

  constructor(hash: HashBytes = seededHash()) {
    this.#hash = hash;
  }

  get length(): number {
    return this.#index.length;
  }

  /** The number of a key, which is added when it is new. */
  add(source: Uint8Array, start = 0, end: number = source.length, prefix: Uint8Array | null = null): number {
    const candidate = this.#texts.add(source, start, end, prefix);
    const hash = this.#texts.hash(candidate, this.#hash);
    let known = this.#index.first(hash);
    while (known !== -1 && !this.#texts.areEqual(known, candidate)) known = this.#index.next();
    if (known === -1) return this.#index.add(hash);
    this.#texts.dropLast();
    return known;
  }

  /** The number of a key, or -1. */
  find(source: Uint8Array, start = 0, end: number = source.length): number {
    let known = this.#index.first(this.#hash(source, start, end));
    while (known !== -1 && !this.#texts.equals(known, source, start, end)) known = this.#index.next();
    return known;
  }

  /** The bytes of a key; valid until the next is added. */
  view(key: number): Uint8Array {
    return this.#texts.view(key);
  }

  text(key: number): string {
    return this.#texts.text(key);
  }
}
