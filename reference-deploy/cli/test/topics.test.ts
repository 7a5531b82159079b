import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
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
      {
        topic: 'orders',
        state: 'enabled',
        since: expect.any(String),
        by: 'embedded',
        schedule: 'every-round',
      },
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
    const who = { state: 'paused', stateReason: 'wrong units', stateBy: 'ada' };
    const shown = JSON.parse((await topics('show', 'orders')).stdout);
    expect(shown).toMatchObject({ ...who, breaker: null });
    expect(shown).not.toHaveProperty('lastRoundAt');
    const { stateSince } = shown;
    expect(Date.parse(stateSince)).toBeGreaterThan(Date.now() - 600_000);
    const listed = (await topics('list', '--format', 'json')).stdout;
    expect(JSON.parse(listed)[0]).toMatchObject({ by: 'ada', reason: 'wrong units', since: stateSince });
    const status = await runCommand(['status', '--warehouse', warehouse]);
    expect(status.stdout).toContain(`orders is paused since ${stateSince}, by ada: wrong units\n`);
    expect(await topics('resume', 'orders')).toMatchObject({ code: 0, stdout: 'orders is enabled\n' });
    const resumed = { state: 'enabled', stateReason: null, stateBy: userInfo().username };
    expect(JSON.parse((await topics('show', 'orders')).stdout)).toMatchObject(resumed);
    expect(await runCommand(['run', '--warehouse', warehouse])).toMatchObject({ code: 0 });
    expect(await rowsOf()).toEqual([1, 1]);
  });

  it('a pause without --by is of the user of this computer', async () => {
    const paused = await topics('pause', 'user-logins', '--reason', 'a look');
    expect(paused.stdout).toBe(`user_logins is paused (${userInfo().username}: a look)\n`);
    await topics('resume', 'user-logins');
  });

  it('a topic runs by its schedule, and at once where that is asked for', async () => {
    expect(await topics('add', 'meters', '--schedule', 'daily')).toMatchObject({ code: 0 });
    const input = join(folder, 'meters.ndjson');
    const run = async (id: number, ...more: string[]): Promise<[string, unknown]> => {
      await writeFile(input, `{"id":${id}}\n`);
      const { stderr } = await runCommand([
        ...['run', '--warehouse', warehouse, '--input', input, '--topic', 'meters', ...more],
      ]);
      const { stdout } = await runCommand(['status', '--warehouse', warehouse, '--json']);
      return [stderr, JSON.parse(stdout).topics.find(({ topic }: { topic: string }) => topic === 'meters')];
    };
    const [, first] = await run(1);
    expect(first).toMatchObject({ pendingRaw: 0, schedule: 'daily', dueAt: expect.any(String) });
    const [stderr, second] = await run(2);
    // Around midnight it is due again.
    const isNextDay = Date.parse((first as { dueAt: string }).dueAt) <= Date.now();
    if (!isNextDay) expect(stderr).toContain('meters is not due yet: its events wait in RAW');
    if (!isNextDay) expect(second).toMatchObject({ pendingRaw: 1 });
    const shown = JSON.parse((await topics('show', 'meters')).stdout);
    expect(shown).toMatchObject({ schedule: 'daily', dueAt: expect.stringMatching(/T00:00:00.000Z$/) });
    expect((await run(3, '--now'))[1]).toMatchObject({ pendingRaw: 0 });
    const set = await topics('set', 'meters', '--schedule', 'every-round');
    expect(set).toMatchObject({ code: 0, stdout: 'meters runs every-round\n' });
    const every = JSON.parse((await topics('show', 'meters')).stdout);
    expect([every.schedule, every.dueAt]).toEqual(['every-round', undefined]);
  });

  it.each([
    [
      'a topic that is not registered',
      ['pause', 'nothing', '--reason', 'r', '--by', 'b'],
      /registered are: .*orders, user_logins/,
    ],
    ['a name that is none', ['show', 'a b'], /./],
    ['no reason', ['pause', 'orders', '--by', 'b'], /--reason/],
    ['nobody', ['pause', 'orders', '--reason', 'r', '--by', ' '], /--by/],
    [
      'a schedule that there is none of',
      ['set', 'orders', '--schedule', 'weekly'],
      /every-round, hourly, daily/,
    ],
    ['to set nothing', ['set', 'orders'], /--schedule/],
    [
      'a schedule of a topic that is not registered',
      ['set', 'nothing', '--schedule', 'daily'],
      /registered are/,
    ],
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
