import { beforeEach, describe, expect, test } from 'vitest';
import {
  type CommitResult,
  eq,
  FolderCatalog,
  gt,
  isIn,
  MemoryStorage,
  type PlainRow,
  type Table,
  type TableScan,
} from '../src/index.js';
import { fileKey, type ManifestEntry } from '../src/manifest/data-file.js';
import { readManifest, readManifestList } from '../src/scan/manifest-reader.js';
import { TableCaches, TableIo } from '../src/table/table-io.js';

const ID = { namespace: 'n', name: 't' };
const key = { key: ['id'] };

let storage: MemoryStorage;
let catalog: FolderCatalog;

beforeEach(() => {
  storage = new MemoryStorage();
  catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });
});

const create = (formatVersion: 2 | 3, partitionBy: readonly string[] = []): Promise<Table> =>
  catalog.createTable(ID, {
    formatVersion,
    partitionBy,
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'note', type: 'string' },
      ],
    },
  });

const rows = (...entries: (readonly [number, string])[]): PlainRow[] =>
  entries.map(([id, note]) => ({ id, note }));

async function rowsOf(scan: TableScan): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for await (const row of scan.rows()) found.push(row);
  return found;
}

/** Live data and delete files of the current snapshot. */
async function liveEntries(table: Table): Promise<{ data: ManifestEntry[]; deletes: ManifestEntry[] }> {
  const { location } = table;
  const io = new TableIo({ storage, location, root: location, caches: new TableCaches() });
  const found: { data: ManifestEntry[]; deletes: ManifestEntry[] } = { data: [], deletes: [] };
  for (const manifest of await readManifestList(io, table.currentSnapshot())) {
    for (const entry of await readManifest(io, table.metadata, manifest))
      if (entry.status !== 'deleted') found[manifest.content].push(entry);
  }
  return found;
}

/**
 * The rows of a table, after a look at what version 3 asks for: one vector at most per data file and for none that is
 * gone, no new position delete files, row ids given out once, totals that are true.
 */
async function soundRows(table: Table): Promise<Record<string, unknown>> {
  const { data, deletes } = await liveEntries(table);
  const paths = new Set(data.map(({ file }) => file.filePath));
  const positional = deletes.filter(({ file }) => file.content === 'position-deletes');
  expect(positional.map(({ file }) => file.fileFormat)).toEqual(positional.map(() => 'PUFFIN'));
  const referenced = positional.map(({ file }) => file.referencedDataFile!);
  expect(new Set(referenced).size).toBe(referenced.length);
  for (const path of referenced) expect(paths).toContain(path);
  expect(new Set(deletes.map(({ file }) => fileKey(file))).size).toBe(deletes.length);
  expect(table.currentSnapshot()!.summary).toMatchObject({
    'total-data-files': String(data.length),
    'total-delete-files': String(deletes.length),
    'total-records': String(data.reduce((total, { file }) => total + file.recordCount, 0n)),
    'total-position-deletes': String(positional.reduce((total, { file }) => total + file.recordCount, 0n)),
  });
  const content: Record<string, unknown> = {};
  const rowIds = new Set<unknown>();
  for await (const row of table
    .scan({ columns: ['id', 'note', '_row_id', '_last_updated_sequence_number'] })
    .rows()) {
    expect(content).not.toHaveProperty(String(row['id']));
    content[String(row['id'])] = row['note'];
    rowIds.add(row['_row_id']);
    expect(row['_row_id']).toBeLessThan(table.metadata.nextRowId!);
    expect(row['_last_updated_sequence_number']).toBeLessThanOrEqual(table.currentSnapshot()!.sequenceNumber);
  }
  expect(rowIds.size).toBe(Object.keys(content).length);
  return content;
}

