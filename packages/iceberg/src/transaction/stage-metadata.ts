import { IcebergError } from '../error.js';
import type { TableRequirement } from '../metadata/requirement.js';
import type { TableUpdate } from '../metadata/update.js';
import { addColumnsToSchema, sameType } from '../schema/add-columns.js';
import type { Table } from '../table/table.js';
import type { NestedField } from '../type/iceberg-type.js';
import type { PreparedChanges } from './prepared-changes.js';
import type { PropertyChanges } from './transaction-types.js';

/** A conflict that trying the same files again cannot mend. */
export function conflict(table: Table, reason: string): IcebergError {
  return new IcebergError(
    `The changes to table ${table.location} do not fit its newest version: ${reason}. Begin again on the refreshed table.`,
    {
      code: 'COMMIT_CONFLICT',
      retryable: true,
      context: { table: table.identifier },
    },
  );
}

/** The newest schema with the transaction's columns. */
export interface StagedSchema {
  schemaId: number;
  updates: TableUpdate[];
  requirements: TableRequirement[];
}

/**
 * Adds the transaction's columns to the newest schema. Files already hold field ids, so every column must come out with
 * the id it was written under; another commit that took the id makes a conflict.
 */
export function stageSchema(fresh: Table, changes: PreparedChanges): StagedSchema {
  const current = fresh.schema();
  if (changes.columns.length === 0) return { schemaId: current.schemaId, updates: [], requirements: [] };
  const evolved = addColumnsToSchema(current, changes.columns, fresh.metadata.lastColumnId);
  const fields = evolved?.fields ?? current.fields;
  for (const { name } of changes.columns) {
    const written = changes.schema.fields.find((field) => field.name === name)!;
    const found = fields.find((field) => field.name === name);
    if (found === undefined || !sameType(found.type, written.type) || !sameIds(found, written)) {
      throw conflict(
        fresh,
        `column "${name}" was prepared with field id ${written.id}, which another commit has taken`,
      );
    }
  }
  if (evolved === null) return { schemaId: current.schemaId, updates: [], requirements: [] };
  const schemaId = 1 + Math.max(...fresh.metadata.schemas.map((schema) => schema.schemaId));
  return {
    schemaId,
    updates: [
      {
        action: 'add-schema',
        schema: { ...current, schemaId, fields: evolved.fields },
        lastColumnId: evolved.lastColumnId,
      },
      { action: 'set-current-schema', schemaId: -1 },
    ],
    requirements: [
      { type: 'assert-last-assigned-field-id', lastAssignedFieldId: fresh.metadata.lastColumnId },
      { type: 'assert-current-schema-id', currentSchemaId: fresh.metadata.currentSchemaId },
    ],
  };
}

/** Whether a column and all that is nested in it have the same ids; the types must have the same shape. */
function sameIds(left: NestedField, right: NestedField): boolean {
  const ids = (field: NestedField): string =>
    JSON.stringify(field, (key, value) => (['doc', 'name', 'extra'].includes(key) ? undefined : value));
  return ids(left) === ids(right);
}

/** Updates that set and remove table properties. */
export function propertyUpdates(changes: PropertyChanges): TableUpdate[] {
  const updates = Object.fromEntries(
    Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  const removals = Object.keys(changes).filter((key) => changes[key] === null);
  return [
    ...(Object.keys(updates).length > 0 ? [{ action: 'set-properties' as const, updates }] : []),
    ...(removals.length > 0 ? [{ action: 'remove-properties' as const, removals }] : []),
  ];
}
