import { IcebergError } from '../error.js';
import { timeInMilliseconds } from '../scan/select-snapshot.js';
import { snapshotAncestors } from '../snapshot/ancestors.js';
import type { Table } from '../table/table.js';
import type { CommitOptions } from '../transaction/commit-metadata.js';
import type { TransactionSource } from '../transaction/table-transaction.js';
import type { CommitResult } from '../transaction/transaction-types.js';
import { isAncestor } from './change-refs.js';
import { commitRef, requireSnapshot } from './commit-ref.js';

/** Where to roll back to: a snapshot, or the newest one that was committed by a time. */
export type RollbackTarget =
  | { snapshotId: bigint; asOf?: never }
  | { asOf: Date | number | string; snapshotId?: never };

/** See `Table.rollbackTo`. */
export async function rollbackTo(
  table: Table,
  source: TransactionSource,
  target: RollbackTarget & CommitOptions,
): Promise<CommitResult> {
  return commitRef(table, source, 'main', target, (fresh) => {
    const { currentSnapshotId } = fresh.metadata;
    const snapshotId =
      target.snapshotId === undefined ? newestBy(fresh, timeInMilliseconds(target.asOf)) : target.snapshotId;
    requireSnapshot(fresh, snapshotId);
    if (currentSnapshotId === null || !isAncestor(fresh, snapshotId, currentSnapshotId)) {
      throw new IcebergError(
        `The table at ${fresh.location} cannot be rolled back to snapshot ${snapshotId}: it is no ancestor of the current one, ${currentSnapshotId}. setCurrentSnapshot takes any snapshot.`,
        { code: 'INVALID_ARGUMENT', context: { snapshotId, currentSnapshotId } },
      );
    }
    return { type: 'branch', ...fresh.metadata.refs['main'], snapshotId };
  });
}

/** The newest of main's snapshots that was committed by a time; one that was rolled back does not count. */
function newestBy(table: Table, milliseconds: number): bigint {
  const { currentSnapshotId } = table.metadata;
  const ancestors = currentSnapshotId === null ? [] : snapshotAncestors(table.metadata, currentSnapshotId);
  const found = ancestors.find((snapshot) => snapshot.timestampMs <= milliseconds);
  if (found !== undefined) return found.snapshotId;
  throw new IcebergError(
    `The table at ${table.location} retains no snapshot of "main" from ${new Date(milliseconds).toISOString()} or before.`,
    { code: 'SNAPSHOT_NOT_FOUND', context: { asOf: milliseconds } },
  );
}

/** See `Table.setCurrentSnapshot`. */
export async function setCurrentSnapshot(
  table: Table,
  source: TransactionSource,
  snapshotId: bigint,
  options: CommitOptions,
): Promise<CommitResult> {
  return commitRef(table, source, 'main', options, (fresh) => {
    requireSnapshot(fresh, snapshotId);
    return { type: 'branch', ...fresh.metadata.refs['main'], snapshotId };
  });
}
