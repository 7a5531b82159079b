import { type Data, DataType, type Field, makeData, RecordBatch, Schema, Struct, Vector } from 'apache-arrow';

/** A batch from one chunk per field. */
export function batchOf(fields: readonly Field[], children: readonly Data[], length: number): RecordBatch {
  const schema = new Schema([...fields]);
  const data = makeData({ type: new Struct([...fields]), length, nullCount: 0, children: [...children] });
  return new RecordBatch(schema, data);
}

/** Rows `[begin, end)` of a batch; nothing is copied. */
export function sliceBatch(batch: RecordBatch, begin: number, end: number): RecordBatch {
  if (begin === 0 && end === batch.numRows) return batch;
  const children = batch.data.children.map((child) => child.slice(begin, end - begin) as Data);
  return batchOf(batch.schema.fields, children, end - begin);
}

/** The rows of a batch at `rows`, in that order: whatever the types, value for value. */
export function takeRows(batch: RecordBatch, rows: Int32Array): RecordBatch {
  if (isEveryRow(rows, batch.numRows)) return batch;
  const children = batch.data.children.map((child) => takeData(child as Data, rows));
  return batchOf(batch.schema.fields, children, rows.length);
}

function isEveryRow(rows: Int32Array, count: number): boolean {
  return rows.length === count && rows.every((row, index) => row === index);
}

/**
 * The values of a chunk at `rows`, copied.
 *
 * Slicing a chunk moves `values` and `valueOffsets` along and leaves bitmaps whole, to be read from bit `offset` on.
 */
export function takeData(data: Data, rows: Int32Array): Data {
  const type = data.type as DataType;
  const common = { type, length: rows.length, ...takeValidity(data, rows) };
  if (DataType.isNull(type)) return makeData({ type, length: rows.length } as never);
  if (DataType.isBool(type)) return makeData({ ...common, data: takeBits(data, rows) } as never);
  if (DataType.isDictionary(type)) {
    return makeData({
      ...common,
      data: takeFixed(data, rows),
      dictionary: data.dictionary ?? new Vector([]),
    } as never);
  }
  if (isVariable(type)) return takeVariable(data, rows, common);
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) {
    const { variadicBuffers } = data;
    return makeData({ ...common, views: takeFixed(data, rows), variadicBuffers } as never);
  }
  if (DataType.isUnion(type)) throw new RangeError(`rows of a union column (${type}) cannot be selected`);
  if (DataType.isList(type) || DataType.isMap(type) || DataType.isLargeList(type))
    return takeLists(data, rows, common);
  if (DataType.isFixedSizeList(type)) {
    const child = takeData(data.children[0] as Data, repeated(rows, type.listSize));
    return makeData({ ...common, child } as never);
  }
  if (DataType.isStruct(type)) {
    return makeData({
      ...common,
      children: data.children.map((child) => takeData(child as Data, rows)),
    } as never);
  }
  return makeData({ ...common, data: takeFixed(data, rows) } as never);
}

function isVariable(type: DataType): boolean {
  return (
    DataType.isUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isLargeBinary(type)
  );
}

function takeValidity(data: Data, rows: Int32Array): { nullCount: number; nullBitmap?: Uint8Array } {
  const bitmap = data.nullBitmap;
  if (bitmap === undefined || bitmap.length === 0 || data.nullCount === 0) return { nullCount: 0 };
  const nullBitmap = new Uint8Array((rows.length + 7) >> 3);
  let present = 0;
  for (let index = 0; index < rows.length; index++) {
    const bit = data.offset + rows[index]!;
    if (((bitmap[bit >> 3]! >> (bit & 7)) & 1) === 0) continue;
    nullBitmap[index >> 3]! |= 1 << (index & 7);
    present++;
  }
  return { nullCount: rows.length - present, nullBitmap };
}

function takeBits(data: Data, rows: Int32Array): Uint8Array {
  const bits = new Uint8Array((rows.length + 7) >> 3);
  const values = data.values as Uint8Array;
  for (let index = 0; index < rows.length; index++) {
    const bit = data.offset + rows[index]!;
    if ((values[bit >> 3]! >> (bit & 7)) & 1) bits[index >> 3]! |= 1 << (index & 7);
  }
  return bits;
}

type TypedArray = Uint8Array | Int32Array | BigInt64Array | Float64Array;

function takeFixed(data: Data, rows: Int32Array): TypedArray {
  const values = data.values as TypedArray;
  const { stride } = data;
  const taken = new (values.constructor as new (length: number) => TypedArray)(rows.length * stride);
  for (let index = 0; index < rows.length; index++) {
    const from = rows[index]! * stride;
    if (stride === 1) taken[index] = values[from]!;
    else taken.set(values.subarray(from, from + stride) as never, index * stride);
  }
  return taken;
}

type TakenRows = Readonly<Record<string, unknown>>;
type Offsets = Int32Array | BigInt64Array;

function takeVariable(data: Data, rows: Int32Array, common: TakenRows): Data {
  const source = data.valueOffsets as Offsets;
  const bytes = data.values as Uint8Array;
  const valueOffsets = takenOffsets(source, rows);
  const taken = new Uint8Array(Number(valueOffsets[rows.length]!));
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    taken.set(bytes.subarray(Number(source[row]!), Number(source[row + 1]!)), Number(valueOffsets[index]!));
  }
  return makeData({ ...common, valueOffsets, data: taken } as never);
}

function takeLists(data: Data, rows: Int32Array, common: TakenRows): Data {
  const source = data.valueOffsets as Offsets;
  const valueOffsets = takenOffsets(source, rows);
  const children = new Int32Array(Number(valueOffsets[rows.length]!));
  let next = 0;
  for (const row of rows)
    for (let at = Number(source[row]); at < Number(source[row + 1]); at++) children[next++] = at;
  return makeData({ ...common, valueOffsets, child: takeData(data.children[0] as Data, children) } as never);
}

function takenOffsets(source: Offsets, rows: Int32Array): Offsets {
  if (source instanceof BigInt64Array) {
    const offsets = new BigInt64Array(rows.length + 1);
    for (let index = 0; index < rows.length; index++)
      offsets[index + 1] = offsets[index]! + source[rows[index]! + 1]! - source[rows[index]!]!;
    return offsets;
  }
  const offsets = new Int32Array(rows.length + 1);
  for (let index = 0; index < rows.length; index++)
    offsets[index + 1] = offsets[index]! + source[rows[index]! + 1]! - source[rows[index]!]!;
  return offsets;
}

function repeated(rows: Int32Array, size: number): Int32Array {
  return Int32Array.from(
    { length: rows.length * size },
    (_, at) => rows[Math.floor(at / size)]! * size + (at % size),
  );
}
