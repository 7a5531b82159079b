/** A position in Avro's bytes; reading past the end throws an `Error`. */
export class AvroReader {
  readonly #buffer: Buffer;
  #position: number;

  constructor(buffer: Buffer, position = 0) {
    this.#buffer = buffer;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  set position(position: number) {
    this.#position = position;
  }

  get left(): number {
    return this.#buffer.length - this.#position;
  }

  /** The next `length` bytes: a view, not a copy. */
  take(length: number): Buffer {
    if (!(length >= 0 && length <= this.left))
      throw new Error(`${length} bytes are wanted and ${this.left} left`);
    this.#position += length;
    return this.#buffer.subarray(this.#position - length, this.#position);
  }

  boolean(): boolean {
    return this.#byte() !== 0;
  }

  /** Zigzag, at most 32 bits. */
  int(): number {
    const value = this.#smallLong();
    if (value === null || value > 2147483647 || value < -2147483648)
      throw new Error('an Avro int has more than 32 bits');
    return value;
  }

  long(): bigint {
    const start = this.#position;
    const small = this.#smallLong();
    if (small !== null) return BigInt(small);
    this.#position = start;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new Error('an Avro long has more than 64 bits');
  }

  float(): number {
    return this.take(4).readFloatLE();
  }

  double(): number {
    return this.take(8).readDoubleLE();
  }

  bytes(): Buffer {
    return this.take(this.length());
  }

  string(): string {
    const length = this.length();
    const start = this.#position;
    this.take(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  /** A length or count: not negative, and exact as a double. */
  length(): number {
    const value = this.#smallLong();
    if (value === null || value < 0) throw new Error('an Avro length is negative or too large');
    return value;
  }

  /** Passes over a number of up to 64 bits. */
  skipLong(): void {
    const buffer = this.#buffer;
    let at = this.#position;
    while (buffer[at]! >= 0x80) at++;
    if (at >= buffer.length || at - this.#position > 9) throw new Error('an Avro long is too long');
    this.#position = at + 1;
  }

  skipBytes(): void {
    this.skip(this.length());
  }

  skip(length: number): void {
    if (!(length <= this.left)) throw new Error(`${length} bytes are to be skipped and ${this.left} left`);
    this.#position += length;
  }

  /**
   * Passes over pairs of a number and a number, or bytes: what statistics by field id are stored as. `read` is called
   * to take the value of each of the `wanted` keys.
   */
  pairs(
    count: number,
    value: 'long' | 'bytes',
    wanted: readonly number[] = [],
    read: (key: number) => void = () => undefined,
  ): void {
    const buffer = this.#buffer;
    let at = this.#position;
    for (let index = 0; index < count; index++) {
      if (wanted.length > 0) {
        this.#position = at;
        const first = buffer[at]!;
        const key = first < 0x80 ? (first >>> 1) ^ -(first & 1) : this.int();
        if (wanted.includes(key)) {
          if (first < 0x80) this.#position = at + 1;
          read(key);
          at = this.#position;
          continue;
        }
      }
      while (buffer[at]! >= 0x80) at++;
      const byte = buffer[++at]!;
      if (value === 'long') {
        while (buffer[at]! >= 0x80) at++;
        at++;
      } else if (byte < 0x80 && (byte & 1) === 0) {
        at += 1 + (byte >> 1);
      } else {
        this.#position = at;
        this.skipBytes();
        at = this.#position;
      }
    }
    if (at > buffer.length) throw new Error('the bytes end early');
    this.#position = at;
  }

  /** Items in the next block of an array or map; 0 at its end. */
  blockCount(leastBytes: number): number {
    let count = this.#smallLong();
    if (count !== null && count < 0) {
      this.length();
      count = -count;
    }
    if (count === 0) return 0;
    if (count === null || leastBytes === 0 || count > this.left / leastBytes)
      throw new Error('an Avro block has more items than bytes');
    return count;
  }

  /** A zigzag number of up to seven bytes, or `null` for a longer one, wherever that leaves the position. */
  #smallLong(): number | null {
    const first = this.#buffer[this.#position];
    // Most numbers take one byte: ids, branches of unions, lengths.
    if (first !== undefined && first < 0x80) {
      this.#position++;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0;
    let factor = 1;
    for (let index = 0; index < 7; index++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 0x80;
    }
    return null;
  }

  #byte(): number {
    const byte = this.#buffer[this.#position];
    if (byte === undefined) throw new Error('the bytes end early');
    this.#position++;
    return byte;
  }
}
