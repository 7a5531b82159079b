import { type Data, DataType, makeData, type RecordBatch } from 'apache-arrow';
import { IcebergError } from '../error.js';
import { bitAt, columnData, isValidAt, mayHaveNulls } from './arrow-data.js';
import { makeBatch } from './take.js';

/** Offsets of text, binary, list and map columns are 32 bits wide. */
const MAX_OFFSET = 2 ** 31 - 1;

/**
 * One batch with the rows of all, which must have one schema; there must be one at least. Throws `INVALID_ARGUMENT`
 * where a column of text or binary would have more than 2 GiB.
 */
export function concatBatches(batches: readonly RecordBatch[]): RecordBatch {
  const [first] = batches;
  if (batches.length === 1) return first!;
  const children = first!.schema.fields.map((_, index) =>
    concatData(batches.map((batch) => columnData(batch, index))),
  );
  return makeBatch(first!.schema, children, lengthOf(batches.map((batch) => batch.data as Data)));
}

function concatData(all: readonly Data[]): Data {
  const parts = all.filter((part) => part.length > 0);
  if (parts.length === 0) return all[0]!;
  if (parts.length === 1) return parts[0]!;
  const type = parts[0]!.type as DataType;
  const length = lengthOf(parts);
  const common = { type, length, ...concatValidity(parts, length) };
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    const valueOffsets = concatOffsets(parts, length);
    const data = new Uint8Array(valueOffsets[length]!);
    let at = 0;
    for (const part of parts) {
      const [start, end] = range(part);
      data.set((part.values as Uint8Array).subarray(start, end), at);
      at += end - start;
    }
    return makeData({ ...common, valueOffsets, data } as never);
  }
  if (DataType.isList(type) || DataType.isMap(type)) {
    const child = concatData(
      parts.map((part) => {
        const [start, end] = range(part);
        return (part.children[0] as Data).slice(start, end - start);
      }),
    );
    return makeData({ ...common, valueOffsets: concatOffsets(parts, length), child } as never);
  }
  if (DataType.isStruct(type)) {
    const children = type.children.map((_, index) =>
      concatData(parts.map((part) => part.children[index] as Data)),
    );
    return makeData({ ...common, children } as never);
  }
  if (DataType.isBool(type)) {
    const bits = concatBits(parts, length, bitAt);
    return makeData({ ...common, data: bits } as never);
  }
  if (DataType.isNull(type)) return makeData({ type, length } as never);
  return makeData({ ...common, data: concatFixed(parts, length) } as never);
}

type TypedArray = Uint8Array | Int32Array | Uint32Array | BigInt64Array | Float64Array;

function concatFixed(parts: readonly Data[], length: number): TypedArray {
  const type = parts[0]!.type as DataType;
  const stride = DataType.isFixedSizeBinary(type) ? type.byteWidth : DataType.isDecimal(type) ? 4 : 1;
  const first = parts[0]!.values as TypedArray;
  const joined = new (first.constructor as new (size: number) => TypedArray)(length * stride);
  let at = 0;
  for (const part of parts) {
    joined.set((part.values as TypedArray).subarray(0, part.length * stride) as never, at);
    at += part.length * stride;
  }
  return joined;
}

function concatOffsets(parts: readonly Data[], length: number): Int32Array {
  const offsets = new Int32Array(length + 1);
  let row = 0;
  let base = 0;
  for (const part of parts) {
    const source = part.valueOffsets as Int32Array;
    const [start, end] = range(part);
    if (base + end - start > MAX_OFFSET) {
      throw new IcebergError(
        'A column of text, binary or lists would have more than 2 GiB in memory; work on fewer rows at a time (maxGroupBytes).',
        { code: 'INVALID_ARGUMENT' },
      );
    }
    for (let index = 0; index < part.length; index++) offsets[row++] = base + source[index]! - start;
    base += end - start;
  }
  offsets[row] = base;
  return offsets;
}

function concatValidity(
  parts: readonly Data[],
  length: number,
): { nullCount: number; nullBitmap?: Uint8Array } {
  if (!parts.some(mayHaveNulls)) return { nullCount: 0 };
  const nullBitmap = concatBits(parts, length, isValidAt);
  return { nullCount: parts.reduce((total, part) => total + part.nullCount, 0), nullBitmap };
}

function concatBits(
  parts: readonly Data[],
  length: number,
  read: (data: Data, index: number) => boolean,
): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 8));
  let at = 0;
  for (const part of parts) {
    for (let index = 0; index < part.length; index++, at++)
      if (read(part, index)) bits[at >> 3]! |= 1 << (at & 7);
  }
  return bits;
}

function range(data: Data): [start: number, end: number] {
  const offsets = data.valueOffsets as Int32Array;
  return [offsets[0]!, offsets[data.length]!];
}

function lengthOf(parts: readonly Data[]): number {
  return parts.reduce((total, part) => total + part.length, 0);
}
