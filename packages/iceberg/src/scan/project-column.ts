import { isUtf8 } from 'node:buffer';
import { type Data, DataType, makeData, TimeUnit } from 'apache-arrow';
import { nullData } from '../arrow/arrow-data.js';
import { arrowType } from '../arrow/arrow-schema.js';
import { buildColumn, entryType } from '../arrow/build-column.js';
import { conformData } from '../arrow/conform-batch.js';
import { takeData } from '../arrow/take.js';
import { IcebergError } from '../error.js';
import type { IcebergType, ListType, MapType, NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { describeType, isPrimitive, primitiveKind } from '../type/primitive.js';
import { daysToTimestamp } from '../type/single-value.js';
import type { AnyValue, Value } from '../type/value.js';
import type { StoredField } from './stored-field.js';

/** Values of the columns that a file is partitioned by as they are, by field id. */
export type PartitionConstants = ReadonlyMap<number, Value | null>;

/**
 * A column that a file does not hold (spec, "Column Projection"): the partition value where the file is partitioned by
 * the column as it is, else its initial default, else null.
 */
export function missingColumn(field: NestedField, length: number, partition: PartitionConstants): Data {
  const constant = isPrimitive(field.type) ? partition.get(field.id) : undefined;
  const value: AnyValue = constant === undefined ? (field.initialDefault ?? null) : constant;
  if (value === null) return nullData(arrowType(field.type), length);
  return takeData(buildColumn(field.type, [asBefore(field, value)]), new Int32Array(length));
}

/** Partition values have the type that the column has now; the schema of an older snapshot knows it as an int yet. */
function asBefore({ type }: NestedField, value: AnyValue): AnyValue {
  return type === 'int' && typeof value === 'bigint' ? Number(value) : value;
}

/** A column of a file in the table's type: fields found by id, types widened. Throws `TYPE_MISMATCH`. */
export function projectColumn(
  data: Data,
  stored: StoredField,
  field: NestedField,
  partition: PartitionConstants,
): Data {
  return projectType(data, stored, field.type, field.name, partition);
}

function projectType(
  data: Data,
  stored: StoredField,
  type: IcebergType,
  where: string,
  partition: PartitionConstants,
): Data {
  const source = data.type as DataType;
  if (DataType.isNull(source)) return nullData(arrowType(type), data.length);
  if (isPrimitive(type)) return promote(data, type, where);
  const validity = { offset: data.offset, nullCount: data.nullCount, nullBitmap: data.nullBitmap };
  if (type.type === 'struct' && DataType.isStruct(source)) {
    const children = type.fields.map((field) => {
      const position = stored.children.findIndex((child) => child.id === field.id);
      if (position < 0) return missingColumn(field, data.length, partition);
      // Of a column that is read in part the children are not those of the file.
      const isPart = data.children.length < stored.children.length;
      const place = isPart
        ? source.children.findIndex((child) => child.name === stored.children[position]!.name)
        : position;
      const child = data.children[place] as Data;
      return projectType(child, stored.children[position]!, field.type, `${where}.${field.name}`, partition);
    });
    return makeData({ ...validity, type: arrowType(type), length: data.length, children } as never);
  }
  const item = itemOf(type);
  if (item !== null && (DataType.isList(source) || DataType.isLargeList(source) || DataType.isMap(source))) {
    if ((type.type === 'map') !== DataType.isMap(source)) throw mismatch(source, type, where);
    const child = data.children[0] as Data;
    return makeData({
      ...validity,
      type: arrowType(type),
      length: data.length,
      valueOffsets: Int32Array.from(data.valueOffsets as unknown as ArrayLike<number>, Number),
      child:
        type.type === 'map'
          ? projectEntries(child, stored, type, where, partition)
          : projectType(child, stored.children[0]!, item, `${where}.element`, partition),
    } as never);
  }
  throw mismatch(source, type, where);
}

function itemOf(type: Exclude<IcebergType, PrimitiveType>): IcebergType | null {
  if (type.type === 'struct') return null;
  return type.type === 'list' ? (type as ListType).element : entryType(type as MapType);
}

function projectEntries(
  data: Data,
  stored: StoredField,
  type: MapType,
  where: string,
  partition: PartitionConstants,
): Data {
  const parts: [IcebergType, string][] = [
    [type.key, 'key'],
    [type.value, 'value'],
  ];
  return makeData({
    type: arrowType(entryType(type)),
    length: data.length,
    nullCount: 0,
    children: parts.map(([part, name], position) =>
      projectType(
        data.children[position] as Data,
        stored.children[position]!,
        part,
        `${where}.${name}`,
        partition,
      ),
    ),
  } as never);
}

/** Widening (spec, "Schema Evolution"), and the forms in which other writers store a type. */
function promote(data: Data, type: PrimitiveType, where: string): Data {
  const source = data.type as DataType;
  const { kind } = primitiveKind(type);
  if (kind.startsWith('timestamp')) {
    if (DataType.isDate(source) && !kind.startsWith('timestamptz')) {
      const days = (conformData(data, 'date', where).values as Int32Array).subarray(0, data.length);
      return rebuilt(
        data,
        type,
        BigInt64Array.from(days, (day) => daysToTimestamp(day, kind)),
      );
    }
    if (DataType.isTimestamp(source) && source.unit === TimeUnit.NANOSECOND && !kind.endsWith('_ns')) {
      return microsOfNanos(data, type, where);
    }
  }
  if (kind === 'string' && (DataType.isBinary(source) || DataType.isLargeBinary(source))) {
    const binary = conformData(data, 'binary', where);
    if (!isUtf8(binary.values as Uint8Array)) throw mismatch(source, type, where);
    return relabelled(binary, type);
  }
  if (kind === 'binary' && (DataType.isUtf8(source) || DataType.isLargeUtf8(source))) {
    return relabelled(conformData(data, 'string', where), type);
  }
  return conformData(data, type, where, 'id');
}

/** INT96 timestamps are read as nanoseconds without a zone; they fit only where no digit is lost. */
function microsOfNanos(data: Data, type: PrimitiveType, where: string): Data {
  const values = data.values as BigInt64Array;
  const micros = new BigInt64Array(data.length);
  const bitmap = data.nullBitmap;
  for (let row = 0; row < data.length; row++) {
    const bit = data.offset + row;
    const isNull = bitmap !== undefined && bitmap.length > 0 && ((bitmap[bit >> 3]! >> (bit & 7)) & 1) === 0;
    if (isNull) continue;
    if (values[row]! % 1000n !== 0n) throw mismatch(data.type as DataType, type, where);
    micros[row] = values[row]! / 1000n;
  }
  return rebuilt(data, type, micros);
}

function rebuilt(data: Data, type: PrimitiveType, values: BigInt64Array): Data {
  const { offset, nullCount, nullBitmap } = data;
  return makeData({
    type: arrowType(type),
    length: data.length,
    offset,
    nullCount,
    nullBitmap,
    data: values,
  } as never);
}

function relabelled(data: Data, type: PrimitiveType): Data {
  const { offset, nullCount, nullBitmap, valueOffsets, values } = data;
  return makeData({
    type: arrowType(type),
    length: data.length,
    offset,
    nullCount,
    nullBitmap,
    valueOffsets,
    data: values,
  } as never);
}

function mismatch(source: DataType, type: IcebergType, where: string): IcebergError {
  return new IcebergError(
    `Column "${where}" is stored with the Arrow type ${source}, which cannot be read exactly as the table's ${describeType(type)}.`,
    { code: 'TYPE_MISMATCH', context: { column: where, arrowType: String(source) } },
  );
}
