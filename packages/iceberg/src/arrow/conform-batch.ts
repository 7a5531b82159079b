import {
  type Schema as ArrowSchema,
  type Data,
  DataType,
  makeData,
  Precision,
  type RecordBatch,
  type TimeUnit,
} from 'apache-arrow';
import { IcebergError } from '../error.js';
import { fieldNotFound, findColumn } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import type { IcebergType, NestedField } from '../type/iceberg-type.js';
import { describeType, isPrimitive } from '../type/primitive.js';
import { isValidAt, mayHaveNulls, nullData } from './arrow-data.js';
import { arrowSchema, arrowType, FIELD_ID_KEY } from './arrow-schema.js';
import { buildColumn, entryType } from './build-column.js';
import { makeBatch, takeData } from './take.js';

/**
 * Brings a caller's batch into a table's schema: columns by name, absent ones their write default or null, types widened where nothing is
 * lost (integers, floats, coarser timestamps, dictionaries). Throws `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`,
 * `REQUIRED_VALUE_MISSING`.
 */
export function conformBatch(batch: RecordBatch, schema: Schema): RecordBatch {
  const positions = new Map<string, number>();
  for (const [position, field] of batch.schema.fields.entries()) {
    findColumn(schema, field.name);
    if (positions.has(field.name)) {
      throw new IcebergError(`The data has two columns named "${field.name}".`, {
        code: 'INVALID_NAME',
        context: { column: field.name },
      });
    }
    positions.set(field.name, position);
  }
  const children = schema.fields.map((field) => {
    const position = positions.get(field.name);
    const data = position === undefined ? leftOut(field, batch.numRows) : batch.data.children[position]!;
    return conformField(data as Data, field, field.name);
  });
  return makeBatch(cachedSchema(schema), children, batch.numRows);
}

/** What rows hold that leave a field out: its write default, else null. */
function leftOut({ type, writeDefault }: NestedField, length: number): Data {
  if (writeDefault === undefined) return nullData(arrowType(type), length);
  return takeData(buildColumn(type, [writeDefault]), new Int32Array(length));
}

const schemas = new WeakMap<Schema, ArrowSchema>();

function cachedSchema(schema: Schema): ArrowSchema {
  const known = schemas.get(schema);
  if (known !== undefined) return known;
  const made = arrowSchema(schema);
  schemas.set(schema, made);
  return made;
}

function conformField(data: Data, field: NestedField, where: string): Data {
  if (field.required) refuseNulls(data, where);
  return conformData(data, field.type, where);
}

function refuseNulls(data: Data, where: string): void {
  if (!mayHaveNulls(data) && !DataType.isNull(data.type)) return;
  for (let index = 0; index < data.length; index++) {
    if (DataType.isNull(data.type) || !isValidAt(data, index)) {
      throw new IcebergError(
        `Column "${where}" is required, and row ${index} of a batch has no value for it.`,
        {
          code: 'REQUIRED_VALUE_MISSING',
          context: { column: where, row: index },
        },
      );
    }
  }
}

/** How the fields of structs are found: by name in a caller's data, by field id in a file. */
export type FieldMatch = 'name' | 'id';

/**
 * A chunk in the Arrow type of `type`; what a file lacks is null. Throws `TYPE_MISMATCH`, and `COLUMN_NOT_FOUND` for a
 * field that a caller's data has beyond the type's.
 */
export function conformData(data: Data, type: IcebergType, where: string, match: FieldMatch = 'name'): Data {
  const source = data.type as DataType;
  if (DataType.isNull(source)) return nullData(arrowType(type), data.length);
  if (DataType.isDictionary(source)) return conformData(decodeDictionary(data), type, where, match);
  if (isPrimitive(type)) {
    const target = arrowType(type);
    const converted = fitsAsIs(source, target) ? retype(data, target) : widen(data, source, target);
    if (converted !== null) return converted;
  } else if (type.type === 'struct' && DataType.isStruct(source)) {
    return conformStruct(data, type.fields, arrowType(type), where, match);
  } else if (type.type === 'list' && DataType.isList(source)) {
    const child = conformData(data.children[0] as Data, type.element, `${where}.element`, match);
    return withChild(data, arrowType(type), child);
  } else if (type.type === 'map' && DataType.isMap(source)) {
    const entries = data.children[0] as Data;
    const entry = entryType(type);
    const child = makeData({
      type: arrowType(entry),
      length: entries.length,
      nullCount: 0,
      children: entry.fields.map((field, position) =>
        conformData(entries.children[position] as Data, field.type, `${where}.${field.name}`, match),
      ),
    } as never);
    return withChild(data, arrowType(type), child);
  }
  throw new IcebergError(
    `Column "${where}" of the data has the Arrow type ${source}; the table's ${describeType(type)} cannot hold it exactly.`,
    {
      code: 'TYPE_MISMATCH',
      context: { column: where, arrowType: String(source) },
    },
  );
}

function conformStruct(
  data: Data,
  fields: readonly NestedField[],
  target: DataType,
  where: string,
  match: FieldMatch,
): Data {
  const present = (data.type as DataType).children ?? [];
  const unknown =
    match === 'name'
      ? present.find((child) => !fields.some((field) => field.name === child.name))
      : undefined;
  if (unknown !== undefined) throw fieldNotFound(where, unknown.name, fields);
  const children = fields.map((field) => {
    const position = present.findIndex((child) =>
      match === 'name' ? child.name === field.name : child.metadata.get(FIELD_ID_KEY) === String(field.id),
    );
    const child = position < 0 ? leftOut(field, data.length) : (data.children[position] as Data);
    return conformData(child, field.type, `${where}.${field.name}`, match);
  });
  return makeData({ ...validity(data), type: target, length: data.length, children } as never);
}

