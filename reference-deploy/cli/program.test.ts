import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './testing.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const COMMANDS = [
  ['generate'],
  ['run'],
  ['reconcile'],
  ['status'],
  ['table'],
  ['table', 'scan'],
  ['table', 'schema'],
  ['table', 'snapshots'],
  ['table', 'files'],
  ['table', 'append'],
  ['table', 'expire'],
  ['flatten'],
  ['demo'],
];

describe('lean-ops', () => {
  it.each(COMMANDS)('%s %s explains itself with an example', async (...command) => {
    const { code, stdout, stderr } = await runCommand([...command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: lean-ops');
    expect(stdout).toMatch(/\$ (echo .* \| )?lean-ops /);
    expect(stderr).toBe('');
  });

  it('explains itself, and without a command says so as wrong usage', async () => {
    expect((await runCommand(['--help'])).code).toBe(0);
    expect((await runCommand(['help', 'run'])).stdout).toContain('Usage: lean-ops run');
    const bare = await runCommand([]);
    expect(bare).toMatchObject({ code: 2, stdout: '' });
    expect(bare.stderr).toContain('Usage: lean-ops');
    expect((await runCommand(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('suggests what an unknown command or option was meant to be', async () => {
    const command = await runCommand(['reconsile']);
    expect(command.code).toBe(2);
    expect(command.stderr).toContain("unknown command 'reconsile'");
    expect(command.stderr).toContain('Did you mean reconcile?');
    const option = await runCommand(['demo', '--event', '5']);
    expect(option.code).toBe(2);
    expect(option.stderr).toContain('Did you mean --events?');
  });

  it.each([
    [
      ['demo', '--events', 'many'],
      "option '--events <count>' argument 'many' is invalid. Give a whole number from 0",
    ],
    [['demo', '--seed', '-1'], "option '--seed <number>' argument '-1' is invalid"],
    [['demo', '--rate', 'typo=0.1'], '"typo" is no fault class. There are: network-duplicate,'],
    [['demo', '--rate', 'oversize=2'], 'with a share between 0 and 1, such as oversize=0.01'],
    [['demo', '--rate', 'oversize=0.9', '--rate', 'null-key=0.9'], '--rate: the rates need '],
    [['run', '--input', 'e'], "required option '--warehouse <folder>' not specified"],
    [
      ['run', '--warehouse', 'w', '--input', 'x', '--topic', '9lives'],
      "option '--topic <name>' argument '9lives'",
    ],
    [['generate', '--events', '1', '--seed', '1', '--topics', 'a,', '--out', 'o'], 'none of them empty'],
    [
      ['generate', '--events', '1', '--seed', '1', '--topics', 'a-b,a_b', '--out', 'o'],
      'name one table, a_b',
    ],
    [['table', 'scan', 'x', '--limit', '1.5'], "option '--limit <count>' argument '1.5' is invalid"],
    [['table', 'scan', 'x', '--snapshot', 'newest'], "option '--snapshot <id>' argument 'newest' is invalid"],
    [['table', 'scan', 'x', '--format', 'xml'], 'Allowed choices are table, ndjson, json'],
    [['table', 'scan'], "missing required argument 'table'"],
    [['flatten', 'file.json'], 'too many arguments'],
    [['flatten', '--max-depth', '0'], 'Give a whole number from 1 to 1000'],
  ])('%j is wrong usage, told with option and value', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('names the path that is no table, no warehouse, no input', async () => {
    const nowhere = join(folder, 'nowhere');
    expect(await runCommand(['table', 'scan', nowhere])).toMatchObject({
      code: 2,
      stderr: `error: ${nowhere}: there is no such folder\n`,
    });
    expect((await runCommand(['table', 'scan', folder])).stderr).toContain('holds no metadata folder');
    for (const command of ['status', 'reconcile']) {
      const { code, stderr } = await runCommand([command, '--warehouse', folder]);
      expect(code).toBe(2);
      expect(stderr).toContain(`--warehouse ${folder}: this is no lean-ops warehouse`);
    }
    expect(await readdir(folder)).toEqual([]);
    const run = await runCommand(['run', '--warehouse', nowhere, '--input', nowhere, '--topic', 't']);
    expect(run).toMatchObject({ code: 2 });
    expect(run.stderr).toContain(`--input ${nowhere}: there is no such file or folder`);
  });
});

describe('lean-ops run with an input that cannot be used', () => {
  it('takes generated.json of somebody else for what it is', async () => {
    const input = join(folder, 'theirs');
    await mkdir(input);
    for (const text of ['not json', 'null', '[]', '{"format":"other"}']) {
      await writeFile(join(input, 'generated.json'), text);
      const args = ['run', '--warehouse', join(folder, 'w'), '--input', input, '--topic', 't'];
      const { code, stderr } = await runCommand(args);
      expect(stderr).toContain('the folder holds no .ndjson or .jsonl file');
      expect(code).toBe(2);
    }
    await rm(input, { recursive: true });
    expect(await readdir(folder)).toEqual([]);
  });

  it("says so of a compressed file, and of a warehouse that is somebody else's folder", async () => {
    const input = join(folder, 'events.ndjson.gz');
    await writeFile(input, gzipSync('{"a":1}\n'));
    const into = (warehouse: string) =>
      runCommand(['run', '--warehouse', warehouse, '--input', input, '--topic', 't']);
    const compressed = await into(join(folder, 'w'));
    expect(compressed).toMatchObject({ code: 2 });
    expect(compressed.stderr).toContain('the file is compressed');
    const foreign = await into(folder);
    expect(foreign).toMatchObject({ code: 2 });
    expect(foreign.stderr).toContain('[WAREHOUSE_UNREADABLE]');
    await rm(join(folder, 'w'), { recursive: true });
    await rm(input);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('lean-ops run with a contract that cannot be used', () => {
  it.each([
    ['{ "topic": "t", ', ':1:'],
    [
      '{ "topic": "t", "version": "1.0.0", "owner": "o", "columns": { "a": { "type": "integer" } } }',
      'columns.a.type',
    ],
    [
      '{ "topic": "other", "version": "1.0.0", "owner": "o", "columns": { "a": { "type": "int" } } }',
      'at path "topic"',
    ],
  ])('names file, path and reason: %s', async (text, place) => {
    const contract = join(folder, 'contract.json');
    await writeFile(contract, text);
    const args = [
      'run',
      '--warehouse',
      join(folder, 'w'),
      '--input',
      folder,
      '--topic',
      't',
      '--contract',
      contract,
    ];
    const { code, stderr } = await runCommand(args);
    expect(code).toBe(2);
    expect(stderr).toContain(contract);
    expect(stderr).toContain(place);
    await rm(contract);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('lean-ops generate', () => {
  const generate = (out: string, ...more: string[]): ReturnType<typeof runCommand> =>
    runCommand([
      'generate',
      '--events',
      '600',
      '--seed',
      '7',
      '--topics',
      'user-logins,meters',
      '--out',
      out,
      ...more,
    ]);

  async function filesOf(out: string): Promise<Record<string, string>> {
    const entries = await readdir(out, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(
      await Promise.all(
        files.map(async (file) => [file.slice(out.length), await readFile(file, 'utf8')] as const),
      ),
    );
  }

  it('writes messages, contracts and ground truth, the same bytes for the same seed', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const { code, stdout } = await generate(one, '--json');
    expect(code).toBe(0);
    const index = JSON.parse(stdout) as { messages: number; topics: { files: string[] }[] };
    expect(index.messages).toBe(600);
    await generate(two);
    const files = await filesOf(one);
    expect(await filesOf(two)).toEqual(files);
    const lines = index.topics.flatMap((topic) =>
      topic.files.map((file) => files[`/${file}`]?.trimEnd().split('\n').length),
    );
    expect(lines.reduce((sum = 0, count = 0) => sum + count, 0)).toBe(600);
    expect(files['/ground-truth.ndjson']).toContain('"faultClass":"network-duplicate"');
  });

  it('replaces its own earlier result and nothing else', async () => {
    const out = join(folder, 'again');
    await generate(out, '--rounds', '6');
    await generate(out, '--rounds', '2');
    expect(Object.keys(await filesOf(out)).filter((name) => name.includes('/round-'))).toHaveLength(4);
    const foreign = join(folder, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'thesis.txt'), 'years of work');
    const refused = await generate(foreign);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      `--out ${foreign}: the folder is not empty and was not written by this command`,
    );
    expect(await filesOf(foreign)).toEqual({ '/thesis.txt': 'years of work' });
    const file = await generate(join(foreign, 'thesis.txt'));
    expect(file.code).toBe(2);
    expect(file.stderr).toContain('this is a file; name a folder');
  });
});

describe('lean-ops demo', () => {
  it('refuses a folder that is not its own', async () => {
    const foreign = join(folder, 'photos');
    await mkdir(foreign);
    await writeFile(join(foreign, 'report.json'), '{}');
    const { code, stderr } = await runCommand(['demo', '--events', '10', '--out', foreign]);
    expect(code).toBe(2);
    expect(stderr).toContain('was not written by this command');
    expect(await readdir(foreign)).toEqual(['report.json']);
  });
});
