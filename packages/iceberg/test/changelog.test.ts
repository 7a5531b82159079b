import { expect, test } from 'vitest';
import {
  eq,
  gt,
  MemoryCatalog,
  MemoryStorage,
  type NewField,
  type Snapshot,
  type Table,
} from '../src/index.js';
import { decodeManifestList, encodeManifestList } from '../src/manifest/manifest-list-codec.js';

const FIELDS: NewField[] = [
  { name: 'id', type: 'long', required: true },
  { name: 'note', type: 'string' },
];

async function emptyTable(options: { formatVersion?: 2 | 3; fields?: NewField[] } = {}): Promise<Table> {
  const { formatVersion = 2, fields = FIELDS } = options;
  return new MemoryCatalog().createTable(
    { namespace: 'n', name: 't' },
    { formatVersion, schema: { fields } },
  );
}

/** Changes as `type id note`, in the order they come. */
async function changes(table: Table, options: Parameters<Table['changelogScan']>[0] = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const row of table.changelogScan(options).rows())
    found.push(`${row['_change_ordinal']} ${row['_change_type']} ${row['id']} ${row['note']}`);
  return found;
}

const row = (id: number, note: string | null) => ({ id, note });

for (const formatVersion of [2, 3] as const) {
  for (const mode of ['merge-on-read', 'copy-on-write', 'equality-deletes'] as const) {
    test(`an upsert is an update by its key, whichever way it is written (version ${formatVersion}, ${mode})`, async () => {
      let { table } = await (await emptyTable({ formatVersion })).append([
        row(1, 'a'),
        row(2, 'b'),
        row(3, 'c'),
      ]);
      ({ table } = await table.upsert([row(2, 'B'), row(3, 'c'), row(4, 'd')], { key: ['id'], mode }));
      ({ table } = await table.deleteKeys([{ id: 1 }, { id: 9 }], { key: ['id'], mode }));
      // The row that was replaced by itself is none that changed.
      expect(await changes(table)).toEqual([
        '0 insert 1 a',
        '0 insert 2 b',
        '0 insert 3 c',
        '1 delete 2 b',
        '1 insert 2 B',
        '1 insert 4 d',
        '2 delete 1 a',
      ]);
      const [first] = table.snapshots();
      const fromSnapshotId = first!.snapshotId;
      expect(await changes(table, { fromSnapshotId, key: ['id'] })).toEqual([
        '0 update_before 2 b',
        '0 update_after 2 B',
        '0 insert 4 d',
        '1 delete 1 a',
      ]);
      expect(await table.changelogScan({ fromSnapshotId, key: ['id'] }).count()).toBe(4);
    });
  }
}

test('rows deleted earlier are not deleted again when their file goes', async () => {
  let { table } = await (await emptyTable()).append([row(1, 'a'), row(2, 'b')]);
  ({ table } = await table.delete({ filter: eq('id', 1), mode: 'merge-on-read' }));
  ({ table } = await table.delete({ filter: gt('id', 0), mode: 'copy-on-write' }));
  expect((await changes(table)).slice(2)).toEqual(['1 delete 1 a', '2 delete 2 b']);
});

for (const mode of ['merge-on-read', 'equality-deletes'] as const) {
  test(`rows come back where a snapshot drops their ${mode} delete files`, async () => {
    const storage = new MemoryStorage();
    const catalog = new MemoryCatalog({ storage });
    const identifier = { namespace: 'n', name: 't' };
    let table = await catalog.createTable(identifier, { schema: { fields: FIELDS } });
    ({ table } = await table.append([row(1, 'a'), row(2, 'b'), row(3, 'c')]));
    ({ table } = await table.deleteKeys([{ id: 1 }], { key: ['id'], mode: 'merge-on-read' }));
    const kept = await deleteManifests(storage, table);
    ({ table } = await table.deleteKeys([{ id: 1 }, { id: 2 }], { key: ['id'], mode }));
    table = await withoutDeletes(catalog, storage, table, kept);
    // Row 1 stays deleted: one of the delete files that name it is still there.
    expect((await changes(table)).slice(3)).toEqual(['1 delete 1 a', '2 delete 2 b', '3 insert 2 b']);
    expect(await table.scan().count()).toBe(2);
  });
}

