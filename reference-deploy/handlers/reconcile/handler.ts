import { type Clock, type Metrics, noopMetrics, type StateStore } from '@lean-ops/core';
import { type Evidence, type LayerNames, type Reconciliation, reconcile } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { liveContract } from '../shared/live-contract.js';
import { asTask, textField } from '../shared/task.js';

export interface ReconcileDependencies {
  readonly catalog: Catalog;
  readonly state: Pick<StateStore, 'topics' | 'contracts' | 'outbox'>;
  readonly clock: Clock;
  /** Default: nowhere. */
  readonly metrics?: Metrics;
  readonly evidenceOf: (topic: string) => Evidence | Promise<Evidence>;
  readonly names?: Partial<LayerNames>;
}

export interface ReconcileInput {
  readonly topic_name: string;
}

/** Recomputes one topic's accountability from its tables; the result also waits for the `ops` tables. */
export function createHandler(
  dependencies: ReconcileDependencies,
): (input: ReconcileInput) => Promise<Reconciliation> {
  const { catalog, state, clock, metrics = noopMetrics, evidenceOf, names = {} } = dependencies;
  return (input) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const contract = await liveContract(state, topic);
      const evidence = await evidenceOf(topic);
      const result = await reconcile({
        catalog,
        topic,
        contract,
        names,
        clock,
        evidence,
        outbox: state.outbox,
      });
      metrics.add('AccountabilityMismatch', mismatch(result), 'Count', { topic });
      return result;
    });
}

/** Records that an equation misses or has too many; one at least where rows differ that add up. */
function mismatch({ balanced, differences }: Reconciliation): number {
  if (balanced) return 0;
  const sum = differences.reduce((total, { left, right }) => total + Math.abs(left - right), 0);
  return Math.max(1, sum);
}
