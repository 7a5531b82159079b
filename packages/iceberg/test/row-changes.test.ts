import { beforeEach, describe, expect, test } from 'vitest';
import {
  and,
  batchFromRows,
  type CommitResult,
  eq,
  FolderCatalog,
  gt,
  gtEq,
  isIn,
  isNull,
  type KeyMode,
  lt,
  MemoryStorage,
  not,
  notEq,
  type PlainRow,
  type RowMode,
  type Table,
  type Transaction,
} from '../src/index.js';

const ID = { namespace: 'n', name: 't' };
const ROW_MODES: readonly RowMode[] = ['merge-on-read', 'copy-on-write'];
const KEY_MODES: readonly KeyMode[] = [...ROW_MODES, 'equality-deletes'];
const VERSIONS = [2, 3] as const;

let storage: MemoryStorage;
let catalog: FolderCatalog;

beforeEach(() => {
  storage = new MemoryStorage();
  catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });
});

interface Setting {
  formatVersion?: 2 | 3;
  partitionBy?: readonly string[];
  properties?: Record<string, string>;
}

function create({ formatVersion = 2, partitionBy = [], properties = {} }: Setting = {}): Promise<Table> {
  return catalog.createTable(ID, {
    formatVersion,
    partitionBy,
    properties,
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'region', type: 'string' },
        { name: 'note', type: 'string' },
      ],
    },
  });
}

type Entry = readonly [id: number, region: string | null, note?: string | null];

const plain = (...entries: Entry[]): PlainRow[] =>
  entries.map(([id, region, note]) => ({ id, region, note: note ?? null }));

/** A table whose regions are files of their own. */
async function filled(setting: Setting = {}): Promise<Table> {
  let table = await create(setting);
  table = (await table.append(plain([1, 'eu', 'a'], [2, 'eu', 'b'], [3, 'eu', 'c']))).table;
  table = (await table.append(plain([4, 'us', 'd'], [5, 'us', 'e']))).table;
  return (await table.append(plain([6, null, 'f'], [7, 'us', null]))).table;
}

async function idsOf(table: Table): Promise<number[]> {
  const ids: number[] = [];
  for await (const row of table.scan({ columns: ['id'] }).rows()) ids.push(Number(row['id']));
  expect(new Set(ids).size).toBe(ids.length);
  return ids.sort((left, right) => left - right);
}

async function contentOf(table: Table): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  for await (const row of table.scan().rows()) {
    expect(content).not.toHaveProperty(String(row['id']));
    content[String(row['id'])] = row['note'];
  }
  return content;
}

const summaryOf = ({ table }: CommitResult): Readonly<Record<string, string>> =>
  table.currentSnapshot()!.summary;

