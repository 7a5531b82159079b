/** Past these a column of few values has become one of many: written plain. */
const MOST_BYTES = 1 << 20;
const JUDGED_AFTER = 8192;
const MOST_DIFFERENT = 0.6;

/**
 * The different values of a text column by number, in the order in which they came, and which values they are. Values
 * are told apart by their bytes; nothing is copied until the dictionary is written.
 */
export class TextDictionary {
  #slots: Int32Array = new Int32Array(4096).fill(-1);
  #hashes: Int32Array = new Int32Array(2048);
  #starts: Int32Array = new Int32Array(2048);
  #ends: Int32Array = new Int32Array(2048);
  /** Different values so far. */
  count = 0;
  /** Bytes of them in plain form. */
  byteLength = 0;

  /** Adds values; their numbers go to `places`. False where there are too many different ones. */
  addAll(source: Uint8Array, starts: Int32Array, ends: Int32Array, places: Int32Array): boolean {
    const values = starts.length;
    let previous = -1;
    for (let index = 0; index < values; index++) {
      const start = starts[index]!;
      const end = ends[index]!;
      if (previous === -1 || !this.#isValue(previous, source, start, end)) {
        previous = this.#placeOf(source, start, end);
      }
      places[index] = previous;
      if ((index & 4095) === 4095 && this.#isTooLarge(index + 1)) return false;
    }
    return !this.#isTooLarge(values);
  }

  #isTooLarge(seen: number): boolean {
    return this.byteLength > MOST_BYTES || (seen >= JUDGED_AFTER && this.count > seen * MOST_DIFFERENT);
  }

  start(place: number): number {
    return this.#starts[place]!;
  }

  end(place: number): number {
    return this.#ends[place]!;
  }

  #placeOf(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const place = slots[slot]!;
      if (place === -1) break;
      if (this.#hashes[place] === hash && this.#isValue(place, source, start, end)) return place;
      slot = (slot + 1) & mask;
    }
    if (this.count === this.#starts.length) {
      this.#grow();
      return this.#placeOf(source, start, end);
    }
    const place = this.count++;
    slots[slot] = place;
    this.#hashes[place] = hash;
    this.#starts[place] = start;
    this.#ends[place] = end;
    this.byteLength += end - start + 4;
    return place;
  }

  #isValue(place: number, source: Uint8Array, start: number, end: number): boolean {
    let at = this.#starts[place]!;
    if (this.#ends[place]! - at !== end - start) return false;
    for (let own = start; own < end; own++, at++) if (source[at] !== source[own]) return false;
    return true;
  }

  #grow(): void {
    this.#hashes = doubled(this.#hashes);
    this.#starts = doubled(this.#starts);
    this.#ends = doubled(this.#ends);
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = this.#slots.length - 1;
    for (let place = 0; place < this.count; place++) {
      const hash = this.#hashes[place]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
      this.#slots[slot] = place;
    }
  }
}

/** Four bytes at a time: equality is decided on the bytes. */
function hashOf(source: Uint8Array, start: number, end: number): number {
  let hash = (end - start) | 0;
  let at = start;
  for (; at < end - 3; at += 4) {
    const word = source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ source[at]!, 0x01000193);
  return Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
}

function doubled(values: Int32Array): Int32Array {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
