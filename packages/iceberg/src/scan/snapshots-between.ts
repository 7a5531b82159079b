import { IcebergError } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { snapshotAncestors } from '../snapshot/ancestors.js';
import type { Snapshot } from '../snapshot/snapshot.js';

/**
 * Snapshots of one lineage after `fromSnapshotId` (absent: from the table's beginning) and up to `to`, oldest first.
 * Throws `SNAPSHOT_EXPIRED` where the start is no retained ancestor.
 */
export function snapshotsBetween(
  metadata: TableMetadata,
  fromSnapshotId: bigint | undefined,
  to: Snapshot | null,
): Snapshot[] {
  const ancestors = to === null ? [] : snapshotAncestors(metadata, to.snapshotId);
  if (fromSnapshotId === undefined) {
    const oldest = ancestors.at(-1);
    if (oldest !== undefined && oldest.parentSnapshotId !== null)
      throw expired(oldest.parentSnapshotId, metadata);
    return ancestors.reverse();
  }
  const at = ancestors.findIndex((snapshot) => snapshot.snapshotId === fromSnapshotId);
  if (at < 0) throw expired(fromSnapshotId, metadata);
  return ancestors.slice(0, at).reverse();
}

function expired(snapshotId: bigint, { location }: TableMetadata): IcebergError {
  return new IcebergError(
    `Snapshot ${snapshotId} of the table at ${location} is not a retained ancestor of the snapshot to read up to: it was expired or rolled back. Read the whole table, or the files above a known sequence number (rows that were rewritten since come once more).`,
    { code: 'SNAPSHOT_EXPIRED', context: { snapshotId, location } },
  );
}
