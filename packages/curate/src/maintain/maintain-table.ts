import { silentLogger } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { jobRunEntry } from '../ops/entries.js';
import { tableName } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import { guard, refuseLowerToken } from '../watermark/commit-options.js';
import { watermarkSummary } from '../watermark/watermark.js';
import { loadTables, type TableStanding, tableStanding } from './loaded-tables.js';
import { maintenanceEntry } from './maintenance-entry.js';
import type { MaintainOptions, MaintenanceReport } from './maintenance-types.js';
import { areOrphansDue } from './orphan-days.js';
import { doWork, type MaintenanceCommit, retentionOf } from './table-work.js';

/**
 * Maintains one table of a topic: small data files and those with many deletes are written anew, manifests put
 * together, old snapshots expired, files that no snapshot names removed.
 *
 * Rows stay as they are, and so does what every job knows of them: a snapshot that a job of the next layer has still to
 * read, or that its table may be rolled back to, is not expired; files that are written anew keep a sequence number
 * that their readers have passed; commits repeat the table's watermark and refuse to be made once it has moved or the
 * lease has passed on. Null where the table does not exist.
 *
 * @throws {CurateError} `LEASE_LOST`, `WATERMARK_MOVED`, `GENERATION_MISMATCH`, `OPTION_INVALID`; {@link IcebergError}
 *   of files that cannot be read. What was committed before stands.
 * @example
 * for (const { table, isNeeded } of await planMaintenance(scope))
 *   if (isNeeded) await maintainTable({ ...scope, table, fencingToken: lease.token, outbox, runId });
 */
export async function maintainTable(options: MaintainOptions): Promise<MaintenanceReport | null> {
  const { clock, outbox, policy = {}, handOver, signal, runId, topic, fencingToken } = options;
  const startedAt = clock.now();
  const tables = await loadTables(options);
  const table = tables[options.table];
  if (table === null) return null;
  if (options.table !== 'raw') {
    refuseLowerToken(table, fencingToken);
    // The next run looks for the log of the last one in the table's head, which is about to be another.
    const entry = jobRunEntry(table, table.currentSnapshot());
    if (entry !== null) await outbox.put([entry]);
  }
  const standing = tableStanding(options.table, tables, { hasContract: options.hasContract });
  const work = {
    table,
    standing,
    policy,
    commit: commitOf(table, standing, fencingToken),
    retention: retentionOf(options.table),
    orphansDue: areOrphansDue(table, startedAt, policy),
    nowMs: startedAt,
    handOver,
    signal,
  };
  const done = await doWork(work);
  const report = {
    name: tableName(table.identifier),
    ...done,
    heldBackBy: standing.heldBackBy,
    durationMs: clock.now() - startedAt,
  };
  (options.logger ?? silentLogger).info('maintained', { ...report, topic });
  await outbox.put(maintenanceEntry(table, report, { topic, runId, startedAt, finishedAt: clock.now() }));
  return report;
}

/** RAW has no watermark, and its writer no fencing token. */
function commitOf(table: Table, { own }: TableStanding, fencingToken: bigint): MaintenanceCommit {
  if (own === null) return { summary: {}, check: () => {} };
  const { sourceUuid, watermark } = own;
  return {
    summary: { ...watermarkSummary(sourceUuid, watermark), [KEYS.fencingToken]: String(fencingToken) },
    check: (fresh) => guard(fresh, { table, sourceUuid, from: watermark, fencingToken }),
  };
}
