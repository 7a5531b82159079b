import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Envelope, TopicContract } from '@lean-ops/core';
import type { CurateError, JobPoint } from '@lean-ops/curate';
import { FolderCatalog, type TableMetadata } from '@lean-ops/iceberg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expireSnapshots } from './support/expire-snapshots.js';
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
  World,
} from './support/world.js';

const POINTS: JobPoint[] = [
  'parse-errors:before-commit',
  'parse-errors:after-commit',
  'standardized:before-commit',
  'standardized:after-commit',
  'standardized:after-checkpoint',
  'errors:before-commit',
  'errors:after-commit',
  'curated:before-commit',
  'curated:after-commit',
  'curated:after-checkpoint',
];

/** Two rounds that touch every table: corrections, failures that supersede, failures that are mended, malformed. */
function rounds(): Envelope[][] {
  const event = (key: string, id: string, at: number, payload: object): Envelope =>
    envelope({
      idempotency_key: key,
      message_id: id,
      sqs_message_id: `sqs-${id}`,
      sent: at,
      received: 10_000 + at,
      payload,
    });
  return [
    [
      event('a', 'a1', 1, { amount: 1 }),
      event('b', 'b1', 2, { amount: 2 }),
      event('c', 'c1', 3, { name: 'no amount' }),
      envelope({ idempotency_key: 'a', message_id: 'bad1', sqs_message_id: 'sqs-bad1', json: '{"amount":' }),
    ],
    [
      event('a', 'a2', 4, { amount: 'wrong' }),
      event('b', 'b2', 5, { amount: 3, extra: { deep: true } }),
      event('c', 'c2', 6, { amount: 4 }),
      event('d', 'd1', 7, { amount: 5 }),
      event('a', 'a1', 1, { amount: 1 }),
      envelope({ idempotency_key: 'b', message_id: 'bad2', sqs_message_id: 'sqs-bad2', json: '[]' }),
    ],
  ];
}

const STREAM = rounds();

async function undisturbed(world: World = new World()): Promise<World> {
  for (const part of STREAM) {
    await world.receive(part);
    await world.standardize({ contract: CONTRACT });
    await world.curate({ contract: CONTRACT });
  }
  return world;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: CurateError) => error.code ?? error.message,
  );
}

describe('a run that is cut off', () => {
  test.each(POINTS)('at %s and started again ends in the tables of an undisturbed one', async (point) => {
    const world = new World();
    const [first, second] = STREAM;
    await world.receive(first!);
    await world.standardize({ contract: CONTRACT });
    await world.curate({ contract: CONTRACT });
    await world.receive(second!);
    const hooks = crashAt(point);
    let crashes = 0;
    for (const job of ['standardize', 'curate'] as const) {
      const outcome = await codeOf(world[job]({ contract: CONTRACT, ...hooks }));
      if (outcome === 'none') continue;
      expect(outcome).toBe(`crashed at ${point}`);
      crashes++;
      // More arrives before anybody starts it again: what was begun is completed first.
      await world.receive([]);
      await world[job]({ contract: CONTRACT });
    }
    expect(crashes).toBe(1);
    expect(await snapshotOf(world)).toEqual(await snapshotOf(await undisturbed()));
    expect((await world.reconcile({ contract: CONTRACT })).differences).toEqual([]);
  });

  test('logs each commit once, however often it was started', async () => {
    const world = new World();
    await world.receive(STREAM[0]!);
    await codeOf(world.standardize({ contract: CONTRACT, ...crashAt('standardized:after-commit') }));
    await world.standardize({ contract: CONTRACT });
    await world.standardize({ contract: CONTRACT });
    const runs = await world.state.outbox.peek('job_runs', 100);
    expect(runs.map(({ row }) => [row['status'], row['layer']])).toEqual([
      ['failed', 'standardized'],
      ['committed', 'standardized'],
    ]);
    expect(runs[1]!.row).toMatchObject({ rows_read: 4, inserted: 3, failed: 1, topic: 'events' });
    const checkpoint = await world.state.checkpoints.get('events', 'standardized');
    expect(checkpoint?.snapshotId).toBe((await world.raw()).currentSnapshot()!.snapshotId);
  });

  test('logs the drift it saw once', async () => {
    const world = new World();
    await world.receive(STREAM[0]!);
    await codeOf(world.standardize({ contract: CONTRACT, ...crashAt('standardized:before-commit') }));
    await world.receive(STREAM[1]!);
    await world.standardize({ contract: CONTRACT });
    const drift = await world.state.outbox.peek('drift_log', 100);
    const added = drift.filter(({ row }) => row['kind'] === 'COLUMN_ADDED').map(({ row }) => row['path']);
    expect(added.sort()).toEqual(['$.amount', '$.extra.deep', '$.name']);
  });
});

