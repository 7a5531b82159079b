import type { AnyValue } from '../arrow/build-column.js';
import { invalidMetadata, isRecord } from '../metadata/json-fields.js';
import type { IcebergType, PrimitiveType } from './iceberg-type.js';
import { toValue } from './literal.js';
import { describeType, isPrimitive, primitiveKind } from './primitive.js';
import type { Value } from './value.js';

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
    return type.fields.map((field) =>
      valueFromJson(
        field.type,
        json[String(field.id)] ?? field.extra?.['initial-default'],
        `${where}.${field.name}`,
      ),
    );
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
