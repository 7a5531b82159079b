import { ManualClock, MemoryStateStore, type StateStore, type TopicState } from '@lean-ops/core';
import { expect, it } from 'vitest';
import { createHandler } from './handler.js';

const register = (state: StateStore, topic: string, topicState: TopicState): Promise<void> =>
  state.topics.put({
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

it('lists every topic with its state and the snapshots its tables have reached', async () => {
  const state = new MemoryStateStore({ clock: new ManualClock() });
  await register(state, 'visits', 'paused');
  await register(state, 'orders', 'enabled');
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

it('fits 700 topics with names of 100 characters, with checkpoints, into a state machine', async () => {
  const state = new MemoryStateStore({ clock: new ManualClock() });
  for (let index = 0; index < 700; index++) {
    const topic = `t${index}_`.padEnd(100, 'x');
    await register(state, topic, 'rebuilding');
    for (const layer of ['standardized', 'curated'] as const) {
      const sourceTable = 'raw.t_staging';
      const checkpoint = { topic, layer, sourceTable, sequenceNumber: 1n, committedAt: 1 };
      await state.checkpoints.put({ ...checkpoint, snapshotId: 9_223_372_036_854_775_807n });
    }
  }
  const result = await createHandler({ state })();
  expect(result.topics).toHaveLength(700);
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(200_000);
});

it('refuses a registry that no state machine takes, before a round begins', async () => {
  const state = new MemoryStateStore({ clock: new ManualClock() });
  for (let index = 0; index < 3_000; index++) {
    await register(state, `t${index}_`.padEnd(100, 'x'), 'enabled');
  }
  await expect(createHandler({ state })()).rejects.toMatchObject({ name: 'REGISTRY_TOO_LARGE' });
});
