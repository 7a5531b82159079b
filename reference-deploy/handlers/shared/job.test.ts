import {
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  type StateStore,
  silentLogger,
  type TopicContract,
} from '@lean-ops/core';
import type { JobOptions } from '@lean-ops/curate';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { jobHandler } from './job.js';
import { leaseToJson } from './lease.js';

const CONTRACT: TopicContract = { topic: 'orders', version: '1.0.0', owner: 'tests', columns: {} };

describe('jobHandler', () => {
  const clock = new ManualClock();
  let state: StateStore;
  let seen: JobOptions[];
  const report = { topic: 'orders', snapshotId: 9_007_199_254_740_993n, from: null, inserted: 3 };

  beforeEach(async () => {
    clock.set(0);
    state = new MemoryStateStore({ clock });
    seen = [];
    await register(null);
  });

  const register = (contractVersion: string | null): Promise<void> =>
    state.topics.put({
      topic: 'orders',
      queueTopic: 'orders',
      state: 'enabled',
      stateReason: null,
      contractVersion,
      engine: 'node',
      envelope: 'auto',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: 0,
    });
  const leaseFor = async (ttlMs: number) => {
    const lease = await state.leases.acquire({ resource: 'topic:orders', owner: 'execution-1', ttlMs });
    return leaseToJson(lease!);
  };
  const reports: object[] = [];
  const run = (lease: Awaited<ReturnType<typeof leaseFor>>) =>
    jobHandler(
      {
        state,
        catalog: new MemoryCatalog(),
        clock,
        logger: silentLogger,
        metrics: new MemoryMetrics(),
        leaseTtlMs: 60_000,
        onReport: (seenReport: object) => reports.push(seenReport),
      },
      async (options) => {
        seen.push(options);
        return report;
      },
    )({ topic_name: 'orders', run_id: 'round-1.orders', lease });

  it("runs the job under the lease's token and answers with the report, 64-bit ids as digits", async () => {
    const lease = await leaseFor(1_000);
    expect(await run(lease)).toEqual({ ...report, snapshotId: '9007199254740993' });
    expect(seen[0]).toMatchObject({
      topic: 'orders',
      runId: 'round-1.orders',
      fencingToken: 1n,
      contract: null,
    });
    expect(reports.at(-1)).toBe(report);
  });

  it('extends the lease for as long as a job may take', async () => {
    await run(await leaseFor(1_000));
    expect((await state.leases.get('topic:orders'))?.expiresAt).toBe(60_000);
  });

  it('runs nothing once the lease has ended', async () => {
    const lease = await leaseFor(1_000);
    clock.advance(1_000);
    await expect(run(lease)).rejects.toMatchObject({ name: 'LEASE_LOST' });
    expect(seen).toEqual([]);
  });

  it('hands over the live contract', async () => {
    await state.contracts.put(CONTRACT);
    await register('1.0.0');
    await run(await leaseFor(1_000));
    expect(seen[0]?.contract).toEqual(CONTRACT);
  });

  it('runs nothing when the live contract is not stored', async () => {
    await register('2.0.0');
    await expect(run(await leaseFor(1_000))).rejects.toMatchObject({ name: 'CONTRACT_MISSING' });
    expect(seen).toEqual([]);
  });
});
