import type { TopicContract } from '@lean-ops/core';
import type { RebuildPoint, RebuildProgress, RebuildReport } from '@lean-ops/curate';
import { lt } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  BROKEN,
  batches,
  contents,
  DAY,
  fromScratch,
  killAt,
  RebuildWorld,
  strays,
  TABLES,
} from './support/rebuild-world.js';
import { CONTRACT, CURATED, RAW, STANDARDIZED, TOPIC } from './support/world.js';

let world: RebuildWorld;
const FIRST = batches();

beforeEach(async () => {
  world = new RebuildWorld();
  for (const [number, batch] of FIRST.entries()) {
    await world.receive(batch);
    if (number % 3 === 2) await world.round(CONTRACT);
  }
});

describe('a rebuild', () => {
  test.each([
    ['another key, order, types and partitioning', BROKEN],
    ['the same contract', CONTRACT],
    ['no contract', null],
  ])('under %s ends in the rows that building from scratch gives', async (_, contract) => {
    const report = await world.rebuild({ contract });
    expect(report).toMatchObject({ status: 'done', generation: 2, carried: 0 });
    const expected = await fromScratch(world.received, contract);
    const found = await contents(world);
    expect(found['STANDARDIZED']).toEqual(expected['STANDARDIZED']);
    expect(found['PARSE_ERRORS']).toEqual(expected['PARSE_ERRORS']);
    if (contract !== null) expect(found).toEqual(expected);
    expect(await world.reconcile({ contract })).toMatchObject({ differences: [] });
    expect(await world.state.journals.list('')).toEqual([]);
    expect(await strays(world)).toEqual([]);
  });

  test('keeps what was before under a tag, with the uuids, and moves the watermarks', async () => {
    const before = await contents(world);
    const old = await world.table(CURATED);
    const { rows, tags, rawSnapshotId } = await world.rebuild();
    const [standardized, curated] = [await world.table(STANDARDIZED), await world.table(CURATED)];
    expect(curated.uuid).toBe(old.uuid);
    expect(curated.properties['lean-ops.generation']).toBe('2');
    expect(curated.schema().fields.every(({ id }) => id > old.metadata.lastColumnId)).toBe(true);
    expect(rows).toMatchObject({ standardized: await standardized.scan().count() });
    expect(tags).toMatchObject({ 'curated.events': 'before-rebuild-2' });
    expect(await curated.scan({ ref: 'before-rebuild-2' }).count()).toBe(before['CURATED']!.length);
    const raw = await world.table(RAW);
    expect(rawSnapshotId).toBe(raw.currentSnapshot()!.snapshotId);
    const key = `lean-ops.watermark.${standardized.uuid}`;
    expect(curated.currentSnapshot()!.summary[key]).toBe(String(standardized.currentSnapshot()!.snapshotId));
    expect(await world.state.checkpoints.get(TOPIC, 'curated')).toMatchObject({
      snapshotId: standardized.currentSnapshot()!.snapshotId,
      sequenceNumber: standardized.currentSnapshot()!.sequenceNumber,
    });
  });

  test('leaves what arrives meanwhile to the next run, and none of it is lost or doubled', async () => {
    const late = batches();
    const hooks = {
      at: async (point: RebuildPoint) => {
        if (late.length > 0 && /commit|before|created/.test(point)) await world.receive(late.shift()!);
      },
    };
    await world.rebuild({ hooks });
    expect((await world.reconcile({ contract: BROKEN })).pending.raw).toBeGreaterThan(0);
    await world.round(BROKEN, 50n);
    const reconciled = await world.reconcile({ contract: BROKEN });
    expect(reconciled).toMatchObject({ differences: [], pending: { raw: 0, standardized: 0 } });
    expect(await contents(world)).toEqual(await fromScratch(world.received, BROKEN));
  });

  test('is followed by another, and by runs that write to its tables', async () => {
    await world.rebuild();
    await world.receive(batches().flat());
    await world.round(BROKEN, 50n);
    await world.rebuild({ contract: CONTRACT, fencingToken: 60n });
    await world.round(CONTRACT, 61n);
    expect(await contents(world)).toEqual(await fromScratch(world.received, CONTRACT));
    expect((await world.table(STANDARDIZED)).properties['lean-ops.generation']).toBe('3');
  });

  test('shows nothing in tables beside the others that it has nothing for', async () => {
    const easy: TopicContract = { ...CONTRACT, version: '3.0.0', columns: { name: { type: 'string' } } };
    expect((await contents(world))['ERRORS']).not.toEqual([]);
    await world.rebuild({ contract: easy });
    expect((await contents(world))['ERRORS']).toEqual([]);
    expect(await world.reconcile({ contract: easy })).toMatchObject({ differences: [] });
  });

  test('makes tables that were not there, and those of a topic whose RAW is empty are left to the first run', async () => {
    const fresh = new RebuildWorld();
    await fresh.receive(batches().flat());
    await fresh.rebuild();
    expect(await contents(fresh)).toEqual(await fromScratch(fresh.received, BROKEN));
    const empty = new RebuildWorld();
    await empty.receive([]);
    await empty.round(CONTRACT);
    expect(await empty.rebuild()).toMatchObject({ status: 'done', rawSnapshotId: null });
    await empty.receive(batches().flat());
    await empty.round(BROKEN, 50n);
    expect(await contents(empty)).toEqual(await fromScratch(empty.received, BROKEN));
  });

  test('tells how far it is, how fast it goes and how long it takes', async () => {
    const told: RebuildProgress[] = [];
    await world.rebuild({
      onProgress: (progress) => told.push(progress),
      hooks: { at: () => world.clock.advance(500) },
    });
    const first = told.filter(({ step }) => step === 'standardize');
    expect(first[0]).toMatchObject({ rows: 0, totalRows: 48, rowsPerSecond: null, remainingMs: null });
    expect(first.at(-1)).toMatchObject({ rows: 48, remainingMs: 0 });
    expect(first.length).toBeGreaterThan(3);
    expect(first[1]!.rowsPerSecond).toBeGreaterThan(0);
    expect(told.some(({ step }) => step === 'curate')).toBe(true);
  });

  test('hands over when its time is over, and goes on', async () => {
    let calls = 0;
    let report: RebuildReport;
    do {
      let steps = 0;
      const handOver = { remainingMs: () => (steps++ > 0 ? 0 : 1e9) };
      report = await world.rebuild({ handOver, hooks: { at: () => world.clock.advance(10) } });
      calls++;
    } while (report.status === 'continue' && calls < 100);
    expect(calls).toBeGreaterThan(3);
    expect(await contents(world)).toEqual(await fromScratch(world.received, BROKEN));
  });

  test('under another contract than the one that is under way is refused', async () => {
    await expect(world.rebuild(killAt('rebuild:standardized'))).rejects.toThrow('killed');
    await expect(world.rebuild({ contract: CONTRACT })).rejects.toMatchObject({ code: 'REBUILD_UNDER_WAY' });
    await world.abandon();
    await expect(world.rebuild({ contract: CONTRACT })).resolves.toMatchObject({ status: 'done' });
    await expect(world.abandon()).rejects.toMatchObject({ code: 'REBUILD_NONE' });
  });

  test('half published keeps Curated from reading a Standardized of another generation', async () => {
    await expect(world.rebuild(killAt('rebuild:before-curated'))).rejects.toThrow('killed');
    await expect(world.curate({ contract: BROKEN, fencingToken: 90n })).rejects.toMatchObject({
      code: 'GENERATION_MISMATCH',
    });
  });

  test('whose lease has passed to another publishes nothing', async () => {
    const hooks = {
      at: async (point: RebuildPoint) => {
        if (point === 'rebuild:before-standardized')
          await world.standardize({ contract: CONTRACT, fencingToken: 99n });
        if (point === 'rebuild:audited') await world.receive(batches()[0]!);
      },
    };
    await expect(world.rebuild({ hooks })).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });
});

