import { type Data, DataType, makeData } from 'apache-arrow';
import type { IcebergType } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';
import { isValidAt, mayHaveNulls } from './arrow-data.js';
import { arrowType } from './arrow-schema.js';
import { entryType } from './build-column.js';

/** The field at the places of children below a chunk, outermost first; null also where a struct on the way is. */
export function structLeaf(data: Data, places: readonly number[]): Data {
  let leaf = data;
  const parents: Data[] = [];
  for (const place of places) {
    if (mayHaveNulls(leaf)) parents.push(leaf);
    leaf = leaf.children[place] as Data;
  }
  if (parents.length === 0 || DataType.isNull(leaf.type)) return leaf;
  // The bitmap of booleans is read from the same bit on.
  const { offset, length } = leaf;
  const bitmap = new Uint8Array(Math.ceil((offset + length) / 8));
  let nullCount = 0;
  for (let row = 0; row < length; row++) {
    if (isValidAt(leaf, row) && parents.every((parent) => isValidAt(parent, row)))
      bitmap[(offset + row) >> 3]! |= 1 << ((offset + row) & 7);
    else nullCount++;
  }
  const buffers = [leaf.valueOffsets, leaf.values, bitmap, leaf.typeIds];
  return leaf.clone(leaf.type, offset, length, nullCount, buffers as never) as Data;
}

/** A chunk of one type with those fields of its structs only that another type has. */
export function narrowData(data: Data, from: IcebergType, to: IcebergType): Data {
  if (from === to || isPrimitive(from) || isPrimitive(to)) return data;
  const { offset, length, nullCount, nullBitmap, valueOffsets } = data;
  const common = { type: arrowType(to), offset, length, nullCount, nullBitmap };
  if (from.type === 'struct' && to.type === 'struct') {
    const children = to.fields.map((field) => {
      const place = from.fields.findIndex((candidate) => candidate.id === field.id);
      return narrowData(data.children[place] as Data, from.fields[place]!.type, field.type);
    });
    return makeData({ ...common, children } as never);
  }
  const child = data.children[0] as Data;
  if (from.type === 'list' && to.type === 'list')
    return makeData({ ...common, valueOffsets, child: narrowData(child, from.element, to.element) } as never);
  if (from.type === 'map' && to.type === 'map') {
    const children = [child.children[0] as Data, narrowData(child.children[1] as Data, from.value, to.value)];
    const entries = makeData({
      type: arrowType(entryType(to)),
      length: child.length,
      nullCount: 0,
      children,
    } as never);
    return makeData({ ...common, valueOffsets, child: entries } as never);
  }
  return data;
}
