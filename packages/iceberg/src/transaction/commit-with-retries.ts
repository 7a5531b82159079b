import type { Catalog, LoadedMetadata } from '../catalog/catalog.js';
import type { CatalogRuntime } from '../catalog/catalog-runtime.js';
import { abortedBy, IcebergError, throwIfAborted } from '../error.js';
import type { TableRequirement } from '../metadata/requirement.js';
import type { TableUpdate } from '../metadata/update.js';
import type { Table } from '../table/table.js';
import { abortable } from '../util/abortable.js';

/** One staged attempt: what must hold and what is to change. */
export interface StagedCommit {
  requirements: readonly TableRequirement[];
  updates: readonly TableUpdate[];
  baseLocation?: string;
}

export interface CommitLoop {
  catalog: Catalog;
  runtime: CatalogRuntime;
  table: Table;
  /** Tells from a fresh table whether an earlier attempt, whose answer was lost, was made after all. */
  isThere: (fresh: Table) => boolean;
  /** What the commit adds, for the error where its state cannot be told. */
  adds?: { snapshotId: bigint };
  retries: number;
  signal: AbortSignal | undefined;
  /** Validates and stages on the newest table; what it throws ends the loop. `null` means there is nothing to do. */
  stage: (fresh: Table, attempt: number) => Promise<StagedCommit | null>;
  /** The table at the metadata a commit has made. */
  tableAt: (loaded: LoadedMetadata) => Table;
  /** Deletes what the rejected attempt staged. */
  discardAttempt: () => Promise<void>;
  /** Deletes everything; called only where no attempt can have been applied. */
  discardAll: () => Promise<void>;
}

/**
 * Stages and commits until it is done. Only a definite conflict is tried again, after a pause with full jitter. Where
 * an answer is lost, the table is read again and the snapshot looked for; if that does not settle it, the error is
 * `COMMIT_STATE_UNKNOWN` and nothing is deleted. So it is, without another look, where the signal fires while the
 * catalog publishes.
 */
export async function commitWithRetries(loop: CommitLoop): Promise<{ table: Table; attempts: number }> {
  for (let attempt = 1; ; attempt++) {
    const staged = await stageOrDiscard(loop, attempt);
    if ('table' in staged) return staged;
    try {
      const loaded = await publish(loop, staged);
      return { table: loop.tableAt(loaded), attempts: attempt };
    } catch (error) {
      if (!isDefinite(error)) return await settle(loop, attempt, error);
      await loop.discardAttempt();
      if (!isConflict(error) || attempt > loop.retries) {
        await loop.discardAll();
        throw error;
      }
      await pauseOrDiscard(loop, attempt);
    }
  }
}

async function publish(
  { catalog, table, signal }: CommitLoop,
  staged: StagedCommit,
): Promise<LoadedMetadata> {
  if (signal?.aborted) throw abortedBy(signal, { outcome: 'not-written' });
  return abortable(
    () => catalog.commitTable({ identifier: table.identifier, ...staged }, { signal }),
    signal,
  );
}

async function stageOrDiscard(
  loop: CommitLoop,
  attempt: number,
): Promise<StagedCommit | { table: Table; attempts: number }> {
  try {
    throwIfAborted(loop.signal);
    const fresh = await loop.table.refresh({ signal: loop.signal });
    if (attempt > 1 && loop.isThere(fresh)) return { table: fresh, attempts: attempt - 1 };
    const staged = await loop.stage(fresh, attempt);
    throwIfAborted(loop.signal);
    return staged ?? { table: fresh, attempts: attempt - 1 };
  } catch (error) {
    await loop.discardAll();
    throw error;
  }
}

async function settle(
  loop: CommitLoop,
  attempt: number,
  cause: unknown,
): Promise<{ table: Table; attempts: number }> {
  const aborted = loop.signal?.aborted === true;
  const fresh = aborted ? null : await loop.table.refresh({ signal: loop.signal }).catch(() => null);
  if (fresh !== null && loop.isThere(fresh)) return { table: fresh, attempts: attempt };
  if (cause instanceof IcebergError && cause.code === 'COMMIT_STATE_UNKNOWN') throw withAdded(cause, loop);
  throw new IcebergError(
    `${aborted ? 'The operation was aborted while its commit was being published. ' : ''}It is not known whether the commit${loop.adds === undefined ? '' : ` of snapshot ${loop.adds.snapshotId}`} was made. Nothing was deleted; load the table and look for it before trying again.`,
    {
      code: 'COMMIT_STATE_UNKNOWN',
      context: { ...loop.adds, table: loop.table.identifier },
      cause,
    },
  );
}

/** The catalog's own error, which does not know of the snapshot to look for. */
function withAdded(error: IcebergError, { adds }: CommitLoop): IcebergError {
  if (adds === undefined) return error;
  const { code, retryable, context, cause } = error;
  return new IcebergError(error.message, { code, retryable, context: { ...context, ...adds }, cause });
}

async function pauseOrDiscard(loop: CommitLoop, attempt: number): Promise<void> {
  const { minDelayMs, maxDelayMs } = loop.runtime.retry;
  const ceiling = Math.min(maxDelayMs, minDelayMs * 2 ** (attempt - 1));
  try {
    const delay = loop.runtime.random() * ceiling;
    await abortable(() => loop.runtime.sleep(delay, loop.signal), loop.signal);
  } catch (error) {
    await loop.discardAll();
    throwIfAborted(loop.signal);
    throw error;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof IcebergError && error.code === 'COMMIT_CONFLICT';
}

const DEFINITE_CODES = new Set<string>([
  'COMMIT_CONFLICT',
  'TABLE_NOT_FOUND',
  'SNAPSHOT_NOT_FOUND',
  'INVALID_ARGUMENT',
  'INVALID_METADATA',
  'UNSUPPORTED_FORMAT_VERSION',
]);

/** Whether an error of a commit proves that nothing was changed. */
function isDefinite(error: unknown): boolean {
  return (
    error instanceof IcebergError &&
    (DEFINITE_CODES.has(error.code) || error.context['outcome'] === 'not-written')
  );
}
