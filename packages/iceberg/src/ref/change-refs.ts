import { IcebergError } from '../error.js';
import { refByName } from '../scan/select-snapshot.js';
import { snapshotAncestors } from '../snapshot/ancestors.js';
import type { SnapshotRef } from '../snapshot/snapshot.js';
import type { Table } from '../table/table.js';
import type { CommitOptions } from '../transaction/commit-metadata.js';
import type { TransactionSource } from '../transaction/table-transaction.js';
import type { CommitResult } from '../transaction/transaction-types.js';
import { commitRef, requireSnapshot } from './commit-ref.js';
import { type CreateBranchOptions, type ReplaceBranchOptions, retentionOf } from './ref-options.js';

type RefType = SnapshotRef['type'];

/** See `Table.createBranch` and `Table.createTag`. */
export async function createRef(
  table: Table,
  source: TransactionSource,
  name: string,
  type: RefType,
  options: CreateBranchOptions,
): Promise<CommitResult> {
  if (name === '') {
    throw new IcebergError('The name of a branch or tag is empty.', { code: 'INVALID_NAME' });
  }
  const snapshotId = options.snapshotId ?? table.metadata.currentSnapshotId;
  if (snapshotId === null) {
    throw new IcebergError(
      `The table at ${table.location} has no snapshot yet that "${name}" could point to.`,
      { code: 'INVALID_ARGUMENT', context: { ref: name } },
    );
  }
  const ref: SnapshotRef = { snapshotId, type, ...retentionOf(name, options) };
  return commitRef(table, source, name, options, (fresh) => {
    const present = fresh.metadata.refs[name];
    if (present !== undefined) {
      throw new IcebergError(
        `The table at ${table.location} already has a ${present.type} "${name}", at snapshot ${present.snapshotId}; replace it or choose another name.`,
        { code: 'REF_ALREADY_EXISTS', context: { ref: name, snapshotId: present.snapshotId } },
      );
    }
    requireSnapshot(fresh, snapshotId);
    return ref;
  });
}

/** See `Table.replaceBranch` and `Table.replaceTag`. */
export async function replaceRef(
  table: Table,
  source: TransactionSource,
  name: string,
  type: RefType,
  options: ReplaceBranchOptions,
): Promise<CommitResult> {
  const retention = retentionOf(name, options);
  return commitRef(table, source, name, options, (fresh) => {
    const present = refOfType(fresh, name, type);
    const { snapshotId = present.snapshotId } = options;
    requireSnapshot(fresh, snapshotId);
    return { ...present, snapshotId, ...retention };
  });
}

/** See `Table.dropRef`. */
export async function dropRef(
  table: Table,
  source: TransactionSource,
  name: string,
  options: CommitOptions,
): Promise<CommitResult> {
  if (name === 'main') {
    throw new IcebergError('The branch "main" cannot be dropped: it is what the table is.', {
      code: 'INVALID_ARGUMENT',
      context: { ref: name },
    });
  }
  let seen = false;
  return commitRef(table, source, name, options, (fresh) => {
    // Once it was there, that it is gone is what was asked for.
    if (!seen) refByName(fresh.metadata, name);
    seen = true;
    return null;
  });
}

/** See `Table.fastForward`. */
export async function fastForward(
  table: Table,
  source: TransactionSource,
  branch: string,
  options: CommitOptions & { to: string },
): Promise<CommitResult> {
  return commitRef(table, source, branch, options, (fresh) => {
    const { snapshotId } = refByName(fresh.metadata, options.to);
    // A table whose first snapshot is on another branch has no `main` yet.
    if (branch === 'main' && fresh.metadata.refs['main'] === undefined) return { snapshotId, type: 'branch' };
    const present = refOfType(fresh, branch, 'branch');
    if (!isAncestor(fresh, present.snapshotId, snapshotId)) {
      throw new IcebergError(
        `The branch "${branch}" cannot be fast-forwarded to "${options.to}": its snapshot ${present.snapshotId} is no ancestor of ${snapshotId}.`,
        { code: 'INVALID_ARGUMENT', context: { ref: branch, to: options.to } },
      );
    }
    return { ...present, snapshotId };
  });
}

/** Whether `ancestorId` is `snapshotId` or comes before it. */
export function isAncestor(table: Table, ancestorId: bigint, snapshotId: bigint): boolean {
  return snapshotAncestors(table.metadata, snapshotId).some((found) => found.snapshotId === ancestorId);
}

function refOfType(table: Table, name: string, type: RefType): SnapshotRef {
  const ref = refByName(table.metadata, name);
  if (ref.type === type) return ref;
  throw new IcebergError(`"${name}" of the table at ${table.location} is a ${ref.type}, not a ${type}.`, {
    code: 'INVALID_ARGUMENT',
    context: { ref: name },
  });
}
