import {
  ManualClock,
  MemoryStateStore,
  type StateStore,
  type TopicSchedule,
  type TopicState,
} from '@lean-ops/core';
import { expect, it } from 'vitest';
import { createHandler } from './handler.js';

const clock = new ManualClock();

const register = (
  state: StateStore,
  topic: string,
  topicState: TopicState,
  schedule: TopicSchedule = 'every-round',
): Promise<void> =>
  state.topics.put({
    topic,
    queueTopic: topic,
    state: topicState,
    stateReason: null,
    stateBy: null,
    stateSince: null,
    contractVersion: null,
    engine: 'node',
    envelope: 'auto',
    schedule,
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
  expect(await createHandler({ state, clock })()).toEqual({
    topics: [
      { topic_name: 'orders', state: 'enabled', standardized: '9007199254740993', curated: null },
      { topic_name: 'visits', state: 'paused', standardized: null, curated: null },
    ],
    not_due: [],
  });
});

it('leaves out of a round the topics that their schedule has wait, unless all are asked for', async () => {
  const state = new MemoryStateStore({ clock });
  clock.set(Date.UTC(2026, 0, 15, 10, 20));
  await register(state, 'always', 'enabled');
  await register(state, 'by_day', 'enabled', 'daily');
  await register(state, 'by_hour', 'enabled', 'hourly');
  await register(state, 'by_hour_due', 'paused', 'hourly');
  await register(state, 'never_run', 'enabled', 'daily');
  await state.rounds.put('by_day', Date.UTC(2026, 0, 15, 0, 5));
  await state.rounds.put('by_hour', Date.UTC(2026, 0, 15, 10, 5));
  await state.rounds.put('by_hour_due', Date.UTC(2026, 0, 15, 9, 50));
  const handler = createHandler({ state, clock });
  const asked = async (input?: Parameters<typeof handler>[0]) => {
    const { topics, not_due } = await handler(input);
    return [topics.map(({ topic_name }) => topic_name), not_due];
  };
  const all = [['always', 'by_day', 'by_hour', 'by_hour_due', 'never_run'], []];
  const due = [
    ['always', 'by_hour_due', 'never_run'],
    ['by_day', 'by_hour'],
  ];
  expect(await asked({ only_due: true, execution: {} })).toEqual(due);
  expect(await asked({ only_due: true, execution: null })).toEqual(due);
  expect(await asked({ only_due: true, execution: { all_topics: true } })).toEqual(all);
  expect(await asked({})).toEqual(all);
  expect(await asked()).toEqual(all);
});

it('does not ask for rounds where every topic runs in each', async () => {
  const state = new MemoryStateStore({ clock });
  await register(state, 'orders', 'enabled');
  const rounds = { ...state.rounds, list: () => Promise.reject(new Error('asked')) };
  const handler = createHandler({
    state: { topics: state.topics, checkpoints: state.checkpoints, rounds },
    clock,
  });
  expect((await handler({ only_due: true })).topics).toHaveLength(1);
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
  const result = await createHandler({ state, clock })();
  expect(result.topics).toHaveLength(700);
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(200_000);
});

it('refuses a registry that no state machine takes, before a round begins', async () => {
  const state = new MemoryStateStore({ clock: new ManualClock() });
  for (let index = 0; index < 3_000; index++) {
    await register(state, `t${index}_`.padEnd(100, 'x'), 'enabled');
  }
  await expect(createHandler({ state, clock })()).rejects.toMatchObject({ name: 'REGISTRY_TOO_LARGE' });
});
