import type { Clock, Logger, Metrics, StateStore } from '@lean-ops/core';
import type { RunReport } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { createHandler as acquireLease } from '../handlers/acquire-lease/handler.js';
import { createHandler as curate } from '../handlers/curate/handler.js';
import { createHandler as flushOps } from '../handlers/flush-ops/handler.js';
import { createHandler as getAllCheckpoints } from '../handlers/get-all-checkpoints/handler.js';
import { createHandler as releaseLease } from '../handlers/release-lease/handler.js';
import { createHandler as reportFailure } from '../handlers/report-failure/handler.js';
import type { Invocation } from '../handlers/shared/invocation.js';
import type { JobDependencies, JobInput } from '../handlers/shared/job.js';
import { createHandler as standardize } from '../handlers/standardize/handler.js';
import type { RoundReports } from './orchestrator.js';
import type { TaskHandler } from './state-machine/interpreter.js';

export interface FunctionParts {
  readonly state: StateStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly maskingKey?: Uint8Array;
  readonly lineage?: JobDependencies<RunReport>['lineage'];
  /** Source rows per commit of a job at most. */
  readonly rowsPerCommit?: number;
  /** The time that one call of a job has; without it, as long as it takes. */
  readonly invocation?: () => Invocation;
  readonly at: (point: string) => void | Promise<void>;
}

/**
 * Far above what a job takes. What a process leaves behind when it dies is released by the next one on the same
 * machine; elsewhere (a container that comes back under another name) the topic waits this long.
 */
export const LEASE_TTL_MS = 60 * 60_000;

/** The functions that state machines call, wired to the embedded parts; `reports` gets what the jobs report. */
export function stateMachineFunctions(
  parts: FunctionParts,
  reports: RoundReports,
): Readonly<Record<string, TaskHandler>> {
  const { state, catalog, clock, logger, metrics, maskingKey, rowsPerCommit, invocation, lineage, at } =
    parts;
  const job = {
    state,
    catalog,
    clock,
    logger,
    metrics,
    leaseTtlMs: LEASE_TTL_MS,
    ...(maskingKey === undefined ? {} : { maskingKey }),
    ...(rowsPerCommit === undefined ? {} : { maxRowsPerCommit: rowsPerCommit }),
    ...(lineage === undefined ? {} : { lineage }),
  };
  const standardizeJob = standardize({
    ...job,
    hooks: { at: (point) => at(`standardize:${point}`) },
    onReport: (report) => addReport(reports.standardized, report),
  });
  const curateJob = curate({
    ...job,
    hooks: { at: (point) => at(`curate:${point}`) },
    onReport: (report) => addReport(reports.curated, report),
  });
  return {
    'get-all-checkpoints': getAllCheckpoints({ state, clock }),
    'acquire-lease': acquireLease({ state, catalog, clock, leaseTtlMs: LEASE_TTL_MS }),
    standardize: (input: JobInput) => standardizeJob(input, invocation?.()),
    curate: (input: JobInput) => curateJob(input, invocation?.()),
    'release-lease': releaseLease({ state }),
    'report-failure': reportFailure({ state, clock, logger, metrics }),
    'flush-ops': flushOpsFunction(parts),
  };
}

/** A job that took several turns is reported as one. */
function addReport<Report extends RunReport>(reports: Map<string, Report>, report: Report): void {
  const before = reports.get(report.topic);
  if (before === undefined) {
    reports.set(report.topic, report);
    return;
  }
  const { rowsLeft } = report;
  const figures = Object.entries(report).map(([name, value]) => {
    const earlier = before[name as keyof Report];
    return [name, typeof value === 'number' && typeof earlier === 'number' ? earlier + value : value];
  });
  reports.set(report.topic, { ...Object.fromEntries(figures), rowsLeft, from: before.from } as Report);
}

/** The writer of the `ops` tables, which also runs without a state machine. */
export function flushOpsFunction({ state, catalog, clock, at }: FunctionParts): ReturnType<typeof flushOps> {
  return flushOps({
    catalog,
    outbox: state.outbox,
    leases: state.leases,
    clock,
    hooks: { at: (point) => at(`flush:${point}`) },
    leaseTtlMs: LEASE_TTL_MS,
  });
}
