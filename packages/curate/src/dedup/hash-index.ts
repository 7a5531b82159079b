/**
 * Open-addressing index from 32-bit hashes to entry numbers 0, 1, 2, …, of any size.
 *
 * The caller compares: two entries of one hash are told apart by what they stand for, never by the hash alone.
 */
export class HashIndex {
  #slots: Int32Array;
  #hashes: Int32Array;
  #count = 0;
  /** Where {@link next} goes on. */
  #at = 0;
  #sought = 0;

  constructor(capacity = 1024) {
    let size = 16;
    while (size < capacity * 2) size *= 2;
    this.#slots = new Int32Array(size).fill(-1);
    this.#hashes = new Int32Array(size >> 1);
  }

  get length(): number {
    return this.#count;
  }

  /**
   * The first entry of a hash, or -1; {@link next} gives the others.
   */
  first(hash: number): number {
    this.#sought = hash;
    this.#at = spread(hash) & (this.#slots.length - 1);
    return this.#seek();
  }

  next(): number {
    this.#at = (this.#at + 1) & (this.#slots.length - 1);
    return this.#seek();
  }

  #seek(): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = this.#at; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (entry === -1 || this.#hashes[entry] === this.#sought) {
        this.#at = slot;
        return entry;
      }
    }
  }

  /** Adds the next entry (number {@link length}) under a hash. */
  add(hash: number): number {
    if (this.#count === this.#hashes.length) this.#grow();
    const entry = this.#count++;
    this.#hashes[entry] = hash;
    this.#place(entry);
    return entry;
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = spread(this.#hashes[entry]!) & mask;
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
    this.#slots[slot] = entry;
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let entry = 0; entry < this.#count; entry++) this.#place(entry);
  }
}

/** Mixes the high bits into the low ones that choose the slot. */
function spread(hash: number): number {
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
