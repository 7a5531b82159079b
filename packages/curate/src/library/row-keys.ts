import { type Data, DataType, type RecordBatch } from 'apache-arrow';
import { isBlank } from '../dedup/merge-key.js';
import { CurateError } from '../error.js';
import { isPresent } from '../flatten/utf8-column.js';
import { columnOf } from './batch-source.js';
import { isText, textColumn, withoutDictionary } from './text-column.js';

/** The bytes of a row's key, valid until the next row is asked; null where a part of it is null or a blank text. */
export type KeyAt = (row: number) => Uint8Array | null;

/**
 * Reads the key that some columns make together: exact bytes, so that two keys are the same only where every part is.
 *
 * @throws {CurateError} `COLUMN_MISSING`, `COLUMN_TYPE_MISMATCH` for a type that is not exact (floats) or nested.
 */
export function keyReader(batch: RecordBatch, names: readonly string[], option: string): KeyAt {
  const parts = names.map((name) => partReader(columnOf(batch, name, option), name));
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  let joined = Buffer.alloc(256);
  return (row) => {
    let size = 0;
    for (const part of parts) {
      const bytes = part(row);
      if (bytes === null) return null;
      const needed = size + 4 + bytes.length;
      if (needed > joined.length) joined = Buffer.concat([joined], Math.max(needed, joined.length * 2));
      // The length first: ('a', 'bc') and ('ab', 'c') are two keys.
      joined.writeUInt32LE(bytes.length, size);
      joined.set(bytes, size + 4);
      size = needed;
    }
    return joined.subarray(0, size);
  };
}

function partReader(data: Data, name: string): KeyAt {
  if (isText(data.type)) {
    const column = textColumn(data, name);
    return (row) => {
      const start = column.offsets[row]!;
      const end = column.offsets[row + 1]!;
      if (!isPresent(column, row) || isBlank(column.data, start, end)) return null;
      return column.data.subarray(start, end);
    };
  }
  const plain = withoutDictionary(data);
  const type = plain.type as DataType;
  if (DataType.isBool(type)) {
    const [no, yes] = [Uint8Array.of(0), Uint8Array.of(1)];
    return (row) => (plain.getValid(row) ? (bitAt(plain, row) ? yes : no) : null);
  }
  if (DataType.isNull(type)) return () => null;
  if (!isExact(type)) {
    throw new CurateError(
      `column ${name} is ${type}, which makes no key: name columns of text, bytes, whole numbers, decimals, booleans, dates or times`,
      { code: 'COLUMN_TYPE_MISMATCH', context: { column: name, type: String(type) } },
    );
  }
  const values = plain.values as Int32Array;
  const width = values.BYTES_PER_ELEMENT * plain.stride;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return (row) => (plain.getValid(row) ? bytes.subarray(row * width, (row + 1) * width) : null);
}

function isExact(type: DataType): boolean {
  return (
    DataType.isInt(type) ||
    DataType.isDecimal(type) ||
    DataType.isDate(type) ||
    DataType.isTime(type) ||
    DataType.isTimestamp(type) ||
    DataType.isDuration(type) ||
    DataType.isFixedSizeBinary(type)
  );
}

export function bitAt(data: Data, row: number): boolean {
  const bit = data.offset + row;
  return (((data.values as Uint8Array)[bit >> 3]! >> (bit & 7)) & 1) === 1;
}
