import { MAINTAINED_TABLES, maintainOps } from '@lean-ops/curate';
import type { Table } from '@lean-ops/iceberg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from './support/arbitraries.js';
import { asIfUnparsed } from './support/as-if-unparsed.js';
import { HOUR_MS, MaintainedWorld } from './support/maintained-world.js';
import { snapshotOf } from './support/snapshot-of.js';
import {
  CONTRACT,
  CURATED,
  crashAt,
  ERRORS,
  envelope,
  PARSE_ERRORS,
  RAW,
  STANDARDIZED,
} from './support/world.js';

const LONG = process.env['LEAN_OPS_TEST'] === 'full';
const SEED = Number(process.env['LEAN_OPS_SEED'] ?? 20_261_123);
const job = { contract: CONTRACT };

const order = (key: number, changes: object = {}) =>
  envelope({
    message_id: `m${key}`,
    idempotency_key: `k${key}`,
    payload: { amount: '1.50', name: 'n', last_updated_ts: '2026-05-01T00:00:00Z', ...changes },
  });

/** A topic with several commits of every table, read to the end. */
async function busyWorld(): Promise<MaintainedWorld> {
  const world = new MaintainedWorld();
  for (let round = 0; round < 6; round++) {
    await world.receive([
      order(round),
      order(100 + round, { amount: null }),
      order(1, { name: `version ${round}`, last_updated_ts: `2026-05-01T00:00:0${round}Z` }),
      envelope({ message_id: `bad${round}`, json: '{"amount":' }),
    ]);
    await world.standardize(job);
    await world.curate(job);
  }
  return world;
}

async function table(world: MaintainedWorld, identifier: typeof RAW): Promise<Table> {
  return await world.catalog.loadTable(identifier);
}

async function dataFiles(world: MaintainedWorld, identifier: typeof RAW): Promise<number> {
  let count = 0;
  for await (const row of (await table(world, identifier)).metadataTable('files').rows())
    if (row['content'] === 0) count++;
  return count;
}

describe('maintenance of a topic that is read to the end', () => {
  test('joins files, applies deletes and expires snapshots, and changes no row', async () => {
    const world = await busyWorld();
    const before = await snapshotOf(world);
    for (const which of MAINTAINED_TABLES) {
      const report = await world.maintain(which);
      expect(report, which).toMatchObject({ finished: true, heldBackBy: null });
      expect(report!.rewrittenFiles, which).toBeGreaterThan(1);
      expect(report!.expiredSnapshots, which).toBeGreaterThan(0);
    }
    expect(await dataFiles(world, RAW)).toBeLessThan(6);
    expect(await snapshotOf(world)).toEqual(before);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ balanced: true, differences: [] });
  });

  test('leaves the next runs nothing to read again', async () => {
    const world = await busyWorld();
    for (const which of MAINTAINED_TABLES) await world.maintain(which);
    expect(await world.standardize(job)).toMatchObject({ rowsRead: 0 });
    expect(await world.curate(job)).toMatchObject({ rowsRead: 0 });
    await world.receive([order(7)]);
    expect(await world.standardize(job)).toMatchObject({ rowsRead: 1, inserted: 1, copies: 0 });
    expect(await world.curate(job)).toMatchObject({ rowsRead: 1, inserted: 1 });
  });

  test('still knows a copy of what was compacted', async () => {
    const world = await busyWorld();
    for (const which of MAINTAINED_TABLES) await world.maintain(which);
    const before = await snapshotOf(world);
    await world.receive([order(0), order(3)]);
    expect(await world.standardize(job)).toMatchObject({ rowsRead: 2, inserted: 0, updated: 0 });
    await world.curate(job);
    expect(await snapshotOf(world)).toEqual(before);
  });

  test('repeats watermark and fencing token in its own snapshots', async () => {
    const world = await busyWorld();
    const source = (await table(world, RAW)).uuid;
    const before = await table(world, STANDARDIZED);
    const watermark = before.currentSnapshot()!.summary[`lean-ops.watermark.${source}`];
    await world.maintain('standardized', { fencingToken: 9n });
    const head = (await table(world, STANDARDIZED)).currentSnapshot()!;
    expect(head.snapshotId).not.toBe(before.currentSnapshot()!.snapshotId);
    expect(head.summary).toMatchObject({
      [`lean-ops.watermark.${source}`]: watermark,
      'lean-ops.fencing-token': '9',
    });
    await expect(world.standardize({ ...job, fencingToken: 8n })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
  });

  test('is in the log of the runs, where it did something', async () => {
    const world = await busyWorld();
    const entries = async () =>
      (await world.state.outbox.peek('job_runs', 1_000)).filter(({ row }) => row['layer'] === 'maintenance');
    await world.maintain('raw');
    expect((await entries()).map(({ row }) => row)).toMatchObject([
      { topic: 'events', status: 'committed', target_table: 'raw.events_staging', rewrittenFiles: 6 },
    ]);
    await world.maintain('raw');
    expect(await entries()).toHaveLength(1);
  });

  test('keeps the log of a run that was killed before it could write it', async () => {
    const world = await busyWorld();
    await world.receive([order(8)]);
    await expect(world.standardize({ ...job, ...crashAt('standardized:after-commit') })).rejects.toThrow();
    const head = (await table(world, STANDARDIZED)).currentSnapshot()!.snapshotId;
    await world.maintain('standardized');
    const runs = await world.state.outbox.peek('job_runs', 1_000);
    expect(runs.map(({ row }) => row['snapshot_id'])).toContain(String(head));
  });
});

