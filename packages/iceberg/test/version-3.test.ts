import { beforeEach, describe, expect, test } from 'vitest';
import { batchFromRows, FolderCatalog, MemoryStorage, type Table } from '../src/index.js';
import { decodeManifestList } from '../src/manifest/manifest-list-codec.js';

const ID = { namespace: 'n', name: 't' };

let storage: MemoryStorage;
let catalog: FolderCatalog;
let table: Table;

beforeEach(async () => {
  storage = new MemoryStorage();
  catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });
  table = await catalog.createTable(ID, {
    formatVersion: 3,
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'note', type: 'string' },
      ],
    },
  });
});

const rows = (...entries: (readonly [number, string])[]) =>
  batchFromRows(
    table.schema(),
    entries.map(([id, note]) => ({ id, note })),
  );
const key = { key: ['id'] };

async function contentOf(found: Table): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for await (const row of found.scan().rows()) {
    expect(content).not.toHaveProperty(String(row['id']));
    content[String(row['id'])] = row['note'];
  }
  return content;
}

/** Deletion vectors of the current snapshot by data file. */
async function vectorsOf(found: Table): Promise<Map<string, string[]>> {
  const vectors = new Map<string, string[]>();
  for (const { dataFile, deleteFiles } of await found.scan().planFiles()) {
    for (const { file } of deleteFiles) expect(file.fileFormat).toBe('PUFFIN');
    vectors.set(
      dataFile.file.filePath,
      deleteFiles.map(({ file }) => `${file.recordCount}`),
    );
  }
  return vectors;
}

describe('deletion vectors', () => {
  test('rows are deleted by one vector per data file, which grows and takes the place of the one before', async () => {
    table = (await table.append(rows([1, 'a'], [2, 'b'], [3, 'c']))).table;
    table = (await table.upsert(rows([2, 'B']), key)).table;
    const [first] = [...(await vectorsOf(table)).entries()].filter(([, vectors]) => vectors.length > 0);
    expect(first![1]).toEqual(['1']);
    table = (await table.upsert(rows([3, 'C'], [4, 'd']), key)).table;
    expect((await vectorsOf(table)).get(first![0])).toEqual(['2']);
    expect(await contentOf(table)).toEqual({ 1: 'a', 2: 'B', 3: 'C', 4: 'd' });
    expect(table.currentSnapshot()!.summary).toMatchObject({
      'added-dvs': '1',
      'removed-dvs': '1',
      'total-position-deletes': '2',
      'total-delete-files': '1',
    });
  });

  test('two transactions that delete from one file end with one vector that holds the rows of both', async () => {
    table = (await table.append(rows([1, 'a'], [2, 'b'], [3, 'c']))).table;
    const [one, two] = [table.transaction(), table.transaction()];
    await one.upsert(rows([1, 'A']), key);
    await two.upsert(rows([3, 'C']), key);
    await two.deleteKeys(rows([1, 'x']).select(['id']), key);
    await one.commit();
    table = (await two.commit()).table;
    expect(await contentOf(table)).toEqual({ 2: 'b', 3: 'C' });
    for (const vectors of (await vectorsOf(table)).values()) expect(vectors.length).toBeLessThanOrEqual(1);
  });

  test('several deletes of one transaction, also from files of its own, make one vector per file', async () => {
    table = (await table.append(rows([1, 'a'], [2, 'b'], [3, 'c']))).table;
    const transaction = table.transaction();
    await transaction.append(rows([4, 'd'], [5, 'e']));
    await transaction.deleteKeys(rows([4, '']).select(['id']), key);
    await transaction.deleteKeys(rows([1, ''], [5, '']).select(['id']), key);
    await transaction.upsert(rows([2, 'B']), key);
    table = (await transaction.commit()).table;
    expect(await contentOf(table)).toEqual({ 2: 'B', 3: 'c' });
    expect([...(await vectorsOf(table)).values()].sort()).toEqual([[], ['2'], ['2']]);
  });
});

describe('row lineage', () => {
  test('every commit takes the next row ids and says how many', async () => {
    table = (await table.append(rows([1, 'a'], [2, 'b']))).table;
    table = (await table.append(rows([3, 'c']))).table;
    expect(table.snapshots().map(({ firstRowId, addedRows }) => [firstRowId, addedRows])).toEqual([
      [0n, 2n],
      [2n, 1n],
    ]);
    expect(table.metadata.nextRowId).toBe(3n);
    const ids = (await table.scan().planFiles()).map(({ dataFile: { file } }) => file.firstRowId);
    expect(ids.sort()).toEqual([0n, 2n]);
  });

  test('files keep their row ids when manifests are merged, and no two share one', async () => {
    const merging = await catalog.createTable(
      { namespace: 'n', name: 'merging' },
      {
        formatVersion: 3,
        schema: { fields: [{ name: 'id', type: 'long', required: true }] },
        properties: { 'commit.manifest.min-count-to-merge': '2' },
      },
    );
    let latest = merging;
    const seen = new Map<string, bigint>();
    for (const id of [1, 2, 3, 4]) {
      latest = (await latest.append(batchFromRows(merging.schema(), [{ id }, { id: id * 10 }]))).table;
      for (const { dataFile } of await latest.scan().planFiles()) {
        const { filePath, firstRowId } = dataFile.file;
        expect(firstRowId).toBe(seen.get(filePath) ?? firstRowId);
        seen.set(filePath, firstRowId!);
      }
    }
    const { manifestList } = latest.currentSnapshot()!;
    expect(decodeManifestList(await storage.read(manifestList), manifestList).length).toBeLessThan(4);
    const ids = [...seen.values()].flatMap((first) => [first, first + 1n]);
    expect(new Set(ids).size).toBe(8);
    expect(ids.every((id) => id < latest.metadata.nextRowId!)).toBe(true);
  });
});
