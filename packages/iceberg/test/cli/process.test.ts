import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { iceberg, ndjson, printed, spawnIceberg, startIceberg } from '../support/iceberg-command.js';

let folder: string;
let table: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iceberg-cli-process-'));
  table = join(folder, 'wh/raw/t');
  await printed(['create', table, '--column', 'id long required', '--column', 'text string']);
  const lines = Array.from(
    { length: 200_000 },
    (_, id) => `{"id":${id},"text":"row number ${id} of this table"}\n`,
  );
  await writeFile(join(folder, 'rows.ndjson'), lines.join(''));
  const appended = await spawnIceberg(['append', table, join(folder, 'rows.ndjson')]);
  expect(appended).toMatchObject({ code: 0, stderr: '' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const filesOf = async (): Promise<string[]> => (await readdir(table, { recursive: true })).sort();

describe('the program', () => {
  test('gives all rows through a pipe', async () => {
    const { code, stdout, stderr } = await spawnIceberg(['scan', table, '--columns', 'id']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const ids = ndjson(stdout).map(({ id }) => id as number);
    expect(ids.length).toBe(200_000);
    expect(ids.reduce((sum, id) => sum + id, 0)).toBe((200_000 * 199_999) / 2);
  });

  test.each(['ndjson', 'json', 'table'])(
    'ends quietly when the reader of its %s goes away',
    async (format) => {
      const cut = await spawnIceberg(['scan', table, '--format', format], { closeStdoutAfter: 1000 });
      expect(cut).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test('waits for a slow reader, with little memory', async () => {
    const nodeArgs = ['--max-old-space-size=64'];
    const { child, result } = startIceberg(['scan', table, '--filter', 'id >= 0'], { input: '', nodeArgs });
    child.stdout!.pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.stdout!.resume();
    const { code, stdout } = await result;
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(200_001);
  });

  test('ends with 130 when it is interrupted while its output is not taken', async () => {
    const { child, result } = startIceberg(['scan', table], { input: '' });
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    child.stdout!.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGINT');
    child.stdout!.resume();
    expect(await result).toMatchObject({ code: 130, stderr: 'interrupted\n' });
  });

  test('that is interrupted while it reads rows commits nothing and leaves no file', async () => {
    const before = await filesOf();
    const { child, result } = startIceberg(['append', table, '-']);
    for (let id = 0; id < 20_000; id++) child.stdin!.write(`{"id":${id},"text":"x"}\n`);
    // More than a pipe holds: once it is all gone, the command is at work, and waits for more.
    while (child.stdin!.writableLength > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    expect(await result).toMatchObject({ code: 130, stdout: '', stderr: 'interrupted\n' });
    expect(await filesOf()).toEqual(before);
    expect(await printed(['count', table])).toBe('200000\n');
  });

  test('tells an unknown command by itself', async () => {
    const { code, stdout, stderr } = await spawnIceberg(['sacn', table]);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: "error: unknown command 'sacn' (Did you mean scan?)\n",
    });
  });

  test('is one stage of a pipe after the other', async () => {
    const copy = join(folder, 'wh/raw/copy');
    await printed(['create', copy, '--column', 'id long required', '--column', 'text string']);
    const from = startIceberg(['scan', table, '--filter', 'id < 1000'], { input: '' });
    const to = startIceberg(['append', copy, '-']);
    from.child.stdout!.pipe(to.child.stdin!);
    expect((await from.result).code).toBe(0);
    expect(await to.result).toMatchObject({ code: 0, stderr: '' });
    expect(await printed(['count', copy])).toBe('1000\n');
  });
});

describe('a signal', () => {
  test('that was given ends commands at once: 130, and the table as it was', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    const before = await filesOf();
    for (const args of [
      ['scan', table],
      ['append', table, join(folder, 'rows.ndjson')],
      ['compact', table, '--all'],
      ['expire', table, '--older-than', '0s'],
      ['orphans', table],
      ['rollback', table, '--as-of', '2100-01-01'],
      ['tag', table, 'x'],
    ])
      expect(await iceberg(args, { signal }), args[0]).toMatchObject({
        code: 130,
        stdout: '',
        stderr: 'interrupted\n',
      });
    expect(await filesOf()).toEqual(before);
  });

  test('ends an append whose input never ends, and what it wrote is deleted', async () => {
    const before = await filesOf();
    const controller = new AbortController();
    const stdin = new PassThrough();
    stdin.write('{"id":1}\n'.repeat(10_000));
    setTimeout(() => controller.abort(new Error('stop')), 300);
    const result = await iceberg(['append', table, '-'], { stdin, signal: controller.signal });
    expect(result).toMatchObject({ code: 130, stdout: '', stderr: 'interrupted\n' });
    expect(await filesOf()).toEqual(before);
  });
});

test('on a terminal, progress is shown and taken away again', async () => {
  const { stderr } = await iceberg(['append', table, '-'], { input: ['{"id":-1}\n'], terminal: true });
  expect(stderr).toContain('\r\u001b[K1 rows read');
  expect(stderr.endsWith('\r\u001b[K')).toBe(true);
});
