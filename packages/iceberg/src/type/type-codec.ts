import {
  invalidMetadata,
  isRecord,
  type Json,
  numberField,
  optional,
  textField,
  unknownKeys,
} from '../metadata/json-fields.js';
import type { IcebergType, NestedField } from './iceberg-type.js';
import { valueFromJson, valueToJson } from './json-value.js';
import { isPrimitive, storedPrimitive } from './primitive.js';

const FIELD_KEYS = ['id', 'name', 'required', 'type', 'doc', 'initial-default', 'write-default'];
const STRUCT_KEYS = ['type', 'fields'];
const LIST_KEYS = ['type', 'element-id', 'element', 'element-required'];
const MAP_KEYS = ['type', 'key-id', 'key', 'value-id', 'value', 'value-required'];

/** Reads a type from table metadata (spec, Appendix C, "Schemas"). */
function typeFromJson(json: unknown): IcebergType {
  if (typeof json === 'string') return storedPrimitive(json);
  if (!isRecord(json)) throw invalidMetadata('a type', json);
  switch (json['type']) {
    case 'struct':
      return { type: 'struct', fields: fieldsFromJson(json['fields']), ...unknownKeys(json, STRUCT_KEYS) };
    case 'list':
      return {
        type: 'list',
        elementId: numberField(json, 'element-id'),
        element: typeFromJson(json['element']),
        elementRequired: json['element-required'] === true,
        ...unknownKeys(json, LIST_KEYS),
      };
    case 'map':
      return {
        type: 'map',
        keyId: numberField(json, 'key-id'),
        key: typeFromJson(json['key']),
        valueId: numberField(json, 'value-id'),
        value: typeFromJson(json['value']),
        valueRequired: json['value-required'] === true,
        ...unknownKeys(json, MAP_KEYS),
      };
    default:
      throw invalidMetadata('a type', json);
  }
}

export function fieldsFromJson(json: unknown): NestedField[] {
  if (!Array.isArray(json)) throw invalidMetadata('a list of fields', json);
  return json.map((item: unknown) => {
    if (!isRecord(item)) throw invalidMetadata('a field', item);
    const name = textField(item, 'name');
    const type = typeFromJson(item['type']);
    const [initial, write] = [item['initial-default'], item['write-default']];
    return {
      id: numberField(item, 'id'),
      name,
      required: item['required'] === true,
      type,
      ...(typeof item['doc'] === 'string' ? { doc: item['doc'] } : {}),
      ...optional('initialDefault', initial, () => valueFromJson(type, initial, name)),
      ...optional('writeDefault', write, () => valueFromJson(type, write, name)),
      ...unknownKeys(item, FIELD_KEYS),
    };
  });
}

function typeToJson(type: IcebergType): Json {
  if (isPrimitive(type)) return type;
  if (type.type === 'struct') return { type: 'struct', fields: fieldsToJson(type.fields), ...type.extra };
  if (type.type === 'list') {
    return {
      type: 'list',
      'element-id': type.elementId,
      element: typeToJson(type.element),
      'element-required': type.elementRequired,
      ...type.extra,
    };
  }
  return {
    type: 'map',
    'key-id': type.keyId,
    key: typeToJson(type.key),
    'value-id': type.valueId,
    value: typeToJson(type.value),
    'value-required': type.valueRequired,
    ...type.extra,
  };
}

export function fieldsToJson(fields: readonly NestedField[]): Json[] {
  return fields.map(({ id, name, required, type, doc, initialDefault, writeDefault, extra }) => ({
    id,
    name,
    required,
    type: typeToJson(type),
    ...(doc === undefined ? {} : { doc }),
    ...optional('initial-default', initialDefault, () => valueToJson(type, initialDefault!)),
    ...optional('write-default', writeDefault, () => valueToJson(type, writeDefault!)),
    ...extra,
  }));
}
