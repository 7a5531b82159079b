import { IcebergError } from '../error.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableRequirement } from './requirement.js';
import type { MetadataLogEntry, TableMetadata } from './table-metadata.js';
import type { TableUpdate } from './update.js';

const DEFAULT_PREVIOUS_VERSIONS = 100;

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
    case 'assert-table-uuid':
      return metadata.tableUuid === requirement.uuid
        ? null
        : `its uuid is ${metadata.tableUuid}, not ${requirement.uuid} (it was dropped and created again)`;
    case 'assert-ref-snapshot-id': {
      const found = metadata.refs[requirement.ref]?.snapshotId ?? null;
      return found === requirement.snapshotId
        ? null
        : `"${requirement.ref}" is at snapshot ${found}, not ${requirement.snapshotId}`;
    }
    case 'assert-last-assigned-field-id':
      return metadata.lastColumnId === requirement.lastAssignedFieldId
        ? null
        : `the last column id is ${metadata.lastColumnId}, not ${requirement.lastAssignedFieldId}`;
    case 'assert-current-schema-id':
      return metadata.currentSchemaId === requirement.currentSchemaId
        ? null
        : `the current schema is ${metadata.currentSchemaId}, not ${requirement.currentSchemaId}`;
  }
}

/** Metadata after `updates`, with its clock and metadata log moved on. Pure. */
export function applyUpdates(
  base: TableMetadata,
  updates: readonly TableUpdate[],
  options: { now: number; previous: MetadataLogEntry },
): TableMetadata {
  const changed = updates.reduce(applyUpdate, base);
  const configured = Number(
    changed.properties['write.metadata.previous-versions-max'] ?? DEFAULT_PREVIOUS_VERSIONS,
  );
  const keep = Number.isInteger(configured) && configured > 0 ? configured : DEFAULT_PREVIOUS_VERSIONS;
  return {
    ...changed,
    // Never backwards, though the clocks of two writers may differ.
    lastUpdatedMs: Math.max(options.now, changed.lastUpdatedMs),
    metadataLog: [...changed.metadataLog, options.previous].slice(-keep),
  };
}

function applyUpdate(metadata: TableMetadata, update: TableUpdate): TableMetadata {
  switch (update.action) {
    case 'add-schema': {
      const schemaId = 1 + Math.max(...metadata.schemas.map((schema) => schema.schemaId));
      return {
        ...metadata,
        schemas: [...metadata.schemas, { ...update.schema, schemaId }],
        lastColumnId: Math.max(metadata.lastColumnId, update.lastColumnId),
      };
    }
    case 'set-current-schema': {
      const last = metadata.schemas.at(-1)!.schemaId;
      return { ...metadata, currentSchemaId: update.schemaId === -1 ? last : update.schemaId };
    }
    case 'add-snapshot':
      return addSnapshot(metadata, update.snapshot);
    case 'set-snapshot-ref':
      return setRef(metadata, update);
    case 'set-properties':
      return { ...metadata, properties: { ...metadata.properties, ...update.updates } };
    case 'remove-properties':
      return {
        ...metadata,
        properties: Object.fromEntries(
          Object.entries(metadata.properties).filter(([key]) => !update.removals.includes(key)),
        ),
      };
  }
}

function addSnapshot(metadata: TableMetadata, snapshot: Snapshot): TableMetadata {
  if (metadata.snapshots.some((present) => present.snapshotId === snapshot.snapshotId)) {
    throw new IcebergError(`Snapshot ${snapshot.snapshotId} is already in the table.`, {
      code: 'INVALID_ARGUMENT',
      context: { snapshotId: snapshot.snapshotId },
    });
  }
  // A commit to another branch may have taken the number: two snapshots of one number would confuse their deletes.
  if (metadata.formatVersion > 1 && snapshot.sequenceNumber <= metadata.lastSequenceNumber) {
    throw new IcebergError(
      `Snapshot ${snapshot.snapshotId} has the sequence number ${snapshot.sequenceNumber}, which another commit has taken: the last is ${metadata.lastSequenceNumber}.`,
      {
        code: 'COMMIT_CONFLICT',
        retryable: true,
        context: { snapshotId: snapshot.snapshotId, sequenceNumber: snapshot.sequenceNumber },
      },
    );
  }
  return {
    ...metadata,
    lastSequenceNumber: snapshot.sequenceNumber,
    lastUpdatedMs: Math.max(metadata.lastUpdatedMs, snapshot.timestampMs),
    snapshots: [...metadata.snapshots, snapshot],
  };
}

function setRef(
  metadata: TableMetadata,
  update: Extract<TableUpdate, { action: 'set-snapshot-ref' }>,
): TableMetadata {
  const snapshot = metadata.snapshots.find((present) => present.snapshotId === update.ref.snapshotId);
  if (snapshot === undefined) {
    throw new IcebergError(
      `The reference "${update.refName}" cannot point to snapshot ${update.ref.snapshotId}: there is none.`,
      {
        code: 'SNAPSHOT_NOT_FOUND',
        context: { ref: update.refName, snapshotId: update.ref.snapshotId },
      },
    );
  }
  const refs = { ...metadata.refs, [update.refName]: update.ref };
  if (update.refName !== 'main') return { ...metadata, refs };
  return {
    ...metadata,
    refs,
    currentSnapshotId: snapshot.snapshotId,
    snapshotLog: [
      ...metadata.snapshotLog,
      { snapshotId: snapshot.snapshotId, timestampMs: metadata.lastUpdatedMs },
    ],
  };
}
