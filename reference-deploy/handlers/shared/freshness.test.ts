import { ENVELOPE_COLUMNS, ManualClock, MemoryMetrics } from '@lean-ops/core';
import type { RunReport } from '@lean-ops/curate';
import { MemoryCatalog, type Table } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
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
  const measure = async (report: Partial<RunReport>) =>
    await measureFreshness({
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

  it.each([{ commits: 0 }, { rowsRead: 0 }, { from: 12_345n }])(
    'is not told where it is not known: %o',
    async (report) => {
      await measure({ to: await receive(5), ...report });
      expect(metrics.measurements).toEqual([]);
    },
  );
});