describe('a side table that is ahead', () => {
  test('is completed exactly up to its watermark under the contract that began it, then the run goes on', async () => {
    const world = new World();
    await world.receive(STREAM[0]!);
    await world.standardize({ contract: CONTRACT });
    const begun: TopicContract = { ...CONTRACT, version: '1.0.0' };
    await codeOf(world.curate({ contract: begun, ...crashAt('errors:after-commit') }));
    await world.receive(STREAM[1]!);
    await world.standardize({ contract: CONTRACT });
    const mended: TopicContract = { ...CONTRACT, version: '1.1.0' };
    const report = await world.curate({ contract: mended });
    const summaries = (await world.catalog.loadTable(CURATED)).snapshots().map(({ summary }) => summary);
    expect(summaries.map((summary) => summary['lean-ops.contract-version']).slice(0, 2)).toEqual([
      '1.0.0',
      '1.1.0',
    ]);
    expect(report.commits).toBeGreaterThanOrEqual(2);
    const versions = (await world.rows(CURATED)).map((row) => [row['_merge_key'], row['_schema_version']]);
    expect(new Map(versions as [string, string][])).toEqual(
      new Map([
        ['k:b', '1.1.0'],
        ['k:c', '1.1.0'],
        ['k:d', '1.1.0'],
      ]),
    );
    expect((await world.reconcile({ contract: mended })).differences).toEqual([]);
  });

  test('that had no rows lags, and may be written again later', async () => {
    const world = new World();
    await world.receive(STREAM[0]!);
    await world.standardize();
    await world.receive([envelope({ message_id: 'fine', payload: {} })]);
    await world.standardize();
    const before = (await world.catalog.loadTable(PARSE_ERRORS)).snapshots().length;
    expect(before).toBe(1);
    await world.receive([envelope({ message_id: 'worse', json: '}' })]);
    await world.standardize();
    expect((await world.rows(PARSE_ERRORS)).map((row) => row['message_id']).sort()).toEqual([
      'bad1',
      'worse',
    ]);
  });
});

describe('two runs at once', () => {
  test('one of them commits and the other ends with WATERMARK_MOVED', async () => {
    const world = new World();
    await world.receive(STREAM[0]!);
    let entered = false;
    const rival = {
      at: async (point: JobPoint): Promise<void> => {
        if (point !== 'standardized:before-commit' || entered) return;
        entered = true;
        await world.receive(STREAM[1]!);
        await world.standardize({ contract: CONTRACT });
      },
    };
    expect(await codeOf(world.standardize({ contract: CONTRACT, hooks: rival }))).toBe('WATERMARK_MOVED');
    await world.curate({ contract: CONTRACT });
    expect(await snapshotOf(world)).toEqual(await snapshotOf(await undisturbed()));
  });

  test('in Curated alike', async () => {
    const world = new World();
    await world.receive(STREAM.flat());
    await world.standardize({ contract: CONTRACT });
    let entered = false;
    const rival = {
      at: async (point: JobPoint): Promise<void> => {
        if (point !== 'errors:before-commit' || entered) return;
        entered = true;
        await world.curate({ contract: CONTRACT });
      },
    };
    expect(await codeOf(world.curate({ contract: CONTRACT, hooks: rival }))).toBe('WATERMARK_MOVED');
    const { standardized, curated, openErrors } = await snapshotOf(world);
    const expected = await snapshotOf(await undisturbed());
    expect({ curated, openErrors }).toEqual({ curated: expected.curated, openErrors: expected.openErrors });
    expect(Object.keys(standardized)).toEqual(Object.keys(expected.standardized));
  });

  test('a run with a lower fencing token than the tables hold ends with LEASE_LOST', async () => {
    const world = new World();
    await world.receive(STREAM[0]!);
    await world.standardize({ contract: CONTRACT, fencingToken: 7n });
    await world.receive(STREAM[1]!);
    expect(await codeOf(world.standardize({ contract: CONTRACT, fencingToken: 6n }))).toBe('LEASE_LOST');
    expect(await codeOf(world.standardize({ contract: CONTRACT, fencingToken: 7n }))).toBe('none');
    let entered = false;
    const newer = {
      at: async (point: JobPoint): Promise<void> => {
        if (point !== 'curated:before-commit' || entered) return;
        entered = true;
        await world.curate({ contract: CONTRACT, fencingToken: 9n });
      },
    };
    expect(await codeOf(world.curate({ contract: CONTRACT, fencingToken: 8n, hooks: newer }))).toBe(
      'LEASE_LOST',
    );
  });
});

