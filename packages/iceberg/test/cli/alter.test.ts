import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { iceberg, printed, printedRows } from '../support/iceberg-command.js';

let folder: string;
let place = 0;
let table: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iceberg-cli-alter-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  table = join(folder, `wh${place++}/raw/t`);
});

const NESTED = [
  ['id', 'long'],
  ['place', 'struct<lat: double, spots: list<struct<n: decimal(5, 2), kind: string>>>'],
  ['props', 'map<string, list<long>>'],
] as const;

const create = (...more: string[]): Promise<string> =>
  printed([
    'create',
    table,
    ...NESTED.flatMap(([name, type]) => ['--column', `${name} ${type}`]),
    '--column',
    'key long required',
    '--identifier',
    'key',
    ...more,
  ]);
const append = (line: string): Promise<string> => printed(['append', table, '-'], { input: [line] });
const typesOf = async (): Promise<string[]> =>
  (await printedRows(['schema', table])).map(({ name, type }) => `${String(name)} ${String(type)}`);

describe('a table made with nested columns on the command line', () => {
  test('has them as "schema" prints them, and takes rows', async () => {
    await create();
    const types = await typesOf();
    for (const [name, type] of NESTED) expect(types).toContain(`${name} ${type}`);
    const line = '{"id":1,"place":{"lat":1.5,"spots":[{"n":"2.50","kind":"a"}]},"props":{"x":[1,2]},"key":7}';
    await append(line);
    expect((await printed(['scan', table, '--format', 'ndjson'])).trim()).toBe(line);
  });

  test('is upserted by its identifier fields where no --key is given', async () => {
    await create();
    await append('{"id":1,"key":7}');
    await printed(['upsert', table, '-'], { input: ['{"id":2,"key":7}\n{"id":3,"key":8}'] });
    const rows = await printedRows(['scan', table, '--columns', 'id,key']);
    expect(rows.sort((a, b) => Number(a['id']) - Number(b['id']))).toEqual([
      { id: 2, key: 7 },
      { id: 3, key: 8 },
    ]);
  });
});

describe('alter', () => {
  test('drops, renames, widens and adds in one commit, and rows that were there are read so', async () => {
    await printed(['create', table, '--column', 'a int', '--column', 'b string', '--column', 'c long']);
    await append('{"a":1,"b":"x","c":2}');
    const before = await printedRows(['metadata', table, 'metadata_log_entries']);
    const changes = ['--drop', 'c', '--rename', 'b=c', '--widen', 'a long'];
    const columns = await printedRows([
      'alter',
      table,
      ...changes,
      '--add',
      'd struct<x: int>',
      '--add',
      'd.y list<string>',
    ]);
    expect(columns.map(({ name, type }) => `${String(name)} ${String(type)}`)).toEqual(await typesOf());
    expect(await printedRows(['metadata', table, 'metadata_log_entries'])).toHaveLength(before.length + 1);
    await append('{"a":9007199254740993,"c":"y","d":{"x":1,"y":["z"]}}');
    const lines = (await printed(['scan', table, '--format', 'ndjson'])).trim().split('\n').sort();
    expect(lines).toEqual([
      '{"a":1,"c":"x","d":null}',
      '{"a":9007199254740993,"c":"y","d":{"x":1,"y":["z"]}}',
    ]);
  });

  test('upgrades the format version, and refuses what old files could not be read under', async () => {
    await create();
    const refused = await iceberg(['alter', table, '--add', 'must string required']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('[INCOMPATIBLE_EVOLUTION]');
    await printed(['alter', table, '--format-version', '3', '--add', 'at timestamp_ns']);
    expect(await printedRows(['describe', table])).toMatchObject([{ format_version: 3 }]);
    expect(await typesOf()).toContain('at timestamp_ns');
  });
});

test('properties are set, removed and printed', async () => {
  await create('--property', 'owner=me', '--property', 'b=1');
  const changed = await printedRows([
    'properties',
    table,
    '--set',
    'b=2=3',
    '--set',
    'c=',
    '--unset',
    'owner',
  ]);
  const expected = [
    { name: 'b', value: '2=3' },
    { name: 'c', value: '' },
  ];
  expect(changed).toEqual(expected);
  expect(await printedRows(['properties', table])).toEqual(expected);
});

test('a version is chosen by its age, too', async () => {
  await create();
  await append('{"id":1,"key":1}');
  await append('{"id":2,"key":2}');
  const [first, second] = await printedRows(['snapshots', table]);
  const committed = (row: typeof first): number => Date.parse(String(row?.['committed_at']));
  const now = (): number => committed(first) + 3_600_000;
  const age = (row: typeof first): string => `${now() - committed(row)}ms`;
  expect(await printed(['count', table, '--as-of', age(first)], { now })).toBe('1\n');
  expect(await printed(['count', table, '--as-of', age(second)], { now })).toBe('2\n');
  const back = ['rollback', table, '--as-of', '1h', '--dry-run', '--format', 'ndjson'];
  expect(await printed(back, { now })).toContain(
    `"to_snapshot_id":${/"snapshot_id":(\d+)/.exec(await printed(['snapshots', table, '--format', 'ndjson']))![1]}`,
  );
});

test('what is printed of a table has one type everywhere: counts are numbers, kinds of refs in capitals', async () => {
  await create();
  await append('{"id":1,"key":1}');
  expect(await printedRows(['describe', table])).toMatchObject([{ total_records: 1, snapshots: 1 }]);
  expect(await printedRows(['branch', table, 'audit'])).toMatchObject([{ type: 'BRANCH' }]);
  expect(await printedRows(['refs', table])).toMatchObject([
    { name: 'main', type: 'BRANCH' },
    { name: 'audit', type: 'BRANCH' },
  ]);
});

test('a row with one key twice is refused with its line, and nothing is committed', async () => {
  await create();
  const { code, stderr } = await iceberg(['append', table, '-'], {
    input: ['{"id":1,"key":1}\n{"key":2,"place":{"lat":1,"lat":2}}\n'],
  });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'error: standard input, line 2: the key "lat" is there twice\n',
  });
  expect(await printed(['count', table])).toBe('0\n');
});
