import type { Envelope } from '@lean-ops/core';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { standardizeWith } from '../src/standardize/standardize.js';
import { type BatchPool, InlinePool } from '../src/workers/batch-pool.js';
import { openPool } from '../src/workers/open-pool.js';
import { leaveThreads, takeThreads } from '../src/workers/spare-threads.js';
import { ThreadPool } from '../src/workers/thread-pool.js';
import { commits, schedule, stream } from './support/arbitraries.js';
import { envelope, PARSE_ERRORS, STANDARDIZED, World } from './support/world.js';

const WORKER = new URL('./support/source-worker.mjs', import.meta.url);
const DYING = new URL('./support/dying-worker.mjs', import.meta.url);

/** Threads load their modules from the sources: seconds on a machine with nothing else to do. */
const PATIENCE_MS = 300_000;

const threads = new ThreadPool(2, WORKER);
const inline = new InlinePool();
afterAll(() => threads.close());

/** What the tables hold after some commits of RAW, each standardized, with everything that names no run. */
async function tables(
  parts: readonly (readonly Envelope[])[],
  pool: BatchPool,
  options: { maxRowsPerCommit?: number; cacheBytes?: number } = {},
): Promise<unknown> {
  const world = new World();
  const reports = [];
  for (const part of parts) {
    await world.receive(part);
    const {
      durationMs: _,
      snapshotId: __,
      from: ___,
      to: ____,
      ...report
    } = await standardizeWith(world.job(options), pool);
    reports.push(report);
  }
  const withoutIds = (rows: Record<string, unknown>[]): unknown[] =>
    rows.map(({ _source_snapshot_id: _id, ...row }) => row);
  const table = await world.catalog.loadTable(STANDARDIZED);
  return {
    reports,
    columns: table.schema().fields.map(({ name, type, doc }) => ({ name, type, doc })),
    paths: table.properties['lean-ops.column-paths'],
    rows: withoutIds(await world.rows(STANDARDIZED)),
    parseErrors: withoutIds(await world.rows(PARSE_ERRORS)),
    drift: await drained(world),
  };
}

/** The drift log, without the snapshots that its entries name. */
async function drained(world: World): Promise<unknown[]> {
  const entries = await world.state.outbox.peek('drift_log', 10_000);
  return entries.map(({ row }) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !/snapshot|id$/.test(name))),
  );
}

/** A text that makes a few thousand events as large as many: batches end by their bytes, too. */
const LONG = 'x'.repeat(14_000);

/** Events of all kinds: copies, corrections, faults, columns that come late, times from the journey. */
function manyEvents(count: number, text = ''): Envelope[] {
  return Array.from({ length: count }, (_, index) => {
    const event = index % 11 === 3 ? index - 3 : index;
    const key = index % 13 === 5 ? index - 5 : event;
    const late = index > count / 2 ? `,"late":{"x${index % 3}":null,"y":"${index % 100}"}` : '';
    const fault = event % 997 === 0 ? '!' : '';
    return envelope({
      message_id: `m${event}`,
      sqs_message_id: `s${index}`,
      idempotency_key: `k${key}`,
      period_reference: event % 2 === 0 ? '2026-01' : '2026-02',
      publish_time_source: event % 5 === 0 ? 'sqs' : 'producer',
      sent: 1000 + (event % 50),
      received: index % 17 === 0 ? 1000 : 2000 + index,
      json: `{"last_updated_ts":"2026-01-01T00:00:${String(event % 60).padStart(2, '0')}Z",${event % 3 === 0 ? `"n":${event}.10,` : ''}"n":${event}.20,"kind":"a${event % 4}","text":"${event % 9}${text}"${late}}${fault}`,
    });
  });
}

