import { type Clock, METADATA_RETENTION, type OpsTable } from '@lean-ops/core';
import type { Catalog } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import type { HandOver, LayerNames } from '../job.js';
import { OPS_TABLES, readMarker, refuseMoved } from '../ops/flush-ops.js';
import { opsTable, tableName } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import type { MaintenancePolicy, MaintenanceReport } from './maintenance-types.js';
import { areOrphansDue } from './orphan-days.js';
import { doWork } from './table-work.js';

export interface MaintainOpsOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly names?: Partial<LayerNames>;
  readonly policy?: MaintenancePolicy;
  readonly handOver?: HandOver;
  readonly signal?: AbortSignal;
}

/**
 * Maintains the `ops` tables, to which every round appends. Whoever calls it is their one writer.
 *
 * @throws {CurateError} `WATERMARK_MOVED` when another process appended meanwhile.
 */
export async function maintainOps(options: MaintainOpsOptions): Promise<MaintenanceReport[]> {
  const reports: MaintenanceReport[] = [];
  for (const name of OPS_TABLES) {
    const report = await maintainOpsTable(name, options);
    if (report === null) continue;
    reports.push(report);
    if (!report.finished) break;
  }
  return reports;
}

async function maintainOpsTable(
  name: OpsTable,
  options: MaintainOpsOptions,
): Promise<MaintenanceReport | null> {
  const { catalog, clock, names, policy = {}, handOver, signal } = options;
  const startedAt = clock.now();
  const table = await loadIfExists(catalog, opsTable(name, names));
  if (table === null) return null;
  const marker = readMarker(table);
  const done = await doWork({
    table,
    standing: { own: null, readUpTo: null, floor: null, heldBackBy: null },
    policy,
    retention: METADATA_RETENTION,
    commit: {
      // The last entry that the table holds is named by its newest snapshot, whoever made that.
      summary:
        marker === null ? {} : { [KEYS.outboxSequence]: String(marker.sequence), [KEYS.outboxId]: marker.id },
      check: (fresh) => refuseMoved(fresh, marker),
    },
    orphansDue: areOrphansDue(table, startedAt, policy),
    nowMs: startedAt,
    handOver,
    signal,
  });
  const durationMs = clock.now() - startedAt;
  return { name: tableName(table.identifier), ...done, heldBackBy: null, durationMs };
}
