import type { TableRequirement } from './requirement.js';
import type { TableMetadata } from './table-metadata.js';
import type { TableUpdate } from './update.js';

/**
 * What must still be so for `updates`, which were made for `base`: the same that the reference implementation asks for
 * each kind of update. Updates of properties, sort orders that are not made the default, and removed snapshots ask for
 * nothing but the table itself.
 */
export function requirementsFor(base: TableMetadata, updates: readonly TableUpdate[]): TableRequirement[] {
  const found = new Map<string, TableRequirement>();
  const require = (key: string, requirement: TableRequirement): void => {
    if (!found.has(key)) found.set(key, requirement);
  };
  // Version 1 did not require a uuid; a table without one cannot be told from another.
  if (base.tableUuid !== '') require('uuid', { type: 'assert-table-uuid', uuid: base.tableUuid });
  const requireRef = (ref: string): void =>
    require(`ref:${ref}`, {
      type: 'assert-ref-snapshot-id',
      ref,
      snapshotId: base.refs[ref]?.snapshotId ?? null,
    });
  const requireSchema = (): void =>
    require('schema', { type: 'assert-current-schema-id', currentSchemaId: base.currentSchemaId });
  const requireSpec = (): void =>
    require('spec', { type: 'assert-default-spec-id', defaultSpecId: base.defaultSpecId });
  /** A commit on another branch may still write the schema or spec that is to be removed. */
  const requireBranches = (): void => {
    for (const [name, ref] of Object.entries(base.refs))
      if (ref.type === 'branch' && name !== 'main') requireRef(name);
  };
  for (const update of updates) {
    switch (update.action) {
      case 'add-schema':
        require('field', { type: 'assert-last-assigned-field-id', lastAssignedFieldId: base.lastColumnId });
        break;
      case 'set-current-schema':
        requireSchema();
        break;
      case 'remove-schemas':
        requireSchema();
        requireBranches();
        break;
      case 'add-spec':
        require('partition', {
          type: 'assert-last-assigned-partition-id',
          lastAssignedPartitionId: base.lastPartitionId,
        });
        break;
      case 'set-default-spec':
        requireSpec();
        break;
      case 'remove-partition-specs':
        requireSpec();
        requireBranches();
        break;
      case 'set-default-sort-order':
        require('order', {
          type: 'assert-default-sort-order-id',
          defaultSortOrderId: base.defaultSortOrderId,
        });
        break;
      case 'set-snapshot-ref':
        requireRef(update.refName);
        break;
    }
  }
  return [...found.values()];
}
