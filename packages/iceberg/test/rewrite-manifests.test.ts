import { beforeEach, expect, test } from 'vitest';
import { batchFromRows, FolderCatalog, type ManifestEntry, type Table } from '../src/index.js';
import { decodeManifest } from '../src/manifest/manifest-codec.js';
import type { ManifestFile } from '../src/manifest/manifest-file.js';
import { decodeManifestList } from '../src/manifest/manifest-list-codec.js';
import { partitionFieldsOf } from '../src/scan/manifest-reader.js';
import { FaultyStorage } from './support/faulty-storage.js';

const ID = { namespace: 'n', name: 't' };
const SCHEMA = {
  fields: [
    { name: 'id', type: 'long', required: true },
    { name: 'part', type: 'int' },
  ],
} as const;

let storage: FaultyStorage;
let catalog: FolderCatalog;
let table: Table;

beforeEach(async () => {
  storage = new FaultyStorage();
  catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });
});

async function create(formatVersion: 2 | 3, properties: Record<string, string> = {}): Promise<void> {
  table = await catalog.createTable(ID, { schema: SCHEMA, partitionBy: ['part'], formatVersion, properties });
}

async function append(...ids: number[]): Promise<void> {
  const rows = ids.map((id) => ({ id, part: id % 3 }));
  table = (await (await catalog.loadTable(ID)).append(batchFromRows(table.schema(), rows))).table;
}

async function upsert(id: number): Promise<void> {
  const batch = batchFromRows(table.schema(), [{ id, part: 9 }]);
  table = (await table.upsert(batch, { key: ['id'] })).table;
}

async function manifestsOf(of: Table): Promise<ManifestFile[]> {
  const list = of.currentSnapshot()!.manifestList;
  return decodeManifestList(await storage.read(list), list);
}

async function entriesOf(of: Table): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for (const manifest of await manifestsOf(of)) {
    const bytes = await storage.read(manifest.path);
    entries.push(...decodeManifest(bytes, manifest, partitionFieldsOf(of.metadata, manifest.specId)));
  }
  return entries.filter((entry) => entry.status !== 'deleted');
}

/** Everything of the live entries but how they are kept. */
async function factsOf(of: Table): Promise<ManifestEntry[]> {
  const entries = (await entriesOf(of)).map((entry): ManifestEntry => ({ ...entry, status: 'existing' }));
  return entries.sort((left, right) => (left.file.filePath < right.file.filePath ? -1 : 1));
}

async function idsOf(of: Table): Promise<number[]> {
  const ids: number[] = [];
  for await (const row of of.scan().rows()) ids.push(Number(row['id']));
  return ids.sort((left, right) => left - right);
}

test.each([2, 3] as const)(
  'entries keep all they are known by, brought together by partition (version %i)',
  async (version) => {
    await create(version);
    for (const ids of [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ])
      await append(...ids);
    await upsert(2);
    await upsert(5);
    const before = await factsOf(table);
    const { table: after, rewritten, added, snapshotId } = await table.rewriteManifests();
    expect({ rewritten, added }).toEqual({ rewritten: 7, added: 2 });
    expect(after.currentSnapshot()).toMatchObject({ snapshotId, operation: 'replace' });
    expect(await factsOf(after)).toEqual(before);
    const parts = (await entriesOf(after)).map(({ file }) => `${file.content} ${String(file.partition[0])}`);
    expect(parts).toEqual([...parts].sort());
    expect(await idsOf(after)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const { totals } = { totals: ['total-records', 'total-data-files', 'total-delete-files'] };
    for (const key of totals)
      expect(after.currentSnapshot()!.summary[key]).toBe(table.currentSnapshot()!.summary[key]);
    // There is nothing left to do.
    expect(await after.rewriteManifests()).toMatchObject({ rewritten: 0, added: 0, snapshotId: null });
  },
);

test('manifests are cut at the target size, each with a partition of its own', async () => {
  await create(2, { 'commit.manifest.target-size-bytes': '9000' });
  for (const ids of [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ])
    await append(...ids);
  const bytes = (await manifestsOf(table)).reduce((total, { length }) => total + Number(length), 0);
  const { added, table: after } = await table.rewriteManifests();
  expect(added).toBe(Math.ceil(bytes / 9000));
  expect(added).toBeGreaterThan(1);
  const bounds = (await manifestsOf(after)).map(({ partitions }) => partitions![0]!);
  for (const [index, bound] of bounds.slice(1).entries())
    expect(bound.lowerBound![0]).toBeGreaterThanOrEqual(bounds[index]!.upperBound![0]!);
});

test('a manifest that another commit adds meanwhile is kept, and what was written is used again', async () => {
  await create(2);
  for (const ids of [
    [1, 2],
    [3, 4],
  ])
    await append(...ids);
  storage.before = () => append(5);
  storage.written.length = 0;
  const { rewritten, added, table: after } = await table.rewriteManifests();
  expect({ rewritten, added }).toEqual({ rewritten: 2, added: 1 });
  expect(await manifestsOf(after)).toHaveLength(2);
  expect(await idsOf(after)).toEqual([1, 2, 3, 4, 5]);
  // One of the rewrite, one of the append.
  expect(storage.written.filter((path) => path.endsWith('-m.avro'))).toHaveLength(2);
});

test('manifests that another commit replaces meanwhile are looked at anew', async () => {
  await create(2);
  for (const ids of [
    [1, 2],
    [3, 4],
    [5, 6],
  ])
    await append(...ids);
  const stale = table;
  storage.before = async () => void (await stale.rewriteManifests());
  const before = await factsOf(table);
  const { table: after } = await stale.rewriteManifests();
  expect(await factsOf(after)).toEqual(before);
  const listed: string[] = [];
  for await (const { path } of storage.list('memory://w/n/t/metadata')) listed.push(path);
  // What the first attempt wrote is not left behind.
  for (const path of listed.filter((name) => name.endsWith('-m.avro'))) {
    const used = await Promise.all(
      (await catalog.loadTable(ID))
        .snapshots()
        .map(async ({ manifestList }) =>
          decodeManifestList(await storage.read(manifestList), manifestList).some(
            (item) => item.path === path,
          ),
        ),
    );
    expect(used).toContain(true);
  }
});

test('only manifests of the spec asked for, by fields that there are', async () => {
  await create(2);
  await append(1);
  await expect(table.rewriteManifests({ clusterBy: ['nope'] })).rejects.toThrow(
    /cannot be clustered by "nope": the partition fields are part/,
  );
  await expect(table.rewriteManifests({ specId: 7 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('has no partition spec 7; it has 0'),
  });
  await append(2);
  expect(await table.rewriteManifests({ specId: 0, clusterBy: ['part'] })).toMatchObject({
    rewritten: 2,
    added: 1,
  });
});

test('a table without a snapshot has nothing to rewrite', async () => {
  await create(2);
  expect(await table.rewriteManifests()).toMatchObject({ rewritten: 0, added: 0, snapshotId: null });
});
