import { IcebergError } from '../error.js';
import type { TableRequirement } from '../metadata/requirement.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Table } from '../table/table.js';
import { commitMetadata } from '../transaction/commit-metadata.js';
import type { StagedCommit } from '../transaction/commit-with-retries.js';
import type { TransactionSource } from '../transaction/table-transaction.js';
import { deleteFiles } from './delete-files.js';
import { millisecondsOf, refuseWithoutGarbageCollection } from './maintenance-options.js';
import type { ExpiredFiles, ExpireOptions, ExpireResult } from './maintenance-types.js';
import { planExpiry } from './retention.js';
import { pathKey } from './snapshot-files.js';
import { type MaintainedFile, type UnreachableFiles, unreachableFiles } from './unreachable-files.js';
import { removeUnusedMetadata } from './unused-metadata.js';

const MIN_METADATA_AGE_MS = 60 * 60 * 1000;

/** What one attempt expires of the table it was planned on. */
interface ExpiryPlan {
  readonly base: Table;
  readonly expired: readonly Snapshot[];
  readonly refs: readonly string[];
  readonly updates: readonly TableUpdate[];
}

/** See `Table.expireSnapshots`. */
export async function expireSnapshots(
  table: Table,
  source: TransactionSource,
  options: ExpireOptions = {},
): Promise<ExpireResult> {
  if (options.dryRun === true)
    return dryRun(await table.refresh({ signal: options.signal }), source, options);
  let plan: ExpiryPlan | null = null;
  const done = await commitMetadata(table, source, {
    stage: async (fresh) => {
      plan = await planOn(fresh, source, options);
      return plan.updates.length === 0 ? null : staged(plan);
    },
    isThere: (fresh) => plan !== null && isDone(plan, fresh),
    signal: options.signal,
    retries: options.retries,
  });
  // Set by the attempt that was made; the compiler does not see that `stage` was called.
  const made = plan as ExpiryPlan | null;
  if (made === null || made.expired.length === 0 || options.deleteFiles === false)
    return result(done, made, [], []);
  try {
    return await deleteUnreachable(done, made, source, options);
  } catch (cause) {
    throw afterCommit(made, cause);
  }
}

async function planOn(fresh: Table, source: TransactionSource, options: ExpireOptions): Promise<ExpiryPlan> {
  refuseWithoutGarbageCollection(fresh, 'snapshots are not expired');
  const { olderThan, retainLast, snapshotIds } = options;
  if (retainLast !== undefined && !(Number.isInteger(retainLast) && retainLast >= 1)) {
    throw new IcebergError(`retainLast is ${retainLast}; at least 1 snapshot has to be kept.`, {
      code: 'INVALID_ARGUMENT',
      context: { retainLast },
    });
  }
  const expiry = planExpiry(fresh.metadata, {
    now: source.runtime.now(),
    ...(olderThan === undefined ? {} : { olderThan: millisecondsOf('olderThan', olderThan) }),
    ...(retainLast === undefined ? {} : { retainLast }),
    ...(snapshotIds === undefined ? {} : { snapshotIds }),
  });
  const isExpired = (snapshot: Snapshot): boolean => expiry.snapshotIds.has(snapshot.snapshotId);
  const updates: TableUpdate[] = expiry.refs.map((refName) => ({ action: 'remove-snapshot-ref', refName }));
  if (expiry.snapshotIds.size > 0)
    updates.push({ action: 'remove-snapshots', snapshotIds: [...expiry.snapshotIds] });
  if (options.cleanMetadata === true) {
    const retained = fresh.snapshots().filter((snapshot) => !isExpired(snapshot));
    updates.push(
      ...(await removeUnusedMetadata(fresh.metadata, retained, { io: source.io, signal: options.signal })),
    );
  }
  return { base: fresh, expired: fresh.snapshots().filter(isExpired), refs: expiry.refs, updates };
}

/**
 * Every ref must still be where it was seen: what they hold decided what may go. A ref that is new since cannot be told
 * of by a requirement; catalogs that swap the pointer themselves refuse it by `baseLocation`.
 */
function staged({ base, updates }: ExpiryPlan): StagedCommit {
  const { metadata } = base;
  const requirements: TableRequirement[] = [
    { type: 'assert-table-uuid', uuid: base.uuid },
    ...Object.entries(metadata.refs).map(
      ([ref, { snapshotId }]): TableRequirement => ({ type: 'assert-ref-snapshot-id', ref, snapshotId }),
    ),
  ];
  if (updates.some(({ action }) => action === 'remove-partition-specs'))
    requirements.push({ type: 'assert-default-spec-id', defaultSpecId: metadata.defaultSpecId });
  if (updates.some(({ action }) => action === 'remove-schemas'))
    requirements.push({ type: 'assert-current-schema-id', currentSchemaId: metadata.currentSchemaId });
  return { requirements, updates, baseLocation: base.metadataLocation };
}

