import type { BoundExpression } from '../expression/bind.js';
import type { Expression } from '../expression/expression.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import { fileMightMatch } from './file-statistics.js';
import { readManifest, readManifestList } from './manifest-reader.js';
import type { FileScanTask } from './scan-types.js';
import { snapshotsBetween } from './snapshots-between.js';

/**
 * Data files that `append` snapshots added in (from, to], oldest first. Later deletes of their rows are not applied.
 * Throws `SNAPSHOT_EXPIRED` where `from` is no retained ancestor of `to`.
 */
export async function planIncremental(request: {
  io: TableIo;
  metadata: TableMetadata;
  fromSnapshotId: bigint | undefined;
  to: Snapshot | null;
  filter: BoundExpression;
  residual: Expression;
}): Promise<FileScanTask[]> {
  const { io, metadata, filter, residual } = request;
  const tasks: FileScanTask[] = [];
  for (const snapshot of snapshotsBetween(metadata, request.fromSnapshotId, request.to)) {
    if (snapshot.operation !== 'append') continue;
    for (const manifest of await readManifestList(io, snapshot)) {
      if (manifest.content !== 'data' || manifest.addedSnapshotId !== snapshot.snapshotId) continue;
      const added = (entry: ManifestEntry): boolean =>
        entry.status === 'added' && entry.snapshotId === snapshot.snapshotId;
      for (const dataFile of await readManifest(io, metadata, manifest)) {
        if (added(dataFile) && fileMightMatch(dataFile.file, filter))
          tasks.push({ dataFile, deleteFiles: [], residual });
      }
    }
  }
  return tasks;
}
