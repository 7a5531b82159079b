import { ManualClock, MemoryStateStore, noopMetrics, type StateStore, silentLogger } from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler as createReport } from '../report-failure/handler.js';
import { createHandler } from './handler.js';

describe('flush-ops', () => {
  const clock = new ManualClock(1_000);
  let state: StateStore;
  let catalog: MemoryCatalog;

  beforeEach(() => {
    state = new MemoryStateStore({ clock });
    catalog = new MemoryCatalog();
  });

  const flush = () =>
    createHandler({ catalog, outbox: state.outbox, leases: state.leases, clock, leaseTtlMs: 60_000 })({
      execution_id: 'execution-1',
    });
  const reportFailure = () =>
    createReport({ state, clock, logger: silentLogger, metrics: noopMetrics })({
      topic_name: 'orders',
      run_id: 'round-1.orders',
      claim: { status: 'none' },
      failure: { Error: 'CORRUPT_FILE', Cause: 'cannot be read' },
    });

  it('appends what waits, once, and gives up its lease', async () => {
    await reportFailure();
    expect(await flush()).toMatchObject({ status: 'flushed', appended: { job_runs: 1 } });
    expect(await flush()).toMatchObject({ status: 'flushed', appended: { job_runs: 0 } });
    expect(await state.leases.get('ops')).toBeNull();
    const runs = await catalog.loadTable({ namespace: 'ops', name: 'job_runs' });
    const rows = [];
    for await (const row of runs.scan().rows()) rows.push(row);
    expect(rows).toMatchObject([
      { topic: 'orders', layer: 'orchestrator', status: 'failed', error_code: 'CORRUPT_FILE' },
    ]);
  });

  it('leaves everything to the execution that is appending', async () => {
    await reportFailure();
    await state.leases.acquire({ resource: 'ops', owner: 'execution-2', ttlMs: 60_000 });
    expect(await flush()).toEqual({ status: 'held', appended: {} });
    expect(await state.outbox.peek('job_runs', 10)).toHaveLength(1);
  });
});
