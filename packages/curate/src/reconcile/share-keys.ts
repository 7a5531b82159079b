import { seededHash } from '../dedup/seeded-hash.js';
import { PART } from './layer-records.js';
import type { Records } from './records.js';

/** Slots of which at most half are taken. */
const LEAST_SLOTS = 1024;

/**
 * Numbers the merge keys of a share, whichever table has them. Keys are the same when all their bytes are: a hash only
 * says where to look.
 */
export class ShareKeys {
  readonly #hash = seededHash();
  /** Per slot the hash of its key and its number plus 1; 0 for an empty one. */
  #slots: Int32Array;
  /** Where each key stands. */
  readonly #sources: Records[] = [];
  readonly #sourceOf: number[] = [];
  readonly #rowOf: number[] = [];

  /** @param expected About how many there will be. */
  constructor(expected = 0) {
    let slots = LEAST_SLOTS;
    while (slots < 2 * expected) slots *= 2;
    this.#slots = new Int32Array(2 * slots);
  }

  get count(): number {
    return this.#rowOf.length;
  }

  /** The key of each record; those that were not known get the next numbers. */
  numbers(records: Records): Uint32Array {
    const numbers = new Uint32Array(records.count);
    const source = this.#sources.push(records) - 1;
    for (let row = 0; row < numbers.length; row++) numbers[row] = this.#number(records, row, source);
    return numbers;
  }

  /** A key, to be read by people. */
  text(number: number): string {
    return this.#sources[this.#sourceOf[number]!]!.view(this.#rowOf[number]!, PART.key).toString('utf8');
  }

  #number(records: Records, row: number, source: number): number {
    const slots = this.#slots;
    const mask = (slots.length >> 1) - 1;
    const hash = this.#hash(records.bytes, records.start(row, PART.key), records.end(row, PART.key));
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const known = slots[2 * slot + 1]! - 1;
      if (known < 0) {
        slots[2 * slot] = hash;
        slots[2 * slot + 1] = this.count + 1;
        this.#sourceOf.push(source);
        this.#rowOf.push(row);
        if (2 * this.count > mask) this.#grow();
        return this.count - 1;
      }
      if (slots[2 * slot] !== hash) continue;
      const owner = this.#sources[this.#sourceOf[known]!]!;
      if (owner.equals(this.#rowOf[known]!, PART.key, records, row)) return known;
    }
  }

  #grow(): void {
    const slots = this.#slots;
    const larger = new Int32Array(2 * slots.length);
    const mask = (larger.length >> 1) - 1;
    for (let from = 0; from < slots.length; from += 2) {
      if (slots[from + 1] === 0) continue;
      let slot = slots[from]! & mask;
      while (larger[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      larger[2 * slot] = slots[from]!;
      larger[2 * slot + 1] = slots[from + 1]!;
    }
    this.#slots = larger;
  }
}