const POINTS: RebuildPoint[] = [
  'rebuild:begun',
  'standardized:before-commit',
  'standardized:after-commit',
  'standardized:after-checkpoint',
  'parse-errors:before-commit',
  'parse-errors:after-commit',
  'rebuild:standardized',
  'errors:before-commit',
  'errors:after-commit',
  'curated:before-commit',
  'curated:after-commit',
  'curated:after-checkpoint',
  'rebuild:curated',
  'rebuild:audited',
  'rebuild:before-standardized',
  'rebuild:after-standardized',
  'rebuild:before-curated',
  'rebuild:after-curated',
  'rebuild:before-parseErrors',
  'rebuild:after-parseErrors',
  'rebuild:before-errors',
  'rebuild:after-errors',
  'rebuild:published',
  'rebuild:cleared',
  'rebuild:restored',
];

/** All of them take a minute. */
const sample = <T>(points: readonly T[], every: number): T[] =>
  process.env['LEAN_OPS_TEST'] === 'full' ? [...points] : points.filter((_, index) => index % every === 1);

describe('a rebuild that is cut off', () => {
  test.each(sample(POINTS, 5))('at %s is finished by the same call', async (point) => {
    await expect(world.rebuild(killAt(point))).rejects.toThrow('killed');
    await expect(world.rebuild()).resolves.toMatchObject({ status: 'done', generation: 2 });
    expect(await contents(world)).toEqual(await fromScratch(world.received, BROKEN));
    expect(await world.reconcile({ contract: BROKEN })).toMatchObject({ differences: [] });
    expect(await world.state.journals.list('')).toEqual([]);
    expect(await strays(world)).toEqual([]);
  });

  const BEFORE_END = POINTS.filter((point) => point !== 'rebuild:restored');
  test.each(sample(BEFORE_END, 6))('at %s is given up, and everything is as it was', async (point) => {
    const before = await contents(world);
    const states = await Promise.all(
      Object.values(TABLES).map(async (id) => (await world.table(id)).state()),
    );
    await expect(world.rebuild(killAt(point))).rejects.toThrow('killed');
    await world.abandon();
    expect(await contents(world)).toEqual(before);
    for (const [index, id] of Object.values(TABLES).entries()) {
      const table = await world.table(id);
      expect(table.state()).toEqual(states[index]);
      expect(Object.keys(table.refs)).toEqual(['main']);
    }
    expect(await world.state.journals.list('')).toEqual([]);
    expect(await strays(world)).toEqual([]);
    await world.round(CONTRACT, 80n);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({ differences: [] });
  });

  const GIVING_UP = [
    'abandon:begun',
    'abandon:after-curated',
    'abandon:after-standardized',
    'abandon:restored',
  ] as const;
  test.each(sample(GIVING_UP, 4))(
    'and whose giving up is cut off at %s is given up by the same call',
    async (point) => {
      const before = await contents(world);
      await expect(world.rebuild(killAt('rebuild:before-errors'))).rejects.toThrow('killed');
      await expect(world.abandon(killAt(point))).rejects.toThrow('killed');
      await expect(world.rebuild()).rejects.toMatchObject({ code: 'REBUILD_UNDER_WAY' });
      await world.abandon();
      expect(await contents(world)).toEqual(before);
      expect(await strays(world)).toEqual([]);
    },
  );

  test('where tables were not there before leaves none of them', async () => {
    const fresh = new RebuildWorld();
    await fresh.receive(batches().flat());
    await expect(fresh.rebuild(killAt('rebuild:after-curated'))).rejects.toThrow('killed');
    await fresh.abandon();
    for (const id of Object.values(TABLES)) expect(await fresh.catalog.tableExists(id)).toBe(false);
  });

  test('after a run has written to a new table cannot be given up', async () => {
    await expect(world.rebuild(killAt('rebuild:after-curated'))).rejects.toThrow('killed');
    await world.receive(batches()[0]!);
    await world.standardize({ contract: BROKEN, fencingToken: 12n });
    await expect(world.abandon()).rejects.toMatchObject({ code: 'REBUILD_UNDER_WAY' });
  });
});

