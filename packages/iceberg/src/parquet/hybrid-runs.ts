/** So many that their bits can be counted in 32 bits; a multiple of eight, so that each part begins with a byte. */
const UNPACKED_AT_ONCE = 2 ** 20;

/** Bits that are set in a byte. */
const BITS_SET = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/**
 * Values of a few bits each in Parquet's mix of repeated and packed runs ("RLE / bit-packing hybrid"): levels and
 * places in dictionaries. They are decoded as they are asked for, so that a few bytes that stand for many values take
 * no memory. Every method throws an `Error` where the bytes end before the values.
 */
export class HybridReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #width: number;
  #at: number;
  /** The run that is being read: how many of its values are left, and what they are. */
  #left = 0;
  #isPacked = false;
  #value = 0;
  /** Where a packed run begins, and how many of its values were read. */
  #start = 0;
  #read = 0;

  constructor(bytes: Uint8Array, range: { start: number; end: number }, width: number) {
    if (width > 24) throw new Error(`values of ${width} bits are not expected`);
    this.#bytes = bytes;
    this.#at = range.start;
    this.#end = range.end;
    this.#width = width;
    if (width === 0) this.#left = Number.POSITIVE_INFINITY;
  }

  /** Packed values alone, of one bit. */
  static ofBits(bytes: Uint8Array, start: number, count: number): HybridReader {
    const reader = new HybridReader(bytes, { start, end: bytes.length }, 1);
    reader.#left = count;
    reader.#isPacked = true;
    reader.#start = start;
    return reader;
  }

  /** Fills `values` with the next ones and gives the largest. */
  read(values: Int32Array): number {
    let largest = 0;
    for (let filled = 0; filled < values.length; ) {
      this.#openRun();
      const count = Math.min(this.#left, values.length - filled, UNPACKED_AT_ONCE);
      if (this.#isPacked) {
        const place = this.#place(count);
        largest = Math.max(largest, unpack(this.#bytes, place, values.subarray(filled, filled + count)));
      } else {
        values.fill(this.#value, filled, filled + count);
        largest = Math.max(largest, this.#value);
      }
      this.#pass(count);
      filled += count;
    }
    return largest;
  }

  skip(count: number): void {
    for (let left = count; left > 0; ) {
      this.#openRun();
      const passed = Math.min(this.#left, left);
      this.#pass(passed);
      left -= passed;
    }
  }

  /** Passes over values of one bit and says how many are 1; an `Error` if one is larger. */
  skipOnes(count: number): number {
    let ones = 0;
    for (let left = count; left > 0; ) {
      this.#openRun();
      const passed = Math.min(this.#left, left);
      if (this.#isPacked) {
        const { at, bit } = this.#place(passed);
        ones += countOnes(this.#bytes, at * 8 + bit, passed);
      } else {
        if (this.#value > 1) throw new Error('a level is above 1');
        ones += this.#value * passed;
      }
      this.#pass(passed);
      left -= passed;
    }
    return ones;
  }

  #pass(count: number): void {
    this.#left -= count;
    this.#read += count;
  }

  /** Where the next values of a packed run stand, which must be there. */
  #place(count: number): { at: number; bit: number; width: number } {
    const first = this.#read * this.#width;
    if (this.#start + Math.ceil((first + count * this.#width) / 8) > this.#end)
      throw new Error('packed values end early');
    return { at: this.#start + Math.floor(first / 8), bit: first % 8, width: this.#width };
  }

  #openRun(): void {
    if (this.#left > 0) return;
    const { header, at } = runHeader(this.#bytes, this.#at, this.#end);
    const length = Math.floor(header / 2);
    if (length === 0) throw new Error('a run of values is empty');
    this.#isPacked = header % 2 === 1;
    this.#read = 0;
    if (this.#isPacked) {
      this.#start = at;
      this.#left = length * 8;
      this.#at = at + length * this.#width;
    } else {
      const valueBytes = (this.#width + 7) >> 3;
      if (at + valueBytes > this.#end) throw new Error('a run of values ends early');
      this.#value = 0;
      for (let index = 0; index < valueBytes; index++) this.#value |= this.#bytes[at + index]! << (8 * index);
      this.#left = length;
      this.#at = at + valueBytes;
    }
  }
}

/** Whether levels of one bit are one repeated run of ones: the usual form of a column in which nothing is null. */
export function isAllOnes(bytes: Uint8Array, range: { start: number; end: number }, count: number): boolean {
  if (count === 0) return true;
  const { header, at } = runHeader(bytes, range.start, range.end);
  return header % 2 === 0 && Math.floor(header / 2) >= count && at < range.end && bytes[at] === 1;
}

function runHeader(bytes: Uint8Array, start: number, end: number): { header: number; at: number } {
  let header = 0;
  let at = start;
  for (let shift = 0; shift <= 28; shift += 7) {
    if (at >= end) break;
    const byte = bytes[at++]!;
    header += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { header, at };
  }
  throw new Error('runs of values end early');
}

/** Values stand lowest bit first; each is cut out of the four bytes that hold it. */
function unpack(
  bytes: Uint8Array,
  { at, bit: firstBit, width }: { at: number; bit: number; width: number },
  into: Int32Array,
): number {
  const mask = (1 << width) - 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const room = (bytes.length - 4 - at) * 8 - firstBit;
  const inside = Math.max(0, Math.min(into.length, Math.floor(room / width)));
  let largest = 0;
  for (let index = 0, bit = firstBit; index < inside; index++, bit += width) {
    const value = (view.getInt32(at + (bit >>> 3), true) >>> (bit & 7)) & mask;
    into[index] = value;
    if (value > largest) largest = value;
  }
  for (let index = inside; index < into.length; index++) {
    const bit = firstBit + index * width;
    const start = at + (bit >>> 3);
    let held = 0;
    for (let part = 0; part < 4; part++) held |= (bytes[start + part] ?? 0) << (8 * part);
    into[index] = (held >>> (bit & 7)) & mask;
    largest = Math.max(largest, into[index]!);
  }
  return largest;
}

function countOnes(bytes: Uint8Array, firstBit: number, count: number): number {
  const last = firstBit + count;
  let ones = 0;
  let bit = firstBit;
  const one = (): void => {
    ones += (bytes[Math.floor(bit / 8)]! >> (bit % 8)) & 1;
    bit++;
  };
  while (bit < last && bit % 8 !== 0) one();
  const end = Math.floor(last / 8);
  let byte = bit / 8;
  if (byte < end) {
    for (; byte < end; byte++) ones += BITS_SET[bytes[byte]!]!;
    bit = byte * 8;
  }
  while (bit < last) one();
  return ones;
}
