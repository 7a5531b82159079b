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
import { compactOptions, hasManyManifests, manifestCount } from './table-work.js';

/**
 * What the tables of a topic need, from their metadata and manifests alone; in the order in which it is to be done.
 * Nothing is changed.
 *
 * @example await planMaintenance({ catalog, topic: 'events', hasContract: true, clock: systemClock });
 */
export async function planMaintenance(scope: MaintenanceScope): Promise<TableMaintenance[]> {
  const tables = await loadTables(scope);
  const plans: TableMaintenance[] = [];
  for (const which of MAINTAINED_TABLES) {
    scope.signal?.throwIfAborted();
    const table = tables[which];
    if (table === null) continue;
    plans.push(await planTable(which, table, tableStanding(which, tables, scope.hasContract), scope));
  }
  return plans;
}

async function planTable(
  which: MaintainedTable,
  table: Table,
  standing: TableStanding,
  scope: MaintenanceScope,
): Promise<TableMaintenance> {
  const { clock, signal, policy = {} } = scope;
  const nowMs = clock.now();
  const expiry = await planExpiry(table, { policy, standing, nowMs, signal });
  const files = await filesToRewrite(table, standing, policy, signal);
  const manifests = await manifestCount(table);
  const orphansDue = areOrphansDue(table, nowMs, policy);
  const isFree = standing.heldBackBy === null;
  return {
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
      (isFree &&
        (files.filesToRewrite > 0 ||
          expiry.snapshotIds.length > 0 ||
          expiry.refs.length > 0 ||
          hasManyManifests(manifests, policy))),
  };
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
