import type { NewField, NewType } from '@lean-ops/iceberg';
import { type Schema as ArrowSchema, DataType, type Field, Precision, TimeUnit } from 'apache-arrow';
import { CurateError } from '../error.js';
import { pathOfField } from '../library/path-metadata.js';
import { isText } from '../library/text-column.js';
import type { EvolvingColumn } from './evolve.js';

/**
 * The columns of Arrow batches as {@link evolve} takes them: the Iceberg type that holds every value of each.
 *
 * @throws {CurateError} `COLUMN_TYPE_MISMATCH` for a type that no Iceberg type holds (unsigned 64-bit, decimals of negative
 *   scale, unions, intervals).
 * @example evolve(table.schema(), arrowColumns(batch.schema));
 */
export function arrowColumns(schema: ArrowSchema): EvolvingColumn[] {
  return schema.fields.map((field) => {
    const path = pathOfField(field);
    return { name: field.name, type: icebergType(field, field.name), ...(path === null ? {} : { path }) };
  });
}

function icebergType(field: Field, where: string): NewType {
  const type = field.type as DataType;
  const plain: DataType = DataType.isDictionary(type) ? (type.dictionary as DataType) : type;
  if (DataType.isList(plain) || DataType.isLargeList(plain) || DataType.isFixedSizeList(plain)) {
    const element = plain.children[0] as Field;
    return {
      type: 'list',
      element: icebergType(element, `${where}.element`),
      elementRequired: !element.nullable,
    };
  }
  if (DataType.isStruct(plain)) return { type: 'struct', fields: structFields(plain.children, where) };
  if (DataType.isMap(plain)) {
    const [key, value] = (plain.children[0] as Field).type.children as [Field, Field];
    return {
      type: 'map',
      key: icebergType(key, `${where}.key`),
      value: icebergType(value, `${where}.value`),
      valueRequired: !value.nullable,
    };
  }
  const primitive = primitiveType(plain);
  if (primitive !== null) return primitive;
  throw new CurateError(`column ${where} is ${type}, which no Iceberg type holds: cast it`, {
    code: 'COLUMN_TYPE_MISMATCH',
    context: { column: where, type: String(type) },
  });
}

function structFields(children: readonly Field[], where: string): NewField[] {
  return children.map((child) => ({
    name: child.name,
    type: icebergType(child, `${where}.${child.name}`),
    required: !child.nullable,
  }));
}

function primitiveType(type: DataType): Extract<NewType, string> | null {
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type)) return 'binary';
  if (isText(type)) return 'string';
  if (DataType.isBool(type)) return 'boolean';
  if (DataType.isInt(type)) {
    const bits = type.bitWidth + (type.isSigned ? 0 : 1);
    return bits <= 32 ? 'int' : bits <= 64 ? 'long' : null;
  }
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? 'double' : 'float';
  if (DataType.isDecimal(type)) return type.scale < 0 ? null : `decimal(${type.precision},${type.scale})`;
  if (DataType.isDate(type)) return 'date';
  if (DataType.isTime(type)) return type.unit === TimeUnit.NANOSECOND ? null : 'time';
  if (DataType.isTimestamp(type)) {
    const zone = type.timezone === null || type.timezone === undefined ? '' : 'tz';
    return `timestamp${zone}${type.unit === TimeUnit.NANOSECOND ? '_ns' : ''}` as 'timestamp';
  }
  if (DataType.isFixedSizeBinary(type)) return `fixed[${type.byteWidth}]`;
  return DataType.isNull(type) ? 'unknown' : null;
}
