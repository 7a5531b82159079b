import type { SnapshotRef, TableRequirement, TableUpdate } from '../../src/index.js';
import { type JsonRecord, longField } from '../../src/metadata/json-fields.js';
import { readStatistics } from '../../src/metadata/statistics-codec.js';
import { readSpec } from '../../src/partition/partition-spec-codec.js';
import { readSchema } from '../../src/schema/schema-codec.js';
import { refFromJson } from '../../src/snapshot/ref-codec.js';
import { snapshotFromJson } from '../../src/snapshot/snapshot-codec.js';
import { readSortOrder } from '../../src/sort-order/sort-order-codec.js';

/** Reads the requirements and updates of a commit request, as a server does. */
export function requirementOf(json: JsonRecord): TableRequirement {
  const number = (key: string): number => json[key] as number;
  const type = json['type'] as TableRequirement['type'];
  switch (type) {
    case 'assert-create':
      return { type };
    case 'assert-table-uuid':
      return { type, uuid: json['uuid'] as string };
    case 'assert-ref-snapshot-id': {
      const snapshotId = json['snapshot-id'] === null ? null : longField(json, 'snapshot-id');
      return { type, ref: json['ref'] as string, snapshotId };
    }
    case 'assert-last-assigned-field-id':
      return { type, lastAssignedFieldId: number('last-assigned-field-id') };
    case 'assert-current-schema-id':
      return { type, currentSchemaId: number('current-schema-id') };
    case 'assert-last-assigned-partition-id':
      return { type, lastAssignedPartitionId: number('last-assigned-partition-id') };
    case 'assert-default-spec-id':
      return { type, defaultSpecId: number('default-spec-id') };
    case 'assert-default-sort-order-id':
      return { type, defaultSortOrderId: number('default-sort-order-id') };
  }
}

export function updateOf(json: JsonRecord): TableUpdate {
  const number = (key: string): number => json[key] as number;
  const numbers = (key: string): number[] => json[key] as number[];
  const part = (key: string): JsonRecord => json[key] as JsonRecord;
  const action = json['action'] as TableUpdate['action'];
  switch (action) {
    case 'assign-uuid':
    case 'set-properties':
    case 'remove-properties':
    case 'set-location':
      return json as unknown as TableUpdate;
    case 'upgrade-format-version':
      return { action, formatVersion: number('format-version') };
    case 'add-schema':
      return { action, schema: readSchema(json['schema']), lastColumnId: number('last-column-id') };
    case 'set-current-schema':
      return { action, schemaId: number('schema-id') };
    case 'remove-schemas':
      return { action, schemaIds: numbers('schema-ids') };
    case 'add-spec':
      return { action, spec: readSpec(part('spec')) };
    case 'set-default-spec':
      return { action, specId: number('spec-id') };
    case 'remove-partition-specs':
      return { action, specIds: numbers('spec-ids') };
    case 'add-sort-order':
      return { action, sortOrder: readSortOrder(part('sort-order')) };
    case 'set-default-sort-order':
      return { action, sortOrderId: number('sort-order-id') };
    case 'add-snapshot':
      return { action, snapshot: snapshotFromJson(part('snapshot')) };
    case 'remove-snapshots':
      return { action, snapshotIds: (json['snapshot-ids'] as (number | bigint)[]).map(BigInt) };
    case 'set-snapshot-ref': {
      const ref: SnapshotRef = refFromJson(json, ['action', 'ref-name']);
      return { action, refName: json['ref-name'] as string, ref };
    }
    case 'remove-snapshot-ref':
      return { action, refName: json['ref-name'] as string };
    case 'set-statistics':
    case 'set-partition-statistics': {
      const key = action === 'set-statistics' ? 'statistics' : 'partition-statistics';
      const file = readStatistics({ list: [part(key)] }, 'list')[0]!;
      return action === 'set-statistics'
        ? { action, statistics: file }
        : { action, partitionStatistics: file };
    }
    case 'remove-statistics':
    case 'remove-partition-statistics':
      return { action, snapshotId: longField(json, 'snapshot-id') };
  }
}
