import { requirementsFor } from '../metadata/requirements-for.js';
import type { TableUpdate } from '../metadata/update.js';
import { snapshotNotFound } from '../snapshot/ancestors.js';
import type { SnapshotRef } from '../snapshot/snapshot.js';
import type { Table } from '../table/table.js';
import { type CommitOptions, commitMetadataChange } from '../transaction/commit-metadata.js';
import type { TransactionSource } from '../transaction/table-transaction.js';
import type { CommitResult } from '../transaction/transaction-types.js';

/** What a change makes of a reference: where it is to point, `null` to drop it, `undefined` to leave it as it is. */
export type RefChange = (fresh: Table) => SnapshotRef | null | undefined;

/**
 * Commits a change of one reference. It is worked out anew on the newest table at every attempt, and requires that the
 * reference is still as it was found.
 */
export async function commitRef(
  table: Table,
  source: TransactionSource,
  name: string,
  options: CommitOptions,
  change: RefChange,
): Promise<CommitResult> {
  let wanted: SnapshotRef | null | undefined;
  const { table: changed, attempts } = await commitMetadataChange(table, source, {
    stage: (fresh) => {
      wanted = change(fresh);
      const present = fresh.metadata.refs[name];
      if (wanted === undefined || isSameRef(present, wanted ?? undefined)) return null;
      const updates: TableUpdate[] = [
        wanted === null
          ? { action: 'remove-snapshot-ref', refName: name }
          : { action: 'set-snapshot-ref', refName: name, ref: wanted },
      ];
      return {
        requirements: [
          ...requirementsFor(fresh.metadata, updates),
          ...(wanted === null && present !== undefined
            ? [{ type: 'assert-ref-snapshot-id' as const, ref: name, snapshotId: present.snapshotId }]
            : []),
        ],
        updates,
      };
    },
    isThere: (fresh) => wanted !== undefined && isSameRef(fresh.metadata.refs[name], wanted ?? undefined),
    signal: options.signal,
    retries: options.retries,
  });
  return { table: changed, snapshotId: null, sequenceNumber: null, attempts };
}

/** Throws `SNAPSHOT_NOT_FOUND`. */
export function requireSnapshot(table: Table, snapshotId: bigint): void {
  if (!table.metadata.snapshots.some((snapshot) => snapshot.snapshotId === snapshotId))
    throw snapshotNotFound(snapshotId, table.metadata);
}

function isSameRef(left: SnapshotRef | undefined, right: SnapshotRef | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.snapshotId === right.snapshotId &&
    left.type === right.type &&
    left.minSnapshotsToKeep === right.minSnapshotsToKeep &&
    left.maxSnapshotAgeMs === right.maxSnapshotAgeMs &&
    left.maxRefAgeMs === right.maxRefAgeMs
  );
}