describe('what has not been read', () => {
  test('is neither expired nor written anew in RAW, however old', async () => {
    const world = await busyWorld();
    const raw = await table(world, RAW);
    const read = raw.currentSnapshot()!;
    for (const key of [20, 21, 22]) await world.receive([order(key)]);
    const unread = (await table(world, RAW)).ancestors().slice(0, 3);
    for (let night = 0; night < 3; night++) {
      world.clock.advance(1_000 * HOUR_MS);
      for (const which of MAINTAINED_TABLES) await world.maintain(which);
    }
    const left = (await table(world, RAW)).snapshots().map(({ snapshotId }) => snapshotId);
    for (const { snapshotId } of [read, ...unread]) expect(left).toContain(snapshotId);
    expect(await world.standardize(job)).toMatchObject({ rowsRead: 3, inserted: 3 });
    await world.curate(job);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ balanced: true });
  });

  test('is not touched at all before the first run', async () => {
    const world = new MaintainedWorld();
    for (const key of [1, 2, 3]) await world.receive([order(key)]);
    const report = await world.maintain('raw');
    expect(report).toMatchObject({ rewrittenFiles: 0, expiredSnapshots: 0 });
    expect(report!.heldBackBy).toMatch(/standardized has not read raw.events_staging yet/);
    await world.standardize(job);
    expect((await world.maintain('standardized'))!.heldBackBy).toMatch(/curated has not read/);
  });

  test('of a topic without a contract is nothing in Standardized', async () => {
    const world = new MaintainedWorld();
    for (const key of [1, 2, 3]) {
      await world.receive([order(key)]);
      await world.standardize();
    }
    expect(await world.maintain('standardized', { hasContract: false })).toMatchObject({
      heldBackBy: null,
      rewrittenFiles: 3,
    });
    await world.curate(job);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ balanced: true, curated: 3 });
  });

  test('by a run that was cut off between its two commits is still there to complete it', async () => {
    for (const point of ['parse-errors:after-commit', 'errors:after-commit'] as const) {
      const world = await busyWorld();
      await world.receive([order(30, { amount: null }), envelope({ json: '[' })]);
      const cut = crashAt(point);
      if (point === 'errors:after-commit') {
        await world.standardize(job);
        await expect(world.curate({ ...job, ...cut })).rejects.toThrow('crashed');
      } else await expect(world.standardize({ ...job, ...cut })).rejects.toThrow('crashed');
      for (let night = 0; night < 2; night++)
        for (const which of MAINTAINED_TABLES) await world.maintain(which);
      await world.standardize(job);
      await world.curate(job);
      expect(await world.reconcile({ contract: CONTRACT }), point).toMatchObject({
        balanced: true,
        differences: [],
      });
    }
  });
});

test('a review of parse errors that was cut off is still seen by the run that finishes it', async () => {
  const world = new MaintainedWorld();
  await world.receive([order(1), order(2), envelope({ message_id: 'malformed', json: '{' })]);
  await world.standardize(job);
  await asIfUnparsed(world, 'm2');
  const cut = { ...job, reviewErrors: true, ...crashAt('parse-errors:before-commit') };
  await expect(world.standardize(cut)).rejects.toThrow('crashed');
  expect(await world.maintain('parse_errors')).toMatchObject({
    rewrittenFiles: 0,
    heldBackBy: 'a review of its rows was cut off, which the next run finishes',
  });
  await world.standardize(job);
  await world.curate(job);
  expect(await world.maintain('parse_errors')).toMatchObject({ heldBackBy: null });
  expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ balanced: true, parseErrors: 1 });
});

