import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPlatform } from '../../local/index.js';
import { runCommand } from '../testing.js';

let folder: string;
let warehouse: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-topics-'));
  warehouse = join(folder, 'wh');
  const platform = await EmbeddedPlatform.open({ warehouse });
  await platform.registerTopic({ queueTopic: 'user-logins', contract: null });
  await platform.registerTopic({ queueTopic: 'orders', contract: null });
  await platform.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const topics = (...args: string[]) => runCommand(['topics', ...args, '--warehouse', warehouse]);

describe('lean-ops topics', () => {
  it('lists and shows them, under either spelling', async () => {
    const { stdout } = await topics('list', '--format', 'ndjson');
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      { topic: 'orders', state: 'enabled' },
      { topic: 'user_logins', queue: 'user-logins' },
    ]);
    for (const spelling of ['user-logins', 'user_logins'])
      expect(JSON.parse((await topics('show', spelling)).stdout)).toMatchObject({ topic: 'user_logins' });
  });

  it('pause stops the jobs of a topic and not its events, resume lets them go on', async () => {
    const paused = await topics('pause', 'orders', '--reason', 'wrong units', '--by', 'ada');
    expect(paused).toMatchObject({ code: 0, stdout: 'orders is paused (ada: wrong units)\n' });
    const input = join(folder, 'events.ndjson');
    await writeFile(input, '{"id":1}\n');
    const rowsOf = async (): Promise<unknown> => {
      const { stdout } = await runCommand(['status', '--warehouse', warehouse, '--json']);
      const { topics: all } = JSON.parse(stdout) as {
        topics: { topic: string; raw: { rows: number } | null; standardized: { rows: number } | null }[];
      };
      const found = all.find(({ topic }) => topic === 'orders');
      return [found?.raw?.rows ?? 0, found?.standardized?.rows ?? 0];
    };
    await runCommand(['run', '--warehouse', warehouse, '--input', input, '--topic', 'orders']);
    expect(await rowsOf()).toEqual([1, 0]);
    expect(await topics('resume', 'orders')).toMatchObject({ code: 0, stdout: 'orders is enabled\n' });
    await writeFile(join(folder, 'none.ndjson'), '');
    await runCommand([
      'run',
      '--warehouse',
      warehouse,
      '--input',
      join(folder, 'none.ndjson'),
      '--topic',
      'orders',
    ]);
    expect(await rowsOf()).toEqual([1, 1]);
  });

  it.each([
    [
      'a topic that is not registered',
      ['pause', 'nothing', '--reason', 'r', '--by', 'b'],
      /registered are: orders, user_logins/,
    ],
    ['a name that is none', ['show', 'a b'], /./],
    ['no reason', ['pause', 'orders', '--by', 'b'], /--reason/],
    ['nobody', ['pause', 'orders', '--reason', 'r'], /--by/],
  ])('refuses %s', async (_what, args, message) => {
    const { code, stderr } = await topics(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('leaves a topic that is being rebuilt alone', async () => {
    const platform = await EmbeddedPlatform.open({ warehouse });
    const row = (await platform.state.topics.get('orders'))!;
    await platform.state.topics.put({ ...row, state: 'rebuilding' });
    await platform.close();
    expect(await topics('resume', 'orders')).toMatchObject({ code: 1 });
  });
});
