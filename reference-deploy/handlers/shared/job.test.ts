import {
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  type StateStore,
  silentLogger,
  type TopicContract,
} from '@lean-ops/core';
import type { JobOptions, RunReport } from '@lean-ops/curate';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { jobHandler } from './job.js';
import { leaseToJson } from './lease.js';

const CONTRACT: TopicContract = { topic: 'orders', version: '1.0.0', owner: 'tests', columns: {} };

/** One call of a job's handler. */
interface Turn {
  readonly result: RunReport & { inserted: number; updated: number };
  readonly maxRows: number;
  readonly remainingMs: number;
  readonly reviewErrors: boolean;
}

describe('jobHandler', () => {
  const clock = new ManualClock();
  let state: StateStore;
  let seen: JobOptions[];
  const report: RunReport & { inserted: number; updated: number } = {
    topic: 'orders',
    runId: 'round-1.orders',
    snapshotId: 9_007_199_254_740_993n,
    from: null,
    to: null,
    commits: 1,
    rowsRead: 3,
    finished: true,
    rowsLeft: 0,
    reviewed: 0,
    mended: 0,
    durationMs: 5,
    inserted: 3,
    updated: 0,
  };

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
      stateBy: null,
      stateSince: null,
      contractVersion,
      engine: 'node',
      envelope: 'auto',
      schedule: 'every-round',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: 0,
    });
  const leaseFor = async (ttlMs: number) => {
    const lease = await state.leases.acquire({ resource: 'topic:orders', owner: 'execution-1', ttlMs });
    return leaseToJson(lease!);
  };
  const reports: object[] = [];
  const run = (
    lease: Awaited<ReturnType<typeof leaseFor>>,
    { result = report, maxRows, remainingMs, reviewErrors }: Partial<Turn> = {},
  ) =>
    jobHandler(
      {
        state,
        catalog: new MemoryCatalog(),
        clock,
        logger: silentLogger,
        metrics: new MemoryMetrics(),
        leaseTtlMs: 60_000,
        deadlineSignal: (ms) => {
          deadlines.push(ms);
          return new AbortController().signal;
        },
        onReport: (seenReport: object) => reports.push(seenReport),
      },
      {
        from: 'raw',
        to: 'standardized',
        run: async (options) => {
          seen.push(options);
          return result;
        },
      },
    )(
      {
        topic_name: 'orders',
        run_id: 'round-1.orders',
        lease,
        max_rows: maxRows ?? null,
        ...(reviewErrors === undefined ? {} : { review_errors: reviewErrors }),
      },
      remainingMs === undefined ? undefined : { getRemainingTimeInMillis: () => remainingMs },
    );
  const deadlines: number[] = [];

  it("runs the job under the lease's token and answers with the report, 64-bit ids as digits", async () => {
    const lease = await leaseFor(1_000);
    expect(await run(lease)).toEqual({
      ...report,
      snapshotId: '9007199254740993',
      status: 'done',
      max_rows: null,
    });
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

  it('gives the job the time of the invocation, less what the answer takes', async () => {
    await run(await leaseFor(1_000), { remainingMs: 900_000 });
    expect(seen[0]?.handOver?.remainingMs()).toBe(855_000);
    expect(deadlines.splice(0)).toEqual([855_000, 15_000]);
    await run(await leaseFor(1_000));
    expect(seen[1]?.handOver).toBeUndefined();
  });

  it('keeps the time of the answer from what comes after the job', async () => {
    await run(await leaseFor(1_000), { remainingMs: 20_000 });
    expect(deadlines.splice(0)).toEqual([0, 5_000]);
  });

  const unfinished = { ...report, finished: false, rowsLeft: 5 };

  it('has errors decided again only where that is asked for', async () => {
    await run(await leaseFor(1_000));
    await run(await leaseFor(1_000), { reviewErrors: true });
    expect(seen.map(({ reviewErrors }) => reviewErrors)).toEqual([undefined, true]);
  });

  it('asks to be called again where the time was over first', async () => {
    const result = await run(await leaseFor(1_000), { result: unfinished, remainingMs: 900_000 });
    expect(result).toMatchObject({ status: 'continue', max_rows: null, rowsLeft: 5 });
    expect(seen[0]?.maxRowsPerCommit).toBe(1_000_000);
  });

  it('keeps to what the turn before it found out', async () => {
    const result = await run(await leaseFor(1_000), { result: unfinished, maxRows: 50_000 });
    expect(seen[0]?.maxRowsPerCommit).toBe(50_000);
    expect(result.max_rows).toBe(50_000);
  });

  it('tries fewer rows where not one commit was made, until they are few indeed', async () => {
    const nothing = { ...unfinished, commits: 0 };
    const lease = await leaseFor(1_000);
    let maxRows: number | null = null;
    const tried: (number | null)[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const given: Partial<Turn> = maxRows === null ? { result: nothing } : { result: nothing, maxRows };
      maxRows = (await run(lease, given)).max_rows;
      tried.push(maxRows);
    }
    expect(tried).toEqual([100_000, 10_000, 1_000]);
    await expect(run(lease, { result: nothing, maxRows: 1_000 })).rejects.toMatchObject({
      name: 'STEP_TOO_LONG',
    });
  });

  it('goes on no more once the topic is paused', async () => {
    const row = await state.topics.get('orders');
    await state.topics.put({ ...row!, state: 'paused' });
    const result = await run(await leaseFor(1_000), { result: unfinished });
    expect(result.status).toBe('paused');
    expect((await run(await leaseFor(1_000))).status).toBe('done');
  });
});
