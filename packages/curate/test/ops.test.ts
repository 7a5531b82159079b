import { flushOps, highestFencingToken, warehouseStatus } from '@lean-ops/curate';
import { describe, expect, test } from 'vitest';
import { CONTRACT, envelope, World } from './support/world.js';

const JOB_RUNS = { namespace: 'ops', name: 'job_runs' };

function flush(
  world: World,
  hooks: NonNullable<Parameters<typeof flushOps>[0]['hooks']> = {},
): ReturnType<typeof flushOps> {
  return flushOps({ catalog: world.catalog, outbox: world.state.outbox, clock: world.clock, hooks });
}

async function worked(): Promise<World> {
  const world = new World();
  await world.receive([envelope({ payload: { amount: 1 } }), envelope({ json: '{' })]);
  await world.standardize({ contract: CONTRACT, fencingToken: 3n });
  await world.curate({ contract: CONTRACT, fencingToken: 4n });
  return world;
}

describe('flushOps', () => {
  test('appends what waits, typed, and forgets it', async () => {
    const world = await worked();
    expect((await flush(world)).appended).toMatchObject({ job_runs: 2, drift_log: 1 });
    expect((await flush(world)).appended).toMatchObject({ job_runs: 0, drift_log: 0 });
    const rows = await world.rows(JOB_RUNS);
    expect(rows).toMatchObject([
      {
        layer: 'standardized',
        status: 'committed',
        rows_read: 2n,
        inserted: 1n,
        failed: 1n,
        contract_version: '1.0.0',
      },
      { layer: 'curated', status: 'committed', rows_read: 1n, inserted: 1n, failed: 0n },
    ]);
    expect(rows[0]!['snapshot_id']).toBeTypeOf('bigint');
    expect(rows[0]!['started_at']).toBe('2026-06-01T00:00:01.000000Z');
  });

  test.each(['ops:before-commit', 'ops:after-commit', 'ops:after-remove'] as const)(
    'appends each entry exactly once when it is cut off at %s',
    async (point) => {
      const world = await worked();
      let armed = true;
      const at = (reached: string): void => {
        if (reached !== point || !armed) return;
        armed = false;
        throw new Error('cut off');
      };
      await expect(flush(world, { at })).rejects.toThrow('cut off');
      await world.receive([envelope()]);
      await world.standardize({ contract: CONTRACT, fencingToken: 5n });
      await flush(world);
      const ids = (await world.rows(JOB_RUNS)).map((row) => row['entry_id']);
      expect(ids).toHaveLength(3);
      expect(new Set(ids).size).toBe(3);
    },
  );

  test('takes the entries of an outbox that was lost and began again', async () => {
    const world = await worked();
    await flush(world);
    const fresh = new World(world.catalog);
    await fresh.state.outbox.put([
      { id: 'x', table: 'job_runs', row: { topic: 'events', unknown_field: 7 } },
    ]);
    expect((await flush(fresh)).appended.job_runs).toBe(1);
    const rows = await fresh.rows(JOB_RUNS);
    expect(rows.find((row) => row['entry_id'] === 'x')).toMatchObject({ details: '{"unknown_field":7}' });
    expect(rows).toHaveLength(3);
  });

  test('takes messages that were cut inside of a character', async () => {
    const world = new World();
    await world.state.outbox.put([
      { id: 'x', table: 'job_runs', row: { topic: 'events', error_message: 'is no \ud83d' } },
    ]);
    expect((await flush(world)).appended.job_runs).toBe(1);
    expect(await world.rows(JOB_RUNS)).toMatchObject([{ error_message: 'is no \ufffd' }]);
  });

  test('appends nothing that another process appended and removed since it looked', async () => {
    const world = await worked();
    const catalog = Object.create(world.catalog) as typeof world.catalog;
    let entered = false;
    catalog.loadTable = async (identifier) => {
      if (!entered && identifier.name === 'job_runs') {
        entered = true;
        await flush(world);
        await world.state.outbox.put([{ id: 'later', table: 'job_runs', row: { topic: 'events' } }]);
        await flush(world);
      }
      return await world.catalog.loadTable(identifier);
    };
    await flushOps({ catalog, outbox: world.state.outbox, clock: world.clock });
    expect(await world.rows(JOB_RUNS)).toHaveLength(3);
  });

  test('refuses to append when another process did at the same time', async () => {
    const world = await worked();
    let entered = false;
    const at = async (): Promise<void> => {
      if (entered) return;
      entered = true;
      await flush(world);
    };
    await expect(flush(world, { at })).rejects.toMatchObject({ code: 'WATERMARK_MOVED', retryable: true });
    expect(await world.rows(JOB_RUNS)).toHaveLength(2);
  });
});

test('the highest fencing token is that of any table of the topic', async () => {
  expect(await highestFencingToken((await worked()).catalog, 'events')).toBe(4n);
  expect(await highestFencingToken(new World().catalog, 'events')).toBe(0n);
});

test('the status shows rows, watermarks and what waits', async () => {
  const world = await worked();
  await world.receive([envelope()]);
  const [status] = await warehouseStatus({ catalog: world.catalog, topics: ['events'] });
  expect(status).toMatchObject({
    topic: 'events',
    raw: { table: 'raw.events_staging', rows: 3, watermark: null },
    standardized: { rows: 1, runId: 'run-0' },
    parseErrors: { rows: 1 },
    curated: { rows: 1, runId: 'run-1' },
    errors: null,
    pendingRaw: 1,
  });
  expect(status!.curated!.watermark!.snapshotId).toBe(status!.standardized!.snapshotId);
});
