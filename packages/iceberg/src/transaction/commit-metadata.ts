import type { Table } from '../table/table.js';
import { commitWithRetries, type StagedCommit } from './commit-with-retries.js';
import type { TransactionSource } from './table-transaction.js';

/** A change of metadata alone: no file is written for it. */
export interface MetadataChange {
  /**
   * The requirements and updates that make the change on the newest table, or `null` where there is nothing to do;
   * called per attempt. What it throws ends the commit without retry.
   */
  stage: (fresh: Table) => StagedCommit | null | Promise<StagedCommit | null>;
  /** Whether the change is there already: how an attempt is recognised whose answer was lost. */
  isThere: (fresh: Table) => boolean;
  signal?: AbortSignal | undefined;
  /** Attempts after the first, on definite conflicts only. Default: the catalog's retry options. */
  retries?: number | undefined;
}

/** How long work waits and how often it is tried again. */
export interface CommitOptions {
  signal?: AbortSignal | undefined;
  /** Attempts after the first, on definite conflicts only. Default: the catalog's retry options (4). */
  retries?: number;
}

/**
 * Commits a change of metadata, with the same retries and the same care about lost answers as a transaction. Throws
 * `COMMIT_CONFLICT`, `COMMIT_STATE_UNKNOWN`, and whatever `stage` throws.
 */
export async function commitMetadata(
  table: Table,
  source: TransactionSource,
  change: MetadataChange,
): Promise<Table> {
  return (await commitMetadataChange(table, source, change)).table;
}

/** As {@link commitMetadata}, and tells how many attempts it took; 0 where there was nothing to do. */
export async function commitMetadataChange(
  table: Table,
  source: TransactionSource,
  change: MetadataChange,
): Promise<{ table: Table; attempts: number }> {
  const nothing = (): Promise<void> => Promise.resolve();
  return commitWithRetries({
    catalog: source.catalog,
    runtime: source.runtime,
    table,
    isThere: change.isThere,
    retries: change.retries ?? source.runtime.retry.retries,
    signal: change.signal,
    stage: async (fresh) => change.stage(fresh),
    tableAt: source.tableAt,
    discardAttempt: nothing,
    discardAll: nothing,
  });
}
