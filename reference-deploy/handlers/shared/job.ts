import type { Clock, Lease, Logger, Metrics, StateStore, TopicContract } from '@lean-ops/core';
import type { JobHooks, JobOptions, LayerNames } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { type LeaseJson, leaseFromJson, renewOrFail } from './lease.js';
import { liveContract } from './live-contract.js';
import { asTask, textField } from './task.js';

/** What the jobs of both layers need. */
export interface JobDependencies<Report> {
  readonly state: StateStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly leaseTtlMs: number;
  readonly names?: Partial<LayerNames>;
  /** Key of columns with `sensitive: hash`. */
  readonly maskingKey?: Uint8Array;
  readonly hooks?: JobHooks;
  /** Sees the whole report; the state machine gets its JSON. */
  readonly onReport?: (report: Report) => void;
}

export interface JobInput {
  readonly topic_name: string;
  readonly run_id: string;
  readonly lease: LeaseJson;
}

/** A report with 64-bit ids in decimal digits. */
export type ReportJson = Readonly<Record<string, string | number | boolean | null>>;

/** A handler that renews the topic's lease, runs a job under its token and returns the report as JSON. */
export function jobHandler<Report extends object>(
  dependencies: JobDependencies<Report>,
  job: (options: JobOptions) => Promise<Report>,
): (input: JobInput) => Promise<ReportJson> {
  const { state, onReport = () => {}, leaseTtlMs } = dependencies;
  return (input) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const runId = textField(input, 'run_id');
      const lease = await renewOrFail(state.leases, leaseFromJson(input.lease), leaseTtlMs);
      const contract = await liveContract(state, topic);
      const report = await job(jobOptions(dependencies, { topic, runId, contract, lease }));
      onReport(report);
      return toJson(report);
    });
}

interface Run {
  readonly topic: string;
  readonly runId: string;
  readonly contract: TopicContract | null;
  readonly lease: Lease;
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
