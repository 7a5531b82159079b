import { IcebergError } from '../error.js';
import type { SnapshotRef } from '../snapshot/snapshot.js';
import type { Progress } from './apply-updates.js';
import type { SnapshotLogEntry, TableMetadata } from './table-metadata.js';

export function setRef(progress: Progress, refName: string, ref: SnapshotRef): Progress {
  const { metadata, now, addedSnapshots } = progress;
  const snapshot = metadata.snapshots.find((present) => present.snapshotId === ref.snapshotId);
  if (snapshot === undefined) {
    throw new IcebergError(
      `The reference "${refName}" cannot point to snapshot ${ref.snapshotId}: there is none.`,
      { code: 'SNAPSHOT_NOT_FOUND', context: { ref: refName, snapshotId: ref.snapshotId } },
    );
  }
  if (refName === 'main' && ref.type !== 'branch') {
    throw new IcebergError('The reference "main" is a branch; it cannot be made a tag.', {
      code: 'INVALID_ARGUMENT',
      context: { ref: refName },
    });
  }
  const refs = { ...metadata.refs, [refName]: ref };
  if (refName !== 'main') return { ...progress, metadata: { ...metadata, refs } };
  const { snapshotId } = snapshot;
  const moved = metadata.currentSnapshotId !== snapshotId;
  const entry: SnapshotLogEntry = {
    snapshotId,
    timestampMs: addedSnapshots.has(snapshotId)
      ? snapshot.timestampMs
      : Math.max(now, metadata.lastUpdatedMs),
  };
  return {
    ...progress,
    metadata: {
      ...metadata,
      refs,
      currentSnapshotId: snapshotId,
      snapshotLog: moved ? [...metadata.snapshotLog, entry] : metadata.snapshotLog,
    },
  };
}

export function removeRef(progress: Progress, refName: string): Progress {
  const { metadata } = progress;
  const { [refName]: _removed, ...refs } = metadata.refs;
  const currentSnapshotId = refName === 'main' ? null : metadata.currentSnapshotId;
  return { ...progress, metadata: { ...metadata, refs, currentSnapshotId } };
}

/** Takes snapshots out, and with them their statistics and the references to them. */
export function removeSnapshots(progress: Progress, snapshotIds: readonly bigint[]): Progress {
  const { metadata } = progress;
  const removed = new Set(snapshotIds);
  const keeps = ({ snapshotId }: { readonly snapshotId: bigint }): boolean => !removed.has(snapshotId);
  const { currentSnapshotId } = metadata;
  return {
    ...progress,
    removedSnapshots: true,
    metadata: {
      ...metadata,
      snapshots: metadata.snapshots.filter(keeps),
      statistics: metadata.statistics.filter(keeps),
      partitionStatistics: metadata.partitionStatistics.filter(keeps),
      refs: Object.fromEntries(Object.entries(metadata.refs).filter(([, ref]) => keeps(ref))),
      currentSnapshotId:
        currentSnapshotId !== null && removed.has(currentSnapshotId) ? null : currentSnapshotId,
    },
  };
}

/**
 * The snapshot log tells which snapshot was current at a time. After one was removed, everything before it in the log is
 * dropped: with the gap, the time in between would seem to belong to an older snapshot. Snapshots that were current only
 * in the middle of one commit were never seen by anybody and do not stay in the log.
 */
export function trimSnapshotLog({ metadata, addedSnapshots, removedSnapshots }: Progress): TableMetadata {
  const { snapshotLog, currentSnapshotId } = metadata;
  const wasPassing = ({ snapshotId }: SnapshotLogEntry): boolean =>
    addedSnapshots.has(snapshotId) && snapshotId !== currentSnapshotId;
  if (!removedSnapshots && !snapshotLog.some(wasPassing)) return metadata;
  const retained = new Set(metadata.snapshots.map(({ snapshotId }) => snapshotId));
  const gap = removedSnapshots ? snapshotLog.findLastIndex((entry) => !retained.has(entry.snapshotId)) : -1;
  return { ...metadata, snapshotLog: snapshotLog.slice(gap + 1).filter((entry) => !wasPassing(entry)) };
}
