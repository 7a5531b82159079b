import { expect, test } from 'vitest';
import {
  batchFromRows,
  FolderCatalog,
  type IcebergError,
  MemoryStorage,
  type RowMode,
  type Table,
} from '../src/index.js';

const FIRST_IDS = [1, 2, 3, 4, 5, 6];

async function tableOf(formatVersion: 2 | 3, properties: Record<string, string> = {}): Promise<Table> {
  const storage = new MemoryStorage();
  const catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });
  const table = await catalog.createTable(
    { namespace: 'n', name: 't' },
    { formatVersion, properties, schema: { fields: [{ name: 'id', type: 'int', required: true }] } },
  );
  const schema = table.schema();
  const first = await table.append(
    batchFromRows(
      schema,
      FIRST_IDS.map((id) => ({ id })),
    ),
  );
  return (await first.table.append(batchFromRows(schema, [{ id: 7 }]))).table;
}

async function ids(table: Table): Promise<number[]> {
  const found: number[] = [];
  for await (const { id } of table.scan().rows()) found.push(id as number);
  return found.sort((left, right) => left - right);
}

interface DeleteEntry {
  format: string;
  content: string;
}

async function deleteFiles(table: Table): Promise<DeleteEntry[]> {
  const tasks = await table.scan().planFiles();
  return tasks.flatMap((task) =>
    task.deleteFiles.map(({ file }) => ({ format: file.fileFormat, content: file.content })),
  );
}

async function fileOf(table: Table, rows: bigint): Promise<string> {
  const tasks = await table.scan().planFiles();
  return tasks.find(({ dataFile }) => dataFile.file.recordCount === rows)!.dataFile.file.filePath;
}

async function deleted(table: Table, mode?: RowMode): Promise<Table> {
  const file = await fileOf(table, 6n);
  const transaction = table.transaction();
  await transaction.deletePositions(
    [
      { file, positions: [4n, 1n, 4n] },
      { file, positions: [1] },
    ],
    { mode },
  );
  return (await transaction.commit()).table;
}

test.each([
  [2, undefined, 'position-deletes', /parquet/i],
  [2, 'merge-on-read', 'position-deletes', /parquet/i],
  [3, 'merge-on-read', 'position-deletes', /puffin/i],
] as const)(
  'in version %i, mode %s, positions stand beside the data file',
  async (version, mode, content, format) => {
    const table = await deleted(await tableOf(version), mode);
    expect(await ids(table)).toEqual([1, 3, 4, 6, 7]);
    const found = await deleteFiles(table);
    expect(found).toEqual([{ content, format: expect.stringMatching(format) }]);
  },
);

test.each([2, 3] as const)(
  'copy-on-write writes the data file anew in version %i, in any order of positions',
  async (version) => {
    const before = await tableOf(version);
    const table = await deleted(before, 'copy-on-write');
    expect(await ids(table)).toEqual([1, 3, 4, 6, 7]);
    expect(await deleteFiles(table)).toEqual([]);
    const [old, kept] = [await fileOf(before, 6n), await fileOf(before, 1n)];
    const files = (await table.scan().planFiles()).map(({ dataFile }) => dataFile.file.filePath);
    expect(files).toHaveLength(2);
    expect(files).toContain(kept);
    expect(files).not.toContain(old);
  },
);

test('the table property says how where the caller does not', async () => {
  const table = await deleted(await tableOf(2, { 'write.delete.mode': 'copy-on-write' }));
  expect(await deleteFiles(table)).toEqual([]);
  expect(await ids(table)).toEqual([1, 3, 4, 6, 7]);
});

test.each(['merge-on-read', 'copy-on-write'] as const)('all rows of a file go, mode %s', async (mode) => {
  const before = await tableOf(2);
  const transaction = before.transaction();
  await transaction.deletePositions(
    [{ file: await fileOf(before, 6n), positions: FIRST_IDS.map((id) => id - 1) }],
    { mode },
  );
  const { table } = await transaction.commit();
  expect(await ids(table)).toEqual([7]);
});

test.each([
  ['merge-on-read', undefined],
  ['copy-on-write', 'COMMIT_CONFLICT'],
] as const)('others delete rows of the file meanwhile, mode %s', async (mode, code) => {
  const before = await tableOf(2);
  const file = await fileOf(before, 6n);
  const transaction = before.transaction();
  await transaction.deletePositions([{ file, positions: [0] }], { mode });
  const other = before.transaction();
  await other.deletePositions([{ file, positions: [5] }], { mode: 'merge-on-read' });
  const { table } = await other.commit();
  const outcome = await transaction.commit().then(
    async (result) => await ids(result.table),
    (error: IcebergError) => error.code,
  );
  expect(outcome).toEqual(code ?? [2, 3, 4, 5, 7]);
  if (code !== undefined) expect(await ids(table)).toEqual([1, 2, 3, 4, 5, 7]);
});
