import { beforeEach, expect, test } from 'vitest';
import { MemoryCatalog, type Table } from '../src/index.js';

const ID = { namespace: 'n', name: 't' };

let catalog: MemoryCatalog;
let table: Table;

beforeEach(async () => {
  catalog = new MemoryCatalog();
  table = await catalog.createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'part', type: 'int' },
        { name: 'note', type: 'string' },
      ],
    },
    partitionBy: ['part'],
    sortBy: ['note desc nulls last', 'id'],
  });
});

const row = (id: number, part: number, note: string | null) => ({ id, part, note });

/** `part: ids`, and the sort order, of every file. */
async function filesOf(of: Table): Promise<unknown[]> {
  const ids = new Map<string, bigint[]>();
  for await (const found of of.scan({ columns: ['id', '_file'] }).rows()) {
    const file = found['_file'] as string;
    ids.set(file, [...(ids.get(file) ?? []), found['id'] as bigint]);
  }
  return (await of.scan().planFiles())
    .map(({ dataFile: { file } }) => [
      file.partition[0],
      ids.get(file.filePath)?.map(Number),
      file.sortOrderId,
    ])
    .sort();
}

test('the rows of every file of a sorted table are sorted, and the file says so', async () => {
  const rows = [
    row(1, 0, 'a'),
    row(2, 1, 'b'),
    row(3, 0, null),
    row(4, 0, 'c'),
    row(5, 1, 'b'),
    row(6, 0, 'a'),
  ];
  table = (await table.append(rows)).table;
  expect(await filesOf(table)).toEqual([
    [0, [4, 1, 6, 3], 1],
    [1, [2, 5], 1],
  ]);
  table = (await table.upsert([row(2, 1, 'z'), row(9, 1, null), row(8, 1, 'z')], { key: ['id'] })).table;
  expect(await filesOf(table)).toEqual([
    [0, [4, 1, 6, 3], 1],
    [1, [2, 8, 9], 1],
    [1, [5], 1],
  ]);
});

test('an order by a column that is gone is passed over', async () => {
  const [id, part] = table.schema().fields;
  await catalog.commitTable({
    identifier: ID,
    requirements: [],
    updates: [
      { action: 'add-schema', schema: { schemaId: 1, fields: [id!, part!] }, lastColumnId: 3 },
      { action: 'set-current-schema', schemaId: -1 },
    ],
  });
  table = await catalog.loadTable(ID);
  table = (
    await table.append([
      { id: 2, part: 0 },
      { id: 1, part: 0 },
    ])
  ).table;
  expect(await filesOf(table)).toEqual([[0, [2, 1], undefined]]);
});

test('packing files together does not call them sorted; sorting does', async () => {
  table = (await table.append([row(2, 0, 'b'), row(1, 0, 'a')])).table;
  table = (await table.append([row(3, 0, 'c')])).table;
  const packed = await table.compact({ rewriteAll: true });
  expect(await filesOf(packed.table)).toEqual([[0, [2, 1, 3], undefined]]);
  const sorted = await packed.table.compact({ rewriteAll: true, strategy: 'sort' });
  expect(await filesOf(sorted.table)).toEqual([[0, [3, 2, 1], 1]]);
});
