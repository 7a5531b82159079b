/** Bytes that grow at the end. */
export class ByteSink {
  #bytes: Uint8Array;
  #size = 0;

  constructor(initial = 1024) {
    this.#bytes = new Uint8Array(initial);
  }

  get length(): number {
    return this.#size;
  }

  /** What was written; valid until the next write or {@link clear}. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  clear(): void {
    this.#size = 0;
  }

  byte(value: number): void {
    this.reserve(1);
    this.#bytes[this.#size++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.#putUint32(value);
  }

  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  bytes(source: Uint8Array, start: number = 0, end: number = source.length): void {
    this.reserve(end - start);
    this.#copy(source, start, end);
  }

  /** The length in four bytes, then the bytes: Parquet's plain form of a byte array. */
  sized(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start + 4);
    this.#putUint32(end - start);
    this.#copy(source, start, end);
  }

  /** Makes room, so that what comes next need not ask. */
  reserve(room: number): void {
    const needed = this.#size + room;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.view());
    this.#bytes = larger;
  }

  #putUint32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#size++] = value;
    bytes[this.#size++] = value >>> 8;
    bytes[this.#size++] = value >>> 16;
    bytes[this.#size++] = value >>> 24;
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    // Most values are short: a loop beats the call that a view and set() cost.
    if (end - start <= SHORT_COPY) {
      for (let from = start, to = this.#size; from < end; from++, to++) bytes[to] = source[from]!;
    } else {
      bytes.set(source.subarray(start, end), this.#size);
    }
    this.#size += end - start;
  }
}

const SHORT_COPY = 48;