describe('a rebuild from RAW that does not reach back', () => {
  const forget = async (seconds: number): Promise<void> => {
    const raw = await world.table(RAW);
    await raw.delete({ filter: lt('ingestion_ts', new Date(seconds * 1000).toISOString()) });
  };

  test('is refused, naming what would be lost, and changes nothing', async () => {
    const before = await contents(world);
    await forget(2_000 + 3 * DAY);
    await expect(world.rebuild()).rejects.toMatchObject({
      code: 'RAW_GAP',
      context: { rows: expect.any(Number) },
    });
    expect(await contents(world)).toEqual(before);
    expect(await world.state.journals.list('')).toEqual([]);
  });

  test('carries over what RAW does not have, and ends where a rebuild from all of RAW would', async () => {
    const same: TopicContract = {
      ...CONTRACT,
      version: '2.0.0',
      columns: { ...CONTRACT.columns, amount: { type: 'string' } },
    };
    await forget(2_000 + 3 * DAY);
    const report = await world.rebuild({ contract: same, acceptRawGap: true });
    expect(report.carried).toBeGreaterThan(0);
    const expected = await fromScratch(world.received, same);
    const found = await contents(world);
    const withoutMarks = (rows: string[] | undefined) =>
      rows!.map((row) => row.replace(/\["_(?:schema_version|first_seen_ts)","[^"]*"\],?/g, '')).sort();
    expect(withoutMarks(found['STANDARDIZED'])).toEqual(withoutMarks(expected['STANDARDIZED']));
    expect(withoutMarks(found['CURATED'])).toEqual(withoutMarks(expected['CURATED']));
    expect(found['PARSE_ERRORS']).toEqual(expected['PARSE_ERRORS']);
    const { differences, carried } = await world.reconcile({ contract: same });
    expect(differences).toEqual([]);
    expect(carried).toBeGreaterThan(0);
  });

  test('carries nothing over under another key', async () => {
    await forget(2_000 + 3 * DAY);
    await expect(world.rebuild({ acceptRawGap: true })).rejects.toMatchObject({ code: 'RAW_GAP' });
    await world.abandon();
  });

  test('is no such thing where only files were rewritten', async () => {
    const raw = await world.table(RAW);
    await raw.compact({ rewriteAll: true });
    await expect(world.rebuild()).resolves.toMatchObject({ carried: 0 });
    world = new RebuildWorld();
    for (const batch of batches()) await world.receive(batch);
    await world.round(CONTRACT);
    const whole = await world.table(RAW);
    await whole.expireSnapshots({ olderThan: world.clock.now() + 1e12, retainLast: 1 });
    await expect(world.rebuild()).resolves.toMatchObject({ carried: 0 });
  });
});
