import type { TopicContract } from '@lean-ops/core';
import type { JobOptions } from '@lean-ops/curate';
import type { Table } from '@lean-ops/iceberg';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { commits, schedule, stream } from './support/arbitraries.js';
import { snapshotOf } from './support/snapshot-of.js';
import { CONTRACT, CURATED, crashAt, ERRORS, envelope, World } from './support/world.js';

const job = { contract: CONTRACT };

/** Eight commits of RAW with copies, corrections, failures and what does not parse. */
async function received(): Promise<World> {
  const world = new World();
  for (let round = 0; round < 8; round++) {
    const event = (key: number, amount: string | null, at: number) =>
      envelope({
        message_id: `m${key}-${at}`,
        sqs_message_id: `s${key}-${at}-${round}`,
        idempotency_key: `k${key}`,
        payload: { amount, last_updated_ts: `2026-05-01T00:00:0${at}Z` },
      });
    await world.receive([
      event(round, '1.50', 1),
      event(round - 1, '1.50', 1),
      event(round - 2, round % 2 === 0 ? null : '2.50', 2),
      envelope({
        message_id: `bad${round}`,
        sqs_message_id: `bad${round}`,
        idempotency_key: null,
        json: '{"amount":',
      }),
    ]);
  }
  return world;
}

/** Steps take a second each; the run has `ms` in all. */
function within(world: World, ms: number): Partial<JobOptions> {
  const end = world.clock.now() + ms;
  const isBeforeCommit = (point: string): boolean =>
    point === 'standardized:before-commit' || point === 'curated:before-commit';
  return {
    ...job,
    maxRowsPerCommit: 4,
    handOver: { remainingMs: () => end - world.clock.now() },
    hooks: { at: (point) => void (isBeforeCommit(point) && world.clock.advance(1_000)) },
  };
}

async function throughTurns(world: World, layer: 'standardize' | 'curate', ms: number): Promise<number> {
  for (let turn = 1; turn < 50; turn++) {
    // The world's clock goes on by a second when a job begins.
    const report = await world[layer](within(world, ms + 1_000));
    if (report.finished) {
      expect(report.rowsLeft).toBe(0);
      return turn;
    }
    expect(report.commits).toBeGreaterThan(0);
  }
  return expect.unreachable();
}

describe('a run that has not the time for everything', () => {
  test('commits a prefix of the snapshots of RAW, and says what is left', async () => {
    const world = await received();
    const raw = await world.raw();
    const report = await world.standardize(within(world, 4_500));
    expect(report).toMatchObject({ finished: false, commits: 2, rowsRead: 8, rowsLeft: 24 });
    const history = raw.ancestors().toReversed();
    expect(report.to).toBe(history[1]!.snapshotId);
  });

  test.each([1_000, 2_600, 3_600, 100_000])(
    'ends in the tables of one run when its turns have %i ms each',
    async (ms) => {
      const once = await received();
      await once.standardize(job);
      await once.curate(job);
      const world = await received();
      const turns = await throughTurns(world, 'standardize', ms);
      expect(turns).toBe(ms === 100_000 ? 1 : Math.max(2, turns));
      await throughTurns(world, 'curate', ms);
      expect(await snapshotOf(world)).toEqual(await snapshotOf(once));
      expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({
        balanced: true,
        differences: [],
      });
    },
  );

  test('gives the same tables when Curated follows every prefix', async () => {
    const once = await received();
    await once.standardize(job);
    await once.curate(job);
    const world = await received();
    for (let finished = false; !finished; ) {
      finished = (await world.standardize(within(world, 2_000))).finished;
      while (!(await world.curate(within(world, 2_000))).finished);
    }
    expect(await snapshotOf(world)).toEqual(await snapshotOf(once));
  });

  test('begins its first step however little time there is', async () => {
    const world = await received();
    const report = await world.standardize(within(world, 0));
    expect(report).toMatchObject({ finished: false, commits: 1 });
  });

  test('drops the step that the end of its time meets, and ends well', async () => {
    for (const point of ['standardized:before-commit', 'parse-errors:before-commit'] as const) {
      const world = await received();
      const once = await received();
      await once.standardize(job);
      const time = new AbortController();
      let passed = 0;
      const report = await world.standardize({
        ...job,
        maxRowsPerCommit: 4,
        handOver: { remainingMs: () => 1_000, signal: time.signal },
        hooks: {
          at: (reached) => {
            if (reached !== point || ++passed < 3) return;
            time.abort(new Error('the time is over'));
          },
        },
      });
      expect(report).toMatchObject({ finished: false, commits: 2, rowsRead: 8, rowsLeft: 24 });
      const failed = (await world.state.outbox.peek('job_runs', 100)).filter(
        ({ row }) => row['status'] === 'failed',
      );
      expect(failed).toEqual([]);
      await world.standardize(job);
      expect((await snapshotOf(world)).standardized).toEqual((await snapshotOf(once)).standardized);
    }
  });

  test('does nothing when its time is over from the beginning', async () => {
    const world = await received();
    const handOver = { remainingMs: () => 0, signal: AbortSignal.abort(new Error('too late')) };
    expect(await world.standardize({ ...job, handOver })).toMatchObject({
      finished: false,
      commits: 0,
      rowsLeft: 32,
    });
  });

  test('throws what its caller aborts it with', async () => {
    const world = await received();
    const signal = AbortSignal.abort(new Error('the caller has had enough'));
    const handOver = { remainingMs: () => 1_000, signal: new AbortController().signal };
    await expect(world.standardize({ ...job, signal, handOver })).rejects.toThrow('had enough');
  });

  test('throws an error that has nothing to do with its time', async () => {
    const world = await received();
    const handOver = { remainingMs: () => 1_000, signal: new AbortController().signal };
    const hooks = {
      at: () => {
        throw new Error('something else');
      },
    };
    await expect(world.standardize({ ...job, handOver, hooks })).rejects.toThrow('something else');
  });
});

