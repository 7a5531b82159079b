import { ManualClock, MemoryMetrics, MemoryStateStore } from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { rawTableOptions } from '@lean-ops/ingest/iceberg';
import { expect, it } from 'vitest';
import { createHandler } from './handler.js';

async function mismatchWith(messages: number): Promise<{ metrics: MemoryMetrics; balanced: boolean }> {
  const clock = new ManualClock();
  const state = new MemoryStateStore({ clock });
  await state.topics.put({
    topic: 'orders',
    queueTopic: 'orders',
    state: 'enabled',
    stateReason: null,
    contractVersion: null,
    engine: 'node',
    envelope: 'auto',
    freshnessObjectiveSeconds: 1_800,
    updatedAt: 0,
  });
  const catalog = new MemoryCatalog();
  await catalog.createTable({ namespace: 'raw', name: 'orders_staging' }, rawTableOptions());
  const metrics = new MemoryMetrics();
  const none = async function* (): AsyncGenerator<string> {};
  const { balanced } = await createHandler({
    state,
    catalog,
    clock,
    metrics,
    evidenceOf: () => ({
      messages,
      quarantined: none(),
      deadLettered: none(),
      deliveryFailures: none(),
      inFlight: 0,
    }),
  })({ topic_name: 'orders' });
  return { metrics, balanced };
}

it('tells how many records are not accounted for, also that it is none', async () => {
  const good = await mismatchWith(0);
  expect(good.balanced).toBe(true);
  expect(good.metrics.measurements).toMatchObject([{ name: 'AccountabilityMismatch', value: 0 }]);
  const bad = await mismatchWith(7);
  expect(bad.balanced).toBe(false);
  expect(bad.metrics.total('AccountabilityMismatch', { topic: 'orders' })).toBe(7);
});
