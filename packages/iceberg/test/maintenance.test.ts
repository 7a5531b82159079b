import { beforeEach, describe, expect, test } from 'vitest';
import {
  batchFromRows,
  FolderCatalog,
  FolderStorage,
  type IcebergError,
  type Storage,
  type Table,
  type TableUpdate,
} from '../src/index.js';
import { FaultyStorage } from './support/faulty-storage.js';

const ID = { namespace: 'n', name: 't' };
const DAY = 24 * 60 * 60 * 1000;
const ROOT = 'memory://w/n/t';

let now: number;
let storage: FaultyStorage;
let catalog: FolderCatalog;
let table: Table;

beforeEach(async () => {
  now = Date.parse('2026-11-23T00:00:00Z');
  storage = new FaultyStorage({ now: () => now });
  catalog = new FolderCatalog({
    warehouse: 'memory://w',
    storage,
    now: () => now,
    sleep: async () => undefined,
  });
  table = await catalog.createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'note', type: 'string' },
      ],
    },
  });
});

const rows = (...ids: number[]) =>
  batchFromRows(
    table.schema(),
    ids.map((id) => ({ id, note: `n${id}` })),
  );

async function idsOf(found: Table, snapshotId?: bigint): Promise<number[]> {
  const ids: number[] = [];
  for await (const row of found.scan(snapshotId === undefined ? {} : { snapshotId }).rows())
    ids.push(Number(row['id']));
  return ids.sort((left, right) => left - right);
}

async function listed(from: Storage = storage, prefix = ROOT): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of from.list(prefix)) paths.push(path.slice(prefix.length + 1));
  return paths.sort();
}

const failure = (promise: Promise<unknown>): Promise<IcebergError> =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error as IcebergError,
  );

/** A day per commit. */
async function appendDaily(...ids: number[]): Promise<void> {
  for (const id of ids) {
    now += DAY;
    table = (await table.append(rows(id))).table;
  }
}

async function upsertDaily(id: number): Promise<void> {
  now += DAY;
  table = (await table.upsert(rows(id), { key: ['id'] })).table;
}

async function setRef(refName: string, snapshotId: bigint, type: 'branch' | 'tag'): Promise<void> {
  const update: TableUpdate = { action: 'set-snapshot-ref', refName, ref: { snapshotId, type } };
  await catalog.commitTable({ identifier: ID, requirements: [], updates: [update] });
  table = await catalog.loadTable(ID);
}

const idAt = (index: number): bigint => table.snapshots()[index]!.snapshotId;

