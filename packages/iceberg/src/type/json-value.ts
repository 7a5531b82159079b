import { invalidMetadata, isRecord, type Json } from '../metadata/json-fields.js';
import type { IcebergType, PrimitiveType } from './iceberg-type.js';
import { toValue } from './literal.js';
import { describeType, isPrimitive, primitiveKind } from './primitive.js';
import { formatDate, formatTime, formatTimestamp } from './temporal-text.js';
import type { AnyValue, Value } from './value.js';

/**
 * A value from the JSON that table metadata holds defaults in (spec, Appendix D, "JSON single-value serialization").
 * `where` names the column. Throws `TYPE_MISMATCH` or `INVALID_METADATA`.
 */
export function valueFromJson(type: IcebergType, json: unknown, where: string): AnyValue {
  if (json === null || json === undefined) return null;
  if (isPrimitive(type)) return primitiveFromJson(type, json, where);
  if (type.type === 'list' && Array.isArray(json)) {
    return json.map((item: unknown) => valueFromJson(type.element, item, `${where}.element`));
  }
  if (type.type === 'struct' && isRecord(json)) {
    return type.fields.map((field) => {
      const item = json[String(field.id)];
      return item === undefined
        ? (field.initialDefault ?? null)
        : valueFromJson(field.type, item, `${where}.${field.name}`);
    });
  }
  if (type.type === 'map' && isRecord(json) && Array.isArray(json['keys']) && Array.isArray(json['values'])) {
    const values: readonly unknown[] = json['values'];
    return json['keys'].map((key: unknown, index) => [
      valueFromJson(type.key, key, `${where}.key`),
      valueFromJson(type.value, values[index], `${where}.value`),
    ]);
  }
  throw invalidMetadata(`a default of type ${describeType(type)} for column "${where}"`, json);
}

function primitiveFromJson(type: PrimitiveType, json: unknown, where: string): Value {
  const { kind } = primitiveKind(type);
  if (kind !== 'fixed' && kind !== 'binary') return toValue(type, json, where);
  if (typeof json !== 'string' || !/^(?:[0-9a-f]{2})*$/i.test(json))
    throw invalidMetadata(`a default in hexadecimal for column "${where}"`, json);
  return toValue(type, new Uint8Array(Buffer.from(json, 'hex')), where);
}

/** Inverse of {@link valueFromJson}. */
export function valueToJson(type: IcebergType, value: AnyValue): Json {
  if (value === null) return null;
  if (isPrimitive(type)) return primitiveToJson(type, value as Value);
  const items = value as readonly AnyValue[];
  if (type.type === 'list') return items.map((item) => valueToJson(type.element, item));
  if (type.type === 'struct') {
    return Object.fromEntries(
      type.fields.map((field, index) => [String(field.id), valueToJson(field.type, items[index] ?? null)]),
    );
  }
  const entries = items as readonly (readonly [AnyValue, AnyValue])[];
  return {
    keys: entries.map(([key]) => valueToJson(type.key, key)),
    values: entries.map(([, item]) => valueToJson(type.value, item)),
  };
}

function primitiveToJson(type: PrimitiveType, value: Value): Json {
  const parsed = primitiveKind(type);
  switch (parsed.kind) {
    case 'decimal':
      return decimalText(value as bigint, parsed.scale);
    case 'date':
      return formatDate(value as number);
    case 'time':
      return formatTime(value as bigint, 6);
    case 'timestamp':
    case 'timestamp_ns':
      return formatTimestamp(value as bigint, { digits: parsed.kind === 'timestamp' ? 6 : 9, zoned: false });
    case 'timestamptz':
    case 'timestamptz_ns': {
      const digits = parsed.kind === 'timestamptz' ? 6 : 9;
      // The specification spells the zone as an offset.
      return `${formatTimestamp(value as bigint, { digits, zoned: false })}+00:00`;
    }
    case 'uuid': {
      const hex = Buffer.from(value as Uint8Array).toString('hex');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    }
    case 'fixed':
    case 'binary':
      return Buffer.from(value as Uint8Array)
        .toString('hex')
        .toUpperCase();
    default:
      return value;
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-scale)}`;
}
