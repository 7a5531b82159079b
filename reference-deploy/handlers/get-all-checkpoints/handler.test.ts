import { ManualClock, MemoryStateStore } from '@lean-ops/core';
import { expect, it } from 'vitest';
import { createHandler } from './handler.js';

it('lists every topic with its state and the snapshots its tables have reached', async () => {
  const state = new MemoryStateStore({ clock: new ManualClock() });
  for (const [topic, topicState] of [
    ['visits', 'paused'],
    ['orders', 'enabled'],
  ] as const) {
    await state.topics.put({
      topic,
      queueTopic: topic,
      state: topicState,
      stateReason: null,
      contractVersion: null,
      engine: 'node',
      envelope: 'auto',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: 0,
    });
  }
  await state.checkpoints.put({
    topic: 'orders',
    layer: 'standardized',
    sourceTable: 'raw.orders_staging',
    snapshotId: 9_007_199_254_740_993n,
    sequenceNumber: 3n,
    committedAt: 1,
  });
  expect(await createHandler({ state })()).toEqual({
    topics: [
      { topic_name: 'orders', state: 'enabled', standardized: '9007199254740993', curated: null },
      { topic_name: 'visits', state: 'paused', standardized: null, curated: null },
    ],
  });
});
