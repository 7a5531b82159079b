import type { Clock, Logger, Metrics, Random, StateStore } from '@lean-ops/core';
import {
  type MaintenancePolicy,
  type MaintenanceReport,
  planMaintenance,
  type TableMaintenance,
} from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { createHandler as maintainTable } from '../handlers/maintain-table/handler.js';
import { createHandler as planTables } from '../handlers/plan-maintenance/handler.js';
import type { Invocation } from '../handlers/shared/invocation.js';
import document from '../state-machines/maintenance-orchestrator.asl.json' with { type: 'json' };
import { newExecution, releaseDeadLeases } from './orchestrator.js';
import type { DeploymentNames } from './queue/arns.js';
import type { TaskHandler, TaskInvocation } from './state-machine/interpreter.js';
import { embeddedMachine } from './state-machine/machine.js';
import type { MaintenanceRound, TopicPlan } from './types.js';

export interface MaintenanceParts {
  readonly names: DeploymentNames;
  readonly state: StateStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Those that other state machines use as well. */
  readonly functions: Readonly<Record<string, TaskHandler>>;
  readonly leaseTtlMs: number;
  readonly policy?: MaintenancePolicy;
  readonly invocation?: () => Invocation;
  readonly retryIntervalMs?: number;
}

interface NightResult {
  readonly outcomes: readonly { readonly topic_name: string; readonly outcome: string }[];
}

/** What the tables of some topics need; nothing is changed. */
export async function planTopics(
  { state, catalog, clock, policy }: Pick<MaintenanceParts, 'state' | 'catalog' | 'clock' | 'policy'>,
  topics: readonly string[],
): Promise<TopicPlan[]> {
  const plans: TopicPlan[] = [];
  for (const topic of topics) {
    const row = await state.topics.get(topic);
    const isLeftAlone = row === null || row.state !== 'enabled';
    const tables: TableMaintenance[] = isLeftAlone
      ? []
      : await planMaintenance({
          catalog,
          topic,
          hasContract: row.contractVersion !== null,
          clock,
          ...(policy === undefined ? {} : { policy }),
        });
    plans.push({ topic, tables });
  }
  return plans;
}

/** Runs one night of the Maintenance Orchestrator in this process, for these topics and the `ops` tables. */
export async function runMaintenance(
  parts: MaintenanceParts,
  topics: readonly string[],
): Promise<MaintenanceRound> {
  const { names, state, random, functions, invocation, retryIntervalMs } = parts;
  await releaseDeadLeases(state);
  const reports: MaintenanceReport[] = [];
  // The names of the layers are another matter than those of the deployment.
  const { names: _deployment, ...tools } = parts;
  const handlers = { ...tools, onReport: (report: MaintenanceReport) => void reports.push(report) };
  const [plan, maintain] = [planTables(handlers), maintainTable(handlers)];
  const machine = embeddedMachine({
    document,
    names,
    state,
    functions: {
      ...functions,
      'get-all-checkpoints': async () => ({ topics: topics.map((topic_name) => ({ topic_name })) }),
      'plan-maintenance': (input: never) => plan(input),
      'maintain-table': (input: never) => maintain(input, invocation?.()),
    },
    ...(retryIntervalMs === undefined ? {} : { retryIntervalMs }),
  });
  const { id, name } = newExecution(random);
  const errors: TaskInvocation[] = [];
  const result = (await machine.run({
    id,
    name,
    input: {},
    onTask: (task) => {
      if (task.error !== null) errors.push(task);
    },
  })) as NightResult;
  return {
    executionId: id,
    topics: result.outcomes.map(({ topic_name: topic, outcome }) => ({ topic, outcome })),
    tables: reports,
    errors: errors.map(({ input, error }) => ({
      ...subjectOf(input),
      name: error?.name ?? 'Error',
      message: error?.message ?? '',
    })),
  };
}

function subjectOf(input: unknown): { topic: string | null; table: string | null } {
  const { topic_name: topic, table } = (input ?? {}) as { topic_name?: unknown; table?: unknown };
  return {
    topic: typeof topic === 'string' ? topic : null,
    table: typeof table === 'string' ? table : null,
  };
}
