import type { Clock, StateStore } from '@lean-ops/core';
import { type Evidence, type LayerNames, type Reconciliation, reconcile } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { liveContract } from '../shared/live-contract.js';
import { asTask, textField } from '../shared/task.js';

export interface ReconcileDependencies {
  readonly catalog: Catalog;
  readonly state: Pick<StateStore, 'topics' | 'contracts' | 'outbox'>;
  readonly clock: Clock;
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
  const { catalog, state, clock, evidenceOf, names = {} } = dependencies;
  return (input) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const contract = await liveContract(state, topic);
      const evidence = await evidenceOf(topic);
      return await reconcile({ catalog, topic, contract, names, clock, evidence, outbox: state.outbox });
    });
}
