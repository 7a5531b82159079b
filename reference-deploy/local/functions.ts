import type { Clock, Logger, Metrics, StateStore } from '@lean-ops/core';
import type { Catalog } from '@lean-ops/iceberg';
import { createHandler as acquireLease } from '../handlers/acquire-lease/handler.js';
import { createHandler as curate } from '../handlers/curate/handler.js';
import { createHandler as flushOps } from '../handlers/flush-ops/handler.js';
import { createHandler as getAllCheckpoints } from '../handlers/get-all-checkpoints/handler.js';
import { createHandler as releaseLease } from '../handlers/release-lease/handler.js';
import { createHandler as reportFailure } from '../handlers/report-failure/handler.js';
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
  readonly at: (point: string) => void | Promise<void>;
}

/**
 * Far above what a job takes. What a process leaves behind when it dies is released by the next one on the same
 * machine; elsewhere (a container that comes back under another name) the topic waits this long.
 */
const LEASE_TTL_MS = 60 * 60_000;

/** The functions that state machines call, wired to the embedded parts; `reports` gets what the jobs report. */
export function stateMachineFunctions(
  parts: FunctionParts,
  reports: RoundReports,
): Readonly<Record<string, TaskHandler>> {
  const { state, catalog, clock, logger, metrics, maskingKey, at } = parts;
  const job = {
    state,
    catalog,
    clock,
    logger,
    metrics,
    leaseTtlMs: LEASE_TTL_MS,
    ...(maskingKey === undefined ? {} : { maskingKey }),
  };
  return {
    'get-all-checkpoints': getAllCheckpoints({ state }),
    'acquire-lease': acquireLease({ state, catalog, leaseTtlMs: LEASE_TTL_MS }),
    standardize: standardize({
      ...job,
      hooks: { at: (point) => at(`standardize:${point}`) },
      onReport: (report) => reports.standardized.set(report.topic, report),
    }),
    curate: curate({
      ...job,
      hooks: { at: (point) => at(`curate:${point}`) },
      onReport: (report) => reports.curated.set(report.topic, report),
    }),
    'release-lease': releaseLease({ leases: state.leases }),
    'report-failure': reportFailure({ state, clock, logger, metrics }),
    'flush-ops': flushOpsFunction(parts),
  };
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