function withChild(data: Data, type: DataType, child: Data): Data {
  return makeData({
    ...validity(data),
    type,
    length: data.length,
    valueOffsets: data.valueOffsets,
    child,
  } as never);
}

function validity(data: Data): Record<string, unknown> {
  return { offset: data.offset, nullCount: data.nullCount, nullBitmap: data.nullBitmap };
}

function retype(data: Data, type: DataType): Data {
  return makeData({
    ...validity(data),
    type,
    length: data.length,
    ...(data.valueOffsets === undefined ? {} : { valueOffsets: data.valueOffsets }),
    data: data.values,
  } as never);
}

function fitsAsIs(source: DataType, target: DataType): boolean {
  if (source.typeId !== target.typeId) return false;
  if (DataType.isInt(source) && DataType.isInt(target))
    return source.bitWidth === target.bitWidth && source.isSigned;
  if (DataType.isFloat(source) && DataType.isFloat(target)) return source.precision === target.precision;
  if (DataType.isDecimal(source) && DataType.isDecimal(target)) {
    return source.bitWidth === 128 && source.scale === target.scale && source.precision <= target.precision;
  }
  if (DataType.isTimestamp(source) && DataType.isTimestamp(target)) {
    return source.unit === target.unit && sameZone(source.timezone, target.timezone);
  }
  if (DataType.isTime(source) && DataType.isTime(target)) return source.unit === target.unit;
  if (DataType.isDate(source) && DataType.isDate(target)) return source.unit === target.unit;
  if (DataType.isFixedSizeBinary(source) && DataType.isFixedSizeBinary(target))
    return source.byteWidth === target.byteWidth;
  return true;
}

/** A zone only says how to print an instant; having one or not says whether it is an instant at all. */
function sameZone(left: string | null | undefined, right: string | null | undefined): boolean {
  return Boolean(left) === Boolean(right);
}

function widen(data: Data, source: DataType, target: DataType): Data | null {
  const rebuilt = (values: unknown): Data =>
    makeData({ ...validity(data), type: target, length: data.length, data: values } as never);
  if (DataType.isInt(source) && DataType.isInt(target)) {
    const bits = source.isSigned ? source.bitWidth : source.bitWidth + 1;
    if (bits > target.bitWidth) return null;
    const values = data.values as Int32Array | BigInt64Array;
    if (target.bitWidth === 32) return rebuilt(Int32Array.from(values as Int32Array));
    return rebuilt(BigInt64Array.from(values as Int32Array, BigInt));
  }
  if (DataType.isFloat(source) && DataType.isFloat(target)) {
    if (source.precision !== Precision.SINGLE || target.precision !== Precision.DOUBLE) return null;
    return rebuilt(Float64Array.from(data.values as Float32Array));
  }
  if (
    DataType.isTimestamp(source) &&
    DataType.isTimestamp(target) &&
    sameZone(source.timezone, target.timezone)
  ) {
    const factor = unitFactor(source.unit, target.unit);
    if (factor === null) return null;
    const values = data.values as BigInt64Array;
    const fits = (value: bigint): boolean => BigInt.asIntN(64, value * factor) === value * factor;
    // What stands below a null is no value.
    if (values.some((value, index) => isValidAt(data, index) && !fits(value))) return null;
    return rebuilt(BigInt64Array.from(values, (value) => value * factor));
  }
  if (
    (DataType.isLargeUtf8(source) && DataType.isUtf8(target)) ||
    (DataType.isLargeBinary(source) && DataType.isBinary(target))
  ) {
    const valueOffsets = Int32Array.from(data.valueOffsets as unknown as BigInt64Array, Number);
    return makeData({
      ...validity(data),
      type: target,
      length: data.length,
      valueOffsets,
      data: data.values,
    } as never);
  }
  return null;
}

function unitFactor(from: TimeUnit, to: TimeUnit): bigint | null {
  return from < to ? 1000n ** BigInt(to - from) : null;
}

function decodeDictionary(data: Data): Data {
  const dictionary = data.dictionary;
  if (dictionary === undefined)
    throw new IcebergError('A dictionary column has no dictionary.', { code: 'INVALID_ARGUMENT' });
  const chunks = dictionary.data as readonly Data[];
  if (chunks.length !== 1) {
    throw new IcebergError('A dictionary in several chunks cannot be written; give the column decoded.', {
      code: 'INVALID_ARGUMENT',
    });
  }
  const keys = data.values as Int32Array;
  const indices = Int32Array.from({ length: data.length }, (_, index) =>
    isValidAt(data, index) ? keys[index]! : 0,
  );
  const empty = chunks[0]!.length === 0;
  const taken = empty ? nullData(chunks[0]!.type, data.length) : takeData(chunks[0]!, indices);
  return makeData({
    type: taken.type,
    length: taken.length,
    ...mergeValidity(data, taken),
    ...(taken.valueOffsets === undefined ? {} : { valueOffsets: taken.valueOffsets }),
    data: taken.values,
  } as never);
}

function mergeValidity(keys: Data, values: Data): { nullCount: number; nullBitmap?: Uint8Array } {
  if (!mayHaveNulls(keys) && !mayHaveNulls(values)) return { nullCount: 0 };
  const nullBitmap = new Uint8Array(Math.ceil(keys.length / 8));
  let nullCount = 0;
  for (let index = 0; index < keys.length; index++) {
    if (isValidAt(keys, index) && isValidAt(values, index)) nullBitmap[index >> 3]! |= 1 << (index & 7);
    else nullCount++;
  }
  return { nullCount, nullBitmap };
}