function isDone({ base, expired, refs, updates }: ExpiryPlan, fresh: Table): boolean {
  if (fresh.uuid !== base.uuid) return false;
  const { metadata } = fresh;
  const snapshots = new Set(fresh.snapshots().map((snapshot) => snapshot.snapshotId));
  const specs = new Set(metadata.partitionSpecs.map((spec) => spec.specId));
  const schemas = new Set(metadata.schemas.map((schema) => schema.schemaId));
  return (
    expired.every((snapshot) => !snapshots.has(snapshot.snapshotId)) &&
    refs.every((name) => metadata.refs[name] === undefined) &&
    updates.every((update) => {
      if (update.action === 'remove-partition-specs') return update.specIds.every((id) => !specs.has(id));
      if (update.action === 'remove-schemas') return update.schemaIds.every((id) => !schemas.has(id));
      return true;
    })
  );
}

/**
 * Only a commit that definitely stands leads here. What is retained is asked of the newest table, not of the one the
 * commit gave: a commit in between may have taken files over (a cherry-pick of an expired snapshot).
 */
async function deleteUnreachable(
  done: Table,
  plan: ExpiryPlan,
  source: TransactionSource,
  options: ExpireOptions,
): Promise<ExpireResult> {
  const { signal, onProgress } = options;
  const newest = await done.refresh({ signal });
  if (newest.uuid !== plan.base.uuid) {
    throw new IcebergError(`The table at ${newest.location} was dropped and created again.`, {
      code: 'COMMIT_CONFLICT',
    });
  }
  const found = await findUnreachable(plan, newest.metadata, newest.metadataLocation, source, options);
  const total = found.files.length;
  const { failed } = await deleteFiles(
    (paths) => source.io.delete(paths),
    found.files.map((file) => file.path),
    { signal, onProgress: (count) => onProgress?.({ phase: 'deleting', done: count, total }) },
  );
  const lost = new Set(failed);
  return result(
    done,
    plan,
    found.files.filter((file) => !lost.has(file.path)),
    [...found.unreadable, ...failed],
  );
}

async function findUnreachable(
  plan: ExpiryPlan,
  after: TableMetadata,
  newestLocation: string | null,
  { io, runtime }: TransactionSource,
  { signal, onProgress }: ExpireOptions,
): Promise<UnreachableFiles> {
  const before = plan.base.metadata;
  const found = await unreachableFiles({
    io,
    before,
    expired: plan.expired,
    after,
    signal,
    onProgress: (progress) => onProgress?.({ phase: 'reading', ...progress }),
  });
  if (newestLocation === null || before.properties['write.metadata.delete-after-commit.enabled'] !== 'true')
    return found;
  const logged = new Set([
    pathKey(io, newestLocation),
    ...after.metadataLog.map((entry) => pathKey(io, entry.metadataFile)),
  ]);
  // Writers of a folder publish version n by creating its file: none that one of them may be about to look for, as it
  // goes from an older one to the newest, may be missing.
  const limit = runtime.now() - MIN_METADATA_AGE_MS;
  const dropped = before.metadataLog
    .filter((entry) => entry.timestampMs < limit && !logged.has(pathKey(io, entry.metadataFile)))
    .map((entry): MaintainedFile => ({ path: entry.metadataFile, kind: 'metadataFiles' }));
  return { ...found, files: [...found.files, ...dropped] };
}

async function dryRun(
  fresh: Table,
  source: TransactionSource,
  options: ExpireOptions,
): Promise<ExpireResult> {
  const plan = await planOn(fresh, source, options);
  const gone = new Set(plan.expired.map((snapshot) => snapshot.snapshotId));
  const stays = ({ snapshotId }: { snapshotId: bigint }): boolean => !gone.has(snapshotId);
  const after = {
    ...fresh.metadata,
    snapshots: fresh.snapshots().filter(stays),
    statistics: fresh.metadata.statistics.filter(stays),
    partitionStatistics: fresh.metadata.partitionStatistics.filter(stays),
  };
  if (options.deleteFiles === false) return result(fresh, plan, [], []);
  const found = await findUnreachable(plan, after, null, source, options);
  return result(fresh, plan, found.files, found.unreadable);
}

/** The snapshots are gone whatever happens to their files; the error must not hide that. */
function afterCommit({ expired, refs }: ExpiryPlan, cause: unknown): IcebergError {
  const aborted = cause instanceof IcebergError && cause.code === 'ABORTED';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IcebergError(
    `${expired.length} snapshots were expired, but not all of their files were deleted: ${reason} removeOrphanFiles removes what is left.`,
    {
      code: cause instanceof IcebergError ? cause.code : 'STORAGE_FAILED',
      context: {
        ...(cause instanceof IcebergError && !aborted ? cause.context : {}),
        expiredSnapshotIds: expired.map((snapshot) => snapshot.snapshotId),
        removedRefs: refs,
      },
      cause,
    },
  );
}

function result(
  table: Table,
  plan: ExpiryPlan | null,
  files: readonly MaintainedFile[],
  failed: readonly string[],
): ExpireResult {
  const deleted: ExpiredFiles = {
    dataFiles: 0,
    deleteFiles: 0,
    manifests: 0,
    manifestLists: 0,
    statisticsFiles: 0,
    metadataFiles: 0,
  };
  for (const { kind } of files) deleted[kind]++;
  return {
    table,
    expiredSnapshotIds: plan?.expired.map((snapshot) => snapshot.snapshotId) ?? [],
    removedRefs: plan?.refs ?? [],
    deleted,
    files: files.map((file) => file.path),
    failed,
  };
}
