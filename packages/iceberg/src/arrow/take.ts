import { type Schema as ArrowSchema, type Data, DataType, makeData, RecordBatch, Struct } from 'apache-arrow';
import { bitAt, isValidAt, mayHaveNulls } from './arrow-data.js';

/** The rows of a batch at `indices`, in that order. */
export function takeRows(batch: RecordBatch, indices: Int32Array): RecordBatch {
  return makeBatch(
    batch.schema,
    batch.data.children.map((child) => takeData(child as Data, indices)),
    indices.length,
  );
}

/** A batch from one chunk per field. */
export function makeBatch(schema: ArrowSchema, children: readonly Data[], length: number): RecordBatch {
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [...children] });
  return new RecordBatch(schema, data);
}

/** The values of a chunk at `indices`, copied. */
export function takeData(data: Data, indices: Int32Array): Data {
  const type = data.type as DataType;
  const length = indices.length;
  const validity = takeValidity(data, indices);
  const common = { type, length, ...validity };
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return takeVariable(data, indices, common);
  if (DataType.isList(type) || DataType.isMap(type)) return takeNested(data, indices, common);
  if (DataType.isStruct(type)) {
    return makeData({
      ...common,
      children: data.children.map((child) => takeData(child as Data, indices)),
    } as never);
  }
  if (DataType.isBool(type)) {
    const bits = new Uint8Array(Math.ceil(length / 8));
    for (let out = 0; out < length; out++) {
      if (bitAt(data, indices[out]!)) bits[out >> 3]! |= 1 << (out & 7);
    }
    return makeData({ ...common, data: bits } as never);
  }
  if (DataType.isNull(type)) return makeData({ type, length } as never);
  return makeData({ ...common, data: takeFixed(data, indices) } as never);
}

interface TakenRows {
  type: DataType;
  length: number;
  nullCount: number;
  nullBitmap?: Uint8Array;
}

function takeValidity(data: Data, indices: Int32Array): { nullCount: number; nullBitmap?: Uint8Array } {
  if (!mayHaveNulls(data)) return { nullCount: 0 };
  const nullBitmap = new Uint8Array(Math.ceil(indices.length / 8));
  let nullCount = 0;
  for (let out = 0; out < indices.length; out++) {
    if (isValidAt(data, indices[out]!)) nullBitmap[out >> 3]! |= 1 << (out & 7);
    else nullCount++;
  }
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap };
}

type TypedArray = Uint8Array | Int32Array | Uint32Array | BigInt64Array | Float64Array;

function takeFixed(data: Data, indices: Int32Array): TypedArray {
  const values = data.values as TypedArray;
  const type = data.type as DataType;
  const stride = DataType.isFixedSizeBinary(type) ? type.byteWidth : DataType.isDecimal(type) ? 4 : 1;
  const taken = new (values.constructor as new (length: number) => TypedArray)(indices.length * stride);
  if (stride === 1) {
    for (let out = 0; out < indices.length; out++) taken[out] = values[indices[out]!]!;
    return taken;
  }
  for (let out = 0; out < indices.length; out++) {
    const start = indices[out]! * stride;
    taken.set(values.subarray(start, start + stride) as never, out * stride);
  }
  return taken;
}

function takeVariable(data: Data, indices: Int32Array, common: TakenRows): Data {
  const source = data.valueOffsets as Int32Array;
  const bytes = data.values as Uint8Array;
  const valueOffsets = new Int32Array(indices.length + 1);
  let total = 0;
  for (let out = 0; out < indices.length; out++) {
    const index = indices[out]!;
    total += source[index + 1]! - source[index]!;
    valueOffsets[out + 1] = total;
  }
  const taken = new Uint8Array(total);
  for (let out = 0; out < indices.length; ) {
    // Rows that stand side by side are copied together.
    const first = out;
    do out++;
    while (out < indices.length && indices[out] === indices[out - 1]! + 1);
    const range = { start: source[indices[first]!]!, end: source[indices[out - 1]! + 1]! };
    copyBytes(bytes, range, taken, valueOffsets[first]!);
  }
  return makeData({ ...common, valueOffsets, data: taken } as never);
}

/** A view of a few bytes costs more than they do. */
const SHORT_BYTES = 48;

function copyBytes(
  from: Uint8Array,
  { start, end }: { start: number; end: number },
  to: Uint8Array,
  at: number,
): void {
  if (end - start > SHORT_BYTES) to.set(from.subarray(start, end), at);
  else for (let place = start; place < end; place++) to[at + place - start] = from[place]!;
}

function takeNested(data: Data, indices: Int32Array, common: TakenRows): Data {
  const source = data.valueOffsets as Int32Array;
  const valueOffsets = new Int32Array(indices.length + 1);
  for (let out = 0; out < indices.length; out++) {
    const index = indices[out]!;
    valueOffsets[out + 1] = valueOffsets[out]! + (source[index + 1]! - source[index]!);
  }
  const childIndices = new Int32Array(valueOffsets[indices.length]!);
  let next = 0;
  for (const index of indices) {
    for (let child = source[index]!; child < source[index + 1]!; child++) childIndices[next++] = child;
  }
  return makeData({
    ...common,
    valueOffsets,
    child: takeData(data.children[0] as Data, childIndices),
  } as never);
}
