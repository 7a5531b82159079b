import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-semantic-'));
  await mkdir(join(folder, 'contracts'));
  await mkdir(join(folder, 'views'));
  const contract = {
    topic: 'orders',
    version: '1.0.0',
    owner: 'tests',
    columns: { amount: { type: 'int' } },
  };
  await writeFile(join(folder, 'contracts', 'orders.json'), JSON.stringify(contract));
  await view('totals', 'sum(amount)');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function view(name: string, metric: string): Promise<void> {
  const text = `views:\n  ${name}:\n    description: d\n    from: orders\n    metrics: { x: ${metric} }\n`;
  await writeFile(join(folder, 'views', `${name}.yaml`), text);
}

const places = () => ['--spec', join(folder, 'views'), '--contracts', join(folder, 'contracts')];
const semantic = (...args: string[]) => runCommand(['semantic', ...places(), ...args]);
const out = () => ['--out', join(folder, 'sql')];

it('prints the statements of one engine', async () => {
  const { code, stdout } = await semantic(
    '--dialect',
    'athena',
    '--curated',
    'lake_curated',
    '--semantic',
    'lake-views',
  );
  expect(code).toBe(0);
  expect(stdout).toContain('CREATE DATABASE IF NOT EXISTS `lake-views`;');
  expect(stdout).toContain('CREATE OR REPLACE VIEW "lake-views"."totals" AS');
  expect(stdout).toContain('FROM "lake_curated"."orders" AS "orders"');
});

it('makes no view in the place of a table', async () => {
  await view('orders', 'count()');
  const same = ['--dialect', 'duckdb', '--curated', 'lake', '--semantic', 'LAKE'];
  expect(await semantic(...same)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('view orders is called as one of them'),
  });
  await rm(join(folder, 'views', 'orders.yaml'));
  expect(await semantic(...same)).toMatchObject({ code: 0 });
});

it('writes a file per engine and view, and takes away those of views that are gone', async () => {
  await view('old', 'count()');
  expect((await semantic(...out())).stdout).toContain('written: duckdb/totals.sql');
  await writeFile(join(folder, 'sql', 'duckdb', 'by-hand.sql'), 'SELECT 1;\n');
  await rm(join(folder, 'views', 'old.yaml'));
  const { code, stdout } = await semantic(...out());
  expect(code).toBe(0);
  expect(stdout).toContain('removed: spark/old.sql');
  expect(await readdir(join(folder, 'sql', 'duckdb'))).toEqual(['_schema.sql', 'by-hand.sql', 'totals.sql']);
});

it('--check says what is missing, other or stale, and writes nothing', async () => {
  await view('old', 'count()');
  await semantic(...out(), '--dialect', 'duckdb');
  expect(await semantic(...out(), '--dialect', 'duckdb', '--check')).toMatchObject({ code: 0 });
  await rm(join(folder, 'views', 'old.yaml'));
  await view('fresh', 'count()');
  await view('totals', 'max(amount)');
  const before = await readFile(join(folder, 'sql', 'duckdb', 'totals.sql'), 'utf8');
  const { code, stdout } = await semantic(...out(), '--dialect', 'duckdb', '--check');
  expect(code).toBe(1);
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'missing: duckdb/fresh.sql',
    'stale: duckdb/old.sql',
    'differs: duckdb/totals.sql',
  ]);
  expect(await readFile(join(folder, 'sql', 'duckdb', 'totals.sql'), 'utf8')).toBe(before);
});

it('ends with 2 for documents that are wrong, each fault with file, line and column, and writes nothing', async () => {
  await view('totals', 'sum(amont)');
  const { code, stderr, stdout } = await semantic(...out());
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/totals\.yaml:5:23: view totals, metrics\.x: .*did you mean amount\?\n$/);
  await expect(readdir(join(folder, 'sql'))).rejects.toThrow('ENOENT');
});

it('ends with 2 for contracts that are wrong', async () => {
  await writeFile(join(folder, 'contracts', 'broken.json'), '{}');
  const { code, stderr } = await semantic(...out());
  expect(code).toBe(2);
  expect(stderr).toMatch(/broken\.json:1:1: .*"topic" is missing/);
});

it('--json says what every column shows, and how files stand', async () => {
  const { stdout } = await semantic(...out(), '--dialect', 'spark', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    formatVersion: 1,
    faults: [],
    views: [
      {
        name: 'totals',
        topics: ['orders'],
        columns: [{ name: 'x', role: 'metric', type: 'decimal(38,0)', sensitive: [] }],
      },
    ],
    files: [
      { name: 'spark/_schema.sql', state: 'missing' },
      { name: 'spark/totals.sql', state: 'missing' },
    ],
  });
});

it.each([
  ['--check without --out', ['--check'], /name their folder with --out/],
  ['several engines without --out', [], /several engines need --out/],
  ['an unknown engine', ['--dialect', 'oracle'], /"oracle" is none of athena/],
  ['a schema that could be SQL', ['--dialect', 'spark', '--semantic', 'a"; drop'], /Give names of letters/],
])('refuses %s', async (_what, args, message) => {
  const { code, stderr } = await semantic(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
