import type { OpsEntry } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import type { MaintenanceReport } from './maintenance-types.js';

/** The `ops.job_runs` entry of maintenance that has changed something; none of one that found nothing to do. */
export function maintenanceEntry(
  table: Table,
  report: MaintenanceReport,
  run: {
    readonly topic: string | null;
    readonly runId: string;
    readonly startedAt: number;
    readonly finishedAt: number;
  },
): Omit<OpsEntry, 'sequence'>[] {
  const { name, finished, heldBackBy, durationMs, ...figures } = report;
  if (Object.values(figures).every((figure) => figure === 0)) return [];
  return [
    {
      id: `${table.uuid}:maintenance:${run.runId}:${run.startedAt}`,
      table: 'job_runs',
      row: {
        topic: run.topic,
        layer: 'maintenance',
        run_id: run.runId,
        status: finished ? 'committed' : 'handed-over',
        started_at: run.startedAt,
        finished_at: run.finishedAt,
        target_table: name,
        error_code: null,
        error_message: null,
        ...figures,
      },
    },
  ];
}
