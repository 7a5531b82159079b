import { type Clock, type Metrics, noopMetrics, type StateStore } from '@lean-ops/core';
import {
  type Evidence,
  type LayerNames,
  type Reconciliation,
  reconcile,
  reconcileTurn,
  type Scratch,
} from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { type DeadlineSignal, handOverOf, type Invocation } from '../shared/invocation.js';
import { liveContract } from '../shared/live-contract.js';
import { asTask, textField } from '../shared/task.js';
import { isNightOf } from './is-night-of.js';

export interface ReconcileDependencies {
  readonly catalog: Catalog;
  readonly state: Pick<StateStore, 'topics' | 'contracts' | 'outbox'>;
  readonly clock: Clock;
  /** Default: nowhere. */
  readonly metrics?: Metrics;
  readonly evidenceOf: (topic: string) => Evidence | Promise<Evidence>;
  readonly names?: Partial<LayerNames>;
  /** A folder of the topic's own for packed rows. Default: all stay in memory. */
  readonly scratchOf?: (topic: string) => Scratch;
}

export interface ReconcileHandlerDependencies extends ReconcileDependencies {
  readonly scratchOf: (topic: string) => Scratch;
  /** Default: a timer. */
  readonly deadlineSignal?: DeadlineSignal;
  /** RAW rows from which a topic is reconciled one night in seven. Default 20,000,000. */
  readonly weeklyFromRows?: number;
}

export interface ReconcileInput {
  readonly topic_name: string;
  /** What the turn before answered. */
  readonly cursor?: string | null;
  /** Whether a very large topic may wait for its night. Default false. */
  readonly nightly?: boolean;
}

/**
 * `continue`: the time was over first, the same task has to be called again with the cursor. `not-due`: the topic is so
 * large that this is not its night.
 */
export type ReconcileAnswer =
  | ({ readonly status: 'done'; readonly cursor: null } & Reconciliation)
  | {
      readonly status: 'continue' | 'not-due';
      readonly topic: string;
      readonly cursor: string | null;
      readonly balanced: null;
      readonly pending: null;
    };

/**
 * Recomputes one topic's accountability from its tables for as long as the invocation has time; the result also waits for
 * the `ops` tables.
 */
export function createHandler(
  dependencies: ReconcileHandlerDependencies,
): (input: ReconcileInput, invocation?: Invocation) => Promise<ReconcileAnswer> {
  const { catalog, clock, names, scratchOf, deadlineSignal, weeklyFromRows = 20_000_000 } = dependencies;
  return (input, invocation) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const cursor = input.cursor ?? null;
      const mayWait = input.nightly === true && cursor === null;
      if (mayWait && !(await isNightOf(topic, { catalog, clock, names, weeklyFromRows })))
        return { status: 'not-due', topic, cursor: null, balanced: null, pending: null };
      const turn = await reconcileTurn({
        ...(await optionsOf(dependencies, topic)),
        ...handOverOf(invocation, deadlineSignal),
        scratch: scratchOf(topic),
        cursor,
      });
      if (turn.status === 'continue') {
        return { status: 'continue', topic, cursor: turn.cursor, balanced: null, pending: null };
      }
      tell(dependencies, turn.result);
      return { status: 'done', cursor: null, ...turn.result };
    });
}

/** The same at once, for platforms whose work has no end set. */
export function reconcileTopic(
  dependencies: ReconcileDependencies,
): (topic: string) => Promise<Reconciliation> {
  const { scratchOf } = dependencies;
  return async (topic) => {
    const result = await reconcile({
      ...(await optionsOf(dependencies, topic)),
      ...(scratchOf === undefined ? {} : { scratch: scratchOf(topic) }),
    });
    tell(dependencies, result);
    return result;
  };
}

async function optionsOf(
  { catalog, state, clock, evidenceOf, names = {} }: ReconcileDependencies,
  topic: string,
): Promise<Parameters<typeof reconcile>[0]> {
  const contract = await liveContract(state, topic);
  const evidence = await evidenceOf(topic);
  return { catalog, topic, contract, names, clock, evidence, outbox: state.outbox };
}

function tell({ metrics = noopMetrics }: ReconcileDependencies, result: Reconciliation): void {
  metrics.add('AccountabilityMismatch', mismatch(result), 'Count', { topic: result.topic });
}

/** Records that an equation misses or has too many; one at least where rows differ that add up. */
function mismatch({ balanced, differences }: Reconciliation): number {
  if (balanced) return 0;
  const sum = differences.reduce((total, { left, right }) => total + Math.abs(left - right), 0);
  return Math.max(1, sum);
}