describe.each([[[]], [['bucket(2, id)']]])('a table partitioned by %j', (partitionBy) => {
  test('is appended to, upserted, deleted from and overwritten in every way, and stays sound', async () => {
    let table = await create(3, partitionBy);
    const after = async (change: Promise<CommitResult>): Promise<Record<string, unknown>> => {
      table = (await change).table;
      return soundRows(table);
    };
    expect(await after(table.append(rows([1, 'a'], [2, 'b'], [3, 'c'], [4, 'd'])))).toMatchObject({ 4: 'd' });
    expect(await after(table.upsert(rows([2, 'B'], [5, 'e']), key))).toEqual({
      1: 'a',
      2: 'B',
      3: 'c',
      4: 'd',
      5: 'e',
    });
    const [place] = await rowsOf(table.scan({ columns: ['_file', '_pos'], filter: eq('id', 3) }));
    const positions = table.transaction();
    await positions.deletePositions([
      { file: String(place!['_file']), positions: [place!['_pos'] as bigint] },
    ]);
    expect(await after(positions.commit())).toEqual({ 1: 'a', 2: 'B', 4: 'd', 5: 'e' });
    expect(await after(table.delete({ filter: eq('id', 1) }))).toEqual({ 2: 'B', 4: 'd', 5: 'e' });
    expect(await after(table.append(rows([6, 'f'], [7, 'g'], [8, 'h'])))).toMatchObject({ 8: 'h' });
    expect(await after(table.delete({ filter: eq('note', 'g'), mode: 'copy-on-write' }))).toMatchObject({
      8: 'h',
    });
    const overwritten = table.overwrite(rows([9, 'i']), { filter: isIn('note', ['h', 'B']) });
    expect(await after(overwritten)).toEqual({ 4: 'd', 5: 'e', 6: 'f', 9: 'i' });
    const byEquality = { ...key, mode: 'equality-deletes' as const };
    expect(await after(table.upsert(rows([5, 'E']), byEquality))).toEqual({ 4: 'd', 5: 'E', 6: 'f', 9: 'i' });
    expect(await after(table.deleteKeys([{ id: 4 }, { id: 6 }], key))).toEqual({ 5: 'E', 9: 'i' });
    const all = table.overwrite(rows([1, 'z']), { filter: gt('id', 0), mode: 'copy-on-write' });
    expect(await after(all)).toEqual({ 1: 'z' });
  });
});

test('deletes of many transactions from one file end in one vector', async () => {
  let table = await create(3);
  table = (await table.append(Array.from({ length: 20 }, (_, id) => ({ id, note: `n${id}` })))).table;
  const transactions = [0, 1, 2, 3].map(() => table.transaction());
  await transactions[0]!.delete({ filter: isIn('id', [1, 2]) });
  await transactions[1]!.deleteKeys([{ id: 2 }, { id: 3 }], key);
  await transactions[2]!.upsert([{ id: 4, note: 'new' }], key);
  const [place] = await rowsOf(table.scan({ columns: ['_file'], limit: 1 }));
  await transactions[3]!.deletePositions([{ file: String(place!['_file']), positions: [5, 6] }]);
  for (const transaction of transactions) table = (await transaction.commit()).table;
  const content = await soundRows(table);
  expect(Object.keys(content).map(Number)).toEqual([
    0,
    4,
    ...Array.from({ length: 13 }, (_, index) => index + 7),
  ]);
  expect(content['4']).toBe('new');
  const { deletes } = await liveEntries(table);
  expect(deletes.map(({ file }) => file.recordCount)).toEqual([6n]);
});

describe('a table of version 2 that is upgraded', () => {
  async function upgraded(change: (table: Table) => Promise<CommitResult>): Promise<Table> {
    const table = (await (await create(2)).append(rows([1, 'a'], [2, 'b'], [3, 'c']))).table;
    await change((await table.append(rows([4, 'd'], [5, 'e']))).table);
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [{ action: 'upgrade-format-version', formatVersion: 3 }],
    });
    return catalog.loadTable(ID);
  }

  test('keeps what its position deletes have removed in the vectors that come for them', async () => {
    let table = await upgraded((before) => before.delete({ filter: eq('id', 1) }));
    table = (await table.delete({ filter: eq('id', 2) })).table;
    expect(await soundRows(table)).toEqual({ 3: 'c', 4: 'd', 5: 'e' });
    expect((await liveEntries(table)).deletes.map(({ file }) => file.recordCount)).toEqual([2n]);
  });

  test('keeps position deletes of several data files for those that have no vector yet', async () => {
    let table = await upgraded((before) => before.delete({ filter: isIn('id', [1, 4]) }));
    table = (await table.delete({ filter: eq('id', 2) })).table;
    const formats = (await liveEntries(table)).deletes.map(({ file }) => file.fileFormat);
    expect(formats.sort()).toEqual(['PARQUET', 'PUFFIN']);
    const ids = (await rowsOf(table.scan({ columns: ['id'] }))).map((row) => Number(row['id']));
    expect(ids.sort()).toEqual([3, 5]);
  });

  test('gives row ids to rows that had none, also to those that are written anew', async () => {
    let table = await upgraded((before) => before.delete({ filter: eq('id', 1) }));
    table = (await table.delete({ filter: eq('id', 4), mode: 'copy-on-write' })).table;
    const ids = (await rowsOf(table.scan({ columns: ['_row_id'] }))).map((row) => row['_row_id']);
    expect(ids).not.toContain(null);
    expect(new Set(ids).size).toBe(3);
  });
});
