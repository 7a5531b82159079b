import type { Clock, Logger, StateStore } from '@lean-ops/core';
import {
  type HandOver,
  type LayerNames,
  MAINTAINED_TABLES,
  type MaintainedTable,
  type MaintenancePolicy,
  type MaintenanceReport,
  maintainOps,
  maintainTable,
} from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { HandlerError } from '../shared/error.js';
import { type DeadlineSignal, handOverOf, type Invocation } from '../shared/invocation.js';
import { type LeaseJson, leaseFromJson, OPS_RESOURCE, renewOrFail } from '../shared/lease.js';
import { asTask, textField } from '../shared/task.js';

export interface MaintainTableDependencies {
  readonly state: Pick<StateStore, 'topics' | 'leases' | 'outbox'>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longer than an invocation may take. */
  readonly leaseTtlMs: number;
  readonly names?: Partial<LayerNames>;
  readonly policy?: MaintenancePolicy;
  /** Ends what would not end in time. Default: a timer. */
  readonly deadlineSignal?: DeadlineSignal;
  /** Sees the whole report of every table. */
  readonly onReport?: (report: MaintenanceReport) => void;
}

export type MaintainTableInput =
  | {
      readonly topic_name: string;
      readonly table: MaintainedTable;
      readonly run_id: string;
      readonly lease: LeaseJson;
    }
  /** All of the `ops` tables, whose lease the handler takes itself. */
  | { readonly table: 'ops'; readonly execution_id: string };

export interface MaintainTableResult {
  /** `continue`: the time was over first; `held`: another execution is writing the `ops` tables. */
  readonly status: 'done' | 'continue' | 'held';
  readonly rewritten_files: number;
  readonly expired_snapshots: number;
  readonly orphans: number;
}

/** Maintains one table of a topic under the topic's lease, or the `ops` tables, for as long as there is time. */
export function createHandler(
  dependencies: MaintainTableDependencies,
): (input: MaintainTableInput, invocation?: Invocation) => Promise<MaintainTableResult> {
  const { onReport = () => {}, deadlineSignal } = dependencies;
  return (input, invocation) =>
    asTask(async () => {
      const time = handOverOf(invocation, deadlineSignal);
      const reports =
        input.table === 'ops'
          ? await maintainOpsTables(dependencies, textField(input, 'execution_id'), time)
          : await maintainTopicTable(dependencies, input, time);
      if (reports === null) return { status: 'held', ...sums([]) };
      for (const report of reports) onReport(report);
      return { status: reports.every(({ finished }) => finished) ? 'done' : 'continue', ...sums(reports) };
    });
}

async function maintainTopicTable(
  dependencies: MaintainTableDependencies,
  input: Exclude<MaintainTableInput, { table: 'ops' }>,
  time: { handOver?: HandOver },
): Promise<MaintenanceReport[]> {
  const { state, catalog, clock, logger, leaseTtlMs, names, policy } = dependencies;
  const topic = textField(input, 'topic_name');
  const runId = textField(input, 'run_id');
  const table = MAINTAINED_TABLES.find((known) => known === input.table);
  if (table === undefined) throw unknownTable(input.table);
  const lease = await renewOrFail(state.leases, leaseFromJson(input.lease), leaseTtlMs);
  const row = await state.topics.get(topic);
  // Files of a rebuild are named by no snapshot yet; whoever pauses a topic wants to find it as it is.
  if (row === null || row.state !== 'enabled') return [];
  const report = await maintainTable({
    catalog,
    topic,
    table,
    hasContract: row.contractVersion !== null,
    clock,
    fencingToken: lease.token,
    outbox: state.outbox,
    runId,
    logger: logger.child({ topic, runId }),
    ...(names === undefined ? {} : { names }),
    ...(policy === undefined ? {} : { policy }),
    ...time,
  });
  return report === null ? [] : [report];
}

/** Null where another execution has the lease. */
async function maintainOpsTables(
  { state, catalog, clock, leaseTtlMs, names, policy }: MaintainTableDependencies,
  owner: string,
  time: { handOver?: HandOver },
): Promise<MaintenanceReport[] | null> {
  const lease = await state.leases.acquire({ resource: OPS_RESOURCE, owner, ttlMs: leaseTtlMs });
  if (lease === null) return null;
  try {
    return await maintainOps({
      catalog,
      clock,
      ...(names === undefined ? {} : { names }),
      ...(policy === undefined ? {} : { policy }),
      ...time,
    });
  } finally {
    await state.leases.release(lease);
  }
}

function sums(
  reports: readonly MaintenanceReport[],
): Pick<MaintainTableResult, 'rewritten_files' | 'expired_snapshots' | 'orphans'> {
  const sum = (figure: (report: MaintenanceReport) => number): number =>
    reports.reduce((total, report) => total + figure(report), 0);
  return {
    rewritten_files: sum(({ rewrittenFiles }) => rewrittenFiles),
    expired_snapshots: sum(({ expiredSnapshots }) => expiredSnapshots),
    orphans: sum(({ orphans }) => orphans),
  };
}

function unknownTable(table: unknown): HandlerError {
  return new HandlerError(
    `there is no table ${JSON.stringify(table)} to maintain: give ${MAINTAINED_TABLES.join(', ')} or ops`,
    { code: 'TABLE_UNKNOWN', context: { table } },
  );
}
