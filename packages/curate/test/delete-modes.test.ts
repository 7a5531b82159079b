import type { Envelope } from '@lean-ops/core';
import type { CurateError, JobOptions, JobPoint } from '@lean-ops/curate';
import type { RowMode, Table } from '@lean-ops/iceberg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commits, type Schedule, schedule, stream } from './support/arbitraries.js';
import { snapshotOf, type TablesSnapshot } from './support/snapshot-of.js';
import {
  CONTRACT,
  CURATED,
  crashAt,
  ERRORS,
  envelope,
  PARSE_ERRORS,
  STANDARDIZED,
  World,
} from './support/world.js';

const TABLES = [STANDARDIZED, PARSE_ERRORS, CURATED, ERRORS];

const POINTS: JobPoint[] = [
  'parse-errors:before-commit',
  'standardized:before-commit',
  'standardized:after-commit',
  'errors:before-commit',
  'errors:after-commit',
  'curated:before-commit',
  'curated:after-commit',
];

const event = (key: string, id: string, at: number, payload: object | string): Envelope =>
  envelope({
    idempotency_key: key,
    message_id: id,
    sqs_message_id: `sqs-${id}`,
    sent: at,
    received: 10_000 + at,
    ...(typeof payload === 'string' ? { json: payload } : { payload }),
  });

/** Corrections, failures that supersede, failures that are mended, replays that came first, malformed messages. */
const ROUNDS: Envelope[][] = [
  [
    ...['p', 'q', 'r', 's'].map((key, index) => event(key, `${key}1`, 10 + index, { amount: index })),
    event('a', 'a1', 1, { amount: 1 }),
    event('b', 'b1', 2, { amount: 2 }),
    event('c', 'c1', 3, { name: 'no amount' }),
    event('a', 'bad', 4, '{"amount":'),
  ],
  [
    event('a', 'a2', 5, { amount: 'wrong' }),
    event('b', 'b2', 6, { amount: 3, extra: { deep: true } }),
    event('c', 'c2', 7, { amount: 4 }),
    event('d', 'd1', 8, { amount: 5 }),
    // The same malformed message, earlier: it takes the place of the row that is there.
    { ...event('a', 'bad', 4, '{"amount":'), ingestion_ts: 5n },
    // A copy of the current version that came before: the row is written again.
    { ...event('p', 'p1', 10, { amount: 0 }), ingestion_ts: 6n },
  ],
  [
    event('a', 'a3', 9, { amount: 6 }),
    event('q', 'q2', 30, { amount: 'x' }),
    event('q', 'q1', 11, { amount: 1 }),
  ],
];

interface Setting {
  readonly name: string;
  readonly formatVersion: 2 | 3;
  readonly deleteMode?: RowMode;
  readonly properties?: Record<string, string>;
  /** Another way to say what a setting above says: tried once, not at every point. */
  readonly alias?: true;
  /** Formats of the delete files that the tables end with. */
  readonly deletes: readonly string[];
}

const SETTINGS: Setting[] = [
  { name: 'position deletes (version 2, by default)', formatVersion: 2, deletes: ['parquet'] },
  {
    name: 'position deletes (version 2)',
    formatVersion: 2,
    deleteMode: 'merge-on-read',
    alias: true,
    deletes: ['parquet'],
  },
  { name: 'deletion vectors (version 3)', formatVersion: 3, deletes: ['puffin'] },
  { name: 'copy-on-write (version 2)', formatVersion: 2, deleteMode: 'copy-on-write', deletes: [] },
  { name: 'copy-on-write (version 3)', formatVersion: 3, deleteMode: 'copy-on-write', deletes: [] },
  {
    name: 'copy-on-write (as the tables say)',
    formatVersion: 2,
    properties: { 'write.delete.mode': 'copy-on-write' },
    alias: true,
    deletes: [],
  },
];

/** Brings every table that is there to a format version and gives it properties. */
async function prepareTables(world: World, { formatVersion, properties = {} }: Setting): Promise<void> {
  for (const identifier of TABLES) {
    if (!(await world.catalog.tableExists(identifier))) continue;
    const table = await world.catalog.loadTable(identifier);
    const transaction = table.transaction();
    if (table.metadata.formatVersion < formatVersion) transaction.upgradeFormatVersion(formatVersion);
    await transaction.setProperties(properties).commit();
  }
}

function optionsOf({ deleteMode }: Setting): Partial<JobOptions> {
  return { contract: CONTRACT, ...(deleteMode === undefined ? {} : { deleteMode }) };
}

async function round(world: World, rows: readonly Envelope[], setting: Setting): Promise<void> {
  const options = optionsOf(setting);
  await world.receive(rows);
  await world.standardize(options);
  await prepareTables(world, setting);
  await world.curate(options);
  await prepareTables(world, setting);
}

async function play(setting: Setting): Promise<World> {
  const world = new World();
  for (const rows of ROUNDS) await round(world, rows, setting);
  return world;
}

let played: Promise<TablesSnapshot> | undefined;