/** Streams that are read in prefixes; more in the long run. */
const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 200 : 3;
const SEED = Number(process.env['LEAN_OPS_SEED'] ?? 20_261_123);

test('however many commits the turns of both layers have, and in whatever order they come, the tables are those of one run', async () => {
  await fc.assert(
    fc.asyncProperty(
      stream({ producerOnly: true }),
      schedule,
      fc.infiniteStream(fc.nat()),
      async (rows, plan, dice) => {
        const once = new World();
        await once.receive(rows);
        await once.standardize(job);
        await once.curate(job);
        const world = new World();
        for (const part of commits(rows, plan)) await world.receive(part);
        const turn = async (layer: 'standardize' | 'curate'): Promise<boolean> => {
          const ms = 2_000 + (dice.next().value % 4) * 1_000;
          return (await world[layer]({ ...within(world, ms), maxRowsPerCommit: 2 })).finished;
        };
        while (!(await turn('standardize'))) if (dice.next().value % 2 === 0) await turn('curate');
        while (!(await turn('curate')));
        expect(await snapshotOf(world)).toEqual(await snapshotOf(once));
        const { balanced, differences } = await world.reconcile({ contract: CONTRACT });
        expect({ balanced, differences }).toEqual({ balanced: true, differences: [] });
      },
    ),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  );
}, 3_600_000);

describe('a run whose signal is aborted', () => {
  test('stops in whichever scan it is', async () => {
    const world = await received();
    const { signal } = new AbortController();
    const unheeded: (readonly string[] | undefined)[] = [];
    const prototype = Object.getPrototypeOf(await world.raw()) as Table;
    const original = prototype.scan;
    const spy = vi.spyOn(prototype, 'scan').mockImplementation(function (this: Table, options) {
      if (options?.signal === undefined) unheeded.push(options?.columns);
      return original.call(this, options);
    });
    try {
      const mended = { ...CONTRACT, version: '2.0.0' };
      for (const maxRowsPerCommit of [4, 1_000]) {
        await world.standardize({ ...job, signal, maxRowsPerCommit });
        await world.curate({ ...job, signal, maxRowsPerCommit });
      }
      // A copy that came earlier than the version that counts, which RAW has to be asked about.
      await world.receive([
        envelope({
          message_id: 'm1-1',
          sqs_message_id: 'a-first',
          idempotency_key: 'k1',
          received: 1,
          payload: { amount: '1.50', last_updated_ts: '2026-05-01T00:00:01Z' },
        }),
      ]);
      await world.standardize({ ...job, signal, reviewErrors: true });
      await world.curate({ ...job, contract: mended, signal, reviewErrors: true });
      expect(spy.mock.calls.length).toBeGreaterThan(20);
    } finally {
      spy.mockRestore();
    }
    expect(unheeded).toEqual([]);
  });
});