describe('expireSnapshots', () => {
  test('deletes what only expired snapshots need, and what is retained reads as before', async () => {
    await appendDaily(1, 2);
    await upsertDaily(1);
    await upsertDaily(2);
    const before = await listed();
    const snapshots = table.snapshots();
    const result = await table.expireSnapshots({ olderThan: now, retainLast: 2 });
    expect(result.expiredSnapshotIds).toEqual(snapshots.slice(0, 2).map(({ snapshotId }) => snapshotId));
    expect(result.table.snapshots()).toEqual(snapshots.slice(2));
    // Rows that were replaced are still live behind their delete files; only the lists of the old snapshots go.
    expect(result.deleted).toEqual({
      dataFiles: 0,
      deleteFiles: 0,
      manifests: 0,
      manifestLists: 2,
      statisticsFiles: 0,
      metadataFiles: 0,
    });
    const after = await listed();
    expect(before.filter((path) => !after.includes(path))).toEqual(
      result.files.map((path) => path.slice(ROOT.length + 1)).sort(),
    );
    for (const snapshot of result.table.snapshots()) {
      expect(await idsOf(result.table, snapshot.snapshotId)).toEqual([1, 2]);
    }
    expect((await failure(idsOf(result.table, snapshots[0]!.snapshotId))).code).toBe('SNAPSHOT_NOT_FOUND');
  });

  test('a file that a tag still needs stays', async () => {
    await appendDaily(1);
    await setRef('audit', idAt(0), 'tag');
    // A new beginning: nothing of the first snapshot is in the second.
    await replaceMain();
    await appendDaily(2, 3);
    await setRef('gone', idAt(1), 'tag');
    const result = await table.expireSnapshots({ olderThan: now });
    expect(result.expiredSnapshotIds).toEqual([]);
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [{ action: 'remove-snapshot-ref', refName: 'gone' }],
    });
    const second = await table.expireSnapshots({ olderThan: now });
    expect(second.expiredSnapshotIds).toEqual([idAt(1)]);
    expect(second.deleted).toMatchObject({ dataFiles: 0, manifests: 0, manifestLists: 1 });
    expect(await idsOf(second.table)).toEqual([2, 3]);
    expect(await idsOf(second.table, idAt(0))).toEqual([1]);
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [{ action: 'remove-snapshot-ref', refName: 'audit' }],
    });
    const last = await table.expireSnapshots({ olderThan: now });
    expect(last.deleted).toMatchObject({ dataFiles: 1, manifests: 1, manifestLists: 1 });
    expect(await idsOf(last.table)).toEqual([2, 3]);
  });

  /** Lets main begin anew, without files. */
  async function replaceMain(): Promise<void> {
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [{ action: 'remove-snapshot-ref', refName: 'main' }],
    });
    table = await catalog.loadTable(ID);
    expect(table.currentSnapshot()).toBeNull();
  }

  test('a dry run tells the same and changes nothing', async () => {
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    const before = await listed();
    const tried = await table.expireSnapshots({ olderThan: now, dryRun: true });
    expect(await listed()).toEqual(before);
    expect((await catalog.loadTable(ID)).snapshots()).toHaveLength(2);
    const done = await table.expireSnapshots({ olderThan: now });
    expect(tried.deleted).toEqual({ ...done.deleted });
    expect([...tried.files].sort()).toEqual([...done.files].sort());
    expect(done.deleted).toMatchObject({ dataFiles: 1, manifests: 1, manifestLists: 1 });
  });

  test('files stay when asked, and are orphans then', async () => {
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    const { files, table: after } = await table.expireSnapshots({ olderThan: now, deleteFiles: false });
    expect(files).toEqual([]);
    now += 4 * DAY;
    const { orphans, deleted } = await after.removeOrphanFiles();
    expect(orphans.map((file) => /\.\w+$/.exec(file.path)![0]).sort()).toEqual([
      '.avro',
      '.avro',
      '.parquet',
    ]);
    expect(deleted).toBe(3);
    expect(await idsOf(await catalog.loadTable(ID))).toEqual([2]);
  });

  test('nothing is deleted where the answer of the commit is lost for good', async () => {
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    const before = await listed();
    storage.faults = ['fails before'];
    const error = await failure(table.expireSnapshots({ olderThan: now }));
    expect(error.code).toBe('COMMIT_STATE_UNKNOWN');
    expect(storage.deleted).toEqual([]);
    expect(await listed()).toEqual(before);
  });

  test('a lost answer to a commit that was made is found out, and the files go', async () => {
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    storage.faults = ['fails after'];
    const { deleted, table: after } = await table.expireSnapshots({ olderThan: now });
    expect(deleted.dataFiles).toBe(1);
    expect(after.snapshots()).toHaveLength(1);
  });

  test('is planned anew where another commit comes first: a snapshot tagged in between stays', async () => {
    await appendDaily(1, 2, 3);
    storage.before = () => setRef('kept', idAt(0), 'tag');
    const result = await table.expireSnapshots({ olderThan: now });
    expect(result.expiredSnapshotIds).toEqual([idAt(1)]);
    expect(await idsOf(result.table, idAt(0))).toEqual([1]);
  });

  test('a snapshot named by hand that is tagged in between is refused', async () => {
    await appendDaily(1, 2, 3);
    storage.before = () => setRef('kept', idAt(0), 'tag');
    const error = await failure(table.expireSnapshots({ snapshotIds: [idAt(0)] }));
    expect(error.message).toMatch(/"kept" refers to it/);
    expect((await catalog.loadTable(ID)).snapshots()).toHaveLength(3);
  });

  test('one commit of an append in between keeps its files', async () => {
    await appendDaily(1, 2);
    const stale = table;
    storage.before = () => stale.append(rows(3));
    const { table: after } = await stale.expireSnapshots({ olderThan: now + DAY });
    expect(await idsOf(after)).toEqual([1, 2, 3]);
    expect(after.snapshots()).toHaveLength(1);
  });

  test('a damaged file of an expired snapshot is reported, one of a retained snapshot keeps every file', async () => {
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    const [first, second] = table.snapshots();
    const before = await listed();
    await storage.write(second!.manifestList, new Uint8Array([1, 2, 3]));
    const error = await failure(table.expireSnapshots({ olderThan: now }));
    expect(error.code).toBe('CORRUPT_FILE');
    expect(error.message).toMatch(/1 snapshots were expired, but not all of their files were deleted/);
    expect(error.context['expiredSnapshotIds']).toEqual([first!.snapshotId]);
    expect((await listed()).filter((path) => !/v\d+\.metadata/.test(path))).toEqual(
      before.filter((path) => !/v\d+\.metadata/.test(path)),
    );
  });

  test('a list of an expired snapshot that cannot be read is reported', async () => {
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    const list = table.snapshots()[0]!.manifestList;
    await storage.delete([list]);
    const { failed, deleted } = await table.expireSnapshots({ olderThan: now });
    expect(failed).toEqual([list]);
    expect(deleted.dataFiles).toBe(0);
    expect(await idsOf(await catalog.loadTable(ID))).toEqual([2]);
  });

  test('a file that cannot be deleted is reported, and the others go', async () => {
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    const data = (await listed()).filter((path) => path.startsWith('data/'));
    const remove = storage.inner.delete.bind(storage.inner);
    storage.inner.delete = async (paths) => {
      if (paths.some((path) => path.endsWith('.parquet'))) throw new Error('denied');
      await remove(paths);
    };
    const { failed, deleted } = await table.expireSnapshots({ olderThan: now });
    expect(failed).toHaveLength(1);
    expect(data.map((path) => `${ROOT}/${path}`)).toContain(failed[0]);
    expect(deleted).toMatchObject({ dataFiles: 0, manifests: 1, manifestLists: 1 });
  });

  test('a file outside the table is reported and stays, and the others go', async () => {
    const outside = 'memory://w/n/other/a.stats';
    await storage.write(outside, new Uint8Array(1));
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    const statistics = {
      snapshotId: idAt(0),
      statisticsPath: outside,
      fileSizeInBytes: 1n,
      extra: { 'file-footer-size-in-bytes': 1, 'blob-metadata': [] },
    };
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [{ action: 'set-statistics', statistics }],
    });
    const { failed, deleted } = await (await catalog.loadTable(ID)).expireSnapshots({ olderThan: now });
    expect(failed).toEqual([outside]);
    expect(deleted).toMatchObject({ dataFiles: 1, manifests: 1, manifestLists: 1, statisticsFiles: 0 });
    expect(await storage.stat(outside)).not.toBeNull();
    expect(await idsOf(await catalog.loadTable(ID))).toEqual([2]);
  });

  test('statistics files go with their snapshot', async () => {
    await appendDaily(1, 2);
    const file = (index: number, name: string) => ({
      snapshotId: idAt(index),
      statisticsPath: `${ROOT}/metadata/${name}`,
      fileSizeInBytes: 1n,
      extra: { 'file-footer-size-in-bytes': 1, 'blob-metadata': [] },
    });
    for (const name of ['a.stats', 'b.stats', 'c.parquet'])
      await storage.write(`${ROOT}/metadata/${name}`, new Uint8Array(1));
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [
        { action: 'set-statistics', statistics: file(0, 'a.stats') },
        { action: 'set-statistics', statistics: file(1, 'b.stats') },
        { action: 'set-partition-statistics', partitionStatistics: file(0, 'c.parquet') },
      ],
    });
    const { deleted } = await table.expireSnapshots({ olderThan: now });
    expect(deleted.statisticsFiles).toBe(2);
    expect(await listed()).toContain('metadata/b.stats');
    expect(await listed()).not.toContain('metadata/a.stats');
  });

  test('metadata files that leave the log go where the table asks for it', async () => {
    table = (
      await table
        .transaction()
        .setProperties({
          'write.metadata.previous-versions-max': '2',
          'write.metadata.delete-after-commit.enabled': 'true',
        })
        .commit()
    ).table;
    await appendDaily(1, 2, 3);
    const { deleted, table: after } = await table.expireSnapshots({ olderThan: now });
    expect(deleted.metadataFiles).toBe(1);
    now += 10 * DAY;
    await after.removeOrphanFiles();
    const versions = (await listed()).filter((path) => path.endsWith('.metadata.json'));
    expect(versions).toEqual([
      'metadata/v4.metadata.json',
      'metadata/v5.metadata.json',
      'metadata/v6.metadata.json',
    ]);
    expect(await idsOf((await (await catalog.loadTable(ID)).append(rows(9))).table)).toEqual([1, 2, 3, 9]);
  });

  test('specs and schemas that nothing refers to go when asked, save those that alone know a column', async () => {
    await appendDaily(1);
    const transaction = table.transaction().addColumns([{ name: 'more', type: 'int' }]);
    table = (await transaction.commit()).table;
    await appendDaily(2);
    expect(table.metadata.schemas).toHaveLength(2);
    const { table: after } = await table.expireSnapshots({ olderThan: now, cleanMetadata: true });
    expect(after.metadata.schemas.map((schema) => schema.schemaId)).toEqual([table.schema().schemaId]);
    expect(await idsOf(after)).toEqual([1, 2]);
  });

  test('a table whose files are not its own alone is refused', async () => {
    table = (await table.transaction().setProperties({ 'gc.enabled': 'false' }).commit()).table;
    expect((await failure(table.expireSnapshots())).message).toMatch(/gc\.enabled=false/);
    expect((await failure(table.removeOrphanFiles())).message).toMatch(/gc\.enabled=false/);
  });

  test('progress is told and an abort ends the work before anything is changed', async () => {
    await appendDaily(1);
    await replaceMain();
    await appendDaily(2);
    const phases: string[] = [];
    const controller = new AbortController();
    controller.abort();
    const error = await failure(table.expireSnapshots({ olderThan: now, signal: controller.signal }));
    expect(error.code).toBe('ABORTED');
    expect((await catalog.loadTable(ID)).snapshots()).toHaveLength(2);
    await table.expireSnapshots({
      olderThan: now,
      onProgress: ({ phase, done, total }) => void phases.push(`${phase} ${done}/${total}`),
    });
    expect(phases).toEqual(['reading 1/2', 'reading 2/2', 'deleting 3/3']);
  });
});

