import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { iceberg } from '../support/iceberg-command.js';
import { RUN_TYPESCRIPT } from '../support/run-worker.js';

const PAGE = join(import.meta.dirname, '../../../../docs/iceberg/command-line.md');
const PROGRAM = join(import.meta.dirname, '../../src/cli/main.ts');

let page: string;
beforeAll(async () => {
  page = await readFile(PAGE, 'utf8');
});

const blocks = (): string[] => [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);

test('the tour of the page runs as it stands', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'iceberg-cli-tour-'));
  const quoted = [process.execPath, ...RUN_TYPESCRIPT, PROGRAM].map(
    (part) => `'${part.replaceAll("'", "'\\''")}'`,
  );
  await writeFile(join(folder, 'iceberg.sh'), `exec ${quoted.join(' ')} "$@"\n`);
  const script = blocks()[0]!.replaceAll('npx @lean-ops/iceberg', 'sh ./iceberg.sh');
  const { stdout, stderr } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    // A dozen processes, of which each would compile the same sources: with a cache, in a third of the time.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, '.cache') },
  });
  expect(stderr).toMatch(/^0 snapshots and 0 refs would expire; 0 files would be deleted\n$/);
  expect(stdout).toContain('{"id":2,"placed_at":"2026-11-24T08:30:00.500000Z"}\n');
  expect(stdout).toMatch(/update_after/);
  expect(stdout).toContain('{"rows":1,"dry_run":true}');
  const rows = JSON.parse(stdout.slice(stdout.lastIndexOf('\n[\n') + 1)) as Record<string, unknown>[];
  expect(rows.sort((a, b) => Number(a['id']) - Number(b['id']))).toEqual([
    { id: 1, amount: '9.90', placed_at: '2026-11-23T10:00:00.000000Z' },
    { id: 2, amount: '99.00', placed_at: null },
  ]);
  await rm(folder, { recursive: true, force: true });
}, 240_000);

test('every option that the page names for a command is one, and every option of a command is named', async () => {
  const table = page.slice(page.indexOf('## Commands'), page.indexOf('Version: one of'));
  const version = ['--snapshot', '--ref', '--as-of'];
  const optionsOf = (text: string): string[] => [...text.matchAll(/--[a-z0-9-]+/g)].map(([name]) => name);
  const ofAddresses = optionsOf((await iceberg(['describe', '--help'])).stdout);
  for (const name of ofAddresses.filter((option) => !['--help', '--format'].includes(option)))
    expect(page.includes(name), name).toBe(true);
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(18);
  for (const row of rows) {
    const [, names = '', , options = ''] = row.split('|');
    const commands = [...names.matchAll(/`([a-z-]+)[^`]*`/g)].map(([, name]) => name!);
    for (const command of commands) {
      const help = (await iceberg([command, '--help'])).stdout;
      expect(help, command).toContain(`Usage: iceberg ${command} `);
      if (command === 'upsert' || commands.length > 1) continue;
      const offered = optionsOf(help.slice(help.indexOf('Options:'), help.indexOf('Address options:')));
      const named = new Set([
        ...optionsOf(options),
        ...(/[ :]version\b/.test(options) ? version : []),
        '--format',
        '--help',
      ]);
      expect(
        offered.filter((option) => !named.has(option)),
        command,
      ).toEqual([]);
      expect(
        [...named].filter((option) => option !== '--format' && !offered.includes(option)),
        command,
      ).toEqual([]);
    }
  }
});

test('every command, variable and exit code is on the page', async () => {
  const { stdout } = await iceberg(['--help']);
  const commands = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+) \[/gm)].map(
    ([, name]) => name!,
  );
  expect(commands.length).toBeGreaterThan(20);
  for (const command of commands.filter((name) => name !== 'help'))
    expect(new RegExp(`\`${command}[ \`]`).test(page), command).toBe(true);
  const source = await readFile(
    join(import.meta.dirname, '../../src/cli/address/address-options.ts'),
    'utf8',
  );
  for (const [name] of source.matchAll(/ICEBERG_[A-Z0-9_]+/g))
    expect(page.includes(`\`${name}\``), name).toBe(true);
  for (const code of ['0', '1', '2', '130'])
    expect(new RegExp(`^\\| ${code} +\\|`, 'm').test(page), code).toBe(true);
});
