import { expect, test } from 'vitest';
import { batchFromRows, MemoryCatalog, type NestedField, type Table } from '../src/index.js';
import { LAST_UPDATED_COLUMN, ROW_ID_COLUMN } from '../src/schema/metadata-columns.js';
import { foreignTable, openForeign, parquet, rowsOf } from './support/foreign-table.js';

const ID: NestedField = { id: 1, name: 'id', required: true, type: 'long' };
const LINEAGE = ['id', '_row_id', '_last_updated_sequence_number'];

async function tableOf(formatVersion: 2 | 3): Promise<Table> {
  return new MemoryCatalog().createTable(
    { namespace: 'n', name: 't' },
    { formatVersion, schema: { fields: [{ name: 'id', type: 'long', required: true }] } },
  );
}

async function append(table: Table, ...ids: bigint[]): Promise<Table> {
  const rows = ids.map((id) => ({ id }));
  return (await table.append(batchFromRows(table.schema(), rows))).table;
}

test('rows count on from the first row id of their file', async () => {
  let table = await append(await tableOf(3), 10n, 11n, 12n);
  table = await append(table, 20n, 21n);
  const rows = await rowsOf(table, { columns: LINEAGE });
  expect(rows).toHaveLength(5);
  expect(rows).toEqual(
    expect.arrayContaining([
      { id: 10n, _row_id: 0n, _last_updated_sequence_number: 1n },
      { id: 12n, _row_id: 2n, _last_updated_sequence_number: 1n },
      { id: 20n, _row_id: 3n, _last_updated_sequence_number: 2n },
      { id: 21n, _row_id: 4n, _last_updated_sequence_number: 2n },
    ]),
  );
  const files: unknown[] = [];
  for await (const file of table.metadataTable('files').rows()) files.push(file['first_row_id']);
  expect(files.sort()).toEqual([0n, 3n]);
});

test('deleted and filtered rows leave the ids of the others as they are', async () => {
  let table = await append(await tableOf(3), 10n, 11n, 12n, 13n);
  const transaction = table.transaction();
  const [file] = (await rowsOf(table, { columns: ['_file'] })) as { _file: string }[];
  await transaction.deletePositions([{ file: file!._file, positions: [1] }]);
  ({ table } = await transaction.commit());
  const filter = { op: 'gt', column: 'id', value: 10n } as const;
  expect(await rowsOf(table, { columns: ['id', '_row_id'], filter })).toEqual([
    { id: 12n, _row_id: 2n },
    { id: 13n, _row_id: 3n },
  ]);
});

test('what a file stores of its rows goes before what they would inherit', async () => {
  const rows = [
    { id: 1n, _row_id: 70n, _last_updated_sequence_number: 3n },
    { id: 2n, _row_id: null, _last_updated_sequence_number: null },
    { id: 3n, _row_id: 71n, _last_updated_sequence_number: null },
  ];
  const bytes = await parquet([ID, ROW_ID_COLUMN, LAST_UPDATED_COLUMN], rows);
  const file = { path: 'data/a.parquet', bytes, rows: 3, sequence: 9 };
  const table = await openForeign(
    foreignTable({
      formatVersion: 3,
      fields: [{ ...ID }],
      files: [{ ...file, extra: { first_row_id: 100n } }],
    }),
  );
  expect(await rowsOf(table, { columns: LINEAGE })).toEqual([
    { id: 1n, _row_id: 70n, _last_updated_sequence_number: 3n },
    { id: 2n, _row_id: 101n, _last_updated_sequence_number: 9n },
    { id: 3n, _row_id: 71n, _last_updated_sequence_number: 9n },
  ]);
  // The table's columns are its own only.
  expect(await rowsOf(table)).toEqual([{ id: 1n }, { id: 2n }, { id: 3n }]);
});

test('without a first row id, rows have no lineage but what their file stores', async () => {
  const rows = [
    { id: 1n, _row_id: 70n, _last_updated_sequence_number: 3n },
    { id: 2n, _row_id: null, _last_updated_sequence_number: null },
  ];
  const bytes = await parquet([ID, ROW_ID_COLUMN, LAST_UPDATED_COLUMN], rows);
  const files = [{ path: 'data/a.parquet', bytes, rows: 2, sequence: 9 }];
  const table = await openForeign(foreignTable({ formatVersion: 3, fields: [{ ...ID }], files }));
  expect(await rowsOf(table, { columns: LINEAGE })).toEqual(rows);
});

test('before version 3 rows have no lineage; the spec of their file they have', async () => {
  const table = await append(await tableOf(2), 1n);
  expect(await rowsOf(table, { columns: ['_spec_id', ...LINEAGE] })).toEqual([
    { _spec_id: 0, id: 1n, _row_id: null, _last_updated_sequence_number: null },
  ]);
});
