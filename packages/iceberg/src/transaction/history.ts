import type { ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { readManifest, readManifestList } from '../scan/manifest-reader.js';
import { snapshotAncestors } from '../snapshot/ancestors.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';

/** Files that a run of snapshots has added and removed, rewritten ones left out. */
export interface ChangedSince {
  data: ManifestEntry[];
  deletes: ManifestEntry[];
  /** Data files removed, with the rows they had. */
  removed: ManifestEntry[];
}

/**
 * What the snapshots after `since` up to `head` have added, each as it was added, and removed: compactions (`replace`) change no
 * row and are passed over. `null` where `since` is no retained ancestor of `head`: the branch was rolled back, or its
 * history expired.
 */
export async function changedSince(
  since: bigint | null,
  head: Snapshot | null,
  { io, metadata }: { io: TableIo; metadata: TableMetadata },
): Promise<ChangedSince | null> {
  const snapshots = snapshotsSince(metadata, since, head);
  if (snapshots === null) return null;
  const changed: ChangedSince = { data: [], deletes: [], removed: [] };
  for (const snapshot of snapshots) {
    if (snapshot.operation === 'replace') continue;
    for (const manifest of await readManifestList(io, snapshot)) {
      if (manifest.addedSnapshotId !== snapshot.snapshotId) continue;
      for (const entry of await readManifest(io, metadata, manifest)) {
        if (entry.status === 'existing' || entry.snapshotId !== snapshot.snapshotId) continue;
        const isData = entry.file.content === 'data';
        if (entry.status === 'added') (isData ? changed.data : changed.deletes).push(entry);
        else if (isData) changed.removed.push(entry);
      }
    }
  }
  return changed;
}

/**
 * Paths of the data files that the snapshots after `since` up to `head` have removed while their rows may live on in
 * others: those removed by anything but a `delete`. `null` as for {@link addedSince}.
 */
export async function movedSince(
  since: bigint | null,
  head: Snapshot | null,
  { io, metadata }: { io: TableIo; metadata: TableMetadata },
): Promise<ReadonlySet<string> | null> {
  const snapshots = snapshotsSince(metadata, since, head);
  if (snapshots === null) return null;
  const moved = new Set<string>();
  for (const snapshot of snapshots) {
    if (snapshot.operation === 'delete') continue;
    for (const manifest of await readManifestList(io, snapshot)) {
      if (manifest.addedSnapshotId !== snapshot.snapshotId || manifest.content !== 'data') continue;
      for (const { status, snapshotId, file } of await readManifest(io, metadata, manifest))
        if (status === 'deleted' && snapshotId === snapshot.snapshotId) moved.add(file.filePath);
    }
  }
  return moved;
}

/** Snapshots after `since` up to `head`, newest first; `null` where `since` is no retained ancestor. */
function snapshotsSince(
  metadata: TableMetadata,
  since: bigint | null,
  head: Snapshot | null,
): Snapshot[] | null {
  const ancestors = head === null ? [] : snapshotAncestors(metadata, head.snapshotId);
  if (since === null) return ancestors.at(-1)?.parentSnapshotId == null ? ancestors : null;
  const end = ancestors.findIndex((snapshot) => snapshot.snapshotId === since);
  return end < 0 ? null : ancestors.slice(0, end);
}
