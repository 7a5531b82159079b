import {
  invalidMetadata,
  type Json,
  type JsonRecord,
  numberField,
  recordsField,
  textField,
  unknownKeys,
} from '../metadata/json-fields.js';
import type { PartitionField, PartitionSpec } from './partition-spec.js';

const SPEC_KEYS = ['spec-id', 'fields'];
const FIELD_KEYS = ['source-id', 'field-id', 'name', 'transform'];

/** Reads one partition spec (spec, Appendix C, "Partition Specs"). Throws `INVALID_METADATA`. */
export function readSpec(json: JsonRecord): PartitionSpec {
  return {
    specId: numberField(json, 'spec-id'),
    fields: readSpecFields(json, 'fields'),
    ...unknownKeys(json, SPEC_KEYS),
  };
}

/** Reads the fields that version 1 may hold without their spec. */
export function readSpecFields(json: JsonRecord, key: string): PartitionField[] {
  return recordsField(json, key).map((field, index) => ({
    sourceId: sourceIdOf(field),
    fieldId: field['field-id'] === undefined ? 1000 + index : numberField(field, 'field-id'),
    name: textField(field, 'name'),
    transform: textField(field, 'transform'),
    ...unknownKeys(field, FIELD_KEYS),
  }));
}

/** Version 3 lists the sources of a transform that takes several, instead of naming one. */
export function sourceIdOf(field: JsonRecord): number {
  const ids = field['source-ids'];
  if (field['source-id'] !== undefined || ids === undefined) return numberField(field, 'source-id');
  if (!Array.isArray(ids) || !Number.isSafeInteger(ids[0]))
    throw invalidMetadata('a list of integers "source-ids"', ids);
  return ids[0] as number;
}

/** `source-id`, where the list that version 3 has instead is not printed with the unknown keys. */
export function sourceIdJson(field: { sourceId: number; extra?: Readonly<Record<string, unknown>> }): Json {
  return field.extra?.['source-ids'] === undefined ? { 'source-id': field.sourceId } : {};
}

export function printSpec(spec: PartitionSpec): Json {
  return { 'spec-id': spec.specId, fields: printSpecFields(spec), ...spec.extra };
}

/** JSON of a spec's fields, as metadata and manifest headers hold it. */
export function printSpecFields(spec: PartitionSpec): Json[] {
  return spec.fields.map((field) => ({
    name: field.name,
    transform: field.transform,
    ...(sourceIdJson(field) as object),
    'field-id': field.fieldId,
    ...field.extra,
  }));
}

/**
 * Whether two specs partition alike: the same sources, transforms and names in the same order. Field ids do not count,
 * as the reference implementation has it.
 */
export function isCompatibleSpec(left: PartitionSpec, right: PartitionSpec): boolean {
  return (
    left.fields.length === right.fields.length &&
    left.fields.every((field, index) => {
      const other = right.fields[index]!;
      return (
        field.sourceId === other.sourceId && field.transform === other.transform && field.name === other.name
      );
    })
  );
}
