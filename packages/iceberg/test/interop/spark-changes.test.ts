import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureSpark } from '../../../../scripts/peers/spark.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import {
  batchFromRows,
  FolderCatalog,
  type IcebergType,
  type MetadataTableName,
  type Table,
} from '../../src/index.js';
import { type Canonical, canonical, sortRows } from '../support/canonical-rows.js';
import { SparkSession } from './spark-session.js';

const warehouse = await mkdtemp(join(tmpdir(), 'spark-changes-'));
const catalog = new FolderCatalog({ warehouse });
const { peer, missing } = await ensureSpark();
const spark = peer === null ? null : await SparkSession.start(peer, warehouse);
afterAll(() => spark?.stop());

const NAMES: MetadataTableName[] = [
  'snapshots',
  'history',
  'refs',
  'metadata_log_entries',
  'files',
  'data_files',
  'delete_files',
  'entries',
  'manifests',
  'partitions',
];

/** A table of two partition specs that Spark and we have appended to and deleted from, in version 2. */
async function writtenTogether(): Promise<Table> {
  let table = await catalog.createTable(
    { namespace: 'n', name: 'described' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'long', required: true },
          { name: 'at', type: 'timestamptz' },
          { name: 'price', type: 'decimal(9, 2)' },
          { name: 'place', type: { type: 'struct', fields: [{ name: 'x', type: 'double' }] } },
          { name: 'tags', type: { type: 'list', element: 'string' } },
        ],
      },
      partitionBy: ['day(at)', 'bucket(4, id)'],
    },
  );
  const rows = [1, 2, 3, 4, 5, 6].map((id) => ({
    id,
    at: `2026-11-${20 + (id % 2)}T10:00:00Z`,
    price: `${id}.25`,
    place: id === 4 ? null : { x: id / 2 },
    tags: ['a', `tag ${id}`],
  }));
  ({ table } = await table.append(batchFromRows(table.schema(), rows)));
  const name = 'warehouse.n.described';
  await spark!.sql(`ALTER TABLE ${name} ADD PARTITION FIELD hour(at)`);
  await spark!.sql(`ALTER TABLE ${name} DROP PARTITION FIELD at_day`);
  await spark!.sql(
    `INSERT INTO ${name} VALUES (7, TIMESTAMP '2026-11-22 03:00:00Z', 7.5, named_struct('x', 1.5D), array('b')), (8, NULL, NULL, NULL, NULL)`,
  );
  table = await table.refresh();
  ({ table } = await table.upsert(batchFromRows(table.schema(), [{ id: 2, price: '0.01' }]), {
    key: ['id'],
  }));
  await spark!.sql(`ALTER TABLE ${name} CREATE TAG first RETAIN 10 DAYS`);
  return table.refresh();
}

/** Maps have no order of their own; where a manifest knows no bound, Spark shows the text "null". */
function normal(value: Canonical, type: IcebergType): Canonical {
  if (!Array.isArray(value) || typeof type === 'string') return value === 'null' ? null : value;
  if (type.type === 'map') return sortRows(value as Canonical[][]);
  if (type.type === 'list') return value.map((item) => normal(item, type.element));
  return value.map((item, at) => normal(item, type.fields[at]!.type));
}

function sparkType(type: IcebergType): string {
  if (typeof type !== 'string') {
    if (type.type === 'list') return `array<${sparkType(type.element)}>`;
    if (type.type === 'map') return `map<${sparkType(type.key)},${sparkType(type.value)}>`;
    return `struct<${type.fields.map((field) => `${field.name}:${sparkType(field.type)}`).join(',')}>`;
  }
  if (type === 'long') return 'bigint';
  if (type === 'timestamptz') return 'timestamp';
  return type.replace(', ', ',');
}

suiteWhere(missing, 'what Spark tells of tables and changes', () => {
  let table: Table;
  beforeAll(async () => {
    table = await writtenTogether();
  }, 240_000);

  test.each(NAMES)(
    'the metadata table %s has the same columns and rows',
    async (name) => {
      const ours = table.metadataTable(name);
      const answer = await spark!.sql(`SELECT * FROM warehouse.n.described.${name}`);
      const { fields } = ours.schema;
      expect(fields.map((field) => `${field.name} ${sparkType(field.type)}`)).toEqual(
        answer.columns.map((column) => `${column.name} ${column.type}`),
      );
      const normalRow = (row: Canonical[]) => row.map((value, at) => normal(value, fields[at]!.type));
      const rows: Canonical[][] = [];
      for await (const row of ours.rows())
        rows.push(normalRow(fields.map((field) => canonical(row[field.name], field.type))));
      expect(rows.length).toBeGreaterThan(0);
      expect(sortRows(rows)).toEqual(sortRows(answer.rows.map(normalRow)));
    },
    120_000,
  );

  test('a changelog of a copy-on-write table is the same', async () => {
    const name = 'warehouse.n.changed';
    const statements = [
      `CREATE TABLE ${name} (id BIGINT, note STRING) USING iceberg PARTITIONED BY (bucket(2, id)) TBLPROPERTIES ('write.delete.mode'='copy-on-write','write.update.mode'='copy-on-write','write.merge.mode'='copy-on-write')`,
      `INSERT INTO ${name} SELECT id, concat('a', id) FROM range(20)`,
      `UPDATE ${name} SET note = 'b' WHERE id % 3 = 0`,
      `DELETE FROM ${name} WHERE id IN (1, 4, 6)`,
      `INSERT INTO ${name} VALUES (1, 'again'), (30, NULL)`,
      `CALL warehouse.system.rewrite_data_files(table => 'n.changed', options => map('rewrite-all', 'true'))`,
      `MERGE INTO ${name} t USING (SELECT id, 'c' AS note FROM range(5, 9) UNION ALL SELECT 40, 'new') s ON t.id = s.id WHEN MATCHED AND s.id = 5 THEN DELETE WHEN MATCHED THEN UPDATE SET note = s.note WHEN NOT MATCHED THEN INSERT *`,
    ];
    for (const statement of statements) await spark!.sql(statement);
    const changed = await catalog.loadTable({ namespace: 'n', name: 'changed' });
    const [first] = changed.ancestors().toReversed();
    await spark!.sql(
      `CALL warehouse.system.create_changelog_view(table => 'n.changed', changelog_view => 'changes', identifier_columns => array('id'), options => map('start-snapshot-id', '${first!.snapshotId}'))`,
    );
    const answer = await spark!.sql('SELECT * FROM changes');
    expect(answer.columns.map((column) => column.name)).toEqual([
      'id',
      'note',
      '_change_type',
      '_change_ordinal',
      '_commit_snapshot_id',
    ]);
    const rows: Canonical[][] = [];
    const scan = changed.changelogScan({ fromSnapshotId: first!.snapshotId, key: ['id'] });
    for await (const row of scan.rows()) {
      const type = String(row['_change_type']).toUpperCase();
      rows.push([
        String(row['id']),
        row['note'] as string | null,
        type,
        String(row['_change_ordinal']),
        String(row['_commit_snapshot_id']),
      ]);
    }
    expect(new Set(rows.map((row) => row[2]))).toEqual(
      new Set(['INSERT', 'DELETE', 'UPDATE_BEFORE', 'UPDATE_AFTER']),
    );
    expect(sortRows(rows)).toEqual(sortRows(answer.rows));
  }, 240_000);
});