describe.each(VERSIONS)('in format version %i', (formatVersion) => {
  describe.each(ROW_MODES)('deleting by a filter, %s,', (mode) => {
    test('removes the rows for which it is true; where SQL does not know, they stay', async () => {
      let table = await filled({ formatVersion });
      table = (await table.delete({ filter: notEq('region', 'eu'), mode })).table;
      expect(await idsOf(table)).toEqual([1, 2, 3, 6]);
      table = (await table.delete({ filter: not(eq('note', 'a')), mode })).table;
      expect(await idsOf(table)).toEqual([1]);
    });

    test('touches no file that has no such row', async () => {
      const table = await filled({ formatVersion });
      const before = (await table.scan().planFiles()).map((task) => task.dataFile.file.filePath);
      const after = await table.delete({ filter: eq('id', 2), mode });
      const files = (await after.table.scan().planFiles()).map((task) => task.dataFile.file.filePath);
      expect(before.filter((path) => files.includes(path)).length).toBe(mode === 'copy-on-write' ? 2 : 3);
      expect(await idsOf(after.table)).toEqual([1, 3, 4, 5, 6, 7]);
    });

    test('sees what the transaction itself has done, and its rows alike', async () => {
      const table = await filled({ formatVersion });
      const transaction = table.transaction();
      await transaction.append(plain([10, 'eu', 'x'], [11, 'us', 'y']));
      await transaction.delete({ filter: eq('region', 'eu'), mode });
      await transaction.append(plain([12, 'eu', 'z']));
      await transaction.delete({ filter: gt('id', 10), mode });
      await transaction.delete({ filter: and(gtEq('id', 4), lt('id', 5)), mode });
      await transaction.delete({ filter: eq('id', 5), mode });
      expect(await idsOf((await transaction.commit()).table)).toEqual([6, 7]);
    });

    test('finds nothing to commit where nothing matches', async () => {
      const table = await filled({ formatVersion });
      const result = await table.delete({ filter: eq('id', 99), mode });
      expect(result).toMatchObject({ snapshotId: null, attempts: 0 });
      expect(result.table.snapshots()).toHaveLength(3);
    });

    test('goes on where earlier deletes have been, of either kind', async () => {
      let table = await filled({ formatVersion });
      table = (await table.delete({ filter: eq('id', 1), mode: 'merge-on-read' })).table;
      table = (
        await table.deleteKeys(
          plain([4, null]).map(({ id }) => ({ id })),
          { key: ['id'], mode: 'equality-deletes' },
        )
      ).table;
      table = (await table.delete({ filter: isIn('id', [1, 2, 4]), mode })).table;
      expect(await idsOf(table)).toEqual([3, 5, 6, 7]);
      table = (await table.delete({ filter: isNull('region'), mode })).table;
      expect(await idsOf(table)).toEqual([3, 5, 7]);
    });

    test('overwrites: the given rows come for those that match, and need not match', async () => {
      let table = await filled({ formatVersion });
      table = (
        await table.overwrite(plain([2, 'asia', 'B'], [20, 'eu', 't']), { filter: eq('region', 'eu'), mode })
      ).table;
      expect(await contentOf(table)).toEqual({ 2: 'B', 4: 'd', 5: 'e', 6: 'f', 7: null, 20: 't' });
      expect(table.currentSnapshot()!.operation).toBe('overwrite');
    });
  });

  test('a delete of whole partitions and whole ranges of bounds reads and writes no data file', async () => {
    const table = await filled({ formatVersion, partitionBy: ['region'] });
    const dataFiles = new Set((await table.scan().planFiles()).map((task) => task.dataFile.file.filePath));
    for (const path of dataFiles) await storage.delete([path]);
    const byPartition = await table.delete({ filter: eq('region', 'eu') });
    expect(summaryOf(byPartition)).toMatchObject({ 'deleted-data-files': '1', 'deleted-records': '3' });
    expect(summaryOf(byPartition)['added-delete-files']).toBeUndefined();
    expect(byPartition.table.currentSnapshot()!.operation).toBe('delete');
    const byBounds = await byPartition.table.delete({ filter: gtEq('id', 6) });
    expect(summaryOf(byBounds)).toMatchObject({ 'deleted-data-files': '2', 'deleted-records': '2' });
    const left = await byBounds.table.scan().planFiles();
    expect(left.map((task) => [task.dataFile.file.partition, task.dataFile.file.recordCount])).toEqual([
      [['us'], 2n],
    ]);
  });

  test('a file of which no row is left is removed, and its deletes with it', async () => {
    let table = await filled({ formatVersion });
    table = (await table.delete({ filter: isIn('id', [4]) })).table;
    const after = await table.delete({ filter: gtEq('id', 4) });
    expect(summaryOf(after)['total-data-files']).toBe('1');
    // One vector or file for this data file alone; without any data it would delete nothing for ever.
    expect(summaryOf(after)['total-delete-files']).toBe('0');
    expect(await idsOf(after.table)).toEqual([1, 2, 3]);
  });

  test('a transaction that deletes some rows of a file and then all of it removes the deletes of before, too', async () => {
    let table = await filled({ formatVersion });
    table = (await table.delete({ filter: eq('id', 1) })).table;
    const transaction = table.transaction();
    await transaction.delete({ filter: eq('id', 2) });
    await transaction.delete({ filter: lt('id', 4) });
    const after = await transaction.commit();
    expect(await idsOf(after.table)).toEqual([4, 5, 6, 7]);
    if (formatVersion === 3) expect(summaryOf(after)['total-delete-files']).toBe('0');
  });

  describe.each(KEY_MODES)('changing rows by key, %s,', (mode) => {
    const options = { key: ['id'], mode };

    test('an upsert leaves one row per key', async () => {
      let table = await filled({ formatVersion });
      table = (await table.upsert(plain([2, 'eu', 'B'], [8, 'eu', 'h']), options)).table;
      table = (await table.upsert(plain([8, 'us', 'H'], [4, 'us', 'D']), options)).table;
      expect(await contentOf(table)).toEqual({
        1: 'a',
        2: 'B',
        3: 'c',
        4: 'D',
        5: 'e',
        6: 'f',
        7: null,
        8: 'H',
      });
    });

    test('keys are deleted, those that are not there and repeated ones without harm', async () => {
      const table = await filled({ formatVersion });
      const after = await table.deleteKeys([{ id: 1 }, { id: 5n }, { id: 5 }, { id: 99 }], options);
      expect(await idsOf(after.table)).toEqual([2, 3, 4, 6, 7]);
    });

    test('rows of the same transaction are replaced and deleted as well', async () => {
      const table = await filled({ formatVersion });
      const transaction = table.transaction();
      await transaction.upsert(plain([1, 'eu', 'A'], [9, 'eu', 'i']), options);
      await transaction.upsert(plain([9, 'eu', 'I'], [1, 'eu', 'AA']), options);
      await transaction.deleteKeys([{ id: 1 }, { id: 2 }], options);
      await transaction.upsert(plain([2, 'eu', 'BB']), options);
      const { table: after } = await transaction.commit();
      expect(await contentOf(after)).toEqual({ 2: 'BB', 3: 'c', 4: 'd', 5: 'e', 6: 'f', 7: null, 9: 'I' });
    });

    test('repeated and missing keys of an upsert are refused, and nothing is left behind', async () => {
      const table = await filled({ formatVersion });
      const before = await allFiles();
      await expect(table.upsert(plain([1, 'eu'], [1, 'us']), options)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      await expect(table.upsert([{ region: 'eu' }], options)).rejects.toMatchObject({
        code: 'REQUIRED_VALUE_MISSING',
      });
      expect(await allFiles()).toEqual(before);
    });

    test('a key that is not what the table is partitioned by', async () => {
      const table = await filled({ formatVersion, partitionBy: ['region', 'bucket(2, id)'] });
      const change = table.upsert(plain([2, 'us', 'B']), options);
      if (mode === 'equality-deletes') {
        await expect(change).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringMatching(/"region".*must hold the columns region too/),
          context: { missing: ['region'] },
        });
      } else {
        expect(await contentOf((await change).table)).toMatchObject({ 1: 'a', 2: 'B' });
      }
    });

    test('a key with the partition in it', async () => {
      const table = await filled({ formatVersion, partitionBy: ['region', 'bucket(2, id)'] });
      const after = await table.upsert(plain([2, 'eu', 'B'], [4, 'eu', 'n']), {
        key: ['region', 'id'],
        mode,
      });
      const rows: unknown[] = [];
      for await (const row of after.table.scan({ filter: isIn('id', [2, 4]) }).rows())
        rows.push([row['region'], row['note']]);
      expect(rows.sort()).toEqual([
        ['eu', 'B'],
        ['eu', 'n'],
        ['us', 'd'],
      ]);
    });
  });

  test('equality deletes are written, not looked for', async () => {
    const table = await filled({ formatVersion });
    const dataFiles = (await table.scan().planFiles()).map((task) => task.dataFile.file.filePath);
    const bytes = await Promise.all(dataFiles.map((path) => storage.read(path)));
    await storage.delete(dataFiles);
    const after = await table.upsert(plain([2, 'eu', 'B']), { key: ['id'], mode: 'equality-deletes' });
    expect(summaryOf(after)).toMatchObject({
      'added-equality-delete-files': '1',
      'added-equality-deletes': '1',
    });
    for (const [index, path] of dataFiles.entries()) await storage.write(path, bytes[index]!);
    expect(await contentOf(after.table)).toMatchObject({ 1: 'a', 2: 'B' });
  });

  test('modes come from the table where none is given', async () => {
    const table = await filled({
      formatVersion,
      properties: {
        'write.delete.mode': 'copy-on-write',
        'write.update.mode': 'merge-on-read',
        'write.merge.mode': 'copy-on-write',
      },
    });
    const key = { key: ['id'] };
    const added = async (change: Promise<CommitResult>): Promise<boolean> =>
      summaryOf(await change)['added-delete-files'] !== undefined;
    expect(await added(table.delete({ filter: eq('id', 1) }))).toBe(false);
    expect(await added((await table.refresh()).overwrite([], { filter: eq('id', 2) }))).toBe(true);
    expect(await added((await table.refresh()).upsert(plain([3, 'eu', 'C']), key))).toBe(false);
    expect(await added((await table.refresh()).deleteKeys([{ id: 4 }], key))).toBe(false);
    expect(
      await added((await table.refresh()).deleteKeys([{ id: 6 }], { ...key, mode: 'merge-on-read' })),
    ).toBe(true);
  });
});

