import { IcebergError } from '../error.js';
import type { TableRequirement } from './requirement.js';
import type { TableMetadata } from './table-metadata.js';

/** Throws `COMMIT_CONFLICT` where a requirement does not hold of `metadata`. */
export function checkRequirements(
  metadata: TableMetadata,
  requirements: readonly TableRequirement[],
  table: string,
): void {
  for (const requirement of requirements) {
    const failure = findFailure(metadata, requirement);
    if (failure !== null) {
      throw new IcebergError(`Table ${table} was changed by another commit: ${failure}.`, {
        code: 'COMMIT_CONFLICT',
        retryable: true,
        context: { table, requirement: requirement.type },
      });
    }
  }
}

function findFailure(metadata: TableMetadata, requirement: TableRequirement): string | null {
  switch (requirement.type) {
    case 'assert-create':
      return 'it exists already';
    case 'assert-table-uuid':
      return metadata.tableUuid === requirement.uuid
        ? null
        : `its uuid is ${metadata.tableUuid}, not ${requirement.uuid} (it was dropped and created again)`;
    case 'assert-ref-snapshot-id': {
      const found = metadata.refs[requirement.ref]?.snapshotId ?? null;
      if (found === requirement.snapshotId) return null;
      if (requirement.snapshotId === null)
        return `"${requirement.ref}" is there already, at snapshot ${found}`;
      return `"${requirement.ref}" is ${found === null ? 'gone' : `at snapshot ${found}`}, not at ${requirement.snapshotId}`;
    }
    case 'assert-last-assigned-field-id':
      return differs('last column id', metadata.lastColumnId, requirement.lastAssignedFieldId);
    case 'assert-current-schema-id':
      return differs('current schema', metadata.currentSchemaId, requirement.currentSchemaId);
    case 'assert-last-assigned-partition-id':
      return differs(
        'last partition field id',
        metadata.lastPartitionId,
        requirement.lastAssignedPartitionId,
      );
    case 'assert-default-spec-id':
      return differs('default partition spec', metadata.defaultSpecId, requirement.defaultSpecId);
    case 'assert-default-sort-order-id':
      return differs('default sort order', metadata.defaultSortOrderId, requirement.defaultSortOrderId);
  }
}

function differs(what: string, found: number, expected: number): string | null {
  return found === expected ? null : `the ${what} is ${found}, not ${expected}`;
}
