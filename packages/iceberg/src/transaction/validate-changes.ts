import { type DataFile, fileKey, type ManifestEntry } from '../manifest/data-file.js';
import { PartitionPlanner, planScan } from '../scan/plan-scan.js';
import type { FileScanTask } from '../scan/scan-types.js';
import { primitiveTypeOf } from '../schema/find-field.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Table } from '../table/table.js';
import type { TableIo } from '../table/table-io.js';
import { specsInUse } from './equality-deletion.js';
import type { FileLedger } from './file-ledger.js';
import { findKeyRows } from './find-key-rows.js';
import { type ChangedSince, changedSince, movedSince } from './history.js';
import type { KeySet } from './key-set.js';
import {
  type ConflictCheck,
  type ForeignDeletes,
  type PreparedChanges,
  pendingFiles,
  scopedDeletes,
} from './prepared-changes.js';
import { addRowDeletes, rebaseVectors } from './row-deletes.js';
import { conflict } from './stage-metadata.js';

/** What the changes were last seen to fit, and what they must fit now. */
export interface Validation {
  fresh: Table;
  /** Head of the branch when the changes were made or last validated. */
  since: bigint | null;
  head: Snapshot | null;
  io: TableIo;
  ledger: FileLedger;
  signal: AbortSignal | undefined;
}

/**
 * Makes sure that the changes still mean the same on a branch that has moved on, and completes them where that is
 * enough: an upsert ends as if it had begun after every commit before it. Throws `COMMIT_CONFLICT` where it cannot be.
 */
export async function validateChanges(changes: PreparedChanges, validation: Validation): Promise<void> {
  const { fresh, head, io } = validation;
  const { targets, keyWork, vectors, conflictChecks } = changes;
  await checkHistory(changes, validation);
  await checkScopes(changes, validation);
  if (targets.size + keyWork.length + vectors.size + conflictChecks.length === 0) return;
  const tasks = await planScan({
    io,
    metadata: fresh.metadata,
    snapshot: head,
    filter: { op: 'true' },
    residual: { op: 'true' },
  });
  await checkTargets(changes, tasks, validation);
  await rebaseVectors(changes, tasks, validation);
  await finishKeyWork(changes, tasks, validation);
}

/** Other commits must not have added or deleted rows that the changes rest on. */
async function checkHistory(
  { conflictChecks }: PreparedChanges,
  { fresh, since, head, io }: Validation,
): Promise<void> {
  if (conflictChecks.length === 0) return;
  const { metadata } = fresh;
  const changed = await changedSince(since, head, { io, metadata });
  if (changed === null) throw conflict(fresh, 'it was rolled back, or its snapshots since have expired');
  for (const check of conflictChecks) {
    const planner = new PartitionPlanner(metadata, check.filter);
    const matches = (entry: ManifestEntry): boolean =>
      entry.file.content === 'data' ? planner.fileMightMatch(entry) : planner.partitionMightMatch(entry.file);
    const found = findConflict(check, changed, matches);
    if (found !== undefined) {
      throw conflict(
        fresh,
        `another commit has ${found.status === 'added' && found.file.content === 'data' ? 'added' : 'deleted'} rows that this one rests on (${found.file.filePath})`,
      );
    }
  }
}

function findConflict(
  check: ConflictCheck,
  changed: ChangedSince,
  matches: (entry: ManifestEntry) => boolean,
): ManifestEntry | undefined {
  return (
    (check.added ? changed.data.find(matches) : undefined) ??
    (check.deleted ? [...changed.deletes, ...changed.removed].find(matches) : undefined)
  );
}

/** Equality deletes miss data files of partition specs that came into use after they were written. */
async function checkScopes(
  { equalityScopes }: PreparedChanges,
  { fresh, head, io }: Validation,
): Promise<void> {
  if (equalityScopes.length === 0) return;
  for (const specId of await specsInUse(io, head)) {
    const missed = equalityScopes.find((scope) => !scope.specIds.has(specId));
    if (missed !== undefined)
      throw conflict(
        fresh,
        `another commit has written rows under partition spec ${specId}, which the deletes by equality of (${missed.columns.join(', ')}) do not concern`,
      );
  }
}

