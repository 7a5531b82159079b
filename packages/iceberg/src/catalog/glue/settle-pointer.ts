import type { Table as GlueTable } from '@aws-sdk/client-glue';
import type { TableMetadata } from '../../metadata/table-metadata.js';

/** What is known of one move of a table's pointer from one metadata file to the next. */
export interface PointerMove {
  /** Metadata file the move starts from. */
  readonly from: string;
  /** `VersionId` that came with it. */
  readonly versionId: string;
  /** Metadata file the move ends at: ours, its name unique. */
  readonly to: string;
  /** Snapshots that only our metadata file added. */
  readonly addedSnapshotIds: readonly bigint[];
}

/**
 * What re-reading tells of a move whose answer was lost: `made`; `lost`, it was not and cannot be any more; `open`, it
 * was not made so far and may still be under way; `unknown`.
 */
export function stateOfMove(
  move: PointerMove,
  table: GlueTable,
  current: TableMetadata,
): 'made' | 'lost' | 'open' | 'unknown' {
  const location = table.Parameters?.['metadata_location'];
  const previous = table.Parameters?.['previous_metadata_location'];
  if (location === move.to || previous === move.to) return 'made';
  // Another change of the Glue table, which left the pointer alone, makes our VersionId stale.
  if (location === move.from) return table.VersionId === move.versionId ? 'open' : 'lost';
  const log = [...current.metadataLog.map((entry) => entry.metadataFile), location];
  if (log.includes(move.to)) return 'made';
  const ids = new Set(current.snapshots.map((snapshot) => snapshot.snapshotId));
  if (move.addedSnapshotIds.some((id) => ids.has(id))) return 'made';
  // Whoever followed on the file we started from: not we. Where the log no longer reaches back, nobody can say.
  return log.includes(move.from) ? 'lost' : 'unknown';
}