async function deleteManifests(storage: MemoryStorage, table: Table): Promise<Set<string>> {
  const { manifestList } = table.currentSnapshot()!;
  const manifests = decodeManifestList(await storage.read(manifestList), manifestList);
  return new Set(manifests.filter(({ content }) => content === 'deletes').map(({ path }) => path));
}

/** Commits what only other writers do: a snapshot that has lost all manifests of deletes but some. */
async function withoutDeletes(
  catalog: MemoryCatalog,
  storage: MemoryStorage,
  table: Table,
  kept: ReadonlySet<string>,
): Promise<Table> {
  const head = table.currentSnapshot()!;
  const manifests = decodeManifestList(await storage.read(head.manifestList), head.manifestList);
  const manifestList = `${table.location}/metadata/snap-77.avro`;
  const ids = {
    snapshotId: 77n,
    parentSnapshotId: head.snapshotId,
    sequenceNumber: head.sequenceNumber + 1n,
  };
  const bytes = encodeManifestList(
    manifests.filter(({ content, path }) => content === 'data' || kept.has(path)),
    { ...ids, formatVersion: 2, sync: new Uint8Array(16) },
  );
  await storage.write(manifestList, bytes);
  const snapshot: Snapshot = {
    ...ids,
    timestampMs: head.timestampMs + 1,
    operation: 'overwrite',
    summary: {},
    manifestList,
    schemaId: 0,
  };
  await catalog.commitTable({
    identifier: table.identifier,
    requirements: [],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', refName: 'main', ref: { snapshotId: 77n, type: 'branch' } },
    ],
  });
  return table.refresh();
}

test('snapshots that only rewrite files have no ordinal', async () => {
  let { table } = await (await emptyTable()).append([row(1, 'a')]);
  ({ table } = await table.append([row(2, 'b')]));
  ({ table } = await table.compact({ rewriteAll: true }));
  ({ table } = await table.append([row(3, 'c')]));
  expect(table.snapshots().map((snapshot) => snapshot.operation)).toContain('replace');
  expect(await changes(table)).toEqual(['0 insert 1 a', '1 insert 2 b', '2 insert 3 c']);
});

test('the filter applies to each row as it is; whether a change is an update does not depend on it', async () => {
  let { table } = await (await emptyTable()).append([row(1, 'a'), row(2, 'b')]);
  const fromSnapshotId = table.currentSnapshot()!.snapshotId;
  ({ table } = await table.upsert([row(1, 'b'), row(2, 'c')], { key: ['id'] }));
  const key = ['id'];
  expect(await changes(table, { fromSnapshotId, key, filter: eq('note', 'b') })).toEqual([
    '0 update_before 2 b',
    '0 update_after 1 b',
  ]);
  expect(await changes(table, { fromSnapshotId, key, filter: eq('id', 2) })).toEqual([
    '0 update_before 2 b',
    '0 update_after 2 c',
  ]);
  expect(await changes(table, { fromSnapshotId, filter: eq('note', 'b') })).toEqual([
    '0 delete 2 b',
    '0 insert 1 b',
  ]);
});

test('columns come in the order asked for, what changed behind them unless it is asked for too', async () => {
  const { table } = await (await emptyTable()).append([row(1, 'a')]);
  const names = async (columns: string[]) =>
    (await table.changelogScan({ columns }).toArrow()).schema.fields.map((field) => field.name);
  expect(await names(['note'])).toEqual(['note', '_change_type', '_change_ordinal', '_commit_snapshot_id']);
  expect(await names(['_change_ordinal', '_pos', 'id'])).toEqual([
    '_change_ordinal',
    '_pos',
    'id',
    '_change_type',
    '_commit_snapshot_id',
  ]);
  expect(() => table.changelogScan({ columns: ['gone'] })).toThrow(/no column "gone"/);
  expect(() => table.changelogScan({ key: ['gone'] })).toThrow(/no column "gone"/);
});