describe('a clock that goes back', () => {
  test('between two commits makes no snapshot expire that is still to be read, nor one in between', async () => {
    const world = await busyWorld();
    const start = world.clock.now();
    const read = (await table(world, RAW)).currentSnapshot()!;
    for (const hours of [500, 1, 400, 2]) {
      world.clock.set(start + hours * HOUR_MS);
      await world.receive([order(80 + hours)]);
    }
    world.clock.set(start + 450 * HOUR_MS);
    const policy = { snapshotAgeMs: 100 * HOUR_MS, minInputFiles: 2, orphanEveryDays: 1_000_000_007 };
    for (const which of MAINTAINED_TABLES) await world.maintain(which, { policy });
    const raw = await table(world, RAW);
    expect(raw.ancestors().map(({ snapshotId }) => snapshotId)).toContain(read.snapshotId);
    expect(await world.standardize(job)).toMatchObject({ rowsRead: 4, inserted: 4 });
    await world.curate(job);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ balanced: true, differences: [] });
  });
});

describe('what a reader may be rolled back to', () => {
  test('a tag of Standardized holds back what RAW had come to', async () => {
    const world = await busyWorld();
    const tagged = (await table(world, STANDARDIZED)).ancestors()[3]!;
    await (await table(world, STANDARDIZED)).createTag('audit', { snapshotId: tagged.snapshotId });
    for (const which of MAINTAINED_TABLES) await world.maintain(which);
    const source = await table(world, RAW);
    const watermark = BigInt(tagged.summary[`lean-ops.watermark.${source.uuid}`]!);
    expect(source.snapshots().map(({ snapshotId }) => snapshotId)).toContain(watermark);
    // Rolled back there, everything is read again from where it was.
    await (await table(world, STANDARDIZED)).setCurrentSnapshot(tagged.snapshotId);
    const rows = await world.standardize(job);
    expect(rows.rowsRead).toBeGreaterThan(0);
    await world.curate(job);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ balanced: true, differences: [] });
  });

  test('a rollback that the jobs have not seen yet holds everything back, and they see it', async () => {
    const world = await busyWorld();
    const standardized = await table(world, STANDARDIZED);
    await standardized.setCurrentSnapshot(standardized.ancestors()[2]!.snapshotId);
    for (let night = 0; night < 2; night++) {
      const report = await world.maintain('standardized');
      expect(report!.heldBackBy).toMatch(/is no part of the history of standardized.events/);
      expect(report).toMatchObject({ rewrittenFiles: 0, expiredSnapshots: 0 });
    }
    for (const which of MAINTAINED_TABLES) await world.maintain(which);
    await world.standardize(job);
    await world.curate(job);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ balanced: true, differences: [] });
  });
});

describe('maintenance beside others', () => {
  test('of a table that was written under a higher token refuses the work', async () => {
    const world = await busyWorld();
    await world.receive([order(40)]);
    await world.standardize({ ...job, fencingToken: 5n });
    await expect(world.maintain('standardized', { fencingToken: 4n })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
  });

  test('commits nothing once a run has moved the watermark', async () => {
    const world = await busyWorld();
    await world.receive([order(41)]);
    const { catalog } = world;
    let moved = false;
    const commitTable = catalog.commitTable.bind(catalog);
    Object.assign(catalog, {
      commitTable: async (commit: Parameters<typeof commitTable>[0]) => {
        if (commit.identifier.name === 'events' && !moved) {
          moved = true;
          await world.standardize(job);
        }
        return await commitTable(commit);
      },
    });
    await expect(world.maintain('standardized')).rejects.toMatchObject({ code: 'WATERMARK_MOVED' });
    await world.curate(job);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ balanced: true, differences: [] });
  });

  test('of RAW lets the sink append meanwhile', async () => {
    const world = await busyWorld();
    const { catalog } = world;
    let appended = false;
    const commitTable = catalog.commitTable.bind(catalog);
    Object.assign(catalog, {
      commitTable: async (commit: Parameters<typeof commitTable>[0]) => {
        if (commit.identifier.name === RAW.name && !appended) {
          appended = true;
          await world.receive([order(42)]);
        }
        return await commitTable(commit);
      },
    });
    expect((await world.maintain('raw'))!.rewrittenFiles).toBe(6);
    expect(await world.standardize(job)).toMatchObject({ rowsRead: 1, inserted: 1 });
  });
});

