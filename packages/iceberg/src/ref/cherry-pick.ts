import { IcebergError } from '../error.js';
import type { DataFile, ManifestEntry } from '../manifest/data-file.js';
import { requirementsFor } from '../metadata/requirements-for.js';
import type { TableUpdate } from '../metadata/update.js';
import { readManifest, readManifestList } from '../scan/manifest-reader.js';
import { planScan } from '../scan/plan-scan.js';
import { snapshotById } from '../scan/select-snapshot.js';
import { snapshotAncestors } from '../snapshot/ancestors.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Table } from '../table/table.js';
import { type CommitOptions, commitMetadataChange } from '../transaction/commit-metadata.js';
import { TableTransaction, type TransactionSource } from '../transaction/table-transaction.js';
import { branchHead, branchOf } from '../transaction/target-branch.js';
import type { CommitResult } from '../transaction/transaction-types.js';

export interface CherryPickOptions extends CommitOptions {
  /** The branch that gets the changes. Default `main`. */
  branch?: string;
}

/** See `Table.cherryPick`. */
export async function cherryPick(
  table: Table,
  source: TransactionSource,
  snapshotId: bigint,
  options: CherryPickOptions,
): Promise<CommitResult> {
  const refName = branchOf(options);
  // Set by the last attempt: whether the branch could simply be moved on.
  let moves = false;
  const { table: fresh, attempts } = await commitMetadataChange(table, source, {
    stage: (newest) => {
      const picked = snapshotById(newest.metadata, snapshotId);
      const head = branchHead(newest, options);
      moves = isFastForward(picked, head);
      if (!moves) return null;
      const ref = { type: 'branch' as const, ...newest.metadata.refs[refName], snapshotId };
      const updates: TableUpdate[] = [{ action: 'set-snapshot-ref', refName, ref }];
      return { requirements: requirementsFor(newest.metadata, updates), updates };
    },
    isThere: (newest) => moves && newest.metadata.refs[refName]?.snapshotId === snapshotId,
    signal: options.signal,
    retries: options.retries,
  });
  if (moves) return { table: fresh, snapshotId: null, sequenceNumber: null, attempts };
  return reapply(fresh, { ...source, metadata: fresh.metadata }, snapshotId, options);
}

/** See `Table.publish`. */
export async function publish(
  table: Table,
  source: TransactionSource,
  wapId: string,
  options: CherryPickOptions,
): Promise<CommitResult> {
  const fresh = await table.refresh({ signal: options.signal });
  const staged = fresh.snapshots().filter((snapshot) => snapshot.summary['wap.id'] === wapId);
  if (staged.length > 1) {
    const ids = staged.map(({ snapshotId }) => snapshotId);
    throw new IcebergError(
      `Several snapshots of the table at ${fresh.location} were staged as "${wapId}": ${ids.join(', ')}. Pick each by its id (cherryPick).`,
      { code: 'INVALID_ARGUMENT', context: { wapId, snapshotIds: ids } },
    );
  }
  if (staged.length === 1) return cherryPick(fresh, source, staged[0]!.snapshotId, options);
  throw new IcebergError(
    `The table at ${fresh.location} has no snapshot that was staged as "${wapId}", or it was expired.`,
    { code: 'SNAPSHOT_NOT_FOUND', context: { wapId } },
  );
}

function isFastForward(picked: Snapshot, head: Snapshot | null): boolean {
  return picked.parentSnapshotId === (head?.snapshotId ?? null);
}

/** Makes the changes of a snapshot once more, on top of a branch that has moved on since. */
async function reapply(
  table: Table,
  source: TransactionSource,
  snapshotId: bigint,
  options: CherryPickOptions,
): Promise<CommitResult> {
  const picked = table.snapshot(snapshotId);
  const replaces = picked.operation === 'overwrite' && picked.summary['replace-partitions'] === 'true';
  if (picked.operation !== 'append' && !replaces) {
    throw refused(
      picked,
      `it is of the kind "${picked.operation}", and the branch has moved on since; only appends and replacements of whole partitions can be made again`,
    );
  }
  refuseAncestor(table, picked, options);
  const wapId = picked.summary['wap.id'];
  const { branch, signal, retries } = options;
  const transaction = new TableTransaction(table, source, {
    summary: {
      'source-snapshot-id': String(snapshotId),
      ...(wapId === undefined ? {} : { 'published-wap-id': wapId }),
      ...(replaces ? { 'replace-partitions': 'true' } : {}),
    },
    check: (fresh) => refuseAncestor(fresh, picked, options),
    ...(branch === undefined ? {} : { branch }),
    ...(signal === undefined ? {} : { signal }),
    ...(retries === undefined ? {} : { retries }),
    ...(replaces ? { conflictFilter: { op: 'true' as const } } : {}),
  });
  try {
    const { added, removed } = await filesOf(table, source, picked);
    await refuseLiveFiles(table, source, { picked, added, options });
    if (replaces) await removeFiles(transaction, { table, source, picked, removed, added, options });
    transaction.addDataFiles(added, { restsOn: snapshotId });
  } catch (error) {
    await transaction.abort();
    throw error;
  }
  return transaction.commit();
}

