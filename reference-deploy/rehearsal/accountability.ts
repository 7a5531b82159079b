import type { StateStore } from '@lean-ops/core';
import { systemClock } from '@lean-ops/core';
import type { Evidence, LayerNames, Reconciliation } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { reconcileTopic } from '../handlers/reconcile/handler.js';
import { reconcileWithoutTables } from '../local/accountability.js';
import type { SendLog } from './traffic/send-log.js';

export interface Books {
  readonly catalog: Catalog;
  readonly state: StateStore;
  readonly log: SendLog;
}

/**
 * Every topic's accountability, recomputed from the tables, with the ids that SQS gave the messages as evidence.
 * Nothing may be in flight.
 */
export async function reconcileAll(books: Books, names: LayerNames): Promise<Reconciliation[]> {
  const { catalog, state, log } = books;
  const reconcileOne = reconcileTopic({
    catalog,
    state,
    clock: systemClock,
    names,
    evidenceOf: (topic) => evidenceOf(books, topic),
  });
  const registered = (await state.topics.list()).map(({ topic }) => topic);
  const results: Reconciliation[] = [];
  for (const topic of [...new Set([...registered, ...log.topics()])].sort()) {
    results.push(
      registered.includes(topic)
        ? await reconcileOne(topic)
        : await reconcileWithoutTables(topic, evidenceOf(books, topic), systemClock.now()),
    );
  }
  return results;
}

type SentEvidence = Evidence & { readonly messages: number; readonly sqsMessageIds: AsyncIterable<string> };

function evidenceOf({ log, state }: Books, topic: string): SentEvidence {
  const archived = async function* (kind: 'quarantine' | 'dead-letter' | 'delivery-failure') {
    for await (const { sqsMessageId } of state.errors.list({ topic, kind })) yield sqsMessageId;
  };
  const ids = log.of(topic);
  return {
    messages: ids.size,
    sqsMessageIds: (async function* () {
      yield* ids;
    })(),
    quarantined: archived('quarantine'),
    deadLettered: archived('dead-letter'),
    deliveryFailures: archived('delivery-failure'),
    inFlight: 0,
  };
}
