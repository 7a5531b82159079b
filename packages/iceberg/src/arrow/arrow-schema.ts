import {
  Schema as ArrowSchema,
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  FixedSizeBinary,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  Map_,
  Null,
  Struct,
  TimeMicrosecond,
  Timestamp,
  TimeUnit,
  Utf8,
} from 'apache-arrow';
import type { Schema } from '../schema/schema.js';
import type { IcebergType, NestedField } from '../type/iceberg-type.js';
import { isPrimitive, primitiveKind } from '../type/primitive.js';

/** Key under which Parquet writers and readers look for a column's field id. */
export const FIELD_ID_KEY = 'PARQUET:field_id';

/**
 * The Arrow schema of a table's rows: string Utf8; int Int32; long Int64; float, double Float32, Float64; boolean Bool;
 * date DateDay; time Time64 µs; timestamp Timestamp µs; timestamptz Timestamp µs UTC; decimal Decimal128; uuid and
 * fixed FixedSizeBinary; binary Binary; unknown Null; struct, list, map likewise. Fields carry their ids as metadata.
 */
export function arrowSchema(schema: Schema): ArrowSchema {
  return new ArrowSchema(schema.fields.map(arrowField));
}

export function arrowField(field: NestedField): Field {
  return makeField(field.name, field.type, !field.required, field.id);
}

function makeField(name: string, type: IcebergType, nullable: boolean, id: number): Field {
  return new Field(name, arrowType(type), nullable, new Map([[FIELD_ID_KEY, String(id)]]));
}

export function arrowType(type: IcebergType): DataType {
  if (isPrimitive(type)) return primitiveArrowType(type);
  if (type.type === 'struct') return new Struct(type.fields.map(arrowField));
  if (type.type === 'list')
    return new List(makeField('element', type.element, !type.elementRequired, type.elementId));
  const entry = new Struct([
    makeField('key', type.key, false, type.keyId),
    makeField('value', type.value, !type.valueRequired, type.valueId),
  ]);
  return new Map_(new Field('key_value', entry as never, false)) as DataType;
}

function primitiveArrowType(type: string): DataType {
  if (type === 'unknown') return new Null();
  const kind = primitiveKind(type);
  switch (kind.kind) {
    case 'boolean':
      return new Bool();
    case 'int':
      return new Int32();
    case 'long':
      return new Int64();
    case 'float':
      return new Float32();
    case 'double':
      return new Float64();
    case 'date':
      return new DateDay();
    case 'time':
      return new TimeMicrosecond();
    case 'timestamp':
      return new Timestamp(TimeUnit.MICROSECOND);
    case 'timestamptz':
      return new Timestamp(TimeUnit.MICROSECOND, 'UTC');
    case 'timestamp_ns':
      return new Timestamp(TimeUnit.NANOSECOND);
    case 'timestamptz_ns':
      return new Timestamp(TimeUnit.NANOSECOND, 'UTC');
    case 'string':
      return new Utf8();
    case 'decimal':
      return new Decimal(kind.scale, kind.precision, 128);
    case 'uuid':
      return new FixedSizeBinary(16);
    case 'fixed':
      return new FixedSizeBinary(kind.length);
    case 'binary':
      return new Binary();
  }
}
