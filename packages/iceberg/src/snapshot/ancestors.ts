import { IcebergError } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { Snapshot } from './snapshot.js';

/** The snapshot and its ancestors as far as the table retains them, newest first. Throws `SNAPSHOT_NOT_FOUND`. */
export function snapshotAncestors(metadata: TableMetadata, snapshotId: bigint): Snapshot[] {
  const byId = new Map(metadata.snapshots.map((snapshot) => [snapshot.snapshotId, snapshot]));
  const ancestors: Snapshot[] = [];
  let next: Snapshot | undefined = byId.get(snapshotId);
  if (next === undefined) throw snapshotNotFound(snapshotId, metadata);
  while (next !== undefined) {
    ancestors.push(next);
    // Taken out, so that damaged metadata cannot make a circle.
    byId.delete(next.snapshotId);
    next = next.parentSnapshotId === null ? undefined : byId.get(next.parentSnapshotId);
  }
  return ancestors;
}

export function snapshotNotFound(snapshotId: bigint, metadata: TableMetadata): IcebergError {
  return new IcebergError(
    `The table at ${metadata.location} has no snapshot ${snapshotId}: it never had one, or it was expired. It retains ${metadata.snapshots.length} snapshots.`,
    { code: 'SNAPSHOT_NOT_FOUND', context: { snapshotId, location: metadata.location } },
  );
}
