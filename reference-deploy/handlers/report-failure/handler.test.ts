import { ManualClock, MemoryLogger, MemoryMetrics, MemoryStateStore } from '@lean-ops/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { leaseToJson } from '../shared/lease.js';
import { createHandler } from './handler.js';

describe('report-failure', () => {
  const clock = new ManualClock(5_000);
  let state: MemoryStateStore;
  let metrics: MemoryMetrics;

  beforeEach(() => {
    metrics = new MemoryMetrics();
    state = new MemoryStateStore({ clock });
  });

  const report = async (
    failure: { Error?: string; Cause?: string },
    claim: object = { status: 'none' },
    activity: object = {},
  ) =>
    await createHandler({ state, clock, logger: new MemoryLogger(), metrics })({
      topic_name: 'orders',
      run_id: 'round-1.orders',
      claim: claim as { status: string },
      failure,
      ...activity,
    });
  const reported = async () => (await state.outbox.peek('job_runs', 10)).map(({ row }) => row);

  it.each([
    ['a text', 'out of luck', 'out of luck'],
    ['what Lambda says', '{"errorType":"X","errorMessage":"out of luck","trace":[]}', 'out of luck'],
    ['a Glue job run', '{"JobRunState":"FAILED","ErrorMessage":"out of luck"}', 'out of luck'],
    ['JSON of something else', '{"a":1}', '{"a":1}'],
    ['JSON that is no object', 'null', 'null'],
  ])('finds the message in %s', async (_, Cause, message) => {
    await report({ Error: 'X', Cause });
    expect(await reported()).toMatchObject([
      { topic: 'orders', status: 'failed', error_code: 'X', error_message: message },
    ]);
  });

  it.each([
    ['pipeline', 'TopicFailed', 'orchestrator'],
    ['maintenance', 'MaintenanceFailed', 'maintenance'],
    ['reconciliation', 'ReconciliationFailed', 'reconciliation'],
  ])('counts failures of %s as %s', async (activity, metric, layer) => {
    await report({ Error: 'X' }, { status: 'none' }, { activity });
    expect(metrics.total(metric, { topic: 'orders' })).toBe(1);
    expect(await reported()).toMatchObject([{ layer }]);
  });

  it('keeps two tables of one topic and run apart, and names them', async () => {
    for (const table of ['curated', 'raw', 'raw'])
      await report({ Error: 'X' }, { status: 'none' }, { activity: 'maintenance', table });
    expect((await reported()).map(({ target_table }) => target_table)).toEqual(['curated', 'raw']);
  });

  it('gives up the lease of the execution, and none where there is none', async () => {
    const lease = await state.leases.acquire({ resource: 'topic:orders', owner: 'e', ttlMs: 1_000 });
    expect(await report({ Error: 'X' })).toEqual({ released: false });
    expect(await report({ Error: 'X' }, { status: 'acquired', lease: leaseToJson(lease!) })).toEqual({
      released: true,
    });
    expect(await state.leases.get('topic:orders')).toBeNull();
  });

  it('takes no lease from another execution', async () => {
    const lost = await state.leases.acquire({ resource: 'topic:orders', owner: 'e1', ttlMs: 1 });
    clock.advance(1);
    const held = await state.leases.acquire({ resource: 'topic:orders', owner: 'e2', ttlMs: 1_000 });
    await report({ Error: 'LEASE_LOST' }, { status: 'acquired', lease: leaseToJson(lost!) });
    expect((await state.leases.get('topic:orders'))?.token).toBe(held?.token);
  });
});