describe('what cannot be cut at snapshots', () => {
  const MENDED: TopicContract = {
    ...CONTRACT,
    version: '1.1.0',
    columns: { ...CONTRACT.columns, amount: { type: 'decimal(10,2)', cde: true, default: '0' } },
  };

  /** Twenty open errors, every other one of which the mended contract lets pass. */
  async function withErrors(): Promise<World> {
    const world = new World();
    await world.receive(
      Array.from({ length: 20 }, (_, key) =>
        envelope({
          idempotency_key: `k${key}`,
          message_id: `m${key}`,
          payload: key % 2 === 0 ? { name: 'x' } : { amount: 'never' },
        }),
      ),
    );
    await world.standardize(job);
    await world.curate(job);
    return world;
  }
  const rowsOf = async (world: World) => ({
    curated: (await world.rows(CURATED)).map((row) => row['message_id']).sort(),
    errors: (await world.rows(ERRORS))
      .map((row) => [row['message_id'], row['_schema_version']].join())
      .sort(),
  });
  const turn = (world: World, maxRowsPerCommit: number, more: Partial<JobOptions> = {}) => {
    const end = world.clock.now() + 2_500;
    return world.curate({
      contract: MENDED,
      maxRowsPerCommit,
      handOver: { remainingMs: () => end - world.clock.now() },
      hooks: { at: (point) => void (point === 'curated:before-commit' && world.clock.advance(1_000)) },
      ...more,
    });
  };

  test('a review of open errors is done in parts, over as many turns as it takes', async () => {
    const once = await withErrors();
    await once.curate({ contract: MENDED });
    const world = await withErrors();
    let turns = 0;
    for (let finished = false; !finished && turns < 30; turns++) {
      const report = await turn(world, 3);
      ({ finished } = report);
      if (!finished) expect(report.commits).toBeGreaterThan(0);
    }
    expect(turns).toBeGreaterThan(5);
    expect(turns).toBeLessThan(30);
    expect(await rowsOf(world)).toEqual(await rowsOf(once));
    expect((await rowsOf(world)).curated).toHaveLength(10);
    expect(await turn(world, 3)).toMatchObject({ commits: 0, finished: true });
    expect(await world.reconcile({ contract: MENDED })).toMatchObject({ differences: [] });
  });

  test('one that is asked for is done once in all turns of a run, and again in another', async () => {
    const world = await withErrors();
    while (!(await turn(world, 100)).finished);
    const forced = { reviewErrors: true, runId: 'asked' };
    let reviewed = 0;
    for (let turns = 0; turns < 9; turns++) reviewed += (await turn(world, 4, forced)).reviewed;
    expect(reviewed).toBe(10);
    expect((await turn(world, 100, { ...forced, runId: 'again' })).reviewed).toBe(10);
  });

  test.each(['curated:after-commit', 'errors:before-commit', 'errors:after-commit'] as const)(
    'a part that is cut off at %s loses nothing, and the next run goes on',
    async (point) => {
      const once = await withErrors();
      await once.curate({ contract: MENDED });
      const world = await withErrors();
      let passed = 0;
      const hooks = {
        at: (reached: string) => {
          if (reached === point && ++passed === 3) throw new Error('crashed');
        },
      };
      await expect(world.curate({ contract: MENDED, maxRowsPerCommit: 3, hooks })).rejects.toThrow('crashed');
      expect(await world.reconcile({ contract: MENDED })).toMatchObject({ differences: [] });
      await world.curate({ contract: MENDED, maxRowsPerCommit: 3 });
      expect(await rowsOf(world)).toEqual(await rowsOf(once));
    },
  );

  test('another contract in the middle of a review judges all errors again', async () => {
    const world = await withErrors();
    await turn(world, 3);
    await world.curate({ contract: CONTRACT });
    const versions = (await world.rows(ERRORS)).map((row) => row['_schema_version']);
    expect(new Set(versions)).toEqual(new Set([CONTRACT.version]));
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ differences: [] });
  });

  test('a run that was cut off between its commits is completed in parts', async () => {
    const once = await received();
    await once.standardize(job);
    const world = await received();
    await expect(world.standardize({ ...job, ...crashAt('parse-errors:after-commit') })).rejects.toThrow(
      'crashed',
    );
    const report = await world.standardize({ ...job, maxRowsPerCommit: 4 });
    expect(report).toMatchObject({ commits: 8, finished: true });
    expect(await snapshotOf(world)).toEqual(await snapshotOf(once));
  });
});