/** The tables whatever the format: deleted rows leave no other trace. */
async function expected(): Promise<TablesSnapshot> {
  played ??= play(SETTINGS[0]!).then(snapshotOf);
  return await played;
}

async function deleteFormats(table: Table): Promise<string[]> {
  const tasks = await table.scan().planFiles();
  return tasks.flatMap(({ deleteFiles }) => deleteFiles.map(({ file }) => file.fileFormat.toLowerCase()));
}

describe.each(SETTINGS)('$name', (setting) => {
  test('every layer ends in the same rows, and adds up', async () => {
    const world = await play(setting);
    expect(await snapshotOf(world)).toEqual(await expected());
    expect((await world.reconcile({ contract: CONTRACT })).differences).toEqual([]);
    const formats = new Set<string>();
    for (const identifier of TABLES) {
      const table = await world.catalog.loadTable(identifier);
      expect(table.metadata.formatVersion).toBe(setting.formatVersion);
      for (const format of await deleteFormats(table)) formats.add(format);
    }
    expect([...formats]).toEqual(setting.deletes);
  });

  test.each(setting.alias ? [] : POINTS)(
    'a run that is cut off at %s and started again changes nothing',
    async (point) => {
      const world = new World();
      await round(world, ROUNDS[0]!, setting);
      await world.receive(ROUNDS[1]!);
      const hooks = crashAt(point);
      const options = optionsOf(setting);
      const crashes: string[] = [];
      for (const job of ['standardize', 'curate'] as const) {
        await world[job]({ ...options, ...hooks }).catch((error: Error) => crashes.push(error.message));
        await world[job](options);
        expect((await world[job](options)).commits).toBe(0);
      }
      expect(crashes).toEqual([`crashed at ${point}`]);
      await prepareTables(world, setting);
      await round(world, ROUNDS[2]!, setting);
      expect(await snapshotOf(world)).toEqual(await expected());
      expect((await world.reconcile({ contract: CONTRACT })).differences).toEqual([]);
    },
  );

  test('of two runs at once one commits', async () => {
    const world = new World();
    await round(world, ROUNDS[0]!, setting);
    await world.receive(ROUNDS[1]!);
    const options = optionsOf(setting);
    for (const job of ['standardize', 'curate'] as const) {
      const rival = world[job]({
        ...options,
        hooks: {
          at: async (point) => {
            if (point === (job === 'standardize' ? 'standardized:before-commit' : 'curated:before-commit'))
              await world[job](options);
          },
        },
      });
      const code = await rival.then(
        () => 'none',
        (error: CurateError) => error.code,
      );
      expect(code).toBe('WATERMARK_MOVED');
    }
    await prepareTables(world, setting);
    await round(world, ROUNDS[2]!, setting);
    expect(await snapshotOf(world)).toEqual(await expected());
  });
});

test('any rows in any split end in the same tables, whatever the mode', async () => {
  const split = async (rows: readonly Envelope[], plan: Schedule, setting: Setting): Promise<World> => {
    const world = new World();
    const options = { ...optionsOf(setting), maxRowsPerCommit: plan.maxRowsPerCommit };
    for (const [index, part] of commits(rows, plan).entries()) {
      await world.receive(part);
      if (plan.standardizeAfter[index % plan.standardizeAfter.length]) await world.standardize(options);
      await prepareTables(world, setting);
      if (plan.curateAfter[index % plan.curateAfter.length]) await world.curate(options);
      await prepareTables(world, setting);
    }
    await world.standardize(options);
    await world.curate(options);
    return world;
  };
  const modes = SETTINGS.filter(({ alias }) => alias === undefined).slice(1);
  await fc.assert(
    fc.asyncProperty(stream({ producerOnly: true }), schedule, async (rows, plan) => {
      const once = await snapshotOf(await split(rows, plan, SETTINGS[0]!));
      for (const setting of modes) {
        const world = await split(rows, plan, setting);
        expect(await snapshotOf(world)).toEqual(once);
        expect((await world.reconcile({ contract: CONTRACT })).differences).toEqual([]);
      }
    }),
    { seed: 3, numRuns: process.env['LEAN_OPS_TEST'] === 'full' ? 100 : 3, endOnFailure: true },
  );
}, 1_200_000);

test('rows that were only written anew are passed over by the next layer', async () => {
  const world = new World();
  const options = { contract: CONTRACT, deleteMode: 'copy-on-write' } as const;
  await world.receive(ROUNDS[0]!);
  await world.standardize(options);
  await world.curate(options);
  await world.receive([event('b', 'b2', 6, { amount: 3 })]);
  await world.standardize(options);
  expect(await world.curate(options)).toMatchObject({ updated: 1, inserted: 0, deleted: 0 });
  expect((await world.curate(options)).commits).toBe(0);
});

test('another mode is refused before anything is read', async () => {
  const world = new World();
  const deleteMode = 'equality-deletes' as RowMode;
  await expect(world.standardize({ contract: CONTRACT, deleteMode })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    context: { option: 'deleteMode' },
  });
});
