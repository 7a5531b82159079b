import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { iceberg, printed } from '../support/iceberg-command.js';

let folder: string;
let table: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iceberg-cli-'));
  table = join(folder, 'wh/raw/orders');
  await printed(['create', table, '--column', 'id long required', '--column', 'amount decimal(12, 2)']);
  await printed(['append', table, '-'], { input: ['{"id":1,"amount":"9.90"}\n'] });
  await printed(['tag', table, 'first']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const COMMANDS = [
  'scan',
  'count',
  'changes',
  'describe',
  'schema',
  'snapshots',
  'files',
  'history',
  'refs',
  'manifests',
  'partitions',
  'metadata',
  'tables',
  'create',
  'append',
  'upsert',
  'delete',
  'alter',
  'properties',
  'compact',
  'rewrite-manifests',
  'expire',
  'orphans',
  'rollback',
  'tag',
  'branch',
  'cherry-pick',
  'publish',
];

describe('the help', () => {
  test('of the program names every command, the kinds of addresses and the exit codes', async () => {
    const { code, stdout, stderr } = await iceberg(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    for (const word of ['rest+https://', 'glue://', 'folder:', 's3://', 'Exit codes:'])
      expect(stdout).toContain(word);
  });

  test.each(COMMANDS)('of %s has an example and says how addresses are reached', async (name) => {
    const { code, stdout, stderr } = await iceberg([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\$ (.* \| )?iceberg /);
    expect(stdout).toContain('Address options:');
    expect(stdout).toContain('--location-prefix');
  });

  test('is shown, as wrong usage, where no command is given; the version is that of the package', async () => {
    const bare = await iceberg([]);
    expect(bare).toMatchObject({ code: 2, stdout: '' });
    expect(bare.stderr).toContain('Usage: iceberg');
    expect((await iceberg(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('what was not meant is told in one line, with what was, and is exit code 2', () => {
  const TABLE = 'TABLE';
  test.each([
    [['scna', TABLE], "unknown command 'scna' (Did you mean scan?)"],
    [['scan', TABLE, '--colums', 'id'], "unknown option '--colums' (Did you mean --columns?)"],
    [['scan', TABLE, '--columns', 'idd'], 'There is no column "idd"'],
    [['scan', TABLE, '--columns', 'amuont'], 'Did you mean "amount"?'],
    [['scan', TABLE, '--columns', '_fiel'], 'Did you mean "_file"?'],
    [['scan', TABLE, '--columns', 'id,id'], '"id" is there twice'],
    [['scan', TABLE, '--filter', 'amonut > 1'], 'Did you mean "amount"?'],
    [['scan', TABLE, '--filter', 'amount >'], '[INVALID_ARGUMENT]'],
    [['scan', TABLE, '--ref', 'frist'], 'Did you mean "first"?'],
    [['scan', TABLE, '--snapshot', '1'], 'SNAPSHOT_NOT_FOUND'],
    [['scan', TABLE, '--snapshot', 'newest'], 'Give a snapshot id'],
    [['scan', TABLE, '--snapshot', '1', '--ref', 'first'], 'cannot be used with'],
    [['scan', TABLE, '--filter', "id = 'x'"], "--filter id = 'x': The value"],
    [['delete', TABLE, '--filter', "id = 'x'"], 'does not fit column "id" of type long'],
    [['files', TABLE, '--filter', "id = 'x'"], 'does not fit column'],
    [['compact', TABLE, '--filter', "id = 'x'"], 'does not fit column'],
    [['changes', TABLE, '--filter', "id = 'x'"], 'does not fit column'],
    [['changes', TABLE, '--from', '5'], '[SNAPSHOT_EXPIRED]'],
    [['scan', TABLE, '--as-of', 'yesterday'], 'Give an age such as 7d, a date, or a time'],
    [['scan', TABLE, '--as-of', '2026-02-30'], 'Give an age such as 7d, a date, or a time'],
    [['scan', TABLE, '--as-of', '2026-11-23T10:00:00'], 'a time with its zone'],
    [['scan', TABLE, '--as-of', '1h'], '[SNAPSHOT_NOT_FOUND]'],
    [['scan', TABLE, '--limit', '1.5'], 'Give a whole number'],
    [['scan', TABLE, '--format', 'xml'], 'Allowed choices are table, ndjson, json'],
    [['scan'], "missing required argument 'table'"],
    [['scan', TABLE, 'more'], 'too many arguments'],
    [['scan', 'FOLDER/nowhere'], 'there is no such folder'],
    [['scan', 'FOLDER'], 'holds no metadata folder'],
    [['scan', 'FOLDER/nowhere.metadata.json'], 'there is no such file'],
    [['scan', 'folder:FOLDER/wh#raw.order'], '[TABLE_NOT_FOUND]'],
    [['scan', 'folder:FOLDER/wh'], 'names no table'],
    [['scan', 'https://c.example.com#a.b'], 'rest+https://c.example.com'],
    [['metadata', TABLE, 'entrys'], 'Did you mean "entries"?'],
    [['metadata', TABLE, 'snapshots', '--ref', 'first'], 'leave out'],
    [['tables', 'folder:FOLDER/wh#raw.orders'], 'this names one table'],
    [['changes', TABLE, '--key', 'nmae'], 'nmae'],
    [['create', 'FOLDER/new', '--schema', 'id long, name string'], 'one by one with --column'],
    [['append', TABLE, 'FOLDER/nothing.ndjson'], 'there is no such file'],
    [['append', TABLE, 'FOLDER'], 'this is a folder'],
    [['append', TABLE], "missing required argument 'file'"],
    [['append', TABLE, '-', '-'], 'can be read once only'],
    [['append', TABLE, '-', '--wap-id', 'x'], '--wap-id is for --stage'],
    [['expire', TABLE, '--older-than', 'long ago'], 'an age such as 7d'],
    [['expire', TABLE, '--older-than', '2026-11-23T10:00:00'], 'a time with its zone'],
    [['compact', TABLE, '--delete-ratio', '30'], 'Give a share'],
    [['compact', TABLE, '--sort-by', 'id'], 'sortBy is for the strategy'],
    [['rollback', TABLE], 'give either --snapshot or --as-of'],
    [['tag', TABLE, 'x', '--drop', '--replace'], '--replace and --drop were given together'],
    [['tag', TABLE, 'x', '--max-ref-age', '30'], 'Give a number with a unit'],
    [['cherry-pick', TABLE, 'newest'], '"newest" is no snapshot id'],
    [['create', TABLE, '--column', 'id'], 'write NAME TYPE'],
    [['create', 'FOLDER/new', '--column', 'a list<string'], '"create" takes columns from a file by --schema'],
    [['create', 'FOLDER/new', '--column', 'a lst<string>'], 'cannot be read from "<string>" on'],
    [['alter', TABLE], 'say what to change'],
    [['alter', TABLE, '--add', 'note'], '--add "note": write NAME TYPE'],
    [['alter', TABLE, '--drop', 'amuont'], 'Did you mean "amount"?'],
    [['alter', TABLE, '--widen', 'amount list<long>'], 'field by field'],
    [['properties', TABLE, '--set', 'a'], 'Give name=value'],
    [['properties', TABLE, '--unset', 'a'], 'the table has no such property'],
    [['properties', TABLE, '--set', 'a=b', '--unset', 'a'], 'both --set and --unset'],
    [['rewrite-manifests', TABLE, '--spec', '9'], 'has no partition spec 9; it has 0. [INVALID_ARGUMENT]'],
    [['orphans', TABLE, '--location', '/etc'], "--location /etc: give the table's folder"],
    [['tables', 'folder:FOLDER/nope'], '[NAMESPACE_NOT_FOUND]'],
    [['tables', 'folder:FOLDER/wh#nope'], '[NAMESPACE_NOT_FOUND]'],
    [['create', 'folder:FOLDER/wh#raw.x'], 'give either --column'],
    [['scan', TABLE, '--location-prefix', 'a'], 'Give OLD=NEW'],
    [['append', TABLE, '-', '--location-prefix', 'a=b'], 'are for reading'],
    [['scan', 'folder:FOLDER/wh#raw.orders', '--allow-location', '/x'], 'a catalog knows where'],
  ])('%j', async (args, message) => {
    const given = args.map((arg) => arg.replace('TABLE', table).replace('FOLDER', folder));
    const { code, stdout, stderr } = await iceberg(given);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]+\n(hint: [^\n]+\n)?$/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('a failure has code, message and hint, and a stack only with --debug', async () => {
  const file = join(folder, 'broken.metadata.json');
  await writeFile(file, '{"format-version": 2');
  const plain = await iceberg(['scan', file]);
  expect(plain.code).toBe(1);
  expect(plain.stderr).toMatch(/^error: .*broken\.metadata\.json.* \[INVALID_METADATA\]\n$/);
  const debug = await iceberg(['scan', file, '--debug']);
  expect(debug.stderr).toMatch(/\n\s+at /);
  expect(debug.stderr).toContain('[INVALID_METADATA]');
});
