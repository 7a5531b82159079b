import type { OpsEntry } from '@lean-ops/core';
import type { Snapshot, Table } from '@lean-ops/iceberg';
import type { DriftEntry } from '../drift/drift.js';
import { tableName } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import type { Watermark } from '../watermark/watermark.js';

type NewEntry = Omit<OpsEntry, 'sequence'>;
type Row = Record<string, string | number | boolean | null>;

/** The figures of a run as they stand in the summary of the snapshot it made. */
export type RunFigures = Readonly<Record<string, string | number | null>>;

/**
 * The `ops.job_runs` entry of a commit, made of the snapshot alone: a run that was killed right after its commit is
 * logged by the next one, and no commit is ever logged twice. Null for snapshots that are not ours.
 */
export function jobRunEntry(table: Table, snapshot: Snapshot | null): NewEntry | null {
  const figures = snapshot?.summary[KEYS.run];
  if (snapshot === null || figures === undefined) return null;
  const row: Row = {
    ...(JSON.parse(figures) as Row),
    run_id: snapshot.summary[KEYS.runId] ?? null,
    status: 'committed',
    target_table: tableName(table.identifier),
    snapshot_id: String(snapshot.snapshotId),
    contract_version: snapshot.summary[KEYS.contractVersion] ?? null,
    error_code: null,
    error_message: null,
  };
  return { id: `${table.uuid}:${snapshot.snapshotId}`, table: 'job_runs', row };
}

export interface FailedRun {
  readonly topic: string;
  readonly layer: string;
  readonly runId: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly contractVersion: string | null;
  readonly error: unknown;
}

/** The `ops.job_runs` entry of a run that committed nothing because it failed. */
export function failedRunEntry(failed: FailedRun): NewEntry {
  const { topic, layer, runId, startedAt, finishedAt, contractVersion, error } = failed;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    id: `${runId}:${topic}:${layer}:failed`,
    table: 'job_runs',
    row: {
      topic,
      layer,
      run_id: runId,
      status: 'failed',
      started_at: startedAt,
      finished_at: finishedAt,
      contract_version: contractVersion,
      error_code: typeof code === 'string' ? code : null,
      error_message: typeof message === 'string' ? message : String(error),
    },
  };
}

export interface DriftContext {
  readonly topic: string;
  readonly layer: string;
  readonly runId: string;
  readonly target: Table;
  /** Where the run began: a repetition after a crash begins at the same place and is not logged again. */
  readonly from: Watermark | null;
  readonly to: Watermark;
  /** Tells a run that moves no watermark from the next one, which begins at the same place. */
  readonly review?: string | undefined;
  readonly observedAt: number;
}

/** The `ops.drift_log` entries of a run. */
export function driftEntries(entries: readonly DriftEntry[], context: DriftContext): NewEntry[] {
  const { topic, layer, runId, target, from, to, review, observedAt } = context;
  const begun = from?.sequenceNumber ?? 'start';
  const start = review === undefined ? begun : `${begun}:review ${review}`;
  return entries.map(({ kind, column, path, count, sample }) => ({
    id: `${target.uuid}:${start}:${kind}:${column ?? ''}:${path ?? ''}`,
    table: 'drift_log' as const,
    row: {
      topic,
      layer,
      run_id: runId,
      kind,
      column_name: column,
      path,
      count,
      sample,
      source_snapshot_id: String(to.snapshotId),
      observed_at: observedAt,
    },
  }));
}