test('a mode that the table names and nobody knows is refused', async () => {
  const table = await filled({ properties: { 'write.delete.mode': 'merge' } });
  await expect(table.delete({ filter: eq('id', 1) })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/write\.delete\.mode is "merge"/),
  });
});

test('an overwrite that fails half way leaves no file behind', async () => {
  const table = await filled();
  const before = await allFiles();
  async function* broken(): AsyncGenerator<PlainRow> {
    yield { id: 1, region: 'eu' };
    throw new Error('the source broke');
  }
  for (const mode of ROW_MODES)
    await expect(table.overwrite(broken(), { filter: eq('id', 1), mode })).rejects.toThrow(
      'the source broke',
    );
  await expect(table.upsert(broken(), { key: ['id'], mode: 'equality-deletes' })).rejects.toThrow(
    'the source broke',
  );
  expect(await allFiles()).toEqual(before);
});

test('an aborted signal stops a delete, and nothing is left behind', async () => {
  const table = await filled();
  const before = await allFiles();
  for (const mode of ROW_MODES) {
    const change = table.delete({ filter: eq('note', 'a'), mode, signal: AbortSignal.abort() });
    await expect(change).rejects.toMatchObject({ code: 'ABORTED' });
  }
  expect(await allFiles()).toEqual(before);
});

