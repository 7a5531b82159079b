import {
  type Data,
  DataType,
  Field,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  type Utf8,
  Vector,
} from 'apache-arrow';
import { isPresent, type Utf8Column, utf8Column, utf8Vector } from '../flatten/utf8-column.js';

/** Up to here a loop copies faster than making a view for `set`. */
const SHORT_COPY = 48;

/** A column under its name in a table. */
export interface NamedVector {
  readonly name: string;
  readonly vector: Vector;
}

/** A record batch of columns of equal length. */
export function recordBatch(columns: readonly NamedVector[], rowCount: number): RecordBatch {
  return dataBatch(
    columns.map(({ name, vector }) => ({ name, data: singleChunk(vector) })),
    rowCount,
  );
}

/** As {@link recordBatch}, of chunks. */
export function dataBatch(
  columns: readonly { readonly name: string; readonly data: Data }[],
  rowCount: number,
): RecordBatch {
  const fields = columns.map(({ name, data }) => new Field(name, data.type as DataType, true));
  const children = columns.map(({ data }) => data);
  return new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length: rowCount, nullCount: 0, children }),
  );
}

/** The only chunk of a column of ours. */
export function singleChunk(vector: Vector): Data {
  const [only] = vector.data;
  if (vector.data.length !== 1 || only === undefined) {
    throw new RangeError(`a column of a batch must be one chunk, this one has ${vector.data.length}`);
  }
  return only;
}

/** The texts of some rows, in their order. */
export function takeTexts(column: Utf8Column, rows: Int32Array): Vector<Utf8> {
  return utf8Vector(takeTextColumn(column, rows));
}

/** As {@link takeTexts}, as flat buffers. */
export function takeTextColumn(column: Utf8Column, rows: Int32Array): Utf8Column {
  const offsets = new Int32Array(rows.length + 1);
  const validity = column.validity === null ? null : new Uint8Array((rows.length + 7) >> 3);
  let bytes = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    if (validity === null || isPresent(column, row)) {
      bytes += column.offsets[row + 1]! - column.offsets[row]!;
      if (validity !== null) validity[index >> 3]! |= 1 << (index & 7);
    }
    offsets[index + 1] = bytes;
  }
  const data = new Uint8Array(bytes);
  for (let index = 0; index < rows.length; index++) {
    if (offsets[index] === offsets[index + 1]) continue;
    const row = rows[index]!;
    const [start, end] = [column.offsets[row]!, column.offsets[row + 1]!];
    if (end - start > SHORT_COPY) data.set(column.data.subarray(start, end), offsets[index]!);
    else for (let from = start, to = offsets[index]!; from < end; from++, to++) data[to] = column.data[from]!;
  }
  return { length: rows.length, data, offsets, validity };
}

/** A column that a function gives row by row as bytes. */
export function textsOf(length: number, bytesOf: (index: number) => Uint8Array | null): Vector<Utf8> {
  const offsets = new Int32Array(length + 1);
  const validity = new Uint8Array((length + 7) >> 3);
  const parts: (Uint8Array | null)[] = [];
  let size = 0;
  let nulls = 0;
  for (let index = 0; index < length; index++) {
    const bytes = bytesOf(index);
    parts.push(bytes);
    if (bytes === null) nulls++;
    else {
      size += bytes.length;
      validity[index >> 3]! |= 1 << (index & 7);
    }
    offsets[index + 1] = size;
  }
  const data = new Uint8Array(size);
  for (const [index, part] of parts.entries()) if (part !== null) data.set(part, offsets[index]!);
  return utf8Vector({ length, data, offsets, validity: nulls === 0 ? null : validity });
}

/** One text in every row. */
export function constantText(text: string | null, length: number): Vector<Utf8> {
  const bytes = text === null ? null : Buffer.from(text, 'utf8');
  return textsOf(length, () => bytes);
}

export function nullTexts(length: number): Vector<Utf8> {
  return utf8Vector({
    length,
    data: new Uint8Array(0),
    offsets: new Int32Array(length + 1),
    validity: new Uint8Array((length + 7) >> 3),
  });
}

export function takeLongs(values: BigInt64Array, rows: Int32Array): BigInt64Array {
  const taken = new BigInt64Array(rows.length);
  for (let index = 0; index < rows.length; index++) taken[index] = values[rows[index]!]!;
  return taken;
}

export function longVector(values: BigInt64Array): Vector {
  return new Vector([makeData({ type: new Int64(), length: values.length, nullCount: 0, data: values })]);
}

/** Microseconds since the epoch as `timestamptz`. */
export function instantVector(values: BigInt64Array): Vector {
  return new Vector([
    makeData({ type: new TimestampMicrosecond('UTC'), length: values.length, nullCount: 0, data: values }),
  ]);
}

export function constantLongs(value: bigint, length: number): BigInt64Array {
  return new BigInt64Array(length).fill(value);
}

/** A list of longs per row. */
export function longLists(lists: readonly (readonly bigint[] | null)[]): Vector {
  const offsets = new Int32Array(lists.length + 1);
  const validity = new Uint8Array((lists.length + 7) >> 3);
  let nulls = 0;
  for (const [row, list] of lists.entries()) {
    offsets[row + 1] = offsets[row]! + (list?.length ?? 0);
    if (list === null) nulls++;
    else validity[row >> 3]! |= 1 << (row & 7);
  }
  const values = new BigInt64Array(offsets[lists.length]!);
  for (const [row, list] of lists.entries())
    list?.forEach((value, index) => {
      values[offsets[row]! + index] = value;
    });
  const child = makeData({ type: new Int64(), length: values.length, nullCount: 0, data: values });
  return new Vector([
    makeData({
      type: new List(new Field('element', new Int64(), false)),
      length: lists.length,
      nullCount: nulls,
      nullBitmap: nulls === 0 ? null : validity,
      valueOffsets: offsets,
      child,
    }),
  ]);
}

/** As {@link longLists}, without any list. */
export function nullLongLists(length: number): Vector {
  const child = makeData({ type: new Int64(), length: 0, nullCount: 0, data: new BigInt64Array(0) });
  return new Vector([
    makeData({
      type: new List(new Field('element', new Int64(), false)),
      length,
      nullCount: length,
      nullBitmap: new Uint8Array((length + 7) >> 3),
      valueOffsets: new Int32Array(length + 1),
      child,
    }),
  ]);
}

/** Some rows of a column of ours: text, long, or instant. */
export function takeColumn(vector: Vector, rows: Int32Array): Vector {
  if (DataType.isUtf8(vector.type)) return takeTexts(utf8Column(vector), rows);
  const [data] = vector.data;
  const values = takeLongs(data?.values as BigInt64Array, rows);
  return DataType.isTimestamp(vector.type) ? instantVector(values) : longVector(values);
}

/** Bytes of memory that columns hold. */
export function heldBytes(columns: Iterable<Data>): number {
  let bytes = 0;
  for (const { values, valueOffsets, nullBitmap, dictionary } of columns) {
    bytes += (values as Uint8Array | undefined)?.byteLength ?? 0;
    bytes += (valueOffsets as Int32Array | undefined)?.byteLength ?? 0;
    bytes += (nullBitmap as Uint8Array | undefined)?.byteLength ?? 0;
    if (dictionary !== undefined) bytes += heldBytes((dictionary as Vector).data);
  }
  return bytes;
}
