import { type Data, makeData } from 'apache-arrow';
import type { IcebergType, ListType, MapType, PrimitiveType, StructType } from '../type/iceberg-type.js';
import { isPrimitive, primitiveKind } from '../type/primitive.js';
import type { AnyValue, Value } from '../type/value.js';
import { nullData } from './arrow-data.js';
import { arrowType } from './arrow-schema.js';

/**
 * Builds a chunk from values. A struct is the list of its children's values; a map is a list of `[key, value]` pairs.
 */
export function buildColumn(type: IcebergType, values: readonly AnyValue[]): Data {
  if (type === 'unknown') return nullData(arrowType(type), values.length);
  const { nullCount, nullBitmap } = validityOf(values);
  const common = {
    type: arrowType(type),
    length: values.length,
    nullCount,
    ...(nullBitmap === undefined ? {} : { nullBitmap }),
  };
  if (!isPrimitive(type)) return makeData({ ...common, ...nestedBuffers(type, values) } as never);
  return makeData({ ...common, ...primitiveBuffers(type, values as readonly (Value | null)[]) } as never);
}

function validityOf(values: readonly AnyValue[]): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  for (let index = 0; index < values.length; index++) {
    if (values[index] === null) nullCount++;
    else nullBitmap[index >> 3]! |= 1 << (index & 7);
  }
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap };
}

function nestedBuffers(
  type: StructType | ListType | MapType,
  values: readonly AnyValue[],
): Record<string, unknown> {
  if (type.type === 'struct') {
    return {
      children: type.fields.map((field, position) =>
        buildColumn(
          field.type,
          values.map((value) => (value === null ? null : (value as readonly AnyValue[])[position]!)),
        ),
      ),
    };
  }
  const valueOffsets = new Int32Array(values.length + 1);
  const items: AnyValue[] = [];
  for (const [index, value] of values.entries()) {
    // One by one: a call takes so many arguments and no more.
    if (value !== null) for (const item of value as readonly AnyValue[]) items.push(item);
    valueOffsets[index + 1] = items.length;
  }
  const item: IcebergType = type.type === 'list' ? type.element : entryType(type);
  return { valueOffsets, child: buildColumn(item, items) };
}

/** The struct that an Arrow map holds per entry. */
export function entryType(type: MapType): StructType {
  return {
    type: 'struct',
    fields: [
      { id: type.keyId, name: 'key', required: true, type: type.key },
      { id: type.valueId, name: 'value', required: type.valueRequired, type: type.value },
    ],
  };
}

function primitiveBuffers(type: PrimitiveType, values: readonly (Value | null)[]): Record<string, unknown> {
  const kind = primitiveKind(type);
  switch (kind.kind) {
    case 'boolean': {
      const data = new Uint8Array(Math.ceil(values.length / 8));
      values.forEach((value, index) => {
        if (value === true) data[index >> 3]! |= 1 << (index & 7);
      });
      return { data };
    }
    case 'int':
    case 'date':
      return { data: Int32Array.from(values, (value) => (value as number | null) ?? 0) };
    case 'float':
      return { data: Float32Array.from(values, (value) => (value as number | null) ?? 0) };
    case 'double':
      return { data: Float64Array.from(values, (value) => (value as number | null) ?? 0) };
    case 'string':
      return variableBuffers(values.map((value) => (value === null ? EMPTY : Buffer.from(value as string))));
    case 'binary':
      return variableBuffers(values.map((value) => (value as Uint8Array | null) ?? EMPTY));
    case 'uuid':
    case 'fixed': {
      const width = kind.kind === 'fixed' ? kind.length : 16;
      const data = new Uint8Array(values.length * width);
      values.forEach((value, index) => {
        if (value !== null) data.set(value as Uint8Array, index * width);
      });
      return { data };
    }
    case 'decimal':
      return { data: decimalWords(values) };
    default:
      return { data: BigInt64Array.from(values, (value) => (value as bigint | null) ?? 0n) };
  }
}

const EMPTY = new Uint8Array(0);

function variableBuffers(parts: readonly Uint8Array[]): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(parts.length + 1);
  for (let index = 0; index < parts.length; index++)
    valueOffsets[index + 1] = valueOffsets[index]! + parts[index]!.length;
  const data = new Uint8Array(valueOffsets[parts.length]!);
  for (let index = 0; index < parts.length; index++) data.set(parts[index]!, valueOffsets[index]!);
  return { valueOffsets, data };
}

function decimalWords(values: readonly (Value | null)[]): Uint32Array {
  const words = new Uint32Array(values.length * 4);
  values.forEach((value, index) => {
    if (value === null) return;
    const unsigned = BigInt.asUintN(128, value as bigint);
    for (let word = 0; word < 4; word++)
      words[index * 4 + word] = Number((unsigned >> BigInt(32 * word)) & 0xffffffffn);
  });
  return words;
}
