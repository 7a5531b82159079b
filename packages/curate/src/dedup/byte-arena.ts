/** A hash of a range of bytes. A weak one costs time, never a wrong answer. */
export type HashBytes = (source: Uint8Array, start: number, end: number) => number;

/** Order of two byte ranges: unsigned, a prefix before what it begins. UTF-8 text in code point order. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right);
}

/**
 * Many short byte strings in one buffer, by number. Keys and ids of a run live here instead of as one JavaScript
 * string each.
 */
export class ByteArena {
  #bytes: Uint8Array;
  #ends: Float64Array;
  #count = 0;

  constructor(initialBytes = 1 << 16) {
    this.#bytes = new Uint8Array(initialBytes);
    this.#ends = new Float64Array(1024);
  }

  get length(): number {
    return this.#count;
  }

  /** Copies `source[start..end)` in, behind `prefix` where one is given, and returns its number. */
  add(source: Uint8Array, start = 0, end: number = source.length, prefix: Uint8Array | null = null): number {
    const from = this.#count === 0 ? 0 : this.#ends[this.#count - 1]!;
    const middle = from + (prefix?.length ?? 0);
    const to = middle + (end - start);
    if (to > this.#bytes.length) this.#bytes = grow(this.#bytes, to);
    if (prefix !== null) this.#bytes.set(prefix, from);
    // Ids are short: a loop beats the call that a subarray and set() cost.
    for (let at = start, into = middle; at < end; at++, into++) this.#bytes[into] = source[at]!;
    if (this.#count === this.#ends.length) {
      const ends = new Float64Array(this.#ends.length * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#ends[this.#count] = to;
    return this.#count++;
  }

  /** The bytes of an entry; valid until the next {@link add}. */
  view(index: number): Uint8Array {
    return this.#bytes.subarray(this.#start(index), this.#ends[index]!);
  }

  text(index: number): string {
    return Buffer.from(this.view(index)).toString('utf8');
  }

  hash(index: number, hash: HashBytes): number {
    return hash(this.#bytes, this.#start(index), this.#ends[index]!);
  }

  equals(index: number, source: Uint8Array, start = 0, end: number = source.length): boolean {
    const from = this.#start(index);
    if (this.#ends[index]! - from !== end - start) return false;
    for (let at = start, own = from; at < end; at++, own++) {
      if (this.#bytes[own] !== source[at]) return false;
    }
    return true;
  }

  areEqual(left: number, right: number): boolean {
    return this.equals(left, this.#bytes, this.#start(right), this.#ends[right]!);
  }

  compare(left: number, right: number): number {
    return left === right ? 0 : compareBytes(this.view(left), this.view(right));
  }

  /** Forgets the newest entry. */
  dropLast(): void {
    this.#count--;
  }

  #start(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]!;
  }
}

function grow(bytes: Uint8Array, needed: number): Uint8Array {
  const larger = new Uint8Array(Math.max(Math.ceil(bytes.length * 1.5), needed));
  larger.set(bytes);
  return larger;
}
