import { beforeAll, describe, expect, test } from 'vitest';
import {
  type AbortOptions,
  eq,
  FolderCatalog,
  IcebergError,
  lt,
  openTable,
  type Table,
  type TableScan,
} from '../src/index.js';
import { HangingStorage } from './support/hanging-storage.js';

const WAREHOUSE = 'memory:///warehouse';
const ID = { namespace: 'raw', name: 'orders' };
const SCHEMA = {
  fields: [
    { name: 'id', type: 'long', required: true },
    { name: 'day', type: 'string' },
  ],
} as const;
const HOUR_MS = 60 * 60 * 1000;

/** A catalog of one table on a storage of its own. */
interface World {
  readonly storage: HangingStorage;
  readonly catalog: FolderCatalog;
  /** How long something was to wait, in milliseconds. */
  readonly sleeps: number[];
  /** How many commits are with the catalog now. */
  publishing: number;
}

function openWorld(now = Date.now): World {
  const storage = new HangingStorage();
  const sleeps: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => {
    sleeps.push(milliseconds);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const catalog = new FolderCatalog({ warehouse: WAREHOUSE, storage, sleep, now });
  const world = { storage, catalog, sleeps, publishing: 0 };
  const commitTable = catalog.commitTable.bind(catalog);
  catalog.commitTable = async (...args) => {
    world.publishing++;
    try {
      return await commitTable(...args);
    } finally {
      world.publishing--;
    }
  };
  return world;
}

/** Files of a table with several files, deletes, a branch, a staged snapshot and an orphan, a month old. */
let files: readonly (readonly [string, Uint8Array])[] = [];
let firstSnapshot: bigint;

beforeAll(async () => {
  const { storage, catalog } = openWorld(() => Date.now() - 720 * HOUR_MS);
  const created = await catalog.createTable(ID, { schema: SCHEMA, partitionBy: ['day'] });
  let table = created;
  for (let id = 0; id < 3; id++)
    ({ table } = await table.append([
      { id, day: 'a' },
      { id: id + 10, day: 'b' },
    ]));
  firstSnapshot = table.snapshots()[0]!.snapshotId;
  ({ table } = await table.createBranch('audit'));
  ({ table } = await table.delete({ filter: eq('id', 11) }));
  ({ table } = await table.append([{ id: 99, day: 'c' }], { stageOnly: true, wapId: 'load' }));
  await storage.write(`${table.location}/data/orphan.parquet`, new Uint8Array(1));
  const paths = await storage.paths();
  files = await Promise.all(paths.map(async (path) => [path, await storage.inner.read(path)] as const));
});

async function worldWithTable(): Promise<World> {
  const world = openWorld();
  for (const [path, bytes] of files) await world.storage.inner.write(path, bytes);
  return world;
}

const loaded = ({ catalog }: World): Promise<Table> => catalog.loadTable(ID);

async function taken<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

type Operation = (world: World, options: AbortOptions) => Promise<unknown>;

/** On the table as it was loaded, under no signal. */
const onTable =
  (work: (table: Table, options: AbortOptions) => Promise<unknown>): Operation =>
  (world, options) =>
    tables.get(world)!.then((table) => work(table, options));
const tables = new WeakMap<World, Promise<Table>>();

const scanned =
  (read: (scan: TableScan) => Promise<unknown>): Operation =>
  (world, options) =>
    onTable((table) => read(table.scan({ ...options, filter: lt('id', 12) })))(world, options);

const ROWS = [
  { id: 1, day: 'a' },
  { id: 50, day: 'd' },
];

const READS: Record<string, Operation> = {
  'catalog.loadTable': ({ catalog }, options) => catalog.loadTable(ID, options),
  'catalog.tableExists': ({ catalog }, options) => catalog.tableExists(ID, options),
  'catalog.listTables': ({ catalog }, options) => catalog.listTables(undefined, options),
  'catalog.listTables of a namespace': ({ catalog }, options) => catalog.listTables('raw', options),
  'openTable by its folder': ({ storage }, options) =>
    openTable({ folder: `${WAREHOUSE}/raw/orders`, storage, ...options }),
  'openTable by its metadata file': ({ storage }, options) =>
    openTable({ metadataLocation: `${WAREHOUSE}/raw/orders/metadata/v3.metadata.json`, storage, ...options }),
  'table.refresh': onTable((table, options) => table.refresh(options)),
  'scan.toArrow': scanned((scan) => scan.toArrow()),
  'scan.count': scanned((scan) => scan.count()),
  'scan.planFiles': scanned((scan) => scan.planFiles()),
  'scan.rows': scanned((scan) => taken(scan.rows())),
  'scan by iteration': scanned((scan) => taken(scan)),
  incrementalScan: onTable((table, options) =>
    table.incrementalScan({ ...options, fromSnapshotId: firstSnapshot }).toArrow(),
  ),
  'incrementalScan.count': onTable((table, options) => table.incrementalScan(options).count()),
  changelogScan: onTable((table, options) => table.changelogScan({ ...options, key: ['id'] }).toArrow()),
  'metadataTable files': onTable((table, options) => table.metadataTable('files', options).toArrow()),
  'metadataTable entries': onTable((table, options) => taken(table.metadataTable('entries', options).rows())),
  'metadataTable manifests': onTable((table, options) => table.metadataTable('manifests', options).toArrow()),
  'metadataTable partitions': onTable((table, options) =>
    table.metadataTable('partitions', options).toArrow(),
  ),
  'expireSnapshots, dry': onTable((table, options) =>
    table.expireSnapshots({ ...options, retainLast: 1, dryRun: true }),
  ),
  'removeOrphanFiles, dry': onTable((table, options) =>
    table.removeOrphanFiles({ ...options, olderThan: Date.now() + HOUR_MS, force: true, dryRun: true }),
  ),
  'compact, dry': onTable((table, options) => table.compact({ ...options, dryRun: true })),
};

const COMMITS: Record<string, Operation> = {
  append: onTable((table, options) => table.append(ROWS, options)),
  upsert: onTable((table, options) => table.upsert(ROWS, { ...options, key: ['id'] })),
  'upsert, copy-on-write': onTable((table, options) =>
    table.upsert(ROWS, { ...options, key: ['id'], mode: 'copy-on-write' }),
  ),
  'deleteKeys, equality deletes': onTable((table, options) =>
    table.deleteKeys(ROWS, { ...options, key: ['id', 'day'], mode: 'equality-deletes' }),
  ),
  delete: onTable((table, options) => table.delete({ ...options, filter: eq('id', 10) })),
  'delete, copy-on-write': onTable((table, options) =>
    table.delete({ ...options, filter: eq('id', 10), mode: 'copy-on-write' }),
  ),
  overwrite: onTable((table, options) => table.overwrite(ROWS, { ...options, filter: eq('day', 'a') })),
  updateSchema: onTable((table, options) =>
    table.updateSchema((change) => change.addColumn('note', 'string'), options),
  ),
  setProperties: onTable((table, options) => table.setProperties({ a: '1' }, options)),
  createBranch: onTable((table, options) => table.createBranch('other', options)),
  createTag: onTable((table, options) => table.createTag('then', options)),
  dropRef: onTable((table, options) => table.dropRef('audit', options)),
  fastForward: onTable((table, options) => table.fastForward('audit', { ...options, to: 'main' })),
  rollbackTo: onTable((table, options) => table.rollbackTo({ ...options, snapshotId: firstSnapshot })),
  setCurrentSnapshot: onTable((table, options) => table.setCurrentSnapshot(firstSnapshot, options)),
  publish: onTable((table, options) => table.publish('load', options)),
  rewriteManifests: onTable((table, options) => table.rewriteManifests(options)),
  compact: onTable((table, options) => table.compact({ ...options, minInputFiles: 2 })),
};

/** What deletes, and what makes a name known: whatever of it was done, stands. */
const LASTING: Record<string, Operation> = {
  expireSnapshots: onTable((table, options) => table.expireSnapshots({ ...options, retainLast: 1 })),
  'expireSnapshots with unused metadata': onTable((table, options) =>
    table.expireSnapshots({ ...options, retainLast: 1, cleanMetadata: true }),
  ),
  removeOrphanFiles: onTable((table, options) =>
    table.removeOrphanFiles({ ...options, olderThan: Date.now() + HOUR_MS, force: true }),
  ),
  'catalog.createTable': ({ catalog }, options) =>
    catalog.createTable({ ...ID, name: 'other' }, { schema: SCHEMA, ...options }),
  'catalog.dropTable': ({ catalog }, options) => catalog.dropTable(ID, options),
  'catalog.dropTable with its files': ({ catalog }, options) =>
    catalog.dropTable(ID, { ...options, purge: true }),
};

/** The error of an operation that is aborted while one call of its storage hangs; `null` where it is done all the same. */
async function abortAt(
  operation: Operation,
  hangAt: number,
  failsWithReason: boolean,
): Promise<{ error: unknown; world: World; reason: unknown; publishing: boolean } | null> {
  const world = await worldWithTable();
  tables.set(world, loaded(world));
  await tables.get(world);
  world.storage.calls.length = 0;
  Object.assign(world.storage, { hangAt, failsWithReason });
  const controller = new AbortController();
  const outcome = operation(world, { signal: controller.signal }).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const hung = await Promise.race([world.storage.hung.then(() => true), outcome.then(() => false)]);
  expect(hung).toBe(true);
  const publishing = world.publishing > 0;
  controller.abort();
  const failed = await outcome;
  // Clean-up goes on behind the error.
  await new Promise((resolve) => setImmediate(resolve));
  return failed === null ? null : { ...failed, world, reason: controller.signal.reason, publishing };
}

async function callsOf(operation: Operation): Promise<number> {
  const world = await worldWithTable();
  tables.set(world, loaded(world));
  await tables.get(world);
  world.storage.calls.length = 0;
  await operation(world, { signal: new AbortController().signal });
  return world.storage.calls.length;
}

const WAYS = [
  ['does not look at the signal', false],
  ['fails with the reason of the signal', true],
] as const;

describe.each(WAYS)('a storage that %s', (_way, failsWithReason) => {
  // The second way differs in one place only, which every call goes through.
  const step = failsWithReason && process.env['LEAN_OPS_TEST'] !== 'full' ? 3 : 1;

  test.each(Object.entries(READS))('holds up %s at no call of it', async (_name, operation) => {
    const calls = await callsOf(operation);
    expect(calls).toBeGreaterThan(0);
    for (let hangAt = 0; hangAt < calls; hangAt += step) {
      const aborted = await abortAt(operation, hangAt, failsWithReason);
      expect(aborted?.error).toBeInstanceOf(IcebergError);
      expect(aborted?.error).toMatchObject({ code: 'ABORTED', cause: aborted?.reason });
    }
  });

  test.each(Object.entries(LASTING))('holds up %s at no call of it', async (name, operation) => {
    const calls = await callsOf(operation);
    for (let hangAt = 0; hangAt < calls; hangAt += step) {
      const aborted = await abortAt(operation, hangAt, failsWithReason);
      // The hint is advice: what it points to stands without it.
      const hungCall = aborted?.world.storage.calls[hangAt];
      if (aborted === null) continue;
      const { error, world, reason, publishing } = aborted;
      const created = world.storage.calls
        .slice(0, hangAt + 1)
        .some((call) => call.operation === 'writeIfAbsent');
      if (publishing || (name === 'catalog.createTable' && created)) {
        expect(error).toMatchObject({
          code: 'COMMIT_STATE_UNKNOWN',
          cause: { code: 'ABORTED', cause: reason },
        });
      } else {
        expect(error).toMatchObject({ code: 'ABORTED' });
        expect(hungCall?.operation).not.toBe('writeIfAbsent');
      }
      // Whatever is left of the table can be read, or there is none.
      const { storage } = world;
      storage.hangAt = Number.POSITIVE_INFINITY;
      const fresh = new FolderCatalog({ warehouse: WAREHOUSE, storage });
      if (!name.includes('drop') || (await fresh.tableExists(ID)))
        expect(await (await fresh.loadTable(ID)).scan().count()).toBe(5);
    }
  });

  test.each(Object.entries(COMMITS))('holds up %s at no call of it', async (_name, operation) => {
    const calls = await callsOf(operation);
    const before = files.map(([path]) => path);
    const codes = new Set<string>();
    for (let hangAt = 0; hangAt < calls; hangAt += step) {
      const aborted = await abortAt(operation, hangAt, failsWithReason);
      // What is left to do after a commit is to delete what it did not need.
      if (aborted === null) continue;
      const { error, world, publishing, reason } = aborted;
      const hungCall = world.storage.calls[hangAt]!;
      if (hungCall.operation === 'delete') continue;
      expect(error).toBeInstanceOf(IcebergError);
      const { code, cause, context } = error as IcebergError;
      codes.add(code);
      if (publishing) {
        expect(code).toBe('COMMIT_STATE_UNKNOWN');
        expect(cause).toMatchObject({ code: 'ABORTED', cause: reason });
        expect(world.storage.calls.filter((call) => call.operation === 'delete')).toEqual([]);
        const addsFiles = world.storage.calls.some(({ path }) => /\/snap-[^/]+\.avro$/.test(path));
        if (addsFiles && 'snapshotId' in context) expect(typeof context['snapshotId']).toBe('bigint');
      } else {
        expect(code).toBe('ABORTED');
        const left = await world.storage.paths();
        if (!('commits' in context)) expect(left).toEqual(before);
      }
    }
    if (step === 1) expect([...codes].sort()).toEqual(['ABORTED', 'COMMIT_STATE_UNKNOWN']);
  });
});
