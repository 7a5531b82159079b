import { invalidMetadata, isRecord, recordsField, textMapField } from '../../metadata/json-fields.js';
import { tableMetadataFromJson } from '../../metadata/metadata-codec.js';
import type { TableRequirement } from '../../metadata/requirement.js';
import { statisticsToJson } from '../../metadata/statistics-codec.js';
import type { TableUpdate } from '../../metadata/update.js';
import { printSpec } from '../../partition/partition-spec-codec.js';
import { printSchema } from '../../schema/schema-codec.js';
import { refToJson } from '../../snapshot/ref-codec.js';
import { snapshotToJson } from '../../snapshot/snapshot-codec.js';
import { printSortOrder } from '../../sort-order/sort-order-codec.js';
import type { LoadedMetadata, TableCommit, TableIdentifier } from '../catalog.js';

/** Configuration and credentials for the storage below one prefix. */
export interface StorageCredential {
  readonly prefix: string;
  readonly config: Readonly<Record<string, string>>;
}

/** A table as the server describes it (REST specification, `LoadTableResult`). */
export interface LoadResult extends LoadedMetadata {
  readonly config: Readonly<Record<string, string>>;
  readonly credentials: readonly StorageCredential[];
}

/** Reads the answer to loading, creating or committing. Throws `INVALID_METADATA`. */
export function readLoadResult(json: unknown, table: string): LoadResult {
  if (!isRecord(json)) throw invalidMetadata('a table', json);
  const location = json['metadata-location'];
  const metadataLocation = typeof location === 'string' ? location : '';
  return {
    metadata: tableMetadataFromJson(json['metadata'], metadataLocation || table),
    metadataLocation,
    config: textMapField(json, 'config'),
    credentials: readCredentials(json),
  };
}

export function readCredentials(json: unknown): StorageCredential[] {
  if (!isRecord(json)) return [];
  return recordsField(json, 'storage-credentials').map((item) => ({
    prefix: String(item['prefix'] ?? ''),
    config: textMapField(item, 'config'),
  }));
}

export function identifierJson({ namespace, name }: TableIdentifier): unknown {
  return { namespace: namespace.split('.'), name };
}

/** Body of a commit (REST specification, `CommitTableRequest`). */
export function commitJson({ identifier, requirements, updates }: TableCommit): unknown {
  return {
    identifier: identifierJson(identifier),
    requirements: requirements.map(requirementJson),
    updates: updates.map(updateJson),
  };
}

function requirementJson(requirement: TableRequirement): unknown {
  switch (requirement.type) {
    case 'assert-create':
    case 'assert-table-uuid':
      return requirement;
    case 'assert-ref-snapshot-id':
      return { type: requirement.type, ref: requirement.ref, 'snapshot-id': requirement.snapshotId };
    case 'assert-last-assigned-field-id':
      return { type: requirement.type, 'last-assigned-field-id': requirement.lastAssignedFieldId };
    case 'assert-current-schema-id':
      return { type: requirement.type, 'current-schema-id': requirement.currentSchemaId };
    case 'assert-last-assigned-partition-id':
      return { type: requirement.type, 'last-assigned-partition-id': requirement.lastAssignedPartitionId };
    case 'assert-default-spec-id':
      return { type: requirement.type, 'default-spec-id': requirement.defaultSpecId };
    case 'assert-default-sort-order-id':
      return { type: requirement.type, 'default-sort-order-id': requirement.defaultSortOrderId };
  }
}

function updateJson(update: TableUpdate): unknown {
  const { action } = update;
  switch (action) {
    case 'assign-uuid':
    case 'set-properties':
    case 'remove-properties':
    case 'set-location':
      return update;
    case 'upgrade-format-version':
      return { action, 'format-version': update.formatVersion };
    case 'add-schema':
      return { action, schema: printSchema(update.schema), 'last-column-id': update.lastColumnId };
    case 'set-current-schema':
      return { action, 'schema-id': update.schemaId };
    case 'remove-schemas':
      return { action, 'schema-ids': update.schemaIds };
    case 'add-spec':
      return { action, spec: printSpec(update.spec) };
    case 'set-default-spec':
      return { action, 'spec-id': update.specId };
    case 'remove-partition-specs':
      return { action, 'spec-ids': update.specIds };
    case 'add-sort-order':
      return { action, 'sort-order': printSortOrder(update.sortOrder) };
    case 'set-default-sort-order':
      return { action, 'sort-order-id': update.sortOrderId };
    case 'add-snapshot':
      return { action, snapshot: snapshotToJson(update.snapshot) };
    case 'remove-snapshots':
      return { action, 'snapshot-ids': update.snapshotIds };
    case 'set-snapshot-ref':
      return { action, 'ref-name': update.refName, ...(refToJson(update.ref) as object) };
    case 'remove-snapshot-ref':
      return { action, 'ref-name': update.refName };
    case 'set-statistics':
      return {
        action,
        'snapshot-id': update.statistics.snapshotId,
        statistics: statisticsToJson(update.statistics),
      };
    case 'set-partition-statistics':
      return { action, 'partition-statistics': statisticsToJson(update.partitionStatistics) };
    case 'remove-statistics':
    case 'remove-partition-statistics':
      return { action, 'snapshot-id': update.snapshotId };
  }
}
