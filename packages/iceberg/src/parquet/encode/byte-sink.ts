import { copyWords, wordsOf } from './words.js';

/** Bytes that grow at the end. */
export class ByteSink {
  #bytes: Uint8Array;
  #words: DataView;
  #size = 0;

  constructor(initial = 1024) {
    this.#bytes = new Uint8Array(initial);
    this.#words = wordsOf(this.#bytes);
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
    this.#words.setUint32(this.#size, value, true);
    this.#size += 4;
  }

  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  bytes(source: Uint8Array): void {
    this.reserve(source.length);
    this.#bytes.set(source, this.#size);
    this.#size += source.length;
  }

  /** The length in four bytes, then the bytes: Parquet's plain form of a byte array. */
  sized(
    { source, words }: { readonly source: Uint8Array; readonly words: DataView },
    start: number,
    end: number,
  ): void {
    this.reserve(end - start + 4);
    const at = this.#size;
    this.#words.setInt32(at, end - start, true);
    // Most values are short: a loop beats the call that a view and set() cost.
    if (end - start > LONG) this.#bytes.set(source.subarray(start, end), at + 4);
    else copyWords(words, { start, end }, this.#words, at + 4);
    this.#size = at + 4 + end - start;
  }

  /**
   * Makes room for bytes that the caller writes himself.
   *
   * @returns where they go; valid until the next write.
   */
  grow(room: number): Uint8Array {
    this.reserve(room);
    this.#size += room;
    return this.#bytes.subarray(this.#size - room, this.#size);
  }

  /** Makes room, so that what comes next need not ask. */
  reserve(room: number): void {
    const needed = this.#size + room;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.view());
    this.#bytes = larger;
    this.#words = wordsOf(larger);
  }
}

/** From here on a copy by the engine is quicker than a loop. */
const LONG = 96;
