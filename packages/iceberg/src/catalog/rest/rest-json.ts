import { invalidMetadata, isRecord, recordsField, textMapField } from '../../metadata/json-fields.js';
import { printSchema, tableMetadataFromJson } from '../../metadata/metadata-codec.js';
import type { TableRequirement } from '../../metadata/requirement.js';
import type { TableUpdate } from '../../metadata/update.js';
import { snapshotToJson } from '../../snapshot/snapshot-codec.js';
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
    case 'assert-table-uuid':
      return requirement;
    case 'assert-ref-snapshot-id':
      return { type: requirement.type, ref: requirement.ref, 'snapshot-id': requirement.snapshotId };
    case 'assert-last-assigned-field-id':
      return { type: requirement.type, 'last-assigned-field-id': requirement.lastAssignedFieldId };
    case 'assert-current-schema-id':
      return { type: requirement.type, 'current-schema-id': requirement.currentSchemaId };
  }
}

function updateJson(update: TableUpdate): unknown {
  switch (update.action) {
    case 'add-schema':
      return {
        action: update.action,
        schema: printSchema(update.schema),
        'last-column-id': update.lastColumnId,
      };
    case 'set-current-schema':
      return { action: update.action, 'schema-id': update.schemaId };
    case 'add-snapshot':
      return { action: update.action, snapshot: snapshotToJson(update.snapshot) };
    case 'set-snapshot-ref':
      return {
        action: update.action,
        'ref-name': update.refName,
        'snapshot-id': update.ref.snapshotId,
        type: update.ref.type,
        ...update.ref.extra,
      };
    case 'set-properties':
    case 'remove-properties':
      return update;
  }
}