describe('the folder catalog', () => {
  test('gives the same tables as the memory catalog', async () => {
    const warehouse = await mkdtemp(join(tmpdir(), 'lean-ops-curate-'));
    try {
      const world = new World(new FolderCatalog({ warehouse }));
      for (const part of STREAM) {
        await world.receive(part);
        await codeOf(world.standardize({ contract: CONTRACT, ...crashAt('parse-errors:after-commit') }));
        await world.standardize({ contract: CONTRACT });
        await world.curate({ contract: CONTRACT });
      }
      expect(await snapshotOf(world)).toEqual(await snapshotOf(await undisturbed()));
    } finally {
      await rm(warehouse, { recursive: true });
    }
  });
});

/** Sets the head of a table back, as an operator's rollback does. */
async function rollBack(world: World, table: typeof RAW, steps: number): Promise<void> {
  const loaded = await world.catalog.loadTable(table);
  const ref = { snapshotId: loaded.ancestors()[steps]!.snapshotId, type: 'branch' as const };
  await world.catalog.commitTable({
    identifier: table,
    requirements: [],
    updates: [{ action: 'set-snapshot-ref', refName: 'main', ref }],
  });
}

describe('a rollback by an operator', () => {
  test('of Standardized makes Curated compare every key, upsert what differs and delete what is gone', async () => {
    const world = await undisturbed();
    await rollBack(world, STANDARDIZED, 1);
    const report = await world.curate({ contract: CONTRACT });
    expect(report.deleted).toBeGreaterThan(0);
    const { curated, standardized } = await snapshotOf(world);
    expect(Object.keys(standardized)).toEqual(['k:a', 'k:b', 'k:c']);
    expect(Object.fromEntries(Object.entries(curated).map(([key, row]) => [key, row['message_id']]))).toEqual(
      {
        'k:a': 'a1',
        'k:b': 'b1',
      },
    );
    // Standardized's watermark went back with it: the rest of RAW comes again, and Curated follows.
    await world.standardize({ contract: CONTRACT });
    await world.curate({ contract: CONTRACT });
    expect(await snapshotOf(world)).toEqual(await snapshotOf(await undisturbed()));
    expect((await world.reconcile({ contract: CONTRACT })).differences).toEqual([]);
    expect((await world.curate({ contract: CONTRACT })).commits).toBe(0);
  });

  test('of Curated makes it read again what it had read', async () => {
    const world = await undisturbed();
    await rollBack(world, CURATED, 1);
    await world.curate({ contract: CONTRACT });
    expect(await snapshotOf(world)).toEqual(await snapshotOf(await undisturbed()));
  });

  test('of Curated loses no row that a contract refuses which came after it', async () => {
    const world = new World();
    const round = async (contract: TopicContract, ...payloads: object[]): Promise<void> => {
      await world.receive(payloads.map((payload) => envelope({ payload })));
      await world.standardize({ contract });
      await world.curate({ contract });
    };
    const stricter: TopicContract = {
      ...CONTRACT,
      version: '2.0.0',
      columns: { ...CONTRACT.columns, name: { type: 'string', cde: true } },
    };
    await round(CONTRACT, { amount: 1, name: 'first' });
    await round(CONTRACT, { amount: 2 });
    await round(stricter, { amount: 3 });
    await rollBack(world, CURATED, 2);
    await world.curate({ contract: stricter });
    const { differences, openErrors } = await world.reconcile({ contract: stricter });
    expect(differences).toEqual([]);
    expect(openErrors).toBe(2);
  });

  test.each([null, 'curated:after-commit', 'errors:before-commit'] as const)(
    'of Curated behind a review of its errors loses none that the review let pass (cut off at %s)',
    async (point) => {
      const world = new World();
      await world.receive([
        envelope({ message_id: 'a', payload: {} }),
        envelope({ message_id: 'b', payload: { amount: 'x' } }),
        envelope({ message_id: 'c', payload: { amount: 1 } }),
      ]);
      await world.standardize({ contract: CONTRACT });
      await world.curate({ contract: CONTRACT });
      const mended: TopicContract = {
        ...CONTRACT,
        version: '1.1.0',
        columns: { ...CONTRACT.columns, amount: { type: 'decimal(10,2)' } },
      };
      await world.curate({ contract: mended });
      await rollBack(world, CURATED, 1);
      if (point !== null) await codeOf(world.curate({ contract: mended, ...crashAt(point) }));
      await world.curate({ contract: mended });
      expect((await world.rows(CURATED)).map((row) => row['message_id']).sort()).toEqual(['a', 'c']);
      expect((await world.rows(ERRORS)).map((row) => row['message_id'])).toEqual(['b']);
      expect((await world.reconcile({ contract: mended })).differences).toEqual([]);
      expect((await world.curate({ contract: mended })).commits).toBe(0);
    },
  );

  test('of RAW stops the topic with SOURCE_DETACHED', async () => {
    const world = await undisturbed();
    await rollBack(world, RAW, 1);
    expect(await codeOf(world.standardize({ contract: CONTRACT }))).toBe('SOURCE_DETACHED');
    await world.receive([envelope()]);
    expect(await codeOf(world.standardize({ contract: CONTRACT }))).toBe('SOURCE_DETACHED');
  });
});