describe('maintenance that runs out of time', () => {
  test('hands over with what it has done, and the next call goes on', async () => {
    const world = await busyWorld();
    const before = await snapshotOf(world);
    let turns = 0;
    for (const which of MAINTAINED_TABLES) {
      let finished = false;
      while (!finished) {
        let asked = 0;
        // Time for one step of a turn, and in the next turn for one step more.
        const handOver = { remainingMs: () => (asked++ <= turns % 5 ? 1_000 : 0) };
        const report = await world.maintain(which, { handOver });
        finished = report?.finished ?? true;
        turns++;
        expect(turns).toBeLessThan(100);
      }
    }
    expect(turns).toBeGreaterThan(MAINTAINED_TABLES.length);
    expect(await dataFiles(world, RAW)).toBeLessThan(6);
    expect(await snapshotOf(world)).toEqual(before);
  });

  test('drops what is under way when the time is over', async () => {
    const world = await busyWorld();
    const before = await snapshotOf(world);
    const files = await dataFiles(world, RAW);
    const time = new AbortController();
    const commitTable = world.catalog.commitTable.bind(world.catalog);
    Object.assign(world.catalog, {
      commitTable: async (commit: Parameters<typeof commitTable>[0]) => {
        time.abort(new Error('the time is over'));
        throw new Error(`the commit to ${commit.identifier.name} was cut off`);
      },
    });
    const handOver = { remainingMs: () => 1_000, signal: time.signal };
    expect(await world.maintain('raw', { handOver })).toMatchObject({ finished: false });
    Object.assign(world.catalog, { commitTable });
    expect(await dataFiles(world, RAW)).toBe(files);
    expect(await world.maintain('raw')).toMatchObject({ finished: true });
    expect(await snapshotOf(world)).toEqual(before);
  });
});

