/**
 * Open-addressing index from 32-bit hashes to entry numbers 0, 1, 2, …, of any size.
 *
 * The caller compares: two entries of one hash are told apart by what they stand for, never by the hash alone.
 */
export class HashIndex {
  /** Per slot the hash of its entry and its number plus 1; 0 for an empty one. */
  #slots: Int32Array;
  #mask: number;
  #count = 0;
  /** Where {@link next} goes on, and {@link add} where nothing was found. */
  #at = 0;
  #sought = 0;
  /** Of no meaning: what is read for nothing might not be read. */
  #fetched = 0;

  constructor(capacity = 1024) {
    let size = 16;
    while (size * MOST_FULL < capacity) size *= 2;
    this.#slots = new Int32Array(size * 2);
    this.#mask = size - 1;
  }

  get length(): number {
    return this.#count;
  }

  /**
   * The first entry of a hash, or -1; {@link next} gives the others.
   */
  first(hash: number): number {
    this.#sought = hash;
    this.#at = spread(hash) & this.#mask;
    return this.#seek();
  }

  next(): number {
    this.#at = (this.#at + 1) & this.#mask;
    return this.#seek();
  }

  #seek(): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const sought = this.#sought;
    for (let slot = this.#at; ; slot = (slot + 1) & mask) {
      const entry = slots[slot * 2 + 1]!;
      if (entry === 0 || slots[slot * 2] === sought) {
        this.#at = slot;
        return entry - 1;
      }
    }
  }

  /**
   * Brings the slots of some hashes near that will be asked for next. Looked up one after another each would wait for
   * main memory; these reads do not wait for each other.
   */
  fetch(hashes: Int32Array): void {
    this.#fetched ^= touched(this.#slots, hashes);
  }

  /** Adds the next entry (number {@link length}) under a hash. */
  add(hash: number): number {
    if (this.#count >= (this.#mask + 1) * MOST_FULL) this.#grow();
    const isSought = hash === this.#sought && this.#slots[this.#at * 2 + 1] === 0;
    const slot = isSought ? this.#at : emptySlot(this.#slots, hash);
    this.#slots[slot * 2] = hash;
    this.#slots[slot * 2 + 1] = this.#count + 1;
    return this.#count++;
  }

  #grow(): void {
    const slots = this.#slots;
    const larger = new Int32Array(slots.length * 2);
    for (let from = 0; from < slots.length; from += 2) {
      if (slots[from + 1] === 0) continue;
      const to = emptySlot(larger, slots[from]!) * 2;
      larger[to] = slots[from]!;
      larger[to + 1] = slots[from + 1]!;
    }
    this.#slots = larger;
    this.#mask = (larger.length >> 1) - 1;
    this.#at = emptySlot(larger, this.#sought);
  }
}

/** Share of slots that are taken at most. */
const MOST_FULL = 0.6;

function touched(slots: Int32Array, hashes: Int32Array): number {
  const mask = (slots.length >> 1) - 1;
  let sum = 0;
  for (let index = 0; index < hashes.length; index++) sum ^= slots[(spread(hashes[index]!) & mask) * 2]!;
  return sum;
}

function emptySlot(slots: Int32Array, hash: number): number {
  const mask = (slots.length >> 1) - 1;
  let slot = spread(hash) & mask;
  while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
  return slot;
}

/** Mixes the high bits into the low ones that choose the slot. */
function spread(hash: number): number {
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
