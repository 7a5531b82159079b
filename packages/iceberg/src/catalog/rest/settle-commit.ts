import { IcebergError } from '../../error.js';
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
 * Compares a commit with metadata read after its answer was lost. Only a commit that adds a snapshot on a named parent
 * can be recognised: its snapshot is there, or its parent has been built upon by somebody else.
 */
export function stateOfCommit(commit: TableCommit, fresh: TableMetadata): CommitState {
  const added = commit.updates.find((update) => update.action === 'add-snapshot');
  if (added === undefined) return 'unknown';
  if (fresh.snapshots.some(({ snapshotId }) => snapshotId === added.snapshot.snapshotId)) return 'made';
  if (!commit.requirements.some((requirement) => requirement.type === 'assert-ref-snapshot-id'))
    return 'unknown';
  try {
    checkRequirements(fresh, commit.requirements, commit.identifier.name);
    return 'open';
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'COMMIT_CONFLICT') return 'lost';
    throw error;
  }
}
