import { ENVELOPE_COLUMNS, ManualClock, MemoryMetrics } from '@lean-ops/core';
import type { RunReport } from '@lean-ops/curate';
import { MemoryCatalog, type Table } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { measureFreshness } from './freshness.js';

const NOW = Date.UTC(2026, 0, 15);

describe('the freshness of a run', () => {
  const clock = new ManualClock(NOW);
  let catalog: MemoryCatalog;
  let metrics: MemoryMetrics;
  let raw: Table;

  beforeEach(async () => {
    catalog = new MemoryCatalog();
    metrics = new MemoryMetrics();
    const fields = ENVELOPE_COLUMNS.map(({ name, type }) => ({ name, type }));
    raw = await catalog.createTable({ namespace: 'raw', name: 'orders_staging' }, { schema: { fields } });
  });

  /** One commit with events of these ages, seconds. */
  const receive = async (...ages: number[]): Promise<bigint> => {
    const rows = ages.map((age) => ({ publish_time: BigInt(NOW - age * 1_000) * 1_000n }));
    raw = (await raw.append(rows)).table;
    return raw.currentSnapshot()!.snapshotId;
  };
  const measure = async (report: Partial<RunReport>, signal?: AbortSignal) =>
    await measureFreshness({
      signal,
      catalog,
      clock,
      metrics,
      from: 'raw',
      to: 'standardized',
      objectiveSeconds: 400,
      report: {
        topic: 'orders',
        runId: 'r',
        commits: 1,
        from: null,
        to: null,
        snapshotId: null,
        rowsRead: 1,
        finished: true,
        rowsLeft: 0,
        reviewed: 0,
        mended: 0,
        durationMs: 1,
        ...report,
      },
    });
  const told = (name: string) => metrics.total(name, { topic: 'orders', layer: 'standardized' });

  it('is the 95th percentile of the ages of its rows, and a share of the objective', async () => {
    const to = await receive(...Array.from({ length: 100 }, (_, index) => index + 1));
    await measure({ to });
    expect(told('Freshness')).toBe(95);
    expect(told('FreshnessOfObjective')).toBe(23.75);
  });

  it('is of the rows that it read, not of those before and after them', async () => {
    const from = await receive(9_000);
    const to = await receive(200);
    await receive(1);
    await measure({ from, to });
    expect(told('Freshness')).toBe(200);
  });

  it('of events from the future is none', async () => {
    await measure({ to: await receive(-50) });
    expect(told('Freshness')).toBe(0);
  });

  it.each([{ commits: 0 }, { from: 12_345n }])('is not told where it is not known: %o', async (report) => {
    await measure({ to: await receive(5), ...report });
    expect(metrics.measurements).toEqual([]);
  });

  it('takes nothing of the objective where nothing was read and nothing waits', async () => {
    await measure({ to: await receive(5), commits: 0, rowsRead: 0 });
    expect(metrics.measurements).toEqual([
      {
        name: 'FreshnessOfObjective',
        value: 0,
        unit: 'Percent',
        dimensions: { topic: 'orders', layer: 'standardized' },
      },
    ]);
  });

  it('of a great many rows is told by a sample of all its stretches', async () => {
    for (let commit = 0; commit < 12; commit++)
      await receive(...Array.from({ length: 10_000 }, () => (commit < 6 ? 3_000 : 100)));
    await measure({ to: raw.currentSnapshot()!.snapshotId });
    const looked: number[] = [];
    const prototype = Object.getPrototypeOf(raw) as Table;
    const { scan } = prototype;
    const spy = vi.spyOn(prototype, 'scan').mockImplementation(function (this: Table, options) {
      looked.push(options!.limit!);
      return scan.call(this, options);
    });
    metrics = new MemoryMetrics();
    await measure({ to: raw.currentSnapshot()!.snapshotId });
    spy.mockRestore();
    expect(told('Freshness')).toBe(3_000);
    expect(looked).toHaveLength(10);
    expect(looked.reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(50_000);
  });

  it('stops where its signal is aborted', async () => {
    const to = await receive(5);
    await expect(measure({ to }, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('of a run that handed over is the age of what it left, where that is older', async () => {
    const to = await receive(60);
    await receive(10);
    const left = raw.currentSnapshot()!.timestampMs;
    clock.set(left + 900_000);
    await measure({ to, finished: false, rowsLeft: 1 });
    clock.set(NOW);
    expect(told('Freshness')).toBeGreaterThanOrEqual(900);
  });

  it('is told of a run that did not get to anything in its time', async () => {
    await receive(60);
    clock.set(raw.currentSnapshot()!.timestampMs + 1_200_000);
    await measure({ commits: 0, rowsRead: 0, finished: false, rowsLeft: 1 });
    clock.set(NOW);
    expect(told('Freshness')).toBe(1_200);
    expect(told('FreshnessOfObjective')).toBe(300);
  });
});
