import { hash } from 'node:crypto';
import { type Data, DataType, type RecordBatch } from 'apache-arrow';
import { bitAt, isValidAt, mayHaveNulls } from '../arrow/arrow-data.js';
import type { IcebergType, NestedField } from '../type/iceberg-type.js';

/** Up to so many bytes a row stands for itself; of a longer one its SHA-256 is held. */
const LONGEST_ROW = 32;

/** Appends a value to the row's bytes; gives whether there was one. */
type WriteValue = (row: number) => boolean;

/**
 * Gives each row of a batch a text that is equal for equal rows only: all NaN are equal, zeros of both signs are not,
 * null equals null. A text has some 32 characters at most, however wide the rows. `fields` are the batch's first columns.
 */
export function rowEncoder(batch: RecordBatch, fields: readonly NestedField[]): (row: number) => string {
  const bytes = new RowBytes();
  const columns = fields.map((field, position) =>
    valueWriter(bytes, batch.data.children[position] as Data, field.type),
  );
  return (row) => {
    bytes.clear();
    for (const write of columns) write(row);
    return bytes.text();
  };
}

/** As {@link rowEncoder} for a key, whose columns stand at `positions`: `null` for a row that lacks a value in it. */
export function keyEncoder(
  batch: RecordBatch,
  positions: readonly number[],
  fields: readonly NestedField[],
): (row: number) => string | null {
  const bytes = new RowBytes();
  const columns = positions.map((position, index) =>
    valueWriter(bytes, batch.data.children[position] as Data, fields[index]!.type),
  );
  return (row) => {
    bytes.clear();
    return columns.every((write) => write(row)) ? bytes.text() : null;
  };
}

/** The bytes of one row; every value says by itself where it ends. */
class RowBytes {
  #buffer = Buffer.alloc(256);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = value;
  }

  count(value: number): void {
    this.#room(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  copy(source: Uint8Array, start: number, end: number): void {
    this.#room(end - start);
    if (end - start > 24) this.#buffer.set(source.subarray(start, end), this.#length);
    else for (let at = start; at < end; at++) this.#buffer[this.#length + at - start] = source[at]!;
    this.#length += end - start;
  }

  text(): string {
    if (this.#length <= LONGEST_ROW) return this.#buffer.toString('latin1', 0, this.#length);
    // A prefix that keeps a digest from being taken for a row of its length.
    return `#${hash('sha256', this.#buffer.subarray(0, this.#length), 'binary')}`;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

function valueWriter(bytes: RowBytes, data: Data, type: IcebergType): WriteValue {
  const write = presentWriter(bytes, data, type);
  const nullable = mayHaveNulls(data);
  return (row) => {
    const present = write !== null && !(nullable && !isValidAt(data, row));
    bytes.byte(present ? 1 : 0);
    if (present) write(row);
    return present;
  };
}

/** Writes values that are there; `null` for a column that has none. */
function presentWriter(bytes: RowBytes, data: Data, type: IcebergType): ((row: number) => void) | null {
  const arrow = data.type as DataType;
  if (DataType.isNull(arrow)) return null;
  if (typeof type !== 'string') return nestedWriter(bytes, data, type);
  if (DataType.isBool(arrow)) return (row) => bytes.byte(bitAt(data, row) ? 1 : 0);
  const values = data.values as Uint8Array | Float64Array;
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (DataType.isUtf8(arrow) || DataType.isBinary(arrow)) {
    const offsets = data.valueOffsets as Int32Array;
    return (row) => {
      const [start, end] = [offsets[row]!, offsets[row + 1]!];
      bytes.count(end - start);
      bytes.copy(raw, start, end);
    };
  }
  const width = DataType.isFixedSizeBinary(arrow)
    ? arrow.byteWidth
    : DataType.isDecimal(arrow)
      ? 16
      : values.BYTES_PER_ELEMENT;
  const plain = (row: number): void => bytes.copy(raw, row * width, row * width + width);
  if (!DataType.isFloat(arrow)) return plain;
  const nan = new Uint8Array(width).fill(0xff);
  return (row) => (Number.isNaN(values[row]) ? bytes.copy(nan, 0, width) : plain(row));
}

function nestedWriter(
  bytes: RowBytes,
  data: Data,
  type: Exclude<IcebergType, string>,
): (row: number) => void {
  if (type.type === 'struct') {
    const children = type.fields.map((field, position) =>
      valueWriter(bytes, data.children[position] as Data, field.type),
    );
    return (row) => {
      for (const write of children) write(row);
    };
  }
  const offsets = data.valueOffsets as Int32Array;
  const child = data.children[0] as Data;
  const items =
    type.type === 'list'
      ? [valueWriter(bytes, child, type.element)]
      : [
          valueWriter(bytes, child.children[0] as Data, type.key),
          valueWriter(bytes, child.children[1] as Data, type.value),
        ];
  return (row) => {
    bytes.count(offsets[row + 1]! - offsets[row]!);
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) for (const write of items) write(at);
  };
}
