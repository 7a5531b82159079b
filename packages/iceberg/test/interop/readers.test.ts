import { mkdtemp, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensurePythonPeers } from '../../../../scripts/peers/python.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { FolderCatalog, type Table } from '../../src/index.js';
import { canonicalRows, sortRows } from '../support/canonical-rows.js';
import { type ForeignTable, type Reader, readWith } from './python-readers.js';
import { TABLE_SHAPES } from './table-shapes.js';

const { peers, missing } = await ensurePythonPeers();
const tables = new Map<string, Table>();
const found: Record<Reader, Map<string, ForeignTable>> = { pyiceberg: new Map(), duckdb: new Map() };

/** DuckDB has no metadata columns of ours to compare: its types stand in for them. */
const DUCKDB_TYPES: [RegExp, string][] = [
  [/^boolean$/, 'BOOLEAN'],
  [/^int$/, 'INTEGER'],
  [/^long$/, 'BIGINT'],
  [/^float$/, 'FLOAT'],
  [/^double$/, 'DOUBLE'],
  [/^date$/, 'DATE'],
  [/^time$/, 'TIME'],
  [/^timestamp$/, 'TIMESTAMP'],
  [/^timestamptz$/, 'TIMESTAMP WITH TIME ZONE'],
  [/^string$/, 'VARCHAR'],
  [/^uuid$/, 'UUID'],
  [/^(binary|fixed\[\d+\])$/, 'BLOB'],
];

function duckdbType(type: unknown): string {
  const text = String(type);
  const decimal = /^decimal\((\d+), (\d+)\)$/.exec(text);
  if (decimal) return `DECIMAL(${decimal[1]},${decimal[2]})`;
  return DUCKDB_TYPES.find(([pattern]) => pattern.test(text))?.[1] ?? 'nested';
}

suiteWhere(missing, 'tables written here, read by others', () => {
  beforeAll(async () => {
    const catalog = new FolderCatalog({ warehouse: await mkdtemp(join(tmpdir(), 'interop-')) });
    for (const [shape, write] of Object.entries(TABLE_SHAPES)) tables.set(shape, await write(catalog));
    for (const reader of ['pyiceberg', 'duckdb'] as const) {
      const results = await readWith(
        peers!,
        reader,
        [...tables.values()].map((table) => table.metadataLocation),
      );
      for (const [index, shape] of [...tables.keys()].entries()) found[reader].set(shape, results[index]!);
    }
  });

  test.each(Object.keys(TABLE_SHAPES))(
    'PyIceberg reads a table %s: same rows, names, ids, types',
    async (shape) => {
      const table = tables.get(shape)!;
      const foreign = found.pyiceberg.get(shape)!;
      expect(sortRows(foreign.rows)).toEqual(await canonicalRows(table));
      const primitive = table.schema().fields.filter((field) => typeof field.type === 'string');
      const seen = new Map(foreign.columns.map((column) => [column.id, column]));
      for (const { id, name, type, required } of primitive)
        expect(seen.get(id)).toEqual({ id, name, type, required });
      expect(foreign.columns.map((column) => column.id)).toEqual(
        table.schema().fields.map((field) => field.id),
      );
    },
  );

  test.each(Object.keys(TABLE_SHAPES))('DuckDB reads a table %s: same rows, names, types', async (shape) => {
    const table = tables.get(shape)!;
    const foreign = found.duckdb.get(shape)!;
    expect(sortRows(foreign.rows)).toEqual(await canonicalRows(table));
    const { fields } = table.schema();
    expect(foreign.columns.map((column) => column.name)).toEqual(fields.map((field) => field.name));
    for (const [index, { type }] of fields.entries()) {
      if (typeof type === 'string') expect(foreign.columns[index]!.type).toBe(duckdbType(type));
    }
  });

  test('a table whose folder was moved is read and written here, under its old location', async () => {
    const before = await mkdtemp(join(tmpdir(), 'moved-'));
    const written = await TABLE_SHAPES['upserted']!(new FolderCatalog({ warehouse: join(before, 'a') }));
    const rows = await canonicalRows(written);
    await rename(join(before, 'a'), join(before, 'b'));
    const moved = await new FolderCatalog({ warehouse: join(before, 'b') }).loadTable(written.identifier);
    expect(await canonicalRows(moved)).toEqual(rows);
    const { table } = await moved.append(await moved.scan({ limit: 1 }).toArrow());
    expect((await canonicalRows(table)).length).toBe(rows.length + 1);
    expect(table.location).toBe(written.location);
  });
});