describe.each(VERSIONS)('a change that fails half way, format version %i,', (formatVersion) => {
  const changes: [string, (transaction: Transaction, mode: RowMode) => Promise<unknown>][] = [
    ['delete', (transaction, mode) => transaction.delete({ filter: gt('id', 1), mode })],
    [
      'overwrite',
      (transaction, mode) => transaction.overwrite(plain([1, 'eu']), { filter: gt('id', 1), mode }),
    ],
    ['upsert', (transaction, mode) => transaction.upsert(plain([1, 'eu'], [5, 'us']), { key: ['id'], mode })],
    [
      'deleteKeys',
      (transaction, mode) => transaction.deleteKeys([{ id: 1 }, { id: 5 }], { key: ['id'], mode }),
    ],
    [
      'upsert by equality',
      async (transaction) => {
        await transaction.append(plain([9, 'eu', 'i']));
        await storage.delete(
          (await allFiles()).filter((path) => path.endsWith('.parquet') && !kept.has(path)),
        );
        await transaction.upsert(plain([9, 'eu'], [1, 'eu']), { key: ['id'], mode: 'equality-deletes' });
      },
    ],
  ];
  let kept: ReadonlySet<string>;

  test.each(changes)('%s, leaves the transaction as it was before', async (name, change) => {
    for (const mode of ROW_MODES) {
      storage = new MemoryStorage();
      catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });
      const table = await filled({ formatVersion });
      kept = new Set(await allFiles());
      const transaction = table.transaction({ emptySnapshot: true });
      const lost = (await table.scan().planFiles()).find(({ dataFile }) => dataFile.file.recordCount === 3n)!;
      const { filePath } = lost.dataFile.file;
      const bytes = await storage.read(filePath);
      if (name !== 'upsert by equality') await storage.delete([filePath]);
      await expect(change(transaction, mode)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
      await storage.write(filePath, bytes);
      const { table: after } = await transaction.commit();
      if (name !== 'upsert by equality') expect(await idsOf(after)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect((await after.scan().planFiles()).flatMap((task) => task.deleteFiles)).toEqual([]);
    }
  });
});

