import { ManualClock, MemoryStateStore, type StateStore, type TopicState } from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from './handler.js';

describe('acquire-lease', () => {
  const clock = new ManualClock();
  let state: StateStore;
  let catalog: MemoryCatalog;

  beforeEach(async () => {
    clock.set(1_000);
    state = new MemoryStateStore({ clock });
    catalog = new MemoryCatalog();
    await register('enabled');
  });

  const register = (
    topicState: TopicState,
    contractVersion: string | null = null,
    engine: 'node' | 'spark' = 'node',
  ): Promise<void> =>
    state.topics.put({
      topic: 'orders',
      queueTopic: 'orders',
      state: topicState,
      stateReason: null,
      stateBy: null,
      stateSince: null,
      contractVersion,
      engine,
      envelope: 'auto',
      schedule: 'every-round',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: 0,
    });
  const acquire = (execution_id: string, topic_name = 'orders', more: { purpose?: 'maintenance' } = {}) =>
    createHandler({ state, catalog, clock, leaseTtlMs: 60_000, sparkLeaseTtlMs: 600_000 })({
      topic_name,
      execution_id,
      ...more,
    });

  it('gives an execution the topic, with token and end as text and number', async () => {
    expect(await acquire('execution-1')).toEqual({
      status: 'acquired',
      has_contract: false,
      engine: 'node',
      schedule: 'every-round',
      claimed_at: 1_000,
      lease: { resource: 'topic:orders', owner: 'execution-1', token: '1', expires_at: 61_000 },
    });
  });

  it('says whether there is a contract', async () => {
    await register('enabled', '1.0.0');
    expect(await acquire('execution-1')).toMatchObject({ has_contract: true });
  });

  it('gives the token above all that the tables have seen, also under a state store that was lost', async () => {
    const table = await catalog.createTable(
      { namespace: 'standardized', name: 'orders' },
      { schema: { fields: [{ name: 'a', type: 'string' }] } },
    );
    const properties = { 'lean-ops.fencing-token': '9007199254740993' };
    await table.transaction({ properties, emptySnapshot: true }).commit();
    expect(await acquire('execution-1')).toMatchObject({ lease: { token: '9007199254740994' } });
  });

  it('answers held to another execution until the lease ends', async () => {
    await acquire('execution-1');
    expect(await acquire('execution-2')).toEqual({ status: 'held' });
    clock.advance(60_000);
    expect(await acquire('execution-2')).toMatchObject({ status: 'acquired', lease: { token: '2' } });
  });

  it('does not lock an execution out by its own first attempt, and fences that attempt', async () => {
    await acquire('execution-1');
    expect(await acquire('execution-1')).toMatchObject({ status: 'acquired', lease: { token: '2' } });
  });

  it.each(['paused', 'rebuilding'] as const)('claims nothing of a topic that is %s', async (topicState) => {
    await register(topicState);
    expect(await acquire('execution-1')).toEqual({ status: topicState });
    expect(await state.leases.get('topic:orders')).toBeNull();
  });

  it('gives the topic up again that was taken out of the rounds while its lease was asked for', async () => {
    const leases: StateStore['leases'] = {
      acquire: async (request) => {
        await register('rebuilding');
        return await state.leases.acquire(request);
      },
      renew: (lease, ttlMs) => state.leases.renew(lease, ttlMs),
      release: (lease) => state.leases.release(lease),
      get: (resource) => state.leases.get(resource),
    };
    const handler = createHandler({
      state: { topics: state.topics, leases },
      ...{ catalog, clock, leaseTtlMs: 60_000 },
    });
    const claim = await handler({ topic_name: 'orders', execution_id: 'execution-1' });
    expect(claim).toEqual({ status: 'rebuilding' });
    expect(await state.leases.get('topic:orders')).toBeNull();
  });

  it('gives a topic on Spark for as long as its jobs may take, which renew nothing', async () => {
    await register('enabled', null, 'spark');
    expect(await acquire('execution-1')).toMatchObject({ engine: 'spark', lease: { expires_at: 601_000 } });
    const maintenance = await acquire('execution-1', 'orders', { purpose: 'maintenance' });
    expect(maintenance).toMatchObject({ lease: { expires_at: 61_000 } });
  });

  it.each(['paused', 'rebuilding'] as const)('gives maintenance no topic that is %s', async (topicState) => {
    await register(topicState);
    const maintenance = { purpose: 'maintenance' } as const;
    expect(await acquire('execution-1', 'orders', maintenance)).toEqual({ status: topicState });
  });

  it('says of a topic that left the registry meanwhile that it is not registered', async () => {
    expect(await acquire('execution-1', 'visits')).toEqual({ status: 'unregistered' });
  });

  it('refuses an input without a topic', async () => {
    await expect(acquire('execution-1', '')).rejects.toMatchObject({ name: 'EVENT_INVALID' });
  });
});
