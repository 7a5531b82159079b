import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { ensurePythonPeers } from '../../../../scripts/peers/python.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { batchFromRows, FolderCatalog, type MetadataTableName, type Table } from '../../src/index.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('inspect_table.py', import.meta.url));
const { peers, missing } = await ensurePythonPeers();

type Row = Record<string, unknown>;

/** A value of `rows()` as `inspect_table.py` prints it. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  const timestamp = typeof value === 'string' ? /^(\d{4}-\d\d-\d\dT.*\.\d{3})\d{3}Z?$/.exec(value) : null;
  return timestamp?.[1] ?? value;
}

/** PyIceberg knows fewer columns: those of later format versions are missing. */
function narrowed(ours: unknown, theirs: unknown): unknown {
  if (Array.isArray(ours) && Array.isArray(theirs))
    return ours.map((item, index) => narrowed(item, theirs[index]));
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null) return ours;
  return Object.fromEntries(
    Object.keys(theirs).map((name) => [name, narrowed((ours as Row)[name], (theirs as Row)[name])]),
  );
}

async function partitionedTable(): Promise<Table> {
  const catalog = new FolderCatalog({ warehouse: await mkdtemp(join(tmpdir(), 'inspect-')) });
  let table = await catalog.createTable(
    { namespace: 'n', name: 't' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'long', required: true },
          { name: 'name', type: 'string' },
          { name: 'price', type: 'decimal(9, 2)' },
          { name: 'at', type: 'timestamptz' },
          { name: 'score', type: 'double' },
        ],
      },
      partitionBy: ['day(at)', 'truncate(2, name)', 'bucket(4, id)'],
    },
  );
  const row = (id: number) => ({
    id,
    name: id % 3 === 0 ? null : `name ${id % 2} and more than sixteen characters`,
    price: `${id}.25`,
    at: `2026-11-${String(20 + (id % 3)).padStart(2, '0')}T10:00:00.5Z`,
    score: id % 4 === 0 ? Number.NaN : id / 2,
  });
  const rows = (from: number, to: number) =>
    batchFromRows(
      table.schema(),
      Array.from({ length: to - from }, (_, index) => row(from + index)),
    );
  ({ table } = await table.append(rows(0, 12)));
  ({ table } = await table.upsert(rows(6, 15), { key: ['id'] }));
  const gone = table.transaction();
  await gone.deleteKeys(
    batchFromRows({ schemaId: 0, fields: table.schema().fields.slice(0, 1) }, [{ id: 1 }]),
    { key: ['id'] },
  );
  ({ table } = await gone.commit());
  return table;
}

suiteWhere(missing, "metadata tables beside PyIceberg's", () => {
  let table: Table;
  let theirs: Record<string, Row[]>;

  beforeAll(async () => {
    table = await partitionedTable();
    const { stdout } = await run(peers!.python, [script, table.metadataLocation], {
      maxBuffer: 64 * 1024 * 1024,
    });
    theirs = JSON.parse(stdout) as Record<string, Row[]>;
  }, 120_000);

  const names: MetadataTableName[] = [
    'snapshots',
    'history',
    'refs',
    'metadata_log_entries',
    'entries',
    'files',
    'data_files',
    'delete_files',
    'manifests',
    'partitions',
  ];
  test.each(names)('%s has the same rows', async (name) => {
    const rows: unknown[] = [];
    for await (const found of table.metadataTable(name).rows()) rows.push(plain(found));
    const sorted = (list: readonly unknown[]) =>
      list.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
    const expected = sorted(theirs[name]!);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toHaveLength(expected.length);
    const ours = rows.map((found) => narrowed(found, expected[0]));
    expect(sorted(ours)).toEqual(expected);
  });

  test('files name the size of each column as pyarrow finds it in them', async () => {
    const sizes: Row = {};
    for await (const found of table.metadataTable('files').rows()) {
      const pairs = plain(found['column_sizes']) as [string, string][];
      sizes[found['file_path'] as string] = Object.fromEntries(pairs);
    }
    expect(Object.keys(sizes).length).toBeGreaterThan(3);
    expect(sizes).toEqual(theirs['column_sizes']);
  });
});
