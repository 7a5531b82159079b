import { type Data, DataType, makeData, type RecordBatch } from 'apache-arrow';

/**
 * Facts about one chunk of an Arrow column. Slicing moves `values` and `valueOffsets` along but leaves bitmaps (nulls,
 * and the values of booleans) whole, to be read from bit `offset` on.
 */

/** Whether row `index` holds a value. */
export function isValidAt(data: Data, index: number): boolean {
  const bitmap = data.nullBitmap;
  if (bitmap === undefined || bitmap.length === 0) return true;
  const bit = data.offset + index;
  return ((bitmap[bit >> 3]! >> (bit & 7)) & 1) === 1;
}

/** Whether any row may be null; when `false`, `isValidAt` need not be asked. */
export function mayHaveNulls(data: Data): boolean {
  return data.nullBitmap !== undefined && data.nullBitmap.length > 0 && data.nullCount !== 0;
}

/** Value of a boolean chunk, whatever its validity. */
export function bitAt(data: Data, index: number): boolean {
  const bit = data.offset + index;
  return (((data.values as Uint8Array)[bit >> 3]! >> (bit & 7)) & 1) === 1;
}

/** Chunk of a batch's column. */
export function columnData(batch: RecordBatch, index: number): Data {
  return batch.data.children[index]!;
}

/** Bytes a chunk takes, roughly. */
export function dataBytes(data: Data): number {
  let bytes = (data.nullBitmap?.length ?? 0) > 0 ? data.length / 8 : 0;
  const type = data.type;
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    const offsets = data.valueOffsets;
    bytes += data.length * 4 + (offsets.length > 0 ? Number(offsets[data.length]) - Number(offsets[0]) : 0);
  } else if (data.values !== undefined) {
    bytes += DataType.isBool(type) ? data.length / 8 : (data.values as Uint8Array).byteLength;
  }
  return data.children.reduce((total, child) => total + dataBytes(child as Data), bytes);
}

/** A chunk of nulls. */
export function nullData(type: DataType, length: number): Data {
  if (DataType.isNull(type)) return makeData({ type, length } as never);
  const nullBitmap = new Uint8Array(Math.ceil(length / 8));
  const common = { type, length, nullCount: length, nullBitmap };
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    return makeData({
      ...common,
      valueOffsets: new Int32Array(length + 1),
      data: new Uint8Array(0),
    } as never);
  }
  if (DataType.isList(type)) {
    return makeData({
      ...common,
      valueOffsets: new Int32Array(length + 1),
      child: nullData(type.children[0]!.type, 0),
    } as never);
  }
  if (DataType.isMap(type)) {
    return makeData({
      ...common,
      valueOffsets: new Int32Array(length + 1),
      child: nullData(type.children[0]!.type, 0),
    } as never);
  }
  if (DataType.isStruct(type)) {
    return makeData({
      ...common,
      children: type.children.map((child) => nullData(child.type, length)),
    } as never);
  }
  if (DataType.isBool(type))
    return makeData({ ...common, data: new Uint8Array(Math.ceil(length / 8)) } as never);
  if (DataType.isFixedSizeBinary(type))
    return makeData({ ...common, data: new Uint8Array(length * type.byteWidth) } as never);
  if (DataType.isDecimal(type)) return makeData({ ...common, data: new Uint32Array(length * 4) } as never);
  return makeData({ ...common, data: new type.ArrayType(length) } as never);
}
