import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { ensurePythonPeers } from '../../../../scripts/peers/python.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { bindExpression } from '../../src/expression/bind.js';
import {
  and,
  type Expression,
  eq,
  isIn,
  type LiteralValue,
  not,
  openTable,
  or,
  type Table,
} from '../../src/index.js';
import { openDataFile } from '../../src/scan/open-data-file.js';
import { ProjectedFile } from '../../src/scan/projected-file.js';
import { MemoryStorage } from '../../src/storage/memory/memory-storage.js';
import { TableCaches, TableIo } from '../../src/table/table-io.js';
import { foreignTable, rowsOf } from '../support/foreign-table.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('write_bloom_filters.py', import.meta.url));
const { peers, missing } = await ensurePythonPeers();

const TYPES = {
  id: 'long',
  small: 'long',
  name: 'string',
  price: 'decimal(12, 2)',
  at: 'timestamptz',
  score: 'double',
  day: 'date',
  key: 'fixed[16]',
} as const;
type Column = keyof typeof TYPES;

/** What `write_bloom_filters.py` writes into a column for a number; some columns have been widened since. */
function literal(column: Column, number: number): LiteralValue {
  const day = new Date(Date.UTC(2000, 0, 1) + number * 86_400_000).toISOString().slice(0, 10);
  const key = Buffer.alloc(16);
  key.writeUInt32BE(number, 12);
  return {
    id: BigInt(number),
    small: number,
    name: `name ${String(number).padStart(4, '0')}`,
    price: (number / 4).toFixed(2),
    at: new Date(Date.UTC(2026, 0, 1) + number * 60_000),
    score: number / 8,
    day,
    key: new Uint8Array(key),
  }[column];
}

const ROWS = { pyarrow: 1024, duckdb: 8192 };

suiteWhere(missing, 'Bloom filters of other writers', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bloom-'));
    await run(peers!.python, [script, folder]);
  }, 120_000);

  async function tableOf(writer: keyof typeof ROWS): Promise<{ table: Table; file: ProjectedFile }> {
    const bytes = new Uint8Array(await readFile(join(folder, `${writer}.parquet`)));
    const fields = Object.entries(TYPES).map(([name, type], at) => ({
      id: at + 1,
      name,
      required: false,
      type,
    }));
    const built = foreignTable({
      fields,
      files: [{ path: 'data/a.parquet', bytes, rows: ROWS[writer], sequence: 1 }],
    });
    const storage = new MemoryStorage();
    for (const [path, content] of built.files) await storage.write(path, content);
    const table = await openTable({ metadataLocation: built.metadataLocation, storage });
    const [task] = await table.scan().planFiles();
    const { file } = task!.dataFile;
    const io = new TableIo({
      storage,
      location: table.location,
      root: 'memory://t',
      caches: new TableCaches(),
    });
    const reader = await openDataFile(io, file);
    const columns = new Map(table.schema().fields.map((field) => [field.id, field]));
    return {
      table,
      file: new ProjectedFile(reader, { file, fields: columns, metadata: table.metadata }),
    };
  }

  for (const writer of ['pyarrow', 'duckdb'] as const) {
    const columns = (Object.keys(TYPES) as Column[]).filter((name) => writer === 'pyarrow' || name !== 'key');
    test.each(columns)(`${writer}: %s`, async (column) => {
      const { table, file } = await tableOf(writer);
      const might = (group: number, filter: Expression) =>
        file.bloomMightMatch(group, bindExpression(filter, table.schema()));
      let passedOver = 0;
      for (let number = 1; number < 1020; number += 17) {
        const holds = number % 2;
        expect(await might(holds, eq(column, literal(column, number)))).toBe(true);
        if (!(await might(1 - holds, eq(column, literal(column, number))))) passedOver++;
      }
      expect(passedOver).toBeGreaterThan(55);
      const [even, odd, absent] = [100, 101, 1500].map((number) => literal(column, number)) as [
        LiteralValue,
        LiteralValue,
        LiteralValue,
      ];
      expect(await might(0, isIn(column, [odd, absent]))).toBe(false);
      expect(await might(0, isIn(column, [odd, even]))).toBe(true);
      expect(await might(0, not(eq(column, odd)))).toBe(true);
      expect(await might(0, and(eq(column, odd), eq('id', 100n)))).toBe(false);
      expect(await might(0, or(eq(column, odd), eq('id', 100n)))).toBe(true);
      const found = await rowsOf(table, { columns: ['id'], filter: isIn(column, [even, odd, absent]) });
      expect(new Set(found.map((row) => (row as { id: bigint }).id))).toEqual(new Set([100n, 101n]));
    });
  }

  test('a value that a narrower column cannot hold is in none of its groups; a zero of either sign is found', async () => {
    const { table, file } = await tableOf('pyarrow');
    const might = (group: number, filter: Expression) =>
      file.bloomMightMatch(group, bindExpression(filter, table.schema()));
    expect(await might(0, eq('small', 5_000_000_000n))).toBe(false);
    expect(await might(0, eq('score', -0))).toBe(true);
    expect(await might(1, eq('score', 0))).toBe(false);
  });
});
