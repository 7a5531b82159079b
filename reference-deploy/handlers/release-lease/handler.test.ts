import { ManualClock, MemoryStateStore } from '@lean-ops/core';
import { describe, expect, it } from 'vitest';
import { leaseToJson } from '../shared/lease.js';
import { createHandler } from './handler.js';

describe('release-lease', () => {
  const state = new MemoryStateStore({ clock: new ManualClock() });
  const release = createHandler({ state });

  it('gives up the lease', async () => {
    const lease = await state.leases.acquire({ resource: 'topic:orders', owner: 'e', ttlMs: 1_000 });
    const claim = { status: 'acquired', lease: leaseToJson(lease!) };
    expect(await release({ topic_name: 'orders', claim })).toEqual({
      topic_name: 'orders',
      released: true,
      outcome: 'succeeded',
    });
    expect(await state.leases.get('topic:orders')).toBeNull();
  });

  it('gives up nothing where nothing was acquired', async () => {
    const claim = { status: 'held' };
    expect(await release({ topic_name: 'orders', claim })).toMatchObject({ released: false });
  });

  it.each([
    [['done', 'done'], 'succeeded'],
    [['done', 'none'], 'succeeded'],
    [['paused', 'none'], 'succeeded'],
    [['continue', 'done'], 'unfinished'],
    [['done', 'continue'], 'unfinished'],
  ])('says of jobs that are %j that the topic has %s', async (statuses, outcome) => {
    const claim = { status: 'held' };
    expect(await release({ topic_name: 'orders', claim, statuses })).toMatchObject({ outcome });
  });

  it.each([
    ['every job done', 'daily', ['done', 'done'], 17],
    ['a topic without a contract done', 'hourly', ['done', 'none'], 17],
    ['a job that would go on', 'daily', ['done', 'continue'], null],
    ['a pause in between', 'daily', ['paused', 'none'], null],
    ['no round of the pipeline', 'daily', undefined, null],
    ['a topic that runs in every round', 'every-round', ['done', 'done'], null],
  ])(
    'keeps when the round began that its schedule is reckoned from: %s',
    async (_what, schedule, statuses, expected) => {
      const { rounds, leases } = new MemoryStateStore({ clock: new ManualClock() });
      const lease = leaseToJson(
        (await leases.acquire({ resource: 'topic:orders', owner: 'e', ttlMs: 1_000 }))!,
      );
      const claim = { status: 'acquired', schedule, claimed_at: 17, lease };
      const given = statuses === undefined ? {} : { statuses };
      await createHandler({ state: { rounds, leases } })({ topic_name: 'orders', claim, ...given });
      expect(await rounds.get('orders')).toBe(expected);
    },
  );

  it('refuses an input without a topic', async () => {
    const input = { topic_name: '', claim: { status: 'held' } };
    await expect(release(input)).rejects.toMatchObject({ name: 'EVENT_INVALID' });
  });
});
