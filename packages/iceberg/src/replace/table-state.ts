import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import { propertyUpdates } from '../transaction/stage-metadata.js';
import type { PropertyChanges } from '../transaction/transaction-types.js';

/** What a table shows of itself: its newest snapshot and the definitions that are read and written by. */
export interface TableState {
  /** Of `main`; null before the first. */
  readonly snapshotId: bigint | null;
  readonly schemaId: number;
  readonly specId: number;
  readonly sortOrderId: number;
  readonly properties: Readonly<Record<string, string>>;
}

export function stateOf(metadata: TableMetadata): TableState {
  return {
    snapshotId: metadata.currentSnapshotId,
    schemaId: metadata.currentSchemaId,
    specId: metadata.defaultSpecId,
    sortOrderId: metadata.defaultSortOrderId,
    properties: metadata.properties,
  };
}

/** Updates that make definitions that the table has the current ones. */
export function definitionUpdates(metadata: TableMetadata, state: TableState): TableUpdate[] {
  const { schemaId, specId, sortOrderId } = state;
  return [
    ...(schemaId === metadata.currentSchemaId ? [] : [{ action: 'set-current-schema' as const, schemaId }]),
    ...(specId === metadata.defaultSpecId ? [] : [{ action: 'set-default-spec' as const, specId }]),
    ...(sortOrderId === metadata.defaultSortOrderId
      ? []
      : [{ action: 'set-default-sort-order' as const, sortOrderId }]),
  ];
}

/** Updates after which the table has these properties and no others. */
export function allPropertyUpdates(
  metadata: TableMetadata,
  wanted: Readonly<Record<string, string>>,
): TableUpdate[] {
  const changes: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(wanted))
    if (metadata.properties[key] !== value) changes[key] = value;
  for (const key of Object.keys(metadata.properties)) if (wanted[key] === undefined) changes[key] = null;
  return propertyUpdates(changes satisfies PropertyChanges);
}
