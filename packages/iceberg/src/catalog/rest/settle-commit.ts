import { IcebergError } from '../../error.js';
import { applyUpdates } from '../../metadata/apply-updates.js';
import { checkRequirements } from '../../metadata/check-requirements.js';
import { printTableMetadata } from '../../metadata/metadata-codec.js';
import type { TableMetadata } from '../../metadata/table-metadata.js';
import type { TableUpdate } from '../../metadata/update.js';
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
 * Compares a commit with metadata read after its answer was lost. A commit that adds a snapshot is recognised by it: the
 * snapshot is there, or its parent has been built upon by somebody else; a snapshot of no branch may be sent again, as
 * its id cannot be added twice. Any other commit is known not to be made as long as its requirements hold, if they would
 * not hold after it or what it does cannot be undone. One that would change nothing any more counts as made.
 */
export function stateOfCommit(commit: TableCommit, fresh: TableMetadata): CommitState {
  const added = commit.updates.find((update) => update.action === 'add-snapshot');
  if (added === undefined) {
    if (!holds(commit, fresh)) return 'unknown';
    if (changesNothing(commit, fresh)) return 'made';
    return canBeMadeOnce(commit, fresh) || cannotBeUndone(commit) ? 'open' : 'unknown';
  }
  if (fresh.snapshots.some(({ snapshotId }) => snapshotId === added.snapshot.snapshotId)) return 'made';
  if (commit.requirements.some((requirement) => requirement.type === 'assert-ref-snapshot-id'))
    return holds(commit, fresh) ? 'open' : 'lost';
  const movesARef = commit.updates.some((update) => update.action === 'set-snapshot-ref');
  return !movesARef && holds(commit, fresh) ? 'open' : 'unknown';
}

const FOR_GOOD = new Set<TableUpdate['action']>([
  'upgrade-format-version',
  'remove-snapshots',
  'remove-schemas',
  'remove-partition-specs',
]);

/** Whether the effect of a commit can be missing only because it was not made. */
function cannotBeUndone(commit: TableCommit): boolean {
  return commit.updates.every(({ action }) => FOR_GOOD.has(action));
}

function changesNothing(commit: TableCommit, fresh: TableMetadata): boolean {
  const made = applied(commit, fresh);
  if (made === null) return false;
  const { metadataLog, lastUpdatedMs } = fresh;
  return printTableMetadata({ ...made, metadataLog, lastUpdatedMs }) === printTableMetadata(fresh);
}

/** The metadata after a commit, or `null` where it cannot be made. */
function applied(commit: TableCommit, fresh: TableMetadata): TableMetadata | null {
  const previous = { metadataFile: '', timestampMs: fresh.lastUpdatedMs };
  try {
    return applyUpdates(fresh, commit.updates, { now: fresh.lastUpdatedMs, previous });
  } catch (error) {
    if (error instanceof IcebergError) return null;
    throw error;
  }
}

function canBeMadeOnce(commit: TableCommit, fresh: TableMetadata): boolean {
  const made = applied(commit, fresh);
  return made !== null && !holds(commit, made);
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
