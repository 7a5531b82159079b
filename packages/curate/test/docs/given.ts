import type { ManualClock, MemoryStateStore, TopicContract } from '@lean-ops/core';
import type { Evidence } from '@lean-ops/curate';
import { type Catalog, MemoryCatalog, type Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { batchOf } from '../library/batches.js';
import { CONTRACT, envelope, World } from '../support/world.js';

/** What the examples of the README are given: names that a reader would have from their own program. */
export interface Given {
  /** Messages with an id and a JSON text in the column `body`, one of them broken. */
  batches: RecordBatch[];
  /** An Iceberg table with the column `message_id`. */
  table: Table;
  /** A catalog with a topic's RAW table. */
  catalog: Catalog;
  contract: TopicContract;
  state: MemoryStateStore;
  clock: ManualClock;
  lease: { token: bigint };
  evidence: Evidence;
  maskingKey: Uint8Array;
  signal: AbortSignal;
  quarantine: (failures: readonly unknown[], rows: RecordBatch) => Promise<void>;
  console: { log: (...values: unknown[]) => void };
}

export const GIVEN_NAMES: readonly (keyof Given)[] = [
  'batches',
  'table',
  'catalog',
  'contract',
  'state',
  'clock',
  'lease',
  'evidence',
  'maskingKey',
  'signal',
  'quarantine',
  'console',
];

const MESSAGES: [id: string, body: string][] = [
  ['m1', '{"order":{"id":7},"amount":1.10,"updated_at":"2026-01-01T00:00:00Z"}'],
  ['m2', '{"order":{"id":7},"amount":1.20,"updated_at":"2026-01-01T02:00:00+01:00"}'],
  ['m1', '{"order":{"id":7},"amount":1.10,"updated_at":"2026-01-01T00:00:00Z"}'],
  ['m3', '{"order":'],
  ['m4', '{"order":{"id":8},"amount":"a lot","updated_at":"2026-01-01T00:00:00Z"}'],
];

/** Calls `work` with the examples' names; everything is in memory. */
export async function withGiven(
  log: (...values: unknown[]) => void,
  work: (given: Given) => Promise<void>,
): Promise<void> {
  const world = new World();
  await world.receive([envelope({ payload: { amount: 1 } }), envelope({ payload: { amount: 'x' } })]);
  const table = await new MemoryCatalog().createTable(
    { namespace: 'sales', name: 'orders' },
    { schema: { fields: [{ name: 'message_id', type: 'string' }] } },
  );
  const none = (async function* (): AsyncGenerator<string> {})();
  const batch = batchOf({ message_id: MESSAGES.map(([id]) => id), body: MESSAGES.map(([, body]) => body) });
  await work({
    batches: [batch.slice(0, 2), batch.slice(2)],
    table,
    catalog: world.catalog,
    contract: CONTRACT,
    state: world.state,
    clock: world.clock,
    lease: { token: 1n },
    evidence: { messages: null, quarantined: none, deadLettered: none, deliveryFailures: none, inFlight: 0 },
    maskingKey: new Uint8Array(32),
    signal: new AbortController().signal,
    quarantine: async () => undefined,
    console: { log },
  });
}