describe('files that no snapshot names', () => {
  test('go once they are old enough, and no other', async () => {
    const world = await busyWorld();
    const { location } = await table(world, STANDARDIZED);
    const [old, young] = ['left-behind', 'under-way'].map((name) => `${location}/data/${name}.parquet`);
    const bytes = new Uint8Array(7);
    await world.storage.write(old!, bytes);
    const before = await snapshotOf(world);
    world.clock.advance(2 * HOUR_MS);
    await world.storage.write(young!, bytes);
    // The file is two hours old by the time it is looked for.
    const policy = { orphanAgeMs: 3 * HOUR_MS, orphanEveryDays: 1, snapshotAgeMs: 1_000 * HOUR_MS };
    expect(await world.maintain('standardized', { policy })).toMatchObject({ orphans: 1, orphanBytes: 7 });
    await expect(world.storage.read(old!)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await world.storage.read(young!)).toEqual(bytes);
    expect(await snapshotOf(world)).toEqual(before);
  });

  test('are looked for on one day in seven, which is not the same for every table', async () => {
    const world = await busyWorld();
    const due = new Map<string, number[]>();
    for (let day = 0; day < 7; day++) {
      for (const { name, orphansDue } of await world.plan({})) {
        if (orphansDue) due.set(name, [...(due.get(name) ?? []), day]);
      }
      world.clock.advance(22 * HOUR_MS);
    }
    expect([...due.values()].map((days) => days.length)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('versions of the metadata', () => {
  const FEW = {
    'write.metadata.delete-after-commit.enabled': 'true',
    'write.metadata.previous-versions-max': '20',
  };

  test('are few for every table that a job makes', async () => {
    const world = await busyWorld();
    const { catalog, clock } = world;
    const { flushOps } = await import('@lean-ops/curate');
    await flushOps({ catalog, outbox: world.state.outbox, clock });
    const made = [STANDARDIZED, PARSE_ERRORS, CURATED, ERRORS, { namespace: 'ops', name: 'job_runs' }];
    for (const identifier of made) expect((await table(world, identifier)).properties).toMatchObject(FEW);
  });

  test('are made few of tables that are there, and what those say themselves stays', async () => {
    const world = await busyWorld();
    const raw = await table(world, RAW);
    expect(raw.properties).not.toMatchObject(FEW);
    await (await table(world, CURATED)).setProperties({ 'write.metadata.previous-versions-max': '7' });
    await (await table(world, ERRORS)).setProperties({ 'write.metadata.previous-versions-max': null });
    const resting = { snapshotAgeMs: 1_000 * HOUR_MS, minInputFiles: 100, maxManifests: 1_000 };
    const quiet = { ...resting, orphanEveryDays: 1_000_000_007, deleteFileThreshold: 1_000 };
    const needed = async (): Promise<string[]> =>
      (await world.plan(quiet)).filter(({ isNeeded }) => isNeeded).map(({ table: which }) => which);
    expect(await needed()).toEqual(expect.arrayContaining(['errors', 'raw']));
    expect(await needed()).not.toContain('parse_errors');
    for (const which of MAINTAINED_TABLES) await world.maintain(which, { policy: quiet });
    expect((await table(world, RAW)).properties).toMatchObject({
      ...FEW,
      'history.expire.max-snapshot-age-ms': '86400000',
    });
    expect((await table(world, ERRORS)).properties).toMatchObject(FEW);
    expect((await table(world, CURATED)).properties).toMatchObject({
      ...FEW,
      'write.metadata.previous-versions-max': '7',
    });
    expect((await table(world, RAW)).snapshots()).toHaveLength(6);
    expect(await needed()).toEqual([]);
  });

  test('of a table that is held back are made few as well', async () => {
    const world = new MaintainedWorld();
    await world.receive([order(1)]);
    await world.maintain('raw');
    expect((await table(world, RAW)).properties).toMatchObject(FEW);
  });
});

describe('a plan', () => {
  test('says what each table needs, in the order of the work, and changes nothing', async () => {
    const world = await busyWorld();
    const before = await table(world, RAW);
    const plans = await world.plan();
    expect(plans.map(({ table: which }) => which)).toEqual([...MAINTAINED_TABLES]);
    expect(plans.at(-1)).toMatchObject({
      name: 'raw.events_staging',
      filesToRewrite: 6,
      snapshots: 6,
      isNeeded: true,
      heldBackBy: null,
    });
    expect((await table(world, RAW)).metadataLocation).toBe(before.metadataLocation);
  });

  test('counts the snapshots that a reader holds back', async () => {
    const world = await busyWorld();
    await world.receive([order(50)]);
    const [raw] = (await world.plan()).filter(({ table: which }) => which === 'raw');
    // The newest of all stays anyhow; the one before it is where Standardized is.
    expect(raw).toMatchObject({ snapshots: 7, snapshotsToExpire: 5, snapshotsHeldBack: 1 });
  });

  test('knows that what holds a table back will be gone by its turn', async () => {
    const world = await busyWorld();
    const plans = await world.plan();
    for (const which of MAINTAINED_TABLES) {
      const { expiredSnapshots } = (await world.maintain(which))!;
      const planned = plans.find(({ table: of }) => of === which)!;
      // The snapshots that maintenance itself adds meanwhile are not in the plan.
      expect(expiredSnapshots, which).toBeGreaterThanOrEqual(planned.snapshotsToExpire);
      expect(planned.snapshotsToExpire, which).toBeGreaterThan(0);
    }
  });

  test('needs nothing any more once everything is done', async () => {
    const world = await busyWorld();
    for (let night = 0; night < 2; night++) {
      for (const which of MAINTAINED_TABLES) await world.maintain(which);
      await world.standardize(job);
      await world.curate(job);
    }
    const policy = { snapshotAgeMs: 1_000 * HOUR_MS, orphanEveryDays: 1_000_000_007 };
    const needed = (await world.plan(policy)).filter(({ isNeeded }) => isNeeded);
    expect(needed.map(({ name }) => name)).toEqual([]);
  });

  test('of days that are none is refused', async () => {
    const world = await busyWorld();
    await expect(world.maintain('raw', { policy: { orphanEveryDays: 0 } })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });
});

test('the ops tables are joined, and the next flush appends nothing twice', async () => {
  const world = await busyWorld();
  const { catalog, clock } = world;
  const { flushOps } = await import('@lean-ops/curate');
  const flush = () => flushOps({ catalog, outbox: world.state.outbox, clock });
  for (let round = 0; round < 4; round++) {
    await world.receive([order(60 + round)]);
    await world.standardize(job);
    await flush();
  }
  const runs = { namespace: 'ops', name: 'job_runs' };
  const before = await world.rows(runs);
  clock.advance(2 * HOUR_MS);
  const policy = { minInputFiles: 2, snapshotAgeMs: 0, orphanEveryDays: 1_000_000 };
  const [report] = await maintainOps({ catalog, clock, policy });
  expect(report).toMatchObject({ name: 'ops.job_runs', finished: true, rewrittenFiles: 4, addedFiles: 1 });
  await flush();
  expect((await world.rows(runs)).length).toBe(before.length);
  await world.receive([order(70)]);
  await world.standardize(job);
  await flush();
  expect((await world.rows(runs)).length).toBe(before.length + 1);
});

/** One thing that happens to a topic. */
type Step =
  | { readonly do: 'receive'; readonly rows: number }
  | { readonly do: 'standardize' | 'curate'; readonly crash: boolean }
  | { readonly do: 'maintain'; readonly table: (typeof MAINTAINED_TABLES)[number]; readonly hurry: boolean }
  | { readonly do: 'roll-back'; readonly table: 'standardized' | 'curated'; readonly by: number }
  | { readonly do: 'wait'; readonly hours: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('receive' as const), rows: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('standardize' as const), crash: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('curate' as const), crash: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('maintain' as const),
      table: fc.constantFrom(...MAINTAINED_TABLES),
      hurry: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('roll-back' as const),
      table: fc.constantFrom('standardized' as const, 'curated' as const),
      by: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 200 }) }),
  },
);

const STANDARDIZE_POINTS = [
  'parse-errors:after-commit',
  'standardized:before-commit',
  'standardized:after-commit',
] as const;
const CURATE_POINTS = ['errors:after-commit', 'curated:before-commit', 'curated:after-commit'] as const;

test('whatever comes between the runs, the tables are those of one run without maintenance', async () => {
  await fc.assert(
    fc.asyncProperty(
      stream({ producerOnly: true }),
      fc.array(step, { minLength: 10, maxLength: 40 }),
      fc.infiniteStream(fc.nat()),
      async (rows, steps, dice) => {
        const atOnce = new MaintainedWorld();
        await atOnce.receive(rows);
        await atOnce.standardize(job);
        await atOnce.curate(job);
        const world = new MaintainedWorld();
        const left = [...rows];
        await world.raw();
        for (const action of steps) await act(world, action, left, dice);
        await world.receive(left);
        await world.standardize(job);
        await world.curate(job);
        for (const which of MAINTAINED_TABLES) await world.maintain(which);
        expect(await snapshotOf(world)).toEqual(await snapshotOf(atOnce));
        const { balanced, differences } = await world.reconcile({ contract: CONTRACT });
        expect({ balanced, differences }).toEqual({ balanced: true, differences: [] });
      },
    ),
    { numRuns: LONG ? 300 : 6, seed: SEED, endOnFailure: true },
  );
}, 3_600_000);

async function act(
  world: MaintainedWorld,
  action: Step,
  left: ReturnType<typeof envelope>[],
  dice: Iterator<number>,
): Promise<void> {
  if (action.do === 'receive') return await world.receive(left.splice(0, action.rows));
  if (action.do === 'wait') return void world.clock.advance(action.hours * HOUR_MS);
  if (action.do === 'roll-back') return await rollBack(world, action);
  if (action.do === 'maintain') {
    const times = dice.next().value % 4;
    let asked = 0;
    const handOver = { remainingMs: () => (asked++ < times ? 1_000 : 0) };
    await world.maintain(action.table, action.hurry ? { handOver } : {});
    return;
  }
  const points = action.do === 'standardize' ? STANDARDIZE_POINTS : CURATE_POINTS;
  const crash = action.crash ? crashAt(points[dice.next().value % points.length]!) : {};
  await world[action.do]({ ...job, maxRowsPerCommit: 3, ...crash }).catch((error: Error) => {
    // Anything else, SOURCE_DETACHED above all, is what this test looks for.
    if (!error.message.startsWith('crashed at')) throw error;
  });
}

/** What an operator may do to a table of ours, as far back as its history goes. */
async function rollBack(
  world: MaintainedWorld,
  { table: name, by }: Extract<Step, { do: 'roll-back' }>,
): Promise<void> {
  const identifier = name === 'standardized' ? STANDARDIZED : CURATED;
  if (!(await world.catalog.tableExists(identifier))) return;
  const loaded = await table(world, identifier);
  if (loaded.currentSnapshot() === null) return;
  const target = loaded.ancestors()[by];
  if (target !== undefined) await loaded.setCurrentSnapshot(target.snapshotId);
}

test('tables that are not there need nothing', async () => {
  const world = new MaintainedWorld();
  await world.raw();
  expect(await world.maintain('curated')).toBeNull();
  expect((await world.plan()).map(({ name }) => name)).toEqual(['raw.events_staging']);
  for (const absent of [STANDARDIZED, PARSE_ERRORS, CURATED, ERRORS])
    expect(await world.catalog.tableExists(absent)).toBe(false);
});
