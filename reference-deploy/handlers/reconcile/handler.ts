import type { Clock, OpsEntry, StateStore } from '@lean-ops/core';
import { type LayerNames, type Reconciliation, reconcile } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { liveContract } from '../shared/live-contract.js';
import { asTask, textField } from '../shared/task.js';

/** What is known of a topic's messages outside its tables. */
export type Evidence = Parameters<typeof reconcile>[0]['evidence'];

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
      const result = await reconcile({ catalog, topic, contract, names, clock, evidence });
      await state.outbox.put([reconciliationEntry(result)]);
      return result;
    });
}

/** A result as `ops.reconciliation` keeps it. */
export function reconciliationEntry(result: Reconciliation): Omit<OpsEntry, 'sequence'> {
  return {
    id: `${result.topic}:${result.checkedAt}:${result.messages}:${result.raw}`,
    table: 'reconciliation',
    row: {
      topic: result.topic,
      checked_at: result.checkedAt,
      balanced: result.balanced,
      messages: result.messages,
      in_flight: result.inFlight,
      quarantined: result.quarantined,
      dead_lettered: result.deadLettered,
      delivery_failures: result.deliveryFailures,
      raw: result.raw,
      copies: result.copies,
      superseded: result.superseded,
      parse_errors: result.parseErrors,
      standardized: result.standardized,
      curated: result.curated,
      open_errors: result.openErrors,
      differences: JSON.stringify(result.differences),
    },
  };
}
