import { IcebergError } from '../error.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import { addSchema, addSortOrder, addSpec, setSchema, setSortOrder, setSpec } from './apply-definitions.js';
import { removeRef, removeSnapshots, setRef, trimSnapshotLog } from './apply-refs.js';
import type { MetadataLogEntry, StatisticsFile, TableMetadata } from './table-metadata.js';
import type { TableUpdate } from './update.js';

const DEFAULT_PREVIOUS_VERSIONS = 100;

/** Metadata in the middle of a list of updates, and what later updates must know of earlier ones. */
export interface Progress {
  readonly metadata: TableMetadata;
  readonly now: number;
  /** Ids that -1 stands for. */
  readonly lastAdded: { readonly schemaId?: number; readonly specId?: number; readonly orderId?: number };
  readonly addedSnapshots: ReadonlySet<bigint>;
  readonly removedSnapshots: boolean;
}

/**
 * Metadata after `updates`, with its clock and metadata log moved on. Pure. Throws `INVALID_ARGUMENT`,
 * `SNAPSHOT_NOT_FOUND`, `UNSUPPORTED_FORMAT_VERSION`, and `COMMIT_CONFLICT` where a number that the updates use was
 * taken by another commit.
 */
export function applyUpdates(
  base: TableMetadata,
  updates: readonly TableUpdate[],
  options: { now: number; previous: MetadataLogEntry },
): TableMetadata {
  // Never backwards, though the clocks of two writers may differ.
  const now = Math.max(options.now, base.lastUpdatedMs);
  const changed = trimSnapshotLog(updates.reduce(applyUpdate, startOf(base, now)));
  const configured = Number(
    changed.properties['write.metadata.previous-versions-max'] ?? DEFAULT_PREVIOUS_VERSIONS,
  );
  const keep = Number.isInteger(configured) && configured > 0 ? configured : DEFAULT_PREVIOUS_VERSIONS;
  return {
    ...changed,
    lastUpdatedMs: Math.max(options.now, changed.lastUpdatedMs),
    metadataLog: [...changed.metadataLog, options.previous].slice(-keep),
  };
}

/** Metadata after updates that add no snapshot, as it is until they are committed: clock and logs stay. */
export function applyDefinitions(base: TableMetadata, updates: readonly TableUpdate[]): TableMetadata {
  return updates.reduce(applyUpdate, startOf(base, base.lastUpdatedMs)).metadata;
}

function startOf(metadata: TableMetadata, now: number): Progress {
  return { metadata, now, lastAdded: {}, addedSnapshots: new Set(), removedSnapshots: false };
}

function applyUpdate(progress: Progress, update: TableUpdate): Progress {
  const { metadata } = progress;
  const changed = (parts: Partial<TableMetadata>): Progress => ({
    ...progress,
    metadata: { ...metadata, ...parts },
  });
  switch (update.action) {
    case 'assign-uuid':
      return changed({ tableUuid: update.uuid });
    case 'upgrade-format-version':
      return changed(upgradedVersion(metadata, update.formatVersion));
    case 'add-schema':
      return addSchema(progress, update);
    case 'set-current-schema':
      return setSchema(progress, update.schemaId);
    case 'remove-schemas':
      refuseRemoval('schema', metadata.currentSchemaId, update.schemaIds);
      return changed({
        schemas: metadata.schemas.filter((item) => !update.schemaIds.includes(item.schemaId)),
      });
    case 'add-spec':
      return addSpec(progress, update.spec);
    case 'set-default-spec':
      return setSpec(progress, update.specId);
    case 'remove-partition-specs':
      refuseRemoval('partition spec', metadata.defaultSpecId, update.specIds);
      return changed({
        partitionSpecs: metadata.partitionSpecs.filter((item) => !update.specIds.includes(item.specId)),
      });
    case 'add-sort-order':
      return addSortOrder(progress, update.sortOrder);
    case 'set-default-sort-order':
      return setSortOrder(progress, update.sortOrderId);
    case 'add-snapshot':
      return {
        ...changed(addSnapshot(metadata, update.snapshot)),
        addedSnapshots: new Set([...progress.addedSnapshots, update.snapshot.snapshotId]),
      };
    case 'remove-snapshots':
      return removeSnapshots(progress, update.snapshotIds);
    case 'set-snapshot-ref':
      return setRef(progress, update.refName, update.ref);
    case 'remove-snapshot-ref':
      return removeRef(progress, update.refName);
    case 'set-properties':
      return changed({ properties: { ...metadata.properties, ...update.updates } });
    case 'remove-properties': {
      const kept = Object.entries(metadata.properties).filter(([key]) => !update.removals.includes(key));
      return changed({ properties: Object.fromEntries(kept) });
    }
    case 'set-location':
      return changed({ location: update.location.replace(/(?<=.)\/+$/, '') });
    case 'set-statistics':
      return changed({ statistics: replaced(metadata.statistics, update.statistics) });
    case 'remove-statistics':
      return changed({ statistics: without(metadata.statistics, update.snapshotId) });
    case 'set-partition-statistics':
      return changed({
        partitionStatistics: replaced(metadata.partitionStatistics, update.partitionStatistics),
      });
    case 'remove-partition-statistics':
      return changed({ partitionStatistics: without(metadata.partitionStatistics, update.snapshotId) });
  }
}