describe('plain rows', () => {
  test('stand wherever Arrow does, also mixed, asynchronous and many', async () => {
    const table = await create();
    const many = Array.from({ length: 20_000 }, (_, id) => ({ id, region: 'eu', note: `n${id}` }));
    async function* mixed(): AsyncGenerator<PlainRow | ReturnType<typeof batchFromRows>> {
      yield { id: 30_000 };
      yield batchFromRows(table.schema(), [{ id: 30_001 }, { id: 30_002 }]);
      yield { id: 30_003 };
    }
    const transaction = table.transaction();
    await transaction.append(many);
    await transaction.append(mixed());
    await transaction.append(new Set([{ id: 30_004 }]).values());
    const { table: after } = await transaction.commit();
    expect(await after.scan().count()).toBe(20_005);
    expect(await idsOf((await after.delete({ filter: lt('id', 30_000) })).table)).toEqual([
      30_000, 30_001, 30_002, 30_003, 30_004,
    ]);
  });

  test('of no rows nothing is written', async () => {
    const table = await create();
    expect(await table.append([])).toMatchObject({ snapshotId: null });
  });

  test('an unknown column is refused by its name', async () => {
    const table = await create();
    await expect(table.append([{ id: 1, regoin: 'eu' }])).rejects.toMatchObject({ code: 'COLUMN_NOT_FOUND' });
  });
});

describe('copy-on-write', () => {
  test('writes under the current schema and partitioning what older files held', async () => {
    let table = await filled();
    const evolving = table.transaction();
    evolving.addColumns([{ name: 'extra', type: 'int' }]);
    await evolving.append([{ id: 8, region: 'eu', extra: 8 }]);
    table = (await evolving.commit()).table;
    table = (await table.delete({ filter: isIn('id', [1, 8]), mode: 'copy-on-write' })).table;
    expect(await contentOf(table)).toEqual({ 2: 'b', 3: 'c', 4: 'd', 5: 'e', 6: 'f', 7: null });
    const extras = new Set<unknown>();
    for await (const row of table.scan({ columns: ['extra'] }).rows()) extras.add(row['extra']);
    expect([...extras]).toEqual([null]);
  });

  test('rows that stay keep their ids and the number of their last change, however often their file is written anew', async () => {
    let table = await filled({ formatVersion: 3 });
    const before = await lineageOf(table);
    const transaction = table.transaction();
    await transaction.delete({ filter: eq('id', 1), mode: 'copy-on-write' });
    await transaction.delete({ filter: eq('id', 4), mode: 'copy-on-write' });
    await transaction.delete({ filter: eq('id', 2), mode: 'copy-on-write' });
    table = (await transaction.commit()).table;
    expect(await lineageOf(table)).toEqual({
      3: before['3'],
      5: before['5'],
      6: before['6'],
      7: before['7'],
    });
  });

  test.each(ROW_MODES)('an upserted row keeps the id of the row it replaces, %s', async (mode) => {
    let table = await filled({ formatVersion: 3 });
    const before = await lineageOf(table);
    const transaction = table.transaction();
    await transaction.upsert(plain([5, 'us', 'E'], [8, 'us', 'h']), { key: ['id'], mode });
    await transaction.upsert(plain([5, 'us', 'EE'], [1, 'us', 'A']), { key: ['id'], mode });
    table = (await transaction.commit()).table;
    const after = await lineageOf(table);
    const { sequenceNumber } = table.currentSnapshot()!;
    expect(after).toMatchObject({
      2: before['2'],
      3: before['3'],
      4: before['4'],
      6: before['6'],
      7: before['7'],
    });
    expect(after['5']).toEqual([before['5']![0], sequenceNumber]);
    expect(after['1']).toEqual([before['1']![0], sequenceNumber]);
    expect(new Set(Object.values(after).map(([rowId]) => rowId)).size).toBe(8);
    expect(await contentOf(table)).toMatchObject({ 1: 'A', 5: 'EE', 8: 'h' });
    const files = (await allFiles()).filter((path) => path.endsWith('.parquet'));
    const live = (await table.scan().planFiles()).map((task) => task.dataFile.file.filePath);
    // Nothing is left of what was written on the way.
    expect(files.length - live.filter((path) => files.includes(path)).length).toBe(
      mode === 'copy-on-write' ? 2 : 0,
    );
  });
});