/** Throws `INVALID_ARGUMENT` where the branch has the changes of a snapshot already. */
function refuseAncestor(table: Table, picked: Snapshot, options: CherryPickOptions): void {
  const head = branchHead(table, options);
  if (head === null) return;
  const wapId = picked.summary['wap.id'];
  for (const ancestor of snapshotAncestors(table.metadata, head.snapshotId)) {
    if (ancestor.snapshotId === picked.snapshotId) throw refused(picked, 'the branch has it already');
    if (ancestor.summary['source-snapshot-id'] === String(picked.snapshotId))
      throw refused(picked, `snapshot ${ancestor.snapshotId} has its changes already`);
    if (
      wapId !== undefined &&
      (ancestor.summary['wap.id'] === wapId || ancestor.summary['published-wap-id'] === wapId)
    )
      throw refused(picked, `"${wapId}" was published by snapshot ${ancestor.snapshotId} already`);
  }
}

/** The snapshot that made the changes on the branch may have expired: its files tell that they are there. */
async function refuseLiveFiles(
  table: Table,
  { io }: TransactionSource,
  { picked, added, options }: { picked: Snapshot; added: readonly DataFile[]; options: CherryPickOptions },
): Promise<void> {
  const paths = new Set(added.map(({ filePath }) => filePath));
  const snapshot = branchHead(table, options);
  const everything = { filter: { op: 'true' }, residual: { op: 'true' } } as const;
  const live = await planScan({ io, metadata: table.metadata, snapshot, ...everything });
  const there = live.find(({ dataFile: { file } }) => paths.has(file.filePath));
  if (there !== undefined)
    throw refused(picked, `the branch has its file ${there.dataFile.file.filePath} already`);
}

/** Data files that a snapshot added and removed. */
async function filesOf(
  table: Table,
  source: TransactionSource,
  picked: Snapshot,
): Promise<{ added: DataFile[]; removed: string[] }> {
  const own = (await readManifestList(source.io, picked)).filter(
    (manifest) => manifest.addedSnapshotId === picked.snapshotId,
  );
  const entries: ManifestEntry[] = [];
  for (const manifest of own) {
    const found = await readManifest(source.io, table.metadata, manifest);
    entries.push(...found.filter((entry) => entry.snapshotId === picked.snapshotId));
  }
  if (entries.some(({ status, file }) => status === 'added' && file.content !== 'data'))
    throw refused(picked, 'it adds delete files, and the branch has moved on since');
  return {
    added: entries.filter(({ status }) => status === 'added').map(({ file }) => withoutRowIds(file)),
    removed: entries.filter(({ status }) => status === 'deleted').map(({ file }) => file.filePath),
  };
}

/** The new snapshot assigns row ids of its own. */
function withoutRowIds({ firstRowId: _assigned, ...file }: DataFile): DataFile {
  return file;
}

/**
 * Replacing partitions may be repeated only where nobody has added to them since, and the files that it removes are
 * still live.
 */
async function removeFiles(
  transaction: TableTransaction,
  parts: {
    table: Table;
    source: TransactionSource;
    picked: Snapshot;
    removed: readonly string[];
    added: readonly DataFile[];
    options: CherryPickOptions;
  },
): Promise<void> {
  const { table, source, picked, removed, added, options } = parts;
  const head = branchHead(table, options);
  const since = head === null ? [] : snapshotAncestors(table.metadata, head.snapshotId);
  const parentAt = since.findIndex(({ snapshotId }) => snapshotId === picked.parentSnapshotId);
  if (picked.parentSnapshotId !== null && parentAt < 0)
    throw refused(picked, `its parent ${picked.parentSnapshotId} is no ancestor of the branch`);
  const partitions = new Set(added.map(partitionOf));
  const later = parentAt < 0 ? since : since.slice(0, parentAt);
  const laterIds = new Set(later.map(({ snapshotId }) => snapshotId));
  const tasks = await planScan({
    io: source.io,
    metadata: table.metadata,
    snapshot: head,
    filter: { op: 'true' },
    residual: { op: 'true' },
  });
  const changed = tasks.find(
    ({ dataFile }) => laterIds.has(dataFile.snapshotId) && partitions.has(partitionOf(dataFile.file)),
  );
  if (changed !== undefined)
    throw refused(picked, `a partition it replaces has got the file ${changed.dataFile.file.filePath} since`);
  const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task]));
  const replaced = removed.map((path) => {
    const task = live.get(path);
    if (task === undefined) throw refused(picked, `the file ${path}, which it removes, is no longer live`);
    return task;
  });
  transaction.removeFiles(replaced);
}

function partitionOf(file: DataFile): string {
  const values = file.partition.map((value) =>
    value instanceof Uint8Array ? `0x${Buffer.from(value).toString('hex')}` : `${typeof value}:${value}`,
  );
  return JSON.stringify([file.specId, ...values]);
}

function refused(picked: Snapshot, reason: string): IcebergError {
  return new IcebergError(`Snapshot ${picked.snapshotId} cannot be picked: ${reason}.`, {
    code: 'INVALID_ARGUMENT',
    context: { snapshotId: picked.snapshotId },
  });
}
