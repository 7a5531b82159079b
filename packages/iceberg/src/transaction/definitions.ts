import { IcebergError } from '../error.js';
import { orderIdFor } from '../metadata/apply-definitions.js';
import { applyDefinitions } from '../metadata/apply-updates.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import { schemaById } from '../scan/select-snapshot.js';
import { addColumnsToSchema } from '../schema/add-columns.js';
import { type EvolvedDefinitions, schemaUpdates } from '../schema/evolve-schema.js';
import { fieldsById } from '../schema/field-path.js';
import { identifierIdsOf } from '../schema/identifier-fields.js';
import { parseSortBy } from '../sort-order/parse-sort-by.js';
import type { NestedField, NewField } from '../type/iceberg-type.js';

/**
 * A change of what a table is: format version, schema, partitioning, sort order. It is worked out on some version of the
 * metadata, and worked out anew where another commit has changed that meanwhile.
 */
export type Definition = (metadata: TableMetadata) => EvolvedDefinitions;

/** Metadata with changes made to it, and the updates that make them. */
export interface DefinedMetadata {
  readonly metadata: TableMetadata;
  readonly updates: readonly TableUpdate[];
  /** What each of the changes found and added. */
  readonly steps: readonly EvolvedDefinitions[];
}

/** Makes changes one after the other. Throws what they throw. */
export function define(base: TableMetadata, definitions: readonly Definition[]): DefinedMetadata {
  let metadata = base;
  const steps: EvolvedDefinitions[] = [];
  for (const definition of definitions) {
    const step = definition(metadata);
    metadata = applyDefinitions(metadata, step.updates);
    steps.push(step);
  }
  return { metadata, updates: steps.flatMap(({ updates }) => updates), steps };
}

/** Adds columns, as far as they are not there with the same type. */
export function columnsAdded(columns: readonly NewField[]): Definition {
  return (metadata) => {
    const schema = schemaById(metadata, metadata.currentSchemaId);
    const { lastColumnId, formatVersion } = metadata;
    const evolved = addColumnsToSchema(schema, columns, lastColumnId, formatVersion);
    const fields = evolved?.fields ?? schema.fields;
    const ids = columns.flatMap(({ name }) => idsWithin(fields.find((field) => field.name === name)!));
    // Others may add the same column, but it must come out with the same ids.
    if (evolved === null) return { updates: [], found: ids, added: [] };
    const updates = schemaUpdates(
      metadata,
      evolved.fields,
      schema.identifierFieldIds ?? [],
      evolved.lastColumnId,
    );
    return { updates, found: ids, added: [] };
  };
}

function idsWithin(field: NestedField): number[] {
  return [...fieldsById({ fields: [field] }).keys()];
}

export function identifierFieldsSet(paths: readonly string[]): Definition {
  return (metadata) => {
    const { fields } = schemaById(metadata, metadata.currentSchemaId);
    const ids = identifierIdsOf({ fields }, paths);
    return { updates: schemaUpdates(metadata, fields, ids, metadata.lastColumnId), found: ids, added: [] };
  };
}

export function sortOrderReplaced(sortBy: readonly string[]): Definition {
  return (metadata) => {
    const order = parseSortBy(schemaById(metadata, metadata.currentSchemaId), sortBy);
    const found = order.fields.map(({ sourceId }) => sourceId);
    const { id, present } = orderIdFor(metadata, order);
    if (present && id === metadata.defaultSortOrderId) return { updates: [], found, added: [] };
    if (present)
      return { updates: [{ action: 'set-default-sort-order', sortOrderId: id }], found, added: [] };
    return {
      updates: [
        { action: 'add-sort-order', sortOrder: { ...order, orderId: id } },
        { action: 'set-default-sort-order', sortOrderId: -1 },
      ],
      found,
      added: [],
    };
  };
}

/** `uuid` is for a table of version 1 that has none. Throws `UNSUPPORTED_FORMAT_VERSION`. */
export function versionUpgraded(formatVersion: number, uuid: string): Definition {
  return (metadata) => {
    if (metadata.formatVersion === formatVersion) return { updates: [], found: [], added: [] };
    if (formatVersion < metadata.formatVersion) throw noDowngrade(metadata.formatVersion, formatVersion);
    return {
      updates: [
        ...(metadata.tableUuid === '' ? [{ action: 'assign-uuid' as const, uuid }] : []),
        { action: 'upgrade-format-version', formatVersion },
      ],
      found: [],
      added: [],
    };
  };
}

function noDowngrade(from: number, to: number): IcebergError {
  return new IcebergError(`The table has format version ${from}; there is no way back to ${to}.`, {
    code: 'UNSUPPORTED_FORMAT_VERSION',
    context: { from, to },
  });
}
