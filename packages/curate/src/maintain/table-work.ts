import { METADATA_RETENTION, RAW_RETENTION } from '@lean-ops/core';
import type { CompactOptions, CompactResult, Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import type { HandOver } from '../job.js';
import { expire } from './expiry.js';
import type { TableStanding } from './loaded-tables.js';
import type { MaintainedTable, MaintenancePolicy, MaintenanceReport } from './maintenance-types.js';

/** Entries of the snapshots that maintenance adds, and what has to hold at each of its commits. */
export interface MaintenanceCommit {
  readonly summary: Readonly<Record<string, string>>;
  readonly check: (fresh: Table) => void;
}

export interface TableWork {
  readonly table: Table;
  readonly standing: TableStanding;
  readonly policy: MaintenancePolicy;
  readonly commit: MaintenanceCommit;
  /** Properties that the table should have. */
  readonly retention: Readonly<Record<string, string>>;
  readonly orphansDue: boolean;
  readonly nowMs: number;
  readonly handOver?: HandOver | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type WorkDone = Omit<MaintenanceReport, 'name' | 'heldBackBy' | 'durationMs'>;

const ORPHAN_AGE_MS = 7 * 24 * 60 * 60_000;
const GROUP_BYTES = 512 << 20;
const MAX_MANIFESTS = 20;

/** Which data files are written anew, for the plan and for the work. */
export function compactOptions(standing: TableStanding, policy: MaintenancePolicy): CompactOptions {
  const { minInputFiles = 5, deleteFileThreshold = 10, groupBytes = GROUP_BYTES, targetFileBytes } = policy;
  return {
    minInputFiles,
    deleteFileThreshold,
    maxGroupBytes: groupBytes,
    ...(targetFileBytes === undefined ? {} : { targetFileBytes }),
    ...(standing.readUpTo === null ? {} : { readUpTo: standing.readUpTo }),
  };
}

/** The number of a table's manifests, of data and of deletes. */
export async function manifestCount(table: Table): Promise<number> {
  if (table.currentSnapshot() === null) return 0;
  let count = 0;
  for await (const _ of table.metadataTable('manifests').rows()) count++;
  return count;
}

/** Whether so many manifests are worth putting together. */
export function hasManyManifests(
  count: number,
  { maxManifests = MAX_MANIFESTS }: MaintenancePolicy,
): boolean {
  return count >= maxManifests;
}

/**
 * Does what a table needs: files, then manifests, then snapshots, then orphans. Each finds out anew what there is to do,
 * so that the same call again goes on where one was cut off.
 *
 * @throws the first error of a group of files that could not be written anew, after everything else was done.
 */
export async function doWork(work: TableWork): Promise<WorkDone> {
  const { signal, handOver } = work;
  const isOver = (): boolean =>
    handOver !== undefined && (handOver.signal?.aborted === true || handOver.remainingMs() <= 0);
  const steps = [
    bringInLine,
    ...(work.standing.heldBackBy === null ? [rewriteFiles, joinManifests, expireOld] : []),
    clean,
  ];
  let done: WorkDone = NOTHING;
  const failures: unknown[] = [];
  for (const step of steps) {
    signal?.throwIfAborted();
    if (isOver()) return { ...done, finished: false };
    try {
      const { failure, ...figures } = await step({ ...work, signal: anyOf(signal, handOver?.signal) });
      done = { ...done, ...figures };
      if (failure !== undefined) failures.push(failure);
    } catch (error) {
      if (!isOver()) throw error;
      return { ...done, finished: false };
    }
  }
  if (failures.length > 0) throw failures[0];
  return done;
}

const NOTHING: WorkDone = {
  finished: true,
  rewrittenFiles: 0,
  addedFiles: 0,
  appliedDeleteFiles: 0,
  rewrittenManifests: 0,
  expiredSnapshots: 0,
  deletedFiles: 0,
  orphans: 0,
  orphanBytes: 0,
};

type StepResult = Partial<WorkDone> & { readonly failure?: unknown };

/** Tables of an earlier version, or made by others: what they say themselves stays. */
async function bringInLine({ table, retention, commit, signal }: TableWork): Promise<StepResult> {
  const missing = missingProperties(table, retention);
  const { check } = commit;
  if (Object.keys(missing).length > 0)
    await table.setProperties(missing, { check, ...(signal === undefined ? {} : { signal }) });
  return {};
}

/** What a table of a topic should say of its retention. */
export function retentionOf(table: MaintainedTable): Readonly<Record<string, string>> {
  return table === 'raw' ? RAW_RETENTION : METADATA_RETENTION;
}

/** What a table is to say of its retention and does not. */
export function missingProperties(
  table: Table,
  retention: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(retention).filter(([name]) => table.properties[name] === undefined),
  );
}

async function rewriteFiles(work: TableWork): Promise<StepResult> {
  const { table, standing, policy, commit, signal } = work;
  if (table.currentSnapshot() === null) return {};
  const result: CompactResult = await table.compact({
    ...compactOptions(standing, policy),
    ...commit,
    // A commit per group: what is done when the time is over stands.
    partialProgress: true,
    maxCommits: 10_000,
    signal,
  });
  const [failed] = result.failedGroups;
  return {
    rewrittenFiles: result.rewrittenFiles,
    addedFiles: result.addedFiles,
    appliedDeleteFiles: result.removedDeleteFiles,
    ...(failed === undefined ? {} : { failure: failed.error }),
  };
}

async function joinManifests({ table, policy, commit, signal }: TableWork): Promise<StepResult> {
  const fresh = await table.refresh();
  if (!hasManyManifests(await manifestCount(fresh), policy)) return {};
  const { rewritten } = await fresh.rewriteManifests({ ...commit, signal });
  return { rewrittenManifests: rewritten };
}

async function expireOld({ table, standing, policy, nowMs, signal }: TableWork): Promise<StepResult> {
  return await expire(await table.refresh(), { policy, standing, nowMs, signal });
}

async function clean({ table, policy, orphansDue, nowMs, signal }: TableWork): Promise<StepResult> {
  if (!orphansDue) return {};
  const { orphans, bytes, failed } = await table.removeOrphanFiles({
    olderThan: nowMs - (policy.orphanAgeMs ?? ORPHAN_AGE_MS),
    signal,
  });
  const [path] = failed;
  if (path === undefined) return { orphans: orphans.length, orphanBytes: bytes };
  const failure = new CurateError(
    `${failed.length} files that no snapshot of ${table.location} names could not be deleted, such as ${path}: see that the function may delete there`,
    { code: 'FILE_UNREADABLE', context: { location: table.location, path } },
  );
  return { orphans: orphans.length - failed.length, orphanBytes: bytes, failure };
}

function anyOf(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 0 ? undefined : AbortSignal.any(given);
}