describe('a run with worker threads', () => {
  test('ends in the very tables of a run without, for any stream, schedule and allowance', async () => {
    await fc.assert(
      fc.asyncProperty(stream({ producerOnly: false }), schedule, async (rows, plan) => {
        const parts = commits(rows, plan);
        const options = { maxRowsPerCommit: plan.maxRowsPerCommit, cacheBytes: plan.cacheBytes };
        expect(await tables(parts, threads, options)).toEqual(await tables(parts, inline, options));
      }),
      { numRuns: process.env['LEAN_OPS_TEST'] === 'full' ? 300 : 20, seed: 11 },
    );
  });

  test(
    'does so over several batches, whether all, some or none of their values are kept',
    async () => {
      // Two batches.
      const events = manyEvents(3_200, LONG);
      const expected = await tables([events], inline);
      expect(await tables([events], threads)).toEqual(expected);
      const rows = (result: unknown): unknown[] => (result as { rows: unknown[] }).rows;
      for (const cacheBytes of [0, 36 << 20]) {
        const again = await tables([events], threads, { cacheBytes });
        const byKey = (all: unknown[]): unknown[] =>
          (all as { _merge_key: string }[]).toSorted((left, right) =>
            left._merge_key < right._merge_key ? -1 : 1,
          );
        expect(byKey(rows(again))).toEqual(byKey(rows(expected)));
      }
    },
    PATIENCE_MS,
  );

  test('that dies fails the run with WORKER_LOST, commits nothing, and the next run makes it good', async () => {
    const world = new World();
    await world.receive(manyEvents(200));
    const dying = new ThreadPool(1, DYING);
    const unhandled: unknown[] = [];
    const note = (reason: unknown): unknown => unhandled.push(reason);
    process.on('unhandledRejection', note);
    await expect(standardizeWith(world.job({}), dying)).rejects.toMatchObject({ code: 'WORKER_LOST' });
    await dying.close();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    const table = await world.catalog.loadTable(STANDARDIZED);
    expect(table.currentSnapshot()).toBeNull();
    expect(await world.rows(PARSE_ERRORS)).toEqual([]);
    const report = await world.standardize();
    expect(report.inserted).toBeGreaterThan(100);
  });

  test('whose module cannot be loaded fails likewise', async () => {
    const world = new World();
    await world.receive(manyEvents(20));
    const pool = new ThreadPool(1, new URL('./support/no-such-worker.mjs', import.meta.url));
    await expect(standardizeWith(world.job({}), pool)).rejects.toMatchObject({ code: 'WORKER_LOST' });
    await pool.close();
  });

  test(
    'that never begin are done without, whatever stands in the place of their module',
    async () => {
      const events = manyEvents(2_500, LONG);
      const expected = await tables([events], inline);
      for (const module of ['./support/no-such-worker.mjs', './support/failing-worker.mjs']) {
        const pool = openPool(2, new URL(module, import.meta.url));
        expect(await tables([events], pool)).toEqual(expected);
        await pool.close();
      }
    },
    PATIENCE_MS,
  );

  test(
    'whose threads served another run before ends in the same tables',
    async () => {
      const [before, events] = [manyEvents(1_400, LONG), manyEvents(2_500, LONG)];
      const expected = await tables([events], inline);
      const first = openPool(1, WORKER);
      await tables([before], first);
      await first.close();
      const second = openPool(1, WORKER);
      expect(await tables([events], second)).toEqual(expected);
      await second.close();
      await takeThreads(1, WORKER).close();
    },
    PATIENCE_MS,
  );

  test(
    'leaves its threads to the next one that asks for as many of the same module, if they are free and well',
    async () => {
      const plan = { maxDepth: 5, maxColumns: 2000, columns: [], contractPaths: [], contract: null };
      const pool = takeThreads(1, WORKER);
      await pool.begin(plan);
      await leaveThreads(pool, 1, WORKER, PATIENCE_MS);
      const [two, other] = [takeThreads(2, WORKER), takeThreads(1, DYING)];
      const again = takeThreads(1, WORKER);
      expect(again).toBe(pool);
      await again.begin(plan);
      const fresh = takeThreads(1, WORKER);
      expect(fresh).not.toBe(pool);
      await leaveThreads(again, 1, WORKER, PATIENCE_MS);
      // Others rest already.
      await fresh.begin(plan);
      await leaveThreads(fresh, 1, WORKER, PATIENCE_MS);
      await expect(fresh.begin(plan)).rejects.toMatchObject({ code: 'WORKER_LOST' });
      // They end while they rest.
      await again.close();
      const last = takeThreads(1, WORKER);
      expect(last).not.toBe(again);
      // Something is asked of them still.
      const begun = last.begin(plan).catch((error: unknown) => error);
      await leaveThreads(last, 1, WORKER, PATIENCE_MS);
      expect(await begun).toMatchObject({ code: 'WORKER_LOST' });
      await Promise.all([two, other].map((each) => each.close()));
    },
    PATIENCE_MS,
  );

  test('that is aborted stops, commits nothing, and can be closed', async () => {
    const world = new World();
    await world.receive(manyEvents(2_500, LONG));
    const abort = new AbortController();
    const own = openPool(1, WORKER);
    const pool: BatchPool = {
      width: own.width,
      begin: (plan) => own.begin(plan),
      encode: (request) => own.encode(request),
      close: () => own.close(),
      scan: async (request) => {
        const result = await own.scan(request);
        abort.abort(new Error('enough'));
        return result;
      },
    };
    await expect(standardizeWith(world.job({ signal: abort.signal }), pool)).rejects.toThrow(
      /enough|aborted/,
    );
    await pool.close();
    expect((await world.catalog.loadTable(STANDARDIZED)).currentSnapshot()).toBeNull();
  });

  test('takes a number of workers, and no other', async () => {
    const world = new World();
    await world.receive(manyEvents(10));
    await expect(world.standardize({ workers: 1.5 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(world.standardize({ workers: -1 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect((await world.standardize({ workers: 0 })).rowsRead).toBe(10);
  });
});
