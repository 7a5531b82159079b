import {
  invalidMetadata,
  isRecord,
  type Json,
  numberField,
  restOf,
  textField,
} from '../metadata/json-fields.js';
import type { IcebergType, NestedField } from './iceberg-type.js';
import { isPrimitive, normalizePrimitive } from './primitive.js';

const FIELD_KEYS = ['id', 'name', 'required', 'type', 'doc'];

/** Reads a type from table metadata (spec, Appendix C, "Schemas"). */
function typeFromJson(json: unknown): IcebergType {
  if (typeof json === 'string') return normalizePrimitive(json);
  if (!isRecord(json)) throw invalidMetadata('a type', json);
  switch (json['type']) {
    case 'struct':
      return { type: 'struct', fields: fieldsFromJson(json['fields']) };
    case 'list':
      return {
        type: 'list',
        elementId: numberField(json, 'element-id'),
        element: typeFromJson(json['element']),
        elementRequired: json['element-required'] === true,
      };
    case 'map':
      return {
        type: 'map',
        keyId: numberField(json, 'key-id'),
        key: typeFromJson(json['key']),
        valueId: numberField(json, 'value-id'),
        value: typeFromJson(json['value']),
        valueRequired: json['value-required'] === true,
      };
    default:
      throw invalidMetadata('a type', json);
  }
}

export function fieldsFromJson(json: unknown): NestedField[] {
  if (!Array.isArray(json)) throw invalidMetadata('a list of fields', json);
  return json.map((item: unknown) => {
    if (!isRecord(item)) throw invalidMetadata('a field', item);
    const extra = restOf(item, FIELD_KEYS);
    return {
      id: numberField(item, 'id'),
      name: textField(item, 'name'),
      required: item['required'] === true,
      type: typeFromJson(item['type']),
      ...(typeof item['doc'] === 'string' ? { doc: item['doc'] } : {}),
      ...(Object.keys(extra).length > 0 ? { extra } : {}),
    };
  });
}

function typeToJson(type: IcebergType): Json {
  if (isPrimitive(type)) return type;
  if (type.type === 'struct') return { type: 'struct', fields: fieldsToJson(type.fields) };
  if (type.type === 'list') {
    return {
      type: 'list',
      'element-id': type.elementId,
      element: typeToJson(type.element),
      'element-required': type.elementRequired,
    };
  }
  return {
    type: 'map',
    'key-id': type.keyId,
    key: typeToJson(type.key),
    'value-id': type.valueId,
    value: typeToJson(type.value),
    'value-required': type.valueRequired,
  };
}

export function fieldsToJson(fields: readonly NestedField[]): Json[] {
  return fields.map((field) => ({
    id: field.id,
    name: field.name,
    required: field.required,
    type: typeToJson(field.type),
    ...(field.doc === undefined ? {} : { doc: field.doc }),
    ...field.extra,
  }));
}