describe('removeOrphanFiles', () => {
  const orphan = async (path: string, age = 4 * DAY): Promise<void> => {
    const later = now;
    now -= age;
    await storage.write(`${ROOT}/${path}`, new Uint8Array(7));
    now = later;
  };

  test('removes what nothing refers to, old enough, and nothing else', async () => {
    await appendDaily(1);
    await upsertDaily(1);
    now += 10 * DAY;
    await orphan('data/lost.parquet');
    await orphan('metadata/lost-m.avro');
    await orphan('metadata/lost.metadata.json.8b2f0c1e-0000-4000-8000-000000000000.tmp');
    await orphan('data/young.parquet', 2 * DAY);
    await orphan('_logs/x');
    await orphan('.hidden/x');
    await orphan('data/_day=2026-11-23/lost.parquet');
    const before = await listed();
    const tried = await table.removeOrphanFiles({ dryRun: true });
    expect(await listed()).toEqual(before);
    expect(tried).toMatchObject({ deleted: 0, bytes: 28 });
    const result = await table.removeOrphanFiles();
    expect(result).toMatchObject({ deleted: 4, bytes: 28, failed: [] });
    expect(result.orphans).toEqual(tried.orphans);
    const after = await listed();
    expect(before.filter((path) => !after.includes(path))).toEqual([
      'data/_day=2026-11-23/lost.parquet',
      'data/lost.parquet',
      'metadata/lost-m.avro',
      'metadata/lost.metadata.json.8b2f0c1e-0000-4000-8000-000000000000.tmp',
    ]);
    for (const { snapshotId } of table.snapshots()) expect(await idsOf(table, snapshotId)).toEqual([1]);
  });

  test('looks only where it is told to', async () => {
    await orphan('data/a/lost.parquet');
    await orphan('data/ab/lost.parquet');
    const { orphans } = await table.removeOrphanFiles({ location: `${ROOT}/data/a` });
    expect(orphans.map((file) => file.path)).toEqual([`${ROOT}/data/a/lost.parquet`]);
    const error = await failure(table.removeOrphanFiles({ location: 'memory://w/n/other' }));
    expect(error.code).toBe('LOCATION_OUTSIDE_TABLE');
    expect(error.message).toContain('The folder memory://w/n/other is not below');
  });

  test('the last hour is refused unless forced; files still being written stay even then', async () => {
    await orphan('data/fresh.parquet', 60_000);
    await orphan('data/x.parquet.8b2f0c1e-0000-4000-8000-000000000000.tmp', 60_000);
    const error = await failure(table.removeOrphanFiles({ olderThan: now }));
    expect(error.message).toMatch(/less than an hour old/);
    const { orphans } = await table.removeOrphanFiles({ olderThan: new Date(now), force: true });
    expect(orphans.map((file) => file.path)).toEqual([`${ROOT}/data/fresh.parquet`]);
  });

  test('tables in folders inside the table are left alone, dropped ones too', async () => {
    const inner = await catalog.createTable(
      { namespace: 'n.t.deep', name: 'inner' },
      { schema: { fields: [{ name: 'id', type: 'long' }] } },
    );
    await inner.append(batchFromRows(inner.schema(), [{ id: 1 }]));
    const dropped = { namespace: 'n.t', name: 'dropped' };
    const other = await catalog.createTable(dropped, {
      schema: { fields: [{ name: 'id', type: 'long' }] },
    });
    await other.append(batchFromRows(other.schema(), [{ id: 1 }]));
    await catalog.dropTable(dropped);
    await appendDaily(1);
    now += 10 * DAY;
    await orphan('lost.parquet');
    const { orphans } = await table.removeOrphanFiles();
    expect(orphans.map((file) => file.path)).toEqual([`${ROOT}/lost.parquet`]);
    expect(await idsOf(await catalog.loadTable({ namespace: 'n.t.deep', name: 'inner' }))).toEqual([1]);
    expect((await listed()).filter((path) => path.startsWith('dropped/'))).toHaveLength(3);
  });

  test('a commit made while files are looked through is seen', async () => {
    await appendDaily(1);
    now += 10 * DAY;
    const stale = table;
    const list = storage.inner.list.bind(storage.inner);
    let once = true;
    storage.inner.list = async function* (prefix) {
      if (once) {
        once = false;
        table = (await stale.append(rows(2))).table;
        now += 10 * DAY;
      }
      yield* list(prefix);
    };
    const { orphans } = await stale.removeOrphanFiles({ olderThan: now + DAY, force: true });
    expect(orphans).toEqual([]);
    expect(await idsOf(await catalog.loadTable(ID))).toEqual([1, 2]);
  });

  test('nothing is deleted where a manifest cannot be read', async () => {
    await appendDaily(1, 2);
    now += 10 * DAY;
    await orphan('data/lost.parquet');
    const [manifest] = (await listed()).filter((path) => path.endsWith('-m.avro'));
    const bytes = await storage.read(`${ROOT}/${manifest}`);
    await storage.write(`${ROOT}/${manifest}`, bytes.slice(0, bytes.length - 40));
    const fresh = await new FolderCatalog({ warehouse: 'memory://w', storage, now: () => now }).loadTable(ID);
    expect((await failure(fresh.removeOrphanFiles())).code).toBe('CORRUPT_FILE');
    expect(storage.deleted).toEqual([]);
  });

  test('a file named under another scheme or host is no orphan', async () => {
    await appendDaily(1);
    now += 10 * DAY;
    const paths = ['data/a.parquet', 'data/b.parquet', 'data/c.parquet'];
    for (const path of paths) await orphan(path);
    const spellings = ['hdfs://name-node:8020/w/n/t/data/a.parquet', 's3a://bucket/w/n/t//data/b.parquet'];
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: spellings.map((statisticsPath, index) => ({
        action: 'set-statistics' as const,
        statistics: { snapshotId: BigInt(index), statisticsPath, fileSizeInBytes: 1n },
      })),
    });
    const { orphans } = await table.removeOrphanFiles();
    expect(orphans.map((file) => file.path)).toEqual([`${ROOT}/data/c.parquet`]);
  });
});

