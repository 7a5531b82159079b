/** Byte strings of rows as plain data, which may move to another thread. */
export interface RecordData {
  /** Byte strings per row. */
  readonly parts: number;
  /** Where each of them ends in `bytes`, row by row. */
  readonly ends: Uint32Array | Float64Array;
  readonly bytes: Uint8Array;
}

/** Offsets of 32 bits go no further. */
const MOST_BYTES = 2 ** 32 - 1;

/**
 * Rows as their bytes: for each the same number of parts, one after another. Hundreds of thousands of them take no more
 * memory than what they hold, and none of them is an object.
 */
export class Records implements RecordData {
  readonly parts: number;
  readonly ends: Uint32Array | Float64Array;
  readonly bytes: Buffer;

  constructor({ parts, ends, bytes }: RecordData) {
    this.parts = parts;
    this.ends = ends;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What {@link Records.encode} gave. */
  static decode(parts: number, encoded: Uint8Array): Records {
    const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
    const count = view.getUint32(0, true);
    const first = 4 + 4 * count;
    const bytes = encoded.slice(first);
    const ends = endsFor(count, bytes.length);
    let end = 0;
    for (let index = 0; index < count; index++) {
      end += view.getUint32(4 + 4 * index, true);
      ends[index] = end;
    }
    return new Records({ parts, ends, bytes });
  }

  /** As bytes in memory of their own. Lengths stand before what they are of, and pack better than ends. */
  encode(): Uint8Array {
    const first = 4 + 4 * this.ends.length;
    const encoded = new Uint8Array(first + this.bytes.length);
    const view = new DataView(encoded.buffer);
    view.setUint32(0, this.ends.length, true);
    let end = 0;
    for (let index = 0; index < this.ends.length; index++) {
      view.setUint32(4 + 4 * index, this.ends[index]! - end, true);
      end = this.ends[index]!;
    }
    encoded.set(this.bytes, first);
    return encoded;
  }

  get count(): number {
    return this.ends.length / this.parts;
  }

  get byteLength(): number {
    return this.bytes.byteLength + this.ends.byteLength;
  }

  start(row: number, part: number): number {
    const at = row * this.parts + part;
    return at === 0 ? 0 : this.ends[at - 1]!;
  }

  end(row: number, part: number): number {
    return this.ends[row * this.parts + part]!;
  }

  view(row: number, part: number): Buffer {
    return this.bytes.subarray(this.start(row, part), this.end(row, part));
  }

  /** A part as a string of one character per byte: another one for any other bytes, whatever these mean. */
  name(row: number, part: number): string {
    return this.bytes.toString('latin1', this.start(row, part), this.end(row, part));
  }

  /** Whether a part is the same as that of another row. */
  equals(row: number, part: number, other: Records, otherRow: number): boolean {
    const start = this.start(row, part);
    const length = this.end(row, part) - start;
    const otherStart = other.start(otherRow, part);
    if (other.end(otherRow, part) - otherStart !== length) return false;
    for (let at = 0; at < length; at++)
      if (this.bytes[start + at] !== other.bytes[otherStart + at]) return false;
    return true;
  }

  /** Some rows, rising, in memory of their own. */
  select(rows: Uint32Array): Records {
    const source = this.bytes;
    let length = 0;
    for (const row of rows) length += this.end(row, this.parts - 1) - this.start(row, 0);
    const bytes = Buffer.allocUnsafeSlow(length);
    const ends = endsFor(rows.length * this.parts, length);
    let to = 0;
    let next = 0;
    for (const row of rows) {
      const start = this.start(row, 0);
      for (let part = 0; part < this.parts; part++) ends[next++] = to + this.end(row, part) - start;
      const end = this.end(row, this.parts - 1);
      // Rows are short: a loop beats a call.
      for (let at = start; at < end; at++) bytes[to++] = source[at]!;
    }
    return new Records({ parts: this.parts, ends, bytes });
  }
}

/** Rows one after another. */
export function joinRecords(parts: number, list: readonly Records[]): Records {
  if (list.length === 1) return list[0]!;
  const length = list.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const bytes = Buffer.allocUnsafeSlow(length);
  const ends = endsFor(
    list.reduce((sum, each) => sum + each.ends.length, 0),
    length,
  );
  let to = 0;
  let next = 0;
  for (const each of list) {
    bytes.set(each.bytes, to);
    for (const end of each.ends) ends[next++] = to + end;
    to += each.bytes.length;
  }
  return new Records({ parts, ends, bytes });
}

function endsFor(count: number, bytes: number): Uint32Array | Float64Array {
  return bytes <= MOST_BYTES ? new Uint32Array(count) : new Float64Array(count);
}

/** Writes rows part by part. */
export class RecordWriter {
  readonly #parts: number;
  readonly #ends: Uint32Array;
  #bytes: Buffer;
  #view: DataView;
  #at = 0;
  #closed = 0;

  constructor(parts: number, rows: number, bytesPerRow: number) {
    this.#parts = parts;
    this.#ends = new Uint32Array(rows * parts);
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(64, rows * bytesPerRow));
    this.#view = viewOf(this.#bytes);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  copy(source: Uint8Array, start = 0, end: number = source.length): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let to = this.#at;
    this.#at += end - start;
    // Most are short: a loop beats a call.
    if (end - start > 256) bytes.set(source.subarray(start, end), to);
    else for (let at = start; at < end; at++) bytes[to++] = source[at]!;
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at, 'utf8');
  }

  /** A text behind the number of its bytes. */
  sizedText(text: string): void {
    this.#reserve(4 + text.length * 3);
    const length = this.#bytes.write(text, this.#at + 4, 'utf8');
    this.#view.setUint32(this.#at, length, true);
    this.#at += 4 + length;
  }

  /** Bytes behind their number. */
  sized(source: Uint8Array, start: number, end: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#at, end - start, true);
    this.#at += 4;
    this.copy(source, start, end);
  }

  /** The same again as the part that ended so many parts before. */
  repeatPart(back: number): void {
    const part = this.#closed - back;
    this.sized(this.#bytes, part === 0 ? 0 : this.#ends[part - 1]!, this.#ends[part]!);
  }

  /** One byte per character, of which none is beyond U+00FF. */
  latin1(text: string): void {
    this.#reserve(text.length);
    this.#at += this.#bytes.write(text, this.#at, 'latin1');
  }

  long(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.#at, value, true);
    this.#at += 8;
  }

  /** What was written of a part that has not ended; valid until more is written. */
  open(): Buffer {
    return this.#bytes.subarray(this.#openAt(), this.#at);
  }

  /** Takes that back. */
  dropOpen(): void {
    this.#at = this.#openAt();
  }

  endPart(): void {
    this.#ends[this.#closed++] = this.#at;
  }

  finish(): Records {
    const bytes = Buffer.allocUnsafeSlow(this.#at);
    bytes.set(this.#bytes.subarray(0, this.#at));
    return new Records({ parts: this.#parts, ends: this.#ends, bytes });
  }

  #openAt(): number {
    return this.#closed === 0 ? 0 : this.#ends[this.#closed - 1]!;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    if (needed > MOST_BYTES)
      throw new RangeError(
        `keys and ids of one batch take more than ${MOST_BYTES} bytes: write smaller files`,
      );
    const larger = Buffer.allocUnsafeSlow(Math.min(MOST_BYTES, Math.max(needed, this.#bytes.length * 2)));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
