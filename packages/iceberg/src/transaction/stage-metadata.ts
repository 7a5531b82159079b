import { IcebergError } from '../error.js';
import type { TableRequirement } from '../metadata/requirement.js';
import { requirementsFor } from '../metadata/requirements-for.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import { isCompatibleSpec } from '../partition/partition-spec-codec.js';
import { schemaById } from '../scan/select-snapshot.js';
import { isSameSchema } from '../schema/schema-codec.js';
import { isSameOrder } from '../sort-order/sort-order.js';
import type { Table } from '../table/table.js';
import { type DefinedMetadata, define } from './definitions.js';
import { mergeManifests } from './merge-manifests.js';
import { changesFiles, type PreparedChanges } from './prepared-changes.js';
import type { PropertyChanges } from './transaction-types.js';

/** A conflict that trying the same files again cannot mend. */
export function conflict(table: Table, reason: string, cause?: unknown): IcebergError {
  return new IcebergError(
    `The changes to table ${table.location} do not fit its newest version: ${reason}. Begin again on the refreshed table.`,
    {
      code: 'COMMIT_CONFLICT',
      retryable: true,
      context: { table: table.identifier },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** The newest metadata with the transaction's changes of schema, partitioning, sort order and version. */
export interface StagedDefinitions {
  metadata: TableMetadata;
  updates: readonly TableUpdate[];
  requirements: readonly TableRequirement[];
}

/**
 * Makes the transaction's changes of definitions on the newest metadata. They must concern the same columns as when they
 * were prepared; where files were written, new columns must also get the ids that the files hold, and the partitioning
 * and version must be those the files were written for. Throws `COMMIT_CONFLICT`.
 */
export function stageDefinitions(fresh: Table, changes: PreparedChanges): StagedDefinitions {
  const defined = defineAnew(fresh, changes);
  for (const [index, step] of defined.steps.entries()) {
    const prepared = changes.defined.steps[index]!;
    if (!isSameList(step.found, prepared.found))
      throw conflict(fresh, 'another commit has changed the schema or partitioning that they change');
    if (changesFiles(changes) && !isSameList(step.added, prepared.added)) {
      throw conflict(
        fresh,
        `files were written with the field ids ${prepared.added.join(', ')}, which another commit has taken`,
      );
    }
  }
  if (changesFiles(changes) || changes.arrangeManifests !== mergeManifests)
    requireFilesFit(fresh, defined.metadata, changes);
  return {
    metadata: defined.metadata,
    updates: defined.updates,
    requirements: requirementsFor(fresh.metadata, defined.updates).filter(
      ({ type }) => type !== 'assert-table-uuid',
    ),
  };
}

function defineAnew(fresh: Table, changes: PreparedChanges): DefinedMetadata {
  try {
    return define(fresh.metadata, changes.definitions);
  } catch (cause) {
    if (!(cause instanceof IcebergError)) throw cause;
    // It was possible when it was prepared.
    throw conflict(fresh, cause.message.replace(/\.$/, ''), cause);
  }
}

function requireFilesFit(fresh: Table, metadata: TableMetadata, changes: PreparedChanges): void {
  if (metadata.formatVersion !== changes.formatVersion) {
    throw conflict(
      fresh,
      `another commit has made it one of format version ${metadata.formatVersion}, and files were written for version ${changes.formatVersion}`,
    );
  }
  const specs = new Set([...changes.dataFiles, ...changes.deleteFiles].map(({ specId }) => specId));
  for (const specId of specs) {
    const written = changes.defined.metadata.partitionSpecs.find((spec) => spec.specId === specId);
    const present = metadata.partitionSpecs.find((spec) => spec.specId === specId);
    if (written !== undefined && present !== undefined && isCompatibleSpec(written, present)) continue;
    throw conflict(fresh, `files were written by partition spec ${specId}, which it does not have`);
  }
}

function isSameList(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index]);
}

/** Whether a table is as staged definitions and properties would have made it. */
export function isDefined(fresh: TableMetadata, staged: TableMetadata, properties: PropertyChanges): boolean {
  const specOf = ({ partitionSpecs, defaultSpecId }: TableMetadata) =>
    partitionSpecs.find(({ specId }) => specId === defaultSpecId)!;
  const orderOf = ({ sortOrders, defaultSortOrderId }: TableMetadata) =>
    sortOrders.find(({ orderId }) => orderId === defaultSortOrderId) ?? { orderId: 0, fields: [] };
  return (
    fresh.tableUuid === staged.tableUuid &&
    fresh.formatVersion === staged.formatVersion &&
    isSameSchema(schemaById(fresh, fresh.currentSchemaId), schemaById(staged, staged.currentSchemaId)) &&
    isCompatibleSpec(specOf(fresh), specOf(staged)) &&
    isSameOrder(orderOf(fresh), orderOf(staged)) &&
    Object.entries(properties).every(([key, value]) => (fresh.properties[key] ?? null) === value)
  );
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
