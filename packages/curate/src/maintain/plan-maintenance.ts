import type { Table } from '@lean-ops/iceberg';
import { tableName } from '../tables/names.js';
import { planExpiry } from './expiry.js';
import { loadTables, type TableStanding, tableStanding } from './loaded-tables.js';
import {
  MAINTAINED_TABLES,
  type MaintainedTable,
  type MaintenancePolicy,
  type MaintenanceScope,
  type TableMaintenance,
} from './maintenance-types.js';
import { areOrphansDue } from './orphan-days.js';
import {
  compactOptions,
  hasManyManifests,
  manifestCount,
  missingProperties,
  retentionOf,
} from './table-work.js';

/**
 * What the tables of a topic need, from their metadata and manifests alone; in the order in which it is to be done.
 * Nothing is changed.
 *
 * @example await planMaintenance({ catalog, topic: 'events', hasContract: true, clock: systemClock });
 */
export async function planMaintenance(scope: MaintenanceScope): Promise<TableMaintenance[]> {
  const tables = await loadTables(scope);
  const { hasContract } = scope;
  const plans: TableMaintenance[] = [];
  // A table is maintained after its readers: what will have expired of them by then holds nothing back.
  const expiring: Partial<Record<MaintainedTable, ReadonlySet<bigint>>> = {};
  for (const which of MAINTAINED_TABLES) {
    scope.signal?.throwIfAborted();
    const table = tables[which];
    if (table === null) continue;
    const gone = expiring[which === 'raw' ? 'standardized' : 'curated'] ?? new Set<bigint>();
    const standing = tableStanding(which, tables, { hasContract, expiring: gone });
    const { plan, snapshotIds } = await planTable(which, table, standing, scope);
    plans.push(plan);
    expiring[which] = new Set(snapshotIds);
  }
  return plans;
}

interface PlannedTable {
  readonly plan: TableMaintenance;
  /** Those that will expire. */
  readonly snapshotIds: readonly bigint[];
}

async function planTable(
  which: MaintainedTable,
  table: Table,
  standing: TableStanding,
  scope: MaintenanceScope,
): Promise<PlannedTable> {
  const { clock, signal, policy = {} } = scope;
  const nowMs = clock.now();
  const expiry = await planExpiry(table, { policy, standing, nowMs, signal });
  const files = await filesToRewrite(table, standing, policy, signal);
  const manifests = await manifestCount(table);
  const orphansDue = areOrphansDue(table, nowMs, policy);
  const isFree = standing.heldBackBy === null;
  const plan: TableMaintenance = {
    table: which,
    name: tableName(table.identifier),
    ...files,
    manifests,
    snapshots: table.snapshots().length,
    snapshotsToExpire: expiry.snapshotIds.length,
    snapshotsHeldBack: expiry.heldBack,
    heldBackBy: standing.heldBackBy,
    orphansDue,
    isNeeded:
      orphansDue ||
      Object.keys(missingProperties(table, retentionOf(which))).length > 0 ||
      (isFree &&
        (files.filesToRewrite > 0 ||
          expiry.snapshotIds.length > 0 ||
          expiry.refs.length > 0 ||
          hasManyManifests(manifests, policy))),
  };
  return { plan, snapshotIds: expiry.snapshotIds };
}

async function filesToRewrite(
  table: Table,
  standing: TableStanding,
  policy: MaintenancePolicy,
  signal: AbortSignal | undefined,
): Promise<Pick<TableMaintenance, 'filesToRewrite' | 'bytesToRewrite' | 'deleteFilesToApply'>> {
  if (table.currentSnapshot() === null || standing.heldBackBy !== null) {
    return { filesToRewrite: 0, bytesToRewrite: 0, deleteFilesToApply: 0 };
  }
  const planned = await table.compact({ ...compactOptions(standing, policy), dryRun: true, signal });
  return {
    filesToRewrite: planned.rewrittenFiles,
    bytesToRewrite: planned.rewrittenBytes,
    deleteFilesToApply: planned.removedDeleteFiles,
  };
}
