const FILTER_BITS_PER_PLACE = 8;

/**
 * A set of 64-bit integers that is asked for each row of a table. They are compared as pairs of 32-bit words: a bigint
 * of its own for every row takes twenty times as long.
 */
export class LongTable {
  /** A bit for each of many more places than there are values: nearly all that is not in the set is seen here. */
  readonly #filter: Int32Array;
  readonly #filterMask: number;
  readonly #mask: number;
  /** Two words per place; a place that is free has no mark. */
  readonly #words: Int32Array;
  readonly #marks: Uint8Array;

  constructor(values: readonly bigint[]) {
    let places = 16;
    while (places < values.length * 2) places *= 2;
    this.#mask = places - 1;
    const bits = places * FILTER_BITS_PER_PLACE;
    this.#filter = new Int32Array(bits / 32);
    this.#filterMask = bits - 1;
    this.#words = new Int32Array(places * 2);
    this.#marks = new Uint8Array(places);
    const words = wordsOf(BigInt64Array.from(values));
    for (let index = 0; index < values.length; index++) this.#add(words[index * 2]!, words[index * 2 + 1]!);
  }

  /** The places of an array whose values are in the set, ascending. */
  placesIn(values: BigInt64Array): number[] {
    const words = wordsOf(values);
    const known = this.#words;
    const marks = this.#marks;
    const mask = this.#mask;
    const filter = this.#filter;
    const filterMask = this.#filterMask;
    const found: number[] = [];
    for (let index = 0; index < values.length; index++) {
      const first = words[index * 2]!;
      const second = words[index * 2 + 1]!;
      const mixed = hash(first, second);
      const bit = mixed & filterMask;
      if (((filter[bit >> 5]! >>> (bit & 31)) & 1) === 0) continue;
      for (let place = mixed & mask; marks[place] === 1; place = (place + 1) & mask) {
        if (known[place * 2] !== first || known[place * 2 + 1] !== second) continue;
        found.push(index);
        break;
      }
    }
    return found;
  }

  #add(first: number, second: number): void {
    const mixed = hash(first, second);
    const bit = mixed & this.#filterMask;
    this.#filter[bit >> 5]! |= 1 << (bit & 31);
    let place = mixed & this.#mask;
    while (this.#marks[place] === 1) {
      if (this.#words[place * 2] === first && this.#words[place * 2 + 1] === second) return;
      place = (place + 1) & this.#mask;
    }
    this.#marks[place] = 1;
    this.#words[place * 2] = first;
    this.#words[place * 2 + 1] = second;
  }
}

function wordsOf(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

function hash(first: number, second: number): number {
  const mixed = Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