describe('equality deletes of a table that was partitioned in several ways', () => {
  const mode = 'equality-deletes';

  test('concern every row under an unpartitioned spec, whatever the key', async () => {
    let table = await filled();
    table = (await table.updatePartitioning((change) => change.addField('region'))).table;
    table = (await table.append(plain([8, 'eu', 'h'], [9, 'us', 'i']))).table;
    const after = await table.deleteKeys([{ id: 2 }, { id: 8 }], { key: ['id'], mode });
    expect(await idsOf(after.table)).toEqual([1, 3, 4, 5, 6, 7, 9]);
    expect(summaryOf(after)['added-equality-delete-files']).toBe('1');
  });

  test('are written for every partitioning that rows have, and the key must hold the columns of all', async () => {
    let table = await filled({ partitionBy: ['region'] });
    const changed = await table.updatePartitioning((change) =>
      change.removeField('region').addField('bucket(2, id)'),
    );
    table = (await changed.table.append(plain([8, 'eu', 'h'], [9, 'us', 'i']))).table;
    await expect(table.deleteKeys([{ id: 2 }], { key: ['id'], mode })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      context: { missing: ['region'] },
    });
    const keys = [
      { id: 2, region: 'eu' },
      { id: 8, region: 'eu' },
      { id: 9, region: 'eu' },
    ];
    const after = await table.deleteKeys(keys, { key: ['id', 'region'], mode });
    expect(await idsOf(after.table)).toEqual([1, 3, 4, 5, 6, 7, 9]);
  });

  test('conflict with rows that come under a partitioning they were not written for', async () => {
    const table = await filled({ partitionBy: ['region'] });
    const keys = [{ id: 2, region: 'eu' }];
    const prepared = async () => {
      const transaction = table.transaction();
      await transaction.deleteKeys(keys, { key: ['id', 'region'], mode });
      return transaction;
    };
    const [before, after] = [await prepared(), await prepared()];
    const other = (await table.updatePartitioning((change) => change.addField('bucket(2, id)'))).table;
    expect(await idsOf((await before.commit()).table)).toEqual([1, 3, 4, 5, 6, 7]);
    await other.append(plain([2, 'eu', 'again']));
    await expect(after.commit()).rejects.toMatchObject({
      code: 'COMMIT_CONFLICT',
      message: expect.stringMatching(/partition spec 1.*equality of \(id, region\)/),
    });
  });
});

test.each(KEY_MODES)('a branch is changed and main is not, %s', async (mode) => {
  const { table } = await (await filled()).createBranch('audit');
  const branch = { branch: 'audit' };
  let changed = (await table.upsert(plain([1, 'eu', 'A'], [8, 'eu', 'h']), { key: ['id'], mode, ...branch }))
    .table;
  const rowMode = mode === 'equality-deletes' ? 'merge-on-read' : mode;
  changed = (await changed.delete({ filter: eq('id', 8), mode: rowMode, ...branch })).table;
  changed = (
    await changed.overwrite(plain([9, 'eu', 'i']), { filter: gt('id', 3), mode: rowMode, ...branch })
  ).table;
  expect(await idsOf(changed)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const ids: number[] = [];
  for await (const row of changed.scan({ ref: 'audit', columns: ['id'] }).rows()) ids.push(Number(row['id']));
  expect(ids.sort()).toEqual([1, 2, 3, 9]);
});

async function lineageOf(table: Table): Promise<Record<string, [rowId: unknown, changed: unknown]>> {
  const found: Record<string, [unknown, unknown]> = {};
  const columns = ['id', '_row_id', '_last_updated_sequence_number'];
  for await (const row of table.scan({ columns }).rows())
    found[String(row['id'])] = [row['_row_id'], row['_last_updated_sequence_number']];
  return found;
}

async function allFiles(): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of storage.list('memory://w')) paths.push(path);
  return paths.sort();
}
