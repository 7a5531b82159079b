import {
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  type StateStore,
  silentLogger,
  type TopicState,
} from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { rawTableOptions } from '@lean-ops/ingest/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler as planMaintenance } from '../plan-maintenance/handler.js';
import { leaseToJson } from '../shared/lease.js';
import { createHandler } from './handler.js';

const RAW = { namespace: 'raw', name: 'orders_staging' };
const POLICY = { minInputFiles: 2, snapshotAgeMs: 0, orphanEveryDays: 1_000_000 };

describe('maintenance of a topic', () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 15));
  let state: StateStore;
  let catalog: MemoryCatalog;
  let metrics: MemoryMetrics;

  beforeEach(async () => {
    state = new MemoryStateStore({ clock });
    catalog = new MemoryCatalog({ now: () => clock.now() });
    metrics = new MemoryMetrics();
    await register('enabled');
  });

  const register = (topicState: TopicState, contractVersion: string | null = null): Promise<void> =>
    state.topics.put({
      topic: 'orders',
      queueTopic: 'orders',
      state: topicState,
      stateReason: null,
      stateBy: null,
      stateSince: null,
      contractVersion,
      engine: 'node',
      envelope: 'auto',
      schedule: 'every-round',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: 0,
    });
  const plan = () =>
    planMaintenance({ state, catalog, clock, metrics, policy: POLICY })({ topic_name: 'orders' });
  const dependencies = () => ({
    state,
    catalog,
    clock,
    logger: silentLogger,
    leaseTtlMs: 60_000,
    policy: POLICY,
  });
  const lease = async () =>
    leaseToJson((await state.leases.acquire({ resource: 'topic:orders', owner: 'e', ttlMs: 1_000 }))!);
  const maintain = async (table: string) =>
    await createHandler(dependencies())({
      topic_name: 'orders',
      table: table as 'raw',
      run_id: 'night-1.orders',
      lease: await lease(),
    });
  const smallFiles = async (name: { namespace: string; name: string }): Promise<void> => {
    const table = await catalog.createTable(name, { schema: { fields: [{ name: 'a', type: 'long' }] } });
    for (let file = 0; file < 4; file++) {
      clock.advance(1_000);
      await (await catalog.loadTable(table.identifier)).append([{ a: BigInt(file) }]);
    }
    clock.advance(1_000);
  };

  it('is planned in the order in which it is done, tables that need nothing left out', async () => {
    await catalog.createTable(RAW, rawTableOptions());
    expect(await plan()).toEqual({ tables: [] });
  });

  it('counts the files that are too small', async () => {
    await catalog.createTable(RAW, rawTableOptions());
    await plan();
    expect(metrics.total('SmallFiles', { topic: 'orders', layer: 'raw' })).toBe(0);
  });

  it('of a topic that is unknown, or is being rebuilt, is nothing', async () => {
    await register('rebuilding');
    expect(await plan()).toEqual({ tables: [] });
    expect(await maintain('raw')).toMatchObject({ status: 'done', rewritten_files: 0 });
    await state.topics.remove('orders');
    expect(await plan()).toEqual({ tables: [] });
    expect(await maintain('raw')).toMatchObject({ status: 'done', rewritten_files: 0 });
  });

  it('of a table that is not there is done', async () => {
    expect(await maintain('curated')).toEqual({
      status: 'done',
      rewritten_files: 0,
      expired_snapshots: 0,
      orphans: 0,
    });
  });

  it('renews the lease for as long as it may take', async () => {
    await maintain('raw');
    expect((await state.leases.get('topic:orders'))?.expiresAt).toBe(clock.now() + 60_000);
  });

  it('does nothing once the lease has ended', async () => {
    const ended = await lease();
    clock.advance(1_000);
    const input = { topic_name: 'orders', table: 'raw', run_id: 'r', lease: ended } as const;
    await expect(createHandler(dependencies())(input)).rejects.toMatchObject({ name: 'LEASE_LOST' });
  });

  it('refuses a table that there is none of', async () => {
    await expect(maintain('bronze')).rejects.toMatchObject({ name: 'TABLE_UNKNOWN' });
  });

  it('of the ops tables takes their lease, and gives it up', async () => {
    await smallFiles({ namespace: 'ops', name: 'job_runs' });
    const input = { table: 'ops', execution_id: 'night-1' } as const;
    const held = await state.leases.acquire({ resource: 'ops', owner: 'a round', ttlMs: 1_000 });
    expect(await createHandler(dependencies())(input)).toMatchObject({ status: 'held' });
    await state.leases.release(held!);
    expect(await createHandler(dependencies())(input)).toMatchObject({
      status: 'done',
      rewritten_files: 4,
      expired_snapshots: 4,
    });
    expect(await state.leases.get('ops')).toBeNull();
  });

  it('asks to be called again where the time was over first', async () => {
    await smallFiles({ namespace: 'ops', name: 'job_runs' });
    const input = { table: 'ops', execution_id: 'night-1' } as const;
    const invocation = { getRemainingTimeInMillis: () => 45_000 };
    expect(await createHandler(dependencies())(input, invocation)).toMatchObject({ status: 'continue' });
    expect(await createHandler(dependencies())(input)).toMatchObject({ status: 'done', rewritten_files: 4 });
  });
});