test('a branch is read up to its head, and its own snapshots count', async () => {
  let { table } = await (await emptyTable()).append([row(1, 'a')]);
  ({ table } = await table.createBranch('audit'));
  ({ table } = await table.append([row(2, 'b')], { branch: 'audit' }));
  ({ table } = await table.append([row(3, 'c')]));
  expect(await changes(table, { ref: 'audit' })).toEqual(['0 insert 1 a', '1 insert 2 b']);
  expect(await changes(table)).toEqual(['0 insert 1 a', '1 insert 3 c']);
  const ofBranch = table.snapshotOf('audit').snapshotId;
  await expect(changes(table, { fromSnapshotId: ofBranch })).rejects.toMatchObject({
    code: 'SNAPSHOT_EXPIRED',
    context: { snapshotId: ofBranch },
  });
  expect(() => table.changelogScan({ ref: 'audit', toSnapshotId: ofBranch })).toThrow(/given together/);
  const rows: unknown[] = [];
  for await (const found of table.incrementalScan({ ref: 'audit' }).rows()) rows.push(found['id']);
  expect(rows).toEqual([1n, 2n]);
  expect(() => table.incrementalScan({ ref: 'gone' })).toThrow(/no branch or tag "gone"/);
});

test('a start that was expired is an error, and so is the whole of a table whose beginning was', async () => {
  let { table } = await (await emptyTable()).append([row(1, 'a')]);
  const first = table.currentSnapshot()!.snapshotId;
  ({ table } = await table.append([row(2, 'b')]));
  const second = table.currentSnapshot()!.snapshotId;
  ({ table } = await table.append([row(3, 'c')]));
  ({ table } = await table.expireSnapshots({ snapshotIds: [first] }));
  await expect(changes(table)).rejects.toMatchObject({ code: 'SNAPSHOT_EXPIRED' });
  await expect(changes(table, { fromSnapshotId: first })).rejects.toMatchObject({ code: 'SNAPSHOT_EXPIRED' });
  expect(await changes(table, { fromSnapshotId: second })).toEqual(['0 insert 3 c']);
  expect(await changes(table, { fromSnapshotId: second, toSnapshotId: second })).toEqual([]);
});

test('rows are equal in all of their columns, nested ones and bytes included', async () => {
  const fields: NewField[] = [
    ...FIELDS,
    { name: 'bytes', type: 'binary' },
    { name: 'tags', type: { type: 'map', key: 'string', value: { type: 'list', element: 'double' } } },
    { name: 'place', type: { type: 'struct', fields: [{ name: 'x', type: 'decimal(20, 3)' }] } },
  ];
  const full = (id: number, x: string, last: number | null) => ({
    id,
    note: `note ${'long '.repeat(20)}`,
    bytes: Uint8Array.of(1, 2),
    tags: new Map([['a', [1, Number.NaN, last]]]),
    place: { x },
  });
  let { table } = await (await emptyTable({ fields })).append([
    full(1, '1.5', 0),
    full(2, '1.5', 0),
    full(3, '1.5', null),
  ]);
  const fromSnapshotId = table.currentSnapshot()!.snapshotId;
  const next = [full(1, '1.5', 0), full(2, '1.501', 0), full(3, '1.5', 0)];
  ({ table } = await table.upsert(next, { key: ['id'] }));
  const found: unknown[] = [];
  for await (const change of table.changelogScan({ fromSnapshotId, key: ['id'] }).rows())
    found.push([change['_change_type'], change['id']]);
  expect(found).toEqual([
    ['update_before', 2n],
    ['update_before', 3n],
    ['update_after', 2n],
    ['update_after', 3n],
  ]);
});

test('reading ends at the limit and with its signal', async () => {
  let { table } = await (await emptyTable()).append([row(1, 'a'), row(2, 'b')]);
  ({ table } = await table.append([row(3, 'c')]));
  expect(await changes(table, { limit: 1 })).toEqual(['0 insert 1 a']);
  expect(await changes(table, { limit: 0 })).toEqual([]);
  expect(await changes(table, { limit: 3 })).toHaveLength(3);
  await expect(changes(table, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  expect((await table.changelogScan().planFiles()).map((task) => task.dataFile.file.recordCount)).toEqual([
    2n,
    1n,
  ]);
});

test('a table without snapshots has no changes', async () => {
  const table = await emptyTable();
  expect(await changes(table)).toEqual([]);
  expect(await table.changelogScan().count()).toBe(0);
});
