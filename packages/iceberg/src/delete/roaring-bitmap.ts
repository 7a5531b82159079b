const COOKIE = 12_347;
const COOKIE_WITHOUT_RUNS = 12_346;
const OFFSETS_FROM_CONTAINERS = 4;
const ARRAY_MAX = 4096;
const BITSET_BYTES = 8192;

/**
 * Positions of a 64-bit roaring bitmap in the portable format (RoaringFormatSpec, "Extension for 64-bit
 * Implementations"), ascending. Positions are doubles: a file has fewer than 2^53 rows.
 *
 * Throws an `Error` where the bytes are damaged, or hold more than `limit` positions: a few bytes may stand for
 * billions, so nothing is allocated before they are counted.
 */
export function decodeRoaring64(bytes: Uint8Array, limit: number): Float64Array {
  const input = new ByteReader(bytes);
  const count = input.long();
  const parts: Float64Array[] = [];
  let left = limit;
  let previous = -1;
  for (let index = 0n; index < count; index++) {
    const high = input.u32();
    if (high <= previous) throw new Error('the keys of a roaring bitmap do not ascend');
    if (high >= 2 ** 21) throw new Error(`a roaring bitmap holds positions above 2^53 (key ${high})`);
    previous = high;
    const part = decodeRoaring32(input, high * 2 ** 32, left);
    left -= part.length;
    parts.push(part);
  }
  if (input.left > 0) throw new Error(`${input.left} bytes follow a roaring bitmap`);
  const positions = new Float64Array(limit - left);
  let at = 0;
  for (const part of parts) {
    positions.set(part, at);
    at += part.length;
  }
  return positions;
}

function decodeRoaring32(input: ByteReader, base: number, limit: number): Float64Array {
  const cookie = input.u32();
  let size: number;
  let runFlags: Uint8Array | null = null;
  if ((cookie & 0xffff) === COOKIE) {
    size = (cookie >>> 16) + 1;
    runFlags = input.take(Math.ceil(size / 8));
  } else if (cookie === COOKIE_WITHOUT_RUNS) {
    size = input.u32();
    if (size > 65_536) throw new Error(`a roaring bitmap has ${size} containers`);
  } else {
    throw new Error(`a roaring bitmap begins with the cookie ${cookie}`);
  }
  const headers: { key: number; cardinality: number }[] = [];
  let total = 0;
  for (let index = 0; index < size; index++) {
    const header = { key: input.u16(), cardinality: input.u16() + 1 };
    if (index > 0 && header.key <= headers[index - 1]!.key)
      throw new Error('the containers of a roaring bitmap do not ascend');
    headers.push(header);
    total += header.cardinality;
  }
  if (total > limit) throw new Error(`a roaring bitmap holds ${total} positions, at most ${limit} can be`);
  // Containers follow each other in order, so the offsets, which only serve random access, say nothing new.
  if (runFlags === null || size >= OFFSETS_FROM_CONTAINERS) input.take(size * 4);
  const positions = new PositionWriter(total);
  for (const [index, { key, cardinality }] of headers.entries()) {
    const isRun = runFlags !== null && ((runFlags[index >> 3]! >> (index & 7)) & 1) === 1;
    const end = positions.length + cardinality;
    const start = base + key * 65_536;
    if (isRun) readRuns(input, positions, start, end);
    else if (cardinality <= ARRAY_MAX) readArray(input, positions, start, end);
    else readBitset(input, positions, start, end);
    if (positions.length !== end)
      throw new Error('a container of a roaring bitmap has not as many values as it says');
  }
  return positions.values;
}

function readRuns(input: ByteReader, positions: PositionWriter, base: number, end: number): void {
  const runs = input.u16();
  for (let run = 0; run < runs; run++) {
    const start = input.u16();
    const last = start + input.u16();
    if (last > 65_535 || positions.length + last - start + 1 > end)
      throw new Error('a run of a roaring bitmap is too long');
    for (let value = start; value <= last; value++) positions.push(base + value);
  }
}

function readArray(input: ByteReader, positions: PositionWriter, base: number, end: number): void {
  while (positions.length < end) positions.push(base + input.u16());
}

function readBitset(input: ByteReader, positions: PositionWriter, base: number, end: number): void {
  for (const [index, byte] of input.take(BITSET_BYTES).entries()) {
    for (let bit = 0; bit < 8; bit++) {
      if (((byte >> bit) & 1) === 0) continue;
      if (positions.length === end)
        throw new Error('a bitset of a roaring bitmap has more values than it says');
      positions.push(base + index * 8 + bit);
    }
  }
}

/** Fills an array whose length is known, and sees that positions ascend. */
class PositionWriter {
  readonly values: Float64Array;
  length = 0;

  constructor(total: number) {
    this.values = new Float64Array(total);
  }

  push(position: number): void {
    if (this.length > 0 && position <= this.values[this.length - 1]!)
      throw new Error('the values of a roaring bitmap do not ascend');
    this.values[this.length++] = position;
  }
}

/** Little-endian numbers; reading past the end throws. */
class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new Error('a roaring bitmap ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u16(): number {
    this.take(2);
    return this.#view.getUint16(this.#at - 2, true);
  }

  u32(): number {
    this.take(4);
    return this.#view.getUint32(this.#at - 4, true);
  }

  long(): bigint {
    this.take(8);
    return this.#view.getBigUint64(this.#at - 8, true);
  }
}
