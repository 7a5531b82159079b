import { IcebergError } from '../../error.js';
import { applyUpdates } from '../../metadata/apply-updates.js';
import { checkRequirements } from '../../metadata/check-requirements.js';
import type { TableMetadata } from '../../metadata/table-metadata.js';
import type { TableCommit } from '../catalog.js';

/** What re-reading tells of a commit whose answer was lost. */
export type CommitState =
  /** It was made. */
  | 'made'
  /** It was not made and cannot be any more, should it still be under way. */
  | 'lost'
  /** It was not made so far, and making it (again) has no effect but its own. */
  | 'open'
  /** Nothing can be said. */
  | 'unknown';

/**
 * Compares a commit with metadata read after its answer was lost. A commit that adds a snapshot on a named parent is
 * recognised by it: the snapshot is there, or its parent has been built upon by somebody else. Any other commit is known
 * not to be made as long as its requirements hold, if they would not hold after it.
 */
export function stateOfCommit(commit: TableCommit, fresh: TableMetadata): CommitState {
  const added = commit.updates.find((update) => update.action === 'add-snapshot');
  if (added === undefined) return canBeMadeOnce(commit, fresh) ? 'open' : 'unknown';
  if (fresh.snapshots.some(({ snapshotId }) => snapshotId === added.snapshot.snapshotId)) return 'made';
  if (!commit.requirements.some((requirement) => requirement.type === 'assert-ref-snapshot-id'))
    return 'unknown';
  return holds(commit, fresh) ? 'open' : 'lost';
}

function canBeMadeOnce(commit: TableCommit, fresh: TableMetadata): boolean {
  if (!holds(commit, fresh)) return false;
  const previous = { metadataFile: '', timestampMs: fresh.lastUpdatedMs };
  try {
    return !holds(commit, applyUpdates(fresh, commit.updates, { now: fresh.lastUpdatedMs, previous }));
  } catch (error) {
    if (error instanceof IcebergError) return false;
    throw error;
  }
}

function holds(commit: TableCommit, metadata: TableMetadata): boolean {
  try {
    checkRequirements(metadata, commit.requirements, commit.identifier.name);
    return true;
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'COMMIT_CONFLICT') return false;
    throw error;
  }
}
