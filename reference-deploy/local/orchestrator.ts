import type { Random, StateStore } from '@lean-ops/core';
import type { CurateReport, StandardizeReport } from '@lean-ops/curate';
import { OPS_RESOURCE, topicResource } from '../handlers/shared/lease.js';
import document from '../state-machines/master-pipeline-orchestrator.asl.json' with { type: 'json' };
import { formatIdentity, isDead, ownIdentity, parseIdentity } from './process-identity.js';
import type { DeploymentNames } from './queue/arns.js';
import type { Interpreter, TaskHandler, TaskInvocation } from './state-machine/interpreter.js';
import { embeddedMachine } from './state-machine/machine.js';
import type { OrchestratorReport, RoundOptions, TopicOutcome, TopicOutcomeKind } from './types.js';

export interface OrchestratorParts {
  readonly names: DeploymentNames;
  readonly state: Pick<StateStore, 'topics' | 'leases'>;
  readonly random: Random;
  /** Functions by name, without the deployment's prefix: `standardize`, `flush-ops`, … */
  readonly functions: Readonly<Record<string, TaskHandler>>;
  readonly retryIntervalMs?: number;
}

/** Reports of one round, by topic. */
export interface RoundReports {
  readonly standardized: Map<string, StandardizeReport>;
  readonly curated: Map<string, CurateReport>;
}

interface RoundResult {
  readonly outcomes: readonly {
    readonly topic_name: string;
    readonly outcome: string;
    readonly error?: string;
  }[];
  readonly ops: { readonly appended: Readonly<Record<string, number>> };
}

/** The id owns the leases and names this process, so that the next one knows when it is gone. */
export function newExecution(random: Random): { readonly id: string; readonly name: string } {
  const name = random.uuid();
  return { id: `${name}@${formatIdentity(ownIdentity())}`, name };
}

/** Runs rounds of the Master Pipeline Orchestrator in this process. */
export class Orchestrator {
  readonly #parts: OrchestratorParts;
  readonly #interpreter: Interpreter;

  constructor(parts: OrchestratorParts) {
    this.#parts = parts;
    this.#interpreter = embeddedMachine({ ...parts, document });
  }

  async run(reports: RoundReports, { allTopics = false }: RoundOptions = {}): Promise<OrchestratorReport> {
    await releaseDeadLeases(this.#parts.state);
    const { id, name } = newExecution(this.#parts.random);
    const errors = new Map<string, TaskInvocation>();
    let notDue: readonly string[] = [];
    const result = (await this.#interpreter.run({
      id,
      name,
      input: allTopics ? { all_topics: true } : {},
      onTask: (invocation) => {
        if (invocation.state === 'GetAllCheckpoints')
          notDue = (invocation.output as { not_due: readonly string[] } | null)?.not_due ?? [];
        const topic = (invocation.input as { topic_name?: unknown } | null)?.topic_name;
        // What the failure path itself throws must not hide what led there.
        const inFailurePath = invocation.state === 'ReportFailure';
        if (typeof topic === 'string' && invocation.error !== null && !inFailurePath)
          errors.set(topic, invocation);
      },
    })) as RoundResult;
    const topics = result.outcomes
      .map((outcome) => toOutcome(outcome, reports, errors.get(outcome.topic_name)))
      .sort((left, right) => (left.topic < right.topic ? -1 : 1));
    return { executionId: id, topics, notDue, opsAppended: result.ops.appended };
  }
}

/** A process that was killed leaves its leases behind; nobody need wait for their end. */
export async function releaseDeadLeases({
  topics,
  leases,
}: Pick<StateStore, 'topics' | 'leases'>): Promise<void> {
  const resources = [...(await topics.list()).map(({ topic }) => topicResource(topic)), OPS_RESOURCE];
  for (const resource of resources) await releaseDeadLease(leases, resource);
}

/** The same of one resource. */
export async function releaseDeadLease(leases: StateStore['leases'], resource: string): Promise<void> {
  const lease = await leases.get(resource);
  if (lease === null) return;
  const identity = parseIdentity(lease.owner.slice(lease.owner.indexOf('@') + 1));
  if (identity !== null && isDead(identity)) await leases.release(lease);
}

function toOutcome(
  outcome: RoundResult['outcomes'][number],
  reports: RoundReports,
  failed: TaskInvocation | undefined,
): TopicOutcome {
  const topic = outcome.topic_name;
  const kind = outcome.outcome as TopicOutcomeKind;
  const error = failed?.error ?? null;
  return {
    topic,
    outcome: kind,
    error:
      kind === 'failed'
        ? { name: outcome.error ?? error?.name ?? 'Error', message: error?.message ?? '' }
        : null,
    standardized: reports.standardized.get(topic) ?? null,
    curated: reports.curated.get(topic) ?? null,
  };
}
