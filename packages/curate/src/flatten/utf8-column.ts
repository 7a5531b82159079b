import { DataType, makeData, Utf8, Vector } from 'apache-arrow';
import { CurateError } from '../error.js';

/** A column of UTF-8 texts in Arrow's layout: row i is `data[offsets[i]..offsets[i + 1])`. */
export interface Utf8Column {
  readonly length: number;
  readonly data: Uint8Array;
  readonly offsets: Int32Array;
  /** One bit per row, least significant first, 1 = present; null when every row is. */
  readonly validity: Uint8Array | null;
}

/**
 * The buffers behind an Arrow Utf8 or Binary vector: not copied when the vector is one chunk.
 *
 * The view lives as long as the vector's memory does.
 *
 * @throws {CurateError} `COLUMN_TYPE_MISMATCH` for a vector of another type.
 * @example utf8Column(vectorFromArray(['{"a":1}'], new Utf8()));
 */
export function utf8Column(vector: Vector): Utf8Column {
  if (!DataType.isUtf8(vector.type) && !DataType.isBinary(vector.type)) {
    throw new CurateError(`a text column is needed and this one is ${vector.type}: read it as Utf8`, {
      code: 'COLUMN_TYPE_MISMATCH',
      context: { type: String(vector.type) },
    });
  }
  const chunks = vector.data.filter((chunk) => chunk.length > 0);
  const [only] = chunks;
  if (only === undefined) return utf8ColumnOf([]);
  if (chunks.length > 1) return concatenate(vector);
  return {
    length: only.length,
    data: only.values as Uint8Array,
    offsets: only.valueOffsets as Int32Array,
    validity:
      only.nullCount === 0 ? null : shiftedBits(only.nullBitmap as Uint8Array, only.offset, only.length),
  };
}

/** Arrow keeps the bitmap of a sliced vector whole: bring the slice's first bit to position 0. */
function shiftedBits(bits: Uint8Array, offset: number, length: number): Uint8Array {
  if (offset === 0) return bits;
  const shifted = new Uint8Array((length + 7) >> 3);
  for (let row = 0; row < length; row++) {
    const from = row + offset;
    if ((bits[from >> 3]! >> (from & 7)) & 1) shifted[row >> 3]! |= 1 << (row & 7);
  }
  return shifted;
}

function concatenate(vector: Vector): Utf8Column {
  return joinTexts(
    vector.data.filter((chunk) => chunk.length > 0).map((chunk) => utf8Column(new Vector([chunk]))),
  );
}

/** Columns one after another as one, in memory of its own. */
export function joinTexts(parts: readonly Utf8Column[]): Utf8Column {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const isFull = parts.every(({ validity }) => validity === null);
  const bytes = parts.reduce((sum, part) => sum + part.offsets[part.length]! - part.offsets[0]!, 0);
  const data = new Uint8Array(bytes);
  const offsets = new Int32Array(length + 1);
  const validity = new Uint8Array((length + 7) >> 3);
  let row = 0;
  let position = 0;
  for (const part of parts) {
    const first = part.offsets[0]!;
    data.set(part.data.subarray(first, part.offsets[part.length]!), position);
    for (let index = 0; index < part.length; index++, row++) {
      offsets[row] = position + part.offsets[index]! - first;
      if (!isFull && isPresent(part, index)) validity[row >> 3]! |= 1 << (row & 7);
    }
    position += part.offsets[part.length]! - first;
  }
  offsets[row] = position;
  return { length, data, offsets, validity: isFull ? null : validity };
}

/** Whether a row holds a text (not null). */
export function isPresent(column: Utf8Column, row: number): boolean {
  return column.validity === null || ((column.validity[row >> 3]! >> (row & 7)) & 1) === 1;
}

/**
 * A column from texts or bytes in memory: the convenience form for tests and small inputs. A string with half of a
 * surrogate pair becomes bytes that are no UTF-8, as {@link utf8Bytes} says.
 *
 * @example utf8ColumnOf(['{"a":1}', null]);
 */
export function utf8ColumnOf(values: readonly (string | Uint8Array | null)[]): Utf8Column {
  const encoded = values.map((value) => (typeof value === 'string' ? utf8Bytes(value) : value));
  const offsets = new Int32Array(values.length + 1);
  const validity = new Uint8Array((values.length + 7) >> 3);
  for (const [row, bytes] of encoded.entries()) {
    offsets[row + 1] = offsets[row]! + (bytes?.length ?? 0);
    if (bytes !== null) validity[row >> 3]! |= 1 << (row & 7);
  }
  const data = new Uint8Array(offsets[values.length]!);
  for (const [row, bytes] of encoded.entries()) if (bytes !== null) data.set(bytes, offsets[row]!);
  return { length: values.length, data, offsets, validity };
}

/**
 * The UTF-8 bytes of a string. Half of a surrogate pair, which UTF-8 cannot hold, is written as three bytes that no
 * reader takes for UTF-8: replaced by U+FFFD it would be another text, and nobody would know.
 */
export function utf8Bytes(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts = text.split(LONE_SURROGATE);
  return Buffer.concat(
    parts.map((part, index) => (index % 2 === 0 ? Buffer.from(part, 'utf8') : surrogateBytes(part))),
  );
}

/** In Unicode mode halves of a pair are no characters of their own. */
const LONE_SURROGATE = /([\ud800-\udfff])/u;

function surrogateBytes(half: string): Uint8Array {
  const code = half.charCodeAt(0);
  return Uint8Array.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
}

/** The same buffers as an Arrow vector. */
export function utf8Vector(column: Utf8Column): Vector<Utf8> {
  const { length, data, offsets, validity } = column;
  return new Vector([
    makeData({
      type: new Utf8(),
      length,
      nullCount: validity === null ? 0 : countNulls(validity, length),
      nullBitmap: validity,
      valueOffsets: offsets,
      data,
    }),
  ]);
}

function countNulls(validity: Uint8Array, length: number): number {
  const whole = length >> 3;
  let present = 0;
  for (let at = 0; at < whole; at++) present += ONES[validity[at]!]!;
  for (let row = whole << 3; row < length; row++) present += (validity[row >> 3]! >> (row & 7)) & 1;
  return length - present;
}

/** How many bits of a byte are set. */
const ONES: Uint8Array = new Uint8Array(256);
for (let byte = 1; byte < 256; byte++) ONES[byte] = ONES[byte >> 1]! + (byte & 1);
