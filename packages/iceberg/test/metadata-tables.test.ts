import { expect, test } from 'vitest';
import {
  batchFromRows,
  IcebergError,
  MemoryCatalog,
  type MetadataTableName,
  type MetadataTableOptions,
  type Table,
} from '../src/index.js';

type Row = Record<string, unknown>;

async function tableOfThree(): Promise<Table> {
  const catalog = new MemoryCatalog();
  let table = await catalog.createTable(
    { namespace: 'n', name: 't' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'long', required: true },
          { name: 'price', type: 'decimal(9, 2)' },
          { name: 'day', type: 'date' },
          { name: 'tags', type: { type: 'list', element: 'string' } },
        ],
      },
      partitionBy: ['month(day)'],
    },
  );
  const rows = (...items: Row[]) => batchFromRows(table.schema(), items);
  ({ table } = await table.append(
    rows(
      { id: 1n, price: '1.50', day: '2026-11-01', tags: ['a', 'b'] },
      { id: 2n, price: null, day: '2026-12-31', tags: null },
    ),
  ));
  ({ table } = await table.upsert(rows({ id: 1n, price: '-2.00', day: '2026-11-02' }), { key: ['id'] }));
  return table;
}

async function rowsOf(table: Table, name: MetadataTableName, options?: MetadataTableOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of table.metadataTable(name, options).rows()) rows.push(row);
  return rows;
}

test('snapshots, history and refs tell of the metadata document', async () => {
  const table = await tableOfThree();
  const [first, second] = table.snapshots();
  const at = (milliseconds: number) => new Date(milliseconds).toISOString().replace('Z', '000Z');
  const snapshots = await rowsOf(table, 'snapshots');
  expect(snapshots).toHaveLength(2);
  expect(snapshots[1]).toMatchObject({
    committed_at: at(second!.timestampMs),
    snapshot_id: second!.snapshotId,
    parent_id: first!.snapshotId,
    operation: 'overwrite',
    manifest_list: second!.manifestList,
  });
  expect((snapshots[1]!['summary'] as Map<string, string>).get('total-records')).toBe('3');
  expect(await rowsOf(table, 'history')).toEqual([
    {
      made_current_at: at(first!.timestampMs),
      snapshot_id: first!.snapshotId,
      parent_id: null,
      is_current_ancestor: true,
    },
    {
      made_current_at: at(second!.timestampMs),
      snapshot_id: second!.snapshotId,
      parent_id: first!.snapshotId,
      is_current_ancestor: true,
    },
  ]);
  expect(await rowsOf(table, 'refs')).toEqual([
    {
      name: 'main',
      type: 'BRANCH',
      snapshot_id: second!.snapshotId,
      max_reference_age_in_ms: null,
      min_snapshots_to_keep: null,
      max_snapshot_age_in_ms: null,
    },
  ]);
  const log = await rowsOf(table, 'metadata_log_entries');
  expect(log).toHaveLength(3);
  expect(log.at(-1)).toEqual({
    timestamp: at(table.metadata.lastUpdatedMs),
    file: table.metadataLocation,
    latest_snapshot_id: second!.snapshotId,
    latest_schema_id: 0,
    latest_sequence_number: 2n,
  });
});