/** Data files that the changes rest on must be live, and nobody may have deleted from them what matters. */
async function checkTargets(
  changes: PreparedChanges,
  tasks: readonly FileScanTask[],
  validation: Validation,
): Promise<void> {
  const { fresh } = validation;
  const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task]));
  await forgetDeletedTargets(changes, live, validation);
  for (const [path, { known, refuses }] of changes.targets) {
    const task = live.get(path);
    if (task === undefined)
      throw conflict(
        fresh,
        `the data file ${path}, of which rows are to be deleted or replaced, is no longer live`,
      );
    const foreign = task.deleteFiles.find(
      ({ file }) => !known.has(fileKey(file)) && isRefused(refuses, file, changes),
    );
    if (foreign !== undefined)
      throw conflict(
        fresh,
        `another commit has deleted rows of the data file ${path} (${foreign.file.filePath})`,
      );
    const removed = changes.removedData.get(path);
    if (removed === undefined) continue;
    const deletes = new Set(task.deleteFiles.map(({ file }) => fileKey(file)));
    if (![...known].every((key) => deletes.has(key)))
      throw conflict(fresh, `rows of the data file ${path} were deleted and are there again`);
    changes.removedData.set(path, { entry: removed.entry, scopedDeletes: scopedDeletes(task) });
  }
}

/** A data file from which rows are only to be deleted may have been deleted as a whole, so long as no row lives on. */
async function forgetDeletedTargets(
  changes: PreparedChanges,
  live: ReadonlyMap<string, FileScanTask>,
  { fresh: { metadata }, since, head, io }: Validation,
): Promise<void> {
  const gone = [...changes.targets].filter(([path, { refuses }]) => refuses === 'none' && !live.has(path));
  if (gone.length === 0) return;
  const moved = await movedSince(since, head, { io, metadata });
  for (const [path] of gone) {
    if (moved === null || moved.has(path)) continue;
    changes.targets.delete(path);
    changes.removedData.delete(path);
  }
}

function isRefused(refuses: ForeignDeletes, file: DataFile, changes: PreparedChanges): boolean {
  if (refuses === 'any-if-rows-are-added') return changes.dataFiles.length > 0;
  if (refuses === 'position-deletes') return file.content === 'position-deletes';
  return refuses === 'any-deletes';
}

/** Looks for the keys in data files that have appeared since. */
async function finishKeyWork(
  changes: PreparedChanges,
  tasks: readonly FileScanTask[],
  { fresh, since, head, io, ledger, signal }: Validation,
): Promise<void> {
  const ancestors = head === null ? [] : fresh.ancestors(head.snapshotId);
  const rolledBack = since !== null && !ancestors.some((snapshot) => snapshot.snapshotId === since);
  for (const { keys, searched, unseen } of changes.keyWork) {
    // After a rollback rows may be live again in files that were searched when they were not.
    if (rolledBack) searched.clear();
    const { removed } = pendingFiles(changes);
    const missed = tasks.filter(
      ({ dataFile: { file } }) => !searched.has(file.filePath) && !removed.has(file.filePath),
    );
    if (missed.length === 0) continue;
    requireSameTypes(keys, fresh);
    const found = await findKeyRows(missed, keys, { io, metadata: fresh.metadata, signal });
    if (found.length > 0 && unseen === 'conflict')
      throw conflict(fresh, `another commit has written rows of the same keys (${found[0]!.file.filePath})`);
    await addRowDeletes(changes, found, tasks, { io, ledger });
    for (const { dataFile } of missed) searched.add(dataFile.file.filePath);
  }
}

/** Keys of the types that their columns had are not found among values of the types that they have now. */
function requireSameTypes({ columns }: KeySet, fresh: Table): void {
  const widened = columns.find(({ id, type }) => (primitiveTypeOf(fresh.schema(), id) ?? type) !== type);
  if (widened !== undefined)
    throw conflict(
      fresh,
      `another commit has widened the key column "${widened.name}" from ${widened.type}, and there are data files written since`,
    );
}
