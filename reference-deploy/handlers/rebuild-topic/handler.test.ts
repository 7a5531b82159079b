import {
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  type StateStore,
  silentLogger,
  type TopicState,
} from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { rebuildReason, stateBefore } from '../../rebuild/state-before.js';
import type { LeaseJson } from '../shared/lease.js';
import { createHandler } from './handler.js';

describe('rebuild-topic', () => {
  const clock = new ManualClock(1_000);
  let state: StateStore;
  let catalog: MemoryCatalog;

  beforeEach(async () => {
    state = new MemoryStateStore({ clock });
    catalog = new MemoryCatalog();
    await register('enabled', null);
  });

  const register = (topicState: TopicState, stateReason: string | null): Promise<void> =>
    state.topics.put({
      topic: 'orders',
      queueTopic: 'orders',
      state: topicState,
      stateReason,
      contractVersion: '1.0.0',
      engine: 'node',
      envelope: 'auto',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: 0,
    });
  const handler = () =>
    createHandler({
      state,
      catalog,
      clock,
      logger: silentLogger,
      metrics: new MemoryMetrics(),
      leaseTtlMs: 60_000,
    });
  const begin = (execution_id = 'execution-1', topic_name = 'orders') =>
    handler()({ step: 'begin', topic_name, execution_id, requested_by: 'somebody' });
  const standardized = async (rows: number): Promise<void> => {
    const table = await catalog.createTable(
      { namespace: 'standardized', name: 'orders' },
      { schema: { fields: [{ name: 'a', type: 'long' }] } },
    );
    if (rows > 0) await table.append(Array.from({ length: rows }, (_, a) => ({ a: BigInt(a) })));
  };
  const claimed = async () => (await begin()) as { status: 'acquired'; lease: LeaseJson };

  it('claims the topic and takes it out of the rounds', async () => {
    expect(await begin()).toMatchObject({
      status: 'acquired',
      has_contract: true,
      lease: { resource: 'topic:orders', owner: 'execution-1', token: '1' },
    });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'rebuilding', updatedAt: 1_000 });
  });

  it.each([
    ['enabled', null],
    ['paused', 'an operator wanted it so'],
  ] as const)('gives a topic that was %s its state and reason back', async (topicState, reason) => {
    await register(topicState, reason);
    const claim = await claimed();
    await handler()({ step: 'end', topic_name: 'orders', claim });
    expect(await state.topics.get('orders')).toMatchObject({ state: topicState, stateReason: reason });
    expect(await state.leases.get('topic:orders')).toBeNull();
  });

  it('that failed gives it back too, and is in the log of the runs', async () => {
    const claim = await claimed();
    const failure = { Error: 'CORRUPT_FILE', Cause: 'cannot read it' };
    await handler()({ step: 'fail', topic_name: 'orders', run_id: 'r1', claim, failure });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'enabled' });
    expect(await state.leases.get('topic:orders')).toBeNull();
    expect((await state.outbox.peek('job_runs', 10)).map(({ row }) => row)).toMatchObject([
      { topic: 'orders', error_code: 'CORRUPT_FILE', error_message: 'cannot read it' },
    ]);
  });

  it('that never began changes nothing when it fails', async () => {
    await register('paused', 'for a reason');
    const claim = { status: 'none' };
    await handler()({ step: 'fail', topic_name: 'orders', run_id: 'r1', claim, failure: {} });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', stateReason: 'for a reason' });
  });

  it('waits for the run that has the topic', async () => {
    await state.leases.acquire({ resource: 'topic:orders', owner: 'a round', ttlMs: 1_000 });
    expect(await begin()).toEqual({ status: 'held' });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'enabled' });
  });

  it('refuses to replace tables that hold rows, and leaves the topic as it was', async () => {
    await standardized(3);
    await expect(begin()).rejects.toMatchObject({
      name: 'REBUILD_REPLACES_TABLES',
      message: expect.stringMatching(/standardized.orders has been written before \(3 rows live\)/),
    });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'enabled' });
    expect(await state.leases.get('topic:orders')).toBeNull();
  });

  it('takes tables that were never written', async () => {
    await standardized(0);
    expect(await begin()).toMatchObject({ status: 'acquired' });
  });

  it('goes on where another was killed, with what that one had written, and the first state is given back', async () => {
    await register('paused', 'by hand');
    await begin('execution-1');
    await standardized(3);
    clock.advance(60_000);
    const claim = (await begin('execution-2')) as { status: 'acquired'; lease: LeaseJson };
    expect(claim).toMatchObject({ status: 'acquired', lease: { token: '2' } });
    await handler()({ step: 'end', topic_name: 'orders', claim });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', stateReason: 'by hand' });
  });

  it('whose topic another has taken over leaves it to that one', async () => {
    const lost = await claimed();
    clock.advance(60_000);
    await begin('execution-2');
    await handler()({ step: 'end', topic_name: 'orders', claim: lost });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'rebuilding' });
    expect(await state.leases.get('topic:orders')).toMatchObject({ owner: 'execution-2' });
  });

  it('of a topic that nobody registered is refused', async () => {
    await expect(begin('execution-1', 'visits')).rejects.toMatchObject({ name: 'TOPIC_NOT_REGISTERED' });
  });

  it('refuses a step that there is none of', async () => {
    const input = { step: 'publish', topic_name: 'orders' } as never;
    await expect(handler()(input)).rejects.toMatchObject({ name: 'EVENT_INVALID' });
  });
});

describe('the state before a rebuild', () => {
  it('is read from the reason that was written', () => {
    const before = { state: 'paused', stateReason: 'because of {"this"}' } as const;
    expect(stateBefore(rebuildReason(before, { execution: 'e', requestedBy: 'me' }))).toEqual(before);
  });

  it.each([
    null,
    'somebody else wrote this',
    'rebuild; before: {',
    'rebuild; before: {"state":"rebuilding"}',
  ])('is a pause where the reason is %j', (reason) => {
    expect(stateBefore(reason)).toMatchObject({ state: 'paused' });
  });
});
