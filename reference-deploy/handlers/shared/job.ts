import type { Clock, Lease, Logger, Metrics, StateStore, TopicContract } from '@lean-ops/core';
import type { JobHooks, JobOptions, LayerNames, RunReport } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import type { LineageEmitter } from '../../lineage/lineage-emitter.js';
import { type Counts, type ObservedJob, observedJob } from '../../lineage/observed-job.js';
import { HandlerError } from './error.js';
import { measureFreshness } from './freshness.js';
import { type DeadlineSignal, handOverOf, type Invocation, spareTime } from './invocation.js';
import { type LeaseJson, leaseFromJson, renewOrFail } from './lease.js';
import { liveContract } from './live-contract.js';
import { freshnessLimitSeconds } from './schedule.js';
import { asTask, textField } from './task.js';

/** What the jobs of both layers need. */
export interface JobDependencies<Report> {
  readonly state: StateStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Longer than an invocation may take. */
  readonly leaseTtlMs: number;
  readonly names?: Partial<LayerNames>;
  /** Key of columns with `sensitive: hash`. */
  readonly maskingKey?: Uint8Array;
  readonly hooks?: JobHooks;
  /** Source rows per commit at most, as of `JobOptions`. */
  readonly maxRowsPerCommit?: number;
  /** Ends a step that would not end in time. Default: a timer. */
  readonly deadlineSignal?: DeadlineSignal;
  /** Where OpenLineage events go, and the namespace that the jobs belong to. Default: nowhere. */
  readonly lineage?: { readonly emitter: LineageEmitter; readonly namespace: string };
  /** Sees the whole report; the state machine gets its JSON. */
  readonly onReport?: (report: Report) => void;
}

export interface JobInput {
  readonly topic_name: string;
  readonly run_id: string;
  readonly lease: LeaseJson;
  /** Source rows per commit at most, where the turn before this one found out that fewer fit its time. */
  readonly max_rows?: number | null;
  /** Whether the layer's errors are decided again, as of `JobOptions`. */
  readonly review_errors?: boolean;
}

/** A report with 64-bit ids in decimal digits. */
type ReportJson = Readonly<Record<string, string | number | boolean | null>>;

/**
 * `continue`: the time was over first, the same task has to be called again. `paused`: it was over, and the topic was
 * paused meanwhile.
 */
export type JobResult = ReportJson & {
  readonly status: 'done' | 'continue' | 'paused';
  readonly max_rows: number | null;
};

const MAX_ROWS = 1_000_000;
/** Commits of fewer rows are hardly faster: what is slow then is a single snapshot, which cannot be cut. */
const LEAST_ROWS = 1_000;
const SHRINK = 10;

/**
 * A handler that renews the topic's lease, runs a job under its token for as long as the invocation has time, and
 * returns the report as JSON.
 */
export function jobHandler<Report extends RunReport & Counts>(
  dependencies: JobDependencies<Report>,
  observed: ObservedJob<Report>,
): (input: JobInput, invocation?: Invocation) => Promise<JobResult> {
  const { state, onReport = () => {}, leaseTtlMs, deadlineSignal, lineage } = dependencies;
  const job = lineage === undefined ? observed.run : observedJob(observed, { ...dependencies, ...lineage });
  return (input, invocation) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const runId = textField(input, 'run_id');
      const lease = await renewOrFail(state.leases, leaseFromJson(input.lease), leaseTtlMs);
      const contract = await liveContract(state, topic);
      const { maxRowsPerCommit = MAX_ROWS } = dependencies;
      const maxRows = input.max_rows ?? maxRowsPerCommit;
      const run = { topic, runId, contract, lease, maxRows };
      const report = await job({
        ...jobOptions(dependencies, run),
        ...handOverOf(invocation, deadlineSignal),
        ...(input.review_errors === true ? { reviewErrors: true } : {}),
      });
      onReport(report);
      await tellFreshness(dependencies, observed, { report, signal: spareTime(invocation, deadlineSignal) });
      if (report.finished) return { ...toJson(report), status: 'done', max_rows: null };
      dependencies.metrics.add('RunHandedOver', 1, 'Count', { topic, layer: observed.to });
      const nextRows = report.commits > 0 ? (input.max_rows ?? null) : fewerRows(topic, maxRows);
      const row = await state.topics.get(topic);
      const status = row?.state === 'paused' ? 'paused' : 'continue';
      return { ...toJson(report), status, max_rows: nextRows };
    });
}

/** What the job did stands; that its freshness cannot be told must not make it fail. */
async function tellFreshness<Report extends RunReport>(
  { state, catalog, clock, logger, metrics, names }: JobDependencies<Report>,
  { from, to }: ObservedJob<Report>,
  { report, signal }: { report: Report; signal: AbortSignal | undefined },
): Promise<void> {
  try {
    const row = await state.topics.get(report.topic);
    if (row === null) return;
    const objectiveSeconds = freshnessLimitSeconds(row);
    await measureFreshness({
      ...{ catalog, clock, metrics, names, from, to, report, objectiveSeconds, signal },
    });
  } catch (error) {
    logger.warn('the freshness of a run is not known', { topic: report.topic, layer: to, error });
  }
}

/** An invocation in which not one commit was made: the next tries with less. */
function fewerRows(topic: string, maxRows: number): number {
  if (maxRows > LEAST_ROWS) return Math.max(LEAST_ROWS, Math.floor(maxRows / SHRINK));
  throw new HandlerError(
    `a commit of ${topic} does not end within one invocation, however few rows it has: one of its source snapshots is too large for this function, a run that was cut off is being completed, or its source was rolled back and all keys are compared. Give the function more memory or time, or let the topic run on Spark`,
    { code: 'STEP_TOO_LONG', context: { topic, maxRows } },
  );
}

interface Run {
  readonly topic: string;
  readonly runId: string;
  readonly contract: TopicContract | null;
  readonly lease: Lease;
  readonly maxRows: number;
}

function jobOptions<Report>(dependencies: JobDependencies<Report>, run: Run): JobOptions {
  const { state, catalog, clock, logger, metrics, names, maskingKey, hooks } = dependencies;
  return {
    catalog,
    topic: run.topic,
    contract: run.contract,
    fencingToken: run.lease.token,
    clock,
    outbox: state.outbox,
    checkpoints: state.checkpoints,
    runId: run.runId,
    logger: logger.child({ topic: run.topic, runId: run.runId }),
    metrics,
    maxRowsPerCommit: run.maxRows,
    ...(names === undefined ? {} : { names }),
    ...(maskingKey === undefined ? {} : { maskingKey }),
    ...(hooks === undefined ? {} : { hooks }),
  };
}

function toJson(report: object): ReportJson {
  return JSON.parse(
    JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as ReportJson;
}
