import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FolderCatalog, type IcebergType, type Table } from '@lean-ops/iceberg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { duckdbType } from '../../packages/iceberg/test/support/duckdb-text.js';
import { ensurePythonPeers, type PythonPeers } from '../../scripts/peers/python.js';

interface Dump {
  metadata: string;
  columns: unknown;
  rows: (string | null)[][];
}

const run = promisify(execFile);
const repository = join(import.meta.dirname, '..', '..');

let folder = '';
let tables: Table[] = [];
const result = await ensurePythonPeers();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-readers-'));
  const out = join(folder, 'demo');
  const cli = join(repository, 'reference-deploy', 'dist', 'lean-ops.js');
  await run(process.execPath, [cli, 'demo', '--events', '3000', '--seed', '7', '--out', out]);
  const catalog = new FolderCatalog({ warehouse: join(out, 'warehouse') });
  tables = await Promise.all((await catalog.listTables()).map((id) => catalog.loadTable(id)));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('every table of the demo is read alike by others', () => {
  test('the demo leaves tables in all four layers', () => {
    const layers = new Set(tables.map((table) => table.identifier.namespace));
    expect([...layers].sort()).toEqual(['curated', 'ops', 'raw', 'standardized']);
    // Three topics: staging, main table and parse errors, curated and errors, and the tables of ops.
    expect(tables.length).toBeGreaterThanOrEqual(3 * 5 + 3);
  });

  test('PyIceberg reads the same rows, column types and field ids', async (context) => {
    if (result.peers === null) return context.skip(result.missing);
    const dumps = await dump(result.peers, 'pyiceberg');
    for (const table of tables) {
      const theirs = dumps.get(table.metadataLocation)!;
      expect(theirs.columns, nameOf(table)).toEqual(await fieldsOnDisk(table));
      expect(sorted(theirs.rows), nameOf(table)).toEqual(sorted(await rowsOf(table)));
    }
  });

  test('DuckDB reads the same rows and column types', async (context) => {
    if (result.peers === null) return context.skip(result.missing);
    const dumps = await dump(result.peers, 'duckdb');
    for (const table of tables) {
      const theirs = dumps.get(table.metadataLocation)!;
      const columns = table.schema().fields.map(({ name, type }) => ({ name, type: duckdbName(type) }));
      expect(theirs.columns, nameOf(table)).toEqual(columns);
      expect(sorted(theirs.rows), nameOf(table)).toEqual(sorted(await rowsOf(table)));
    }
  });
});

async function dump(peers: PythonPeers, reader: 'pyiceberg' | 'duckdb'): Promise<Map<string, Dump>> {
  const script = join(repository, 'test', 'interop', 'read_tables.py');
  const files = tables.map((table) => table.metadataLocation);
  const { stdout } = await run(peers.python, [script, reader, peers.duckdbExtensions, ...files], {
    maxBuffer: 1 << 29,
  });
  const dumps = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Dump);
  return new Map(dumps.map((one) => [one.metadata, one]));
}

async function rowsOf(table: Table): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  for await (const row of table.scan().rows())
    rows.push(table.schema().fields.map((field) => canonical(row[field.name], field.type)));
  return rows;
}

/** The text form that read_tables.py documents. */
function canonical(value: unknown, type: IcebergType | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (typeof type === 'object') return JSON.stringify(canonicalNested(value, type));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (type !== 'double' && type !== 'float') return String(value);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value as number);
  return bytes.toString('hex');
}

function canonicalNested(value: unknown, type: Exclude<IcebergType, string>): unknown {
  if (type.type === 'list') return (value as unknown[]).map((item) => canonical(item, type.element));
  if (type.type === 'map') throw new Error('the tables of the demo have no maps');
  const row = value as Record<string, unknown>;
  return Object.fromEntries(type.fields.map((field) => [field.name, canonical(row[field.name], field.type)]));
}

/** The fields of the current schema as the metadata file spells them. */
async function fieldsOnDisk(table: Table): Promise<unknown> {
  const metadata = JSON.parse(await readFile(table.metadataLocation, 'utf8'));
  const current = metadata['current-schema-id'];
  return metadata.schemas.find((schema: { 'schema-id': number }) => schema['schema-id'] === current).fields;
}

function duckdbName(type: IcebergType): string {
  if (typeof type === 'string') return duckdbType(type);
  if (type.type === 'list') return `${duckdbName(type.element)}[]`;
  if (type.type === 'map') return `MAP(${duckdbName(type.key)}, ${duckdbName(type.value)})`;
  return `STRUCT(${type.fields.map((field) => `${quoted(field.name)} ${duckdbName(field.type)}`).join(', ')})`;
}

/** DuckDB puts quotes around names that are words of SQL. */
const quoted = (name: string): string => (name === 'column' ? '"column"' : name);
const nameOf = (table: Table): string => `${table.identifier.namespace}.${table.identifier.name}`;
const sorted = (rows: (string | null)[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();