test('files and entries hold statistics as the manifest has them and as people read them', async () => {
  const table = await tableOfThree();
  const files = await rowsOf(table, 'files');
  expect(files.map((file) => file['content']).sort()).toEqual([0, 0, 0, 1]);
  const file = files.find(
    (candidate) =>
      (candidate['readable_metrics'] as Record<string, Row>)['price']?.['lower_bound'] === '1.50',
  )!;
  expect(file).toMatchObject({
    file_format: 'PARQUET',
    spec_id: 0,
    partition: { day_month: (2026 - 1970) * 12 + 10 },
    record_count: 1n,
    lower_bounds: new Map<number, Uint8Array>([
      [1, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)],
      [2, Uint8Array.of(0, 150)],
      [3, (file['lower_bounds'] as Map<number, Uint8Array>).get(3)!],
    ]),
    equality_ids: null,
    first_row_id: null,
  });
  const metrics = file['readable_metrics'] as Record<string, Row>;
  expect(Object.keys(metrics)).toEqual(['day', 'id', 'price', 'tags.element']);
  expect(metrics['id']).toMatchObject({
    value_count: 1n,
    null_value_count: 0n,
    nan_value_count: null,
    lower_bound: 1n,
    upper_bound: 1n,
  });
  expect(metrics['day']).toMatchObject({ lower_bound: '2026-11-01', upper_bound: '2026-11-01' });
  expect(await rowsOf(table, 'data_files')).toHaveLength(3);
  expect(await rowsOf(table, 'delete_files')).toEqual(files.filter((one) => one['content'] === 1));
  const entries = await rowsOf(table, 'entries');
  expect(entries).toHaveLength(4);
  const entry = entries.find((one) => (one['data_file'] as Row)['file_path'] === file['file_path'])!;
  expect(entry).toMatchObject({
    status: 1,
    snapshot_id: table.snapshots()[0]!.snapshotId,
    sequence_number: 1n,
    file_sequence_number: 1n,
    readable_metrics: metrics,
  });
});

test('manifests hold partition bounds as text, partitions what their live files hold', async () => {
  const table = await tableOfThree();
  const manifests = await rowsOf(table, 'manifests');
  expect(
    manifests.map((row) => [row['content'], row['added_data_files_count'], row['added_delete_files_count']]),
  ).toEqual(
    expect.arrayContaining([
      [0, 2, 0],
      [0, 1, 0],
      [1, 0, 1],
    ]),
  );
  const ofFirst = manifests.find((row) => row['added_data_files_count'] === 2)!;
  expect(ofFirst['partition_summaries']).toEqual([
    { contains_null: false, contains_nan: null, lower_bound: '2026-11', upper_bound: '2026-12' },
  ]);
  const partitions = await rowsOf(table, 'partitions');
  const november = partitions.find((row) => (row['partition'] as Row)['day_month'] === 682)!;
  expect(partitions).toHaveLength(2);
  expect(november).toMatchObject({
    spec_id: 0,
    record_count: 2n,
    file_count: 2,
    position_delete_record_count: 1n,
    position_delete_file_count: 1,
    equality_delete_record_count: 0n,
    equality_delete_file_count: 0,
    last_updated_snapshot_id: table.snapshots()[1]!.snapshotId,
  });
});

test('an earlier snapshot has its own files, and tables over all snapshots take none', async () => {
  const table = await tableOfThree();
  const [first] = table.snapshots();
  expect(await rowsOf(table, 'files', { snapshotId: first!.snapshotId })).toHaveLength(2);
  expect(await rowsOf(table, 'partitions', { ref: 'main' })).toHaveLength(2);
  expect(() => table.metadataTable('refs', { ref: 'main' })).toThrow(/tells of all snapshots/);
  expect(() => table.metadataTable('file' as never)).toThrow(IcebergError);
  expect(() => table.metadataTable('toString' as never)).toThrow(/no metadata table "toString"/);
  expect(() => table.metadataTable('files', { ref: 'gone' })).toThrow(/no branch or tag "gone"/);
});

test('a table without a snapshot has no rows in them, and Arrow tables with all columns', async () => {
  const table = await new MemoryCatalog().createTable(
    { namespace: 'n', name: 'empty' },
    { schema: { fields: [{ name: 'id', type: 'long' }] } },
  );
  for (const name of ['snapshots', 'files', 'entries', 'manifests', 'partitions', 'refs'] as const) {
    const arrow = await table.metadataTable(name).toArrow();
    expect(arrow.numRows).toBe(0);
    expect(arrow.schema.fields.map((field) => field.name)).toEqual(
      table.metadataTable(name).columns.map((column) => column.name),
    );
  }
  // No struct without fields for a table that was never partitioned.
  expect(table.metadataTable('files').columns.map((column) => column.name)).not.toContain('partition');
  expect(table.metadataTable('partitions').columns[0]).toEqual({ name: 'record_count', type: 'long' });
});

test('an aborted signal ends reading', async () => {
  const table = await tableOfThree();
  await expect(rowsOf(table, 'files', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
  });
});