describe('snapshots that were expired', () => {
  let warehouse: string;
  beforeEach(async () => {
    warehouse = await mkdtemp(join(tmpdir(), 'lean-ops-curate-'));
  });
  afterEach(async () => await rm(warehouse, { recursive: true }));
  const onDisk = (): World => new World(new FolderCatalog({ warehouse }));

  test('a source whose start snapshot is gone is read by sequence number', async () => {
    const world = onDisk();
    await world.receive(STREAM[0]!);
    await world.standardize({ contract: CONTRACT });
    await world.receive(STREAM[1]!);
    await world.receive([envelope({ idempotency_key: 'e', payload: { amount: 6 } })]);
    await expireSnapshots(world.catalog, RAW, 1);
    const report = await world.standardize({ contract: CONTRACT });
    expect(report.rowsRead).toBe(STREAM[1]!.length + 1);
    expect((await world.reconcile()).differences).toEqual([]);
  });

  test('a table whose own watermarks were expired under a foreign head goes on from the copy in its properties', async () => {
    const world = await undisturbed(onDisk());
    await foreignCommit(world);
    await expireSnapshots(world.catalog, STANDARDIZED, 1);
    await world.receive([envelope({ idempotency_key: 'e', payload: { amount: 6 } })]);
    expect((await world.standardize({ contract: CONTRACT })).rowsRead).toBe(1);
  });

  test('a table without any watermark to trust stops with WATERMARK_DETACHED', async () => {
    const world = await undisturbed(onDisk());
    const { metadata } = await world.catalog.loadTable(STANDARDIZED);
    await foreignCommit(world);
    await expireSnapshots(world.catalog, STANDARDIZED, 1);
    await dropWatermarkCopy(world, metadata);
    expect(await codeOf(world.standardize({ contract: CONTRACT }))).toBe('WATERMARK_DETACHED');
  });

  test('a source that was replaced by another table stops with WATERMARK_DETACHED', async () => {
    const world = await undisturbed(onDisk());
    await world.catalog.dropTable(RAW);
    await world.receive(STREAM[0]!);
    expect(await codeOf(world.standardize({ contract: CONTRACT }))).toBe('WATERMARK_DETACHED');
  });
});

/** Another program's commit, which knows nothing of watermarks. */
async function foreignCommit(world: World): Promise<void> {
  const table = await world.catalog.loadTable(STANDARDIZED);
  await table.transaction({ emptySnapshot: true }).commit();
}

async function dropWatermarkCopy(world: World, { properties }: TableMetadata): Promise<void> {
  const table = await world.catalog.loadTable(STANDARDIZED);
  const names = Object.keys(properties).filter((name) => name.startsWith('lean-ops.watermark.'));
  await table
    .transaction()
    .setProperties(Object.fromEntries(names.map((name) => [name, null])))
    .commit();
}

test('an error table is committed before Curated, which deletes what it supersedes with its watermark', async () => {
  const world = new World();
  await world.receive(STREAM[0]!);
  await world.standardize({ contract: CONTRACT });
  await world.curate({ contract: CONTRACT });
  await world.receive(STREAM[1]!);
  await world.standardize({ contract: CONTRACT });
  await codeOf(world.curate({ contract: CONTRACT, ...crashAt('curated:before-commit') }));
  expect((await world.rows(ERRORS)).map((row) => row['message_id'])).toEqual(['a2']);
  expect((await world.rows(CURATED)).map((row) => row['message_id']).sort()).toEqual(['a1', 'b1']);
  await world.curate({ contract: CONTRACT });
  expect((await world.rows(CURATED)).map((row) => row['message_id']).sort()).toEqual(['b2', 'c2', 'd1']);
});
