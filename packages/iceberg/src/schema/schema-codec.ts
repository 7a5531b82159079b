import {
  invalidMetadata,
  isRecord,
  type Json,
  type JsonRecord,
  numberField,
  unknownKeys,
} from '../metadata/json-fields.js';
import { fieldsFromJson, fieldsToJson } from '../type/type-codec.js';
import { printExactJson } from '../util/exact-json.js';
import type { Schema } from './schema.js';

const KNOWN_KEYS = ['type', 'schema-id', 'identifier-field-ids', 'fields'];

/** Reads one schema (spec, Appendix C, "Schemas"). Throws `INVALID_METADATA`, `UNSUPPORTED_FEATURE`. */
export function readSchema(json: unknown): Schema {
  if (!isRecord(json)) throw invalidMetadata('a schema', json);
  return {
    schemaId: json['schema-id'] === undefined ? 0 : numberField(json, 'schema-id'),
    fields: fieldsFromJson(json['fields']),
    ...identifiersOf(json),
    ...unknownKeys(json, KNOWN_KEYS),
  };
}

function identifiersOf(json: JsonRecord): Pick<Schema, 'identifierFieldIds'> {
  const ids = json['identifier-field-ids'];
  if (ids === undefined || ids === null) return {};
  if (!Array.isArray(ids) || !ids.every((id) => Number.isSafeInteger(id)))
    throw invalidMetadata('a list of integers "identifier-field-ids"', ids);
  return { identifierFieldIds: ids as number[] };
}

/** JSON of one schema, as metadata and manifest headers hold it. */
export function printSchema(schema: Schema): Json {
  return {
    type: 'struct',
    'schema-id': schema.schemaId,
    ...(schema.identifierFieldIds === undefined ? {} : { 'identifier-field-ids': schema.identifierFieldIds }),
    fields: fieldsToJson(schema.fields),
    ...schema.extra,
  };
}

/** Whether two schemas differ in nothing but their ids. */
export function isSameSchema(left: Schema, right: Schema): boolean {
  const text = (schema: Schema): string =>
    printExactJson(
      printSchema({
        ...schema,
        schemaId: 0,
        identifierFieldIds: [...(schema.identifierFieldIds ?? [])].sort((a, b) => a - b),
      }),
    );
  return text(left) === text(right);
}