function without(files: readonly StatisticsFile[], snapshotId: bigint): StatisticsFile[] {
  return files.filter((file) => file.snapshotId !== snapshotId);
}

function replaced(files: readonly StatisticsFile[], file: StatisticsFile): StatisticsFile[] {
  return [...without(files, file.snapshotId), file];
}

function upgradedVersion(metadata: TableMetadata, formatVersion: number): Partial<TableMetadata> {
  if (!Number.isInteger(formatVersion) || formatVersion > 3 || formatVersion < metadata.formatVersion) {
    throw new IcebergError(
      `A table of format version ${metadata.formatVersion} cannot be made one of version ${formatVersion}; versions up to 3 are known, and there is no way back.`,
      { code: 'UNSUPPORTED_FORMAT_VERSION', context: { from: metadata.formatVersion, to: formatVersion } },
    );
  }
  return { formatVersion };
}

function refuseRemoval(what: string, current: number, removed: readonly number[]): void {
  if (!removed.includes(current)) return;
  throw new IcebergError(`The current ${what} ${current} cannot be removed.`, {
    code: 'INVALID_ARGUMENT',
    context: { id: current },
  });
}

function addSnapshot(metadata: TableMetadata, snapshot: Snapshot): Partial<TableMetadata> {
  const { snapshotId, sequenceNumber } = snapshot;
  if (metadata.snapshots.some((present) => present.snapshotId === snapshotId)) {
    throw new IcebergError(`Snapshot ${snapshotId} is already in the table.`, {
      code: 'INVALID_ARGUMENT',
      context: { snapshotId },
    });
  }
  // A commit to another branch may have taken the number: two snapshots of one number would confuse their deletes.
  if (metadata.formatVersion > 1 && sequenceNumber <= metadata.lastSequenceNumber) {
    throw staleSnapshot(
      `has the sequence number ${sequenceNumber}, which another commit has taken: the last is ${metadata.lastSequenceNumber}`,
      { snapshotId, sequenceNumber },
    );
  }
  return {
    lastSequenceNumber: sequenceNumber,
    lastUpdatedMs: Math.max(metadata.lastUpdatedMs, snapshot.timestampMs),
    snapshots: [...metadata.snapshots, snapshot],
    ...(metadata.formatVersion < 3 ? {} : { nextRowId: nextRowIdAfter(metadata, snapshot) }),
  };
}

/** Row ids are given out once (spec, "Row Lineage"): the snapshot's begin at or after the table's next. */
function nextRowIdAfter(metadata: TableMetadata, snapshot: Snapshot): bigint {
  const { snapshotId, firstRowId, addedRows } = snapshot;
  if (firstRowId === undefined || addedRows === undefined) {
    throw staleSnapshot(
      'says nothing of the row ids it assigned: another commit has made the table one of format version 3',
      { snapshotId },
    );
  }
  if (firstRowId < metadata.nextRowId) {
    throw staleSnapshot(
      `assigns row ids from ${firstRowId} on, which another commit has taken: the next is ${metadata.nextRowId}`,
      { snapshotId, firstRowId },
    );
  }
  return firstRowId + addedRows;
}

function staleSnapshot(reason: string, context: Readonly<Record<string, unknown>>): IcebergError {
  return new IcebergError(`Snapshot ${context['snapshotId']} ${reason}.`, {
    code: 'COMMIT_CONFLICT',
    retryable: true,
    context,
  });
}