test('a table folder on disk that was moved keeps its files', async () => {
  const { mkdtemp, rename, rm, utimes } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await mkdtemp(`${tmpdir()}/maintenance-`);
  try {
    const first = new FolderCatalog({ warehouse: `${folder}/a` });
    const created = await first.createTable(ID, { schema: { fields: [{ name: 'id', type: 'long' }] } });
    const { table: one } = await created.append(batchFromRows(created.schema(), [{ id: 1 }]));
    await one.append(batchFromRows(created.schema(), [{ id: 2 }]));
    await rename(`${folder}/a`, `${folder}/b`);
    const moved = await new FolderCatalog({ warehouse: `file://${folder}/b` }).loadTable(ID);
    const disk = new FolderStorage();
    await disk.write(`${folder}/b/n/t/data/lost.parquet`, new Uint8Array(3));
    for (const path of await listed(disk, `${folder}/b`))
      await utimes(`${folder}/b/${path}`, new Date('2026-01-01'), new Date('2026-01-01'));
    const { orphans } = await moved.removeOrphanFiles();
    expect(orphans.map((file) => file.path)).toEqual([`${folder}/b/n/t/data/lost.parquet`]);
    const { deleted, failed } = await moved.expireSnapshots({ olderThan: Date.now() });
    expect(deleted.manifestLists).toBe(1);
    expect(failed).toEqual([]);
    expect(await idsOf(await moved.refresh())).toEqual([1, 2]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a table whose data folder is a link to another disk keeps the link and what is behind it', async () => {
  const { lutimes, mkdtemp, rename, rm, symlink, utimes } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await mkdtemp(`${tmpdir()}/maintenance-`);
  try {
    const local = new FolderCatalog({ warehouse: `${folder}/a` });
    const created = await local.createTable(ID, { schema: { fields: [{ name: 'id', type: 'long' }] } });
    await created.append(batchFromRows(created.schema(), [{ id: 1 }]));
    const data = `${folder}/a/n/t/data`;
    await rename(data, `${folder}/other`);
    await symlink(`${folder}/other`, data);
    // Another name for the same files, which no metadata knows them by.
    await symlink(`${folder}/other`, `${folder}/a/n/t/archive`);
    const old = new Date('2026-01-01');
    for (const link of [data, `${folder}/a/n/t/archive`]) await lutimes(link, old, old);
    for (const path of await listed(new FolderStorage(), `${folder}/other`))
      await utimes(`${folder}/other/${path}`, old, old);
    await utimes(`${folder}/other`, old, old);
    const { orphans, failed } = await (await local.loadTable(ID)).removeOrphanFiles();
    expect([orphans, failed]).toEqual([[], []]);
    expect(await idsOf(await new FolderCatalog({ warehouse: `${folder}/a` }).loadTable(ID))).toEqual([1]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
