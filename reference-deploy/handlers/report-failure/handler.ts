import type { Clock, Logger, Metrics, OpsEntry, StateStore } from '@lean-ops/core';
import { leaseFromJson } from '../shared/lease.js';
import { asTask, textField } from '../shared/task.js';

export interface ReportFailureDependencies {
  readonly state: Pick<StateStore, 'leases' | 'outbox'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface ReportFailureInput {
  readonly topic_name: string;
  readonly run_id: string;
  readonly claim: { readonly status: string; readonly lease?: unknown };
  readonly failure: { readonly Error?: string; readonly Cause?: string };
  /** The table that was worked on, where it was one of several: each is a row of its own. */
  readonly table?: string;
  /** What was being done. Default: a round of the pipeline. */
  readonly activity?: 'pipeline' | 'maintenance' | 'reconciliation';
}

/** A table that is not maintained is no topic whose data stands still: each has an alarm of its own. */
const METRICS = {
  pipeline: 'TopicFailed',
  maintenance: 'MaintenanceFailed',
  reconciliation: 'ReconciliationFailed',
} as const;

/** Records that a topic's iteration failed, and gives up its lease so that the next round can try again. */
export function createHandler(
  dependencies: ReportFailureDependencies,
): (input: ReportFailureInput) => Promise<{ released: boolean }> {
  const { state, clock, logger, metrics } = dependencies;
  return (input) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const runId = textField(input, 'run_id');
      const { Error: errorName = 'Error' } = input.failure;
      const message = messageOf(input.failure.Cause ?? '');
      logger.error('topic failed', { topic, runId, errorName, errorMessage: message });
      const { activity = 'pipeline', table = null } = input;
      metrics.add(METRICS[activity], 1, 'Count', { topic });
      const nowMs = clock.now();
      await state.outbox.put([failedIteration({ topic, runId, activity, table, errorName, message, nowMs })]);
      if (input.claim.status !== 'acquired') return { released: false };
      await state.leases.release(leaseFromJson(input.claim.lease));
      return { released: true };
    });
}

/** Lambda gives the cause as JSON with `errorMessage`, Glue as the job run with `ErrorMessage`. */
function messageOf(cause: string): string {
  try {
    const { errorMessage, ErrorMessage } = (JSON.parse(cause) ?? {}) as Record<string, unknown>;
    const message = errorMessage ?? ErrorMessage;
    return typeof message === 'string' ? message : cause;
  } catch {
    return cause;
  }
}

/** The iteration as `ops.job_runs` keeps it, beside what the job itself may have written before it ended. */
function failedIteration(failed: {
  topic: string;
  runId: string;
  activity: string;
  table: string | null;
  errorName: string;
  message: string;
  nowMs: number;
}): Omit<OpsEntry, 'sequence'> {
  const { topic, runId, activity, table, errorName, message, nowMs } = failed;
  const layer = activity === 'pipeline' ? 'orchestrator' : activity;
  return {
    id: [runId, topic, layer, ...(table === null ? [] : [table]), 'failed'].join(':'),
    table: 'job_runs',
    row: {
      topic,
      layer,
      run_id: runId,
      status: 'failed',
      started_at: nowMs,
      finished_at: nowMs,
      ...(table === null ? {} : { target_table: table }),
      error_code: errorName,
      error_message: message,
    },
  };
}
