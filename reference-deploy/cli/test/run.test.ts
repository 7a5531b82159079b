import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

describe('lean-ops run without an input', () => {
  let folder: string;
  let warehouse: string;
  const run = (...more: string[]) => runCommand(['run', '--warehouse', warehouse, ...more]);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-'));
    warehouse = join(folder, 'wh');
    const input = join(folder, 'events.ndjson');
    await writeFile(input, '{"id":"a","amount":1.10}\n{"id":"b","amount":2}\n');
    await run('--input', input, '--topic', 'orders');
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes a topic on from where it stands, as to Curated once it has a contract', async () => {
    const head = join(folder, 'orders.yaml');
    const made = ['--topic', 'orders', '--warehouse', warehouse, '--out', head];
    expect(await runCommand(['contract', 'init', ...made])).toMatchObject({ code: 0 });
    const deployed = await runCommand(['contract', 'deploy', '--head', head, '--warehouse', warehouse]);
    expect(deployed).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await run('--json');
    expect([code, stderr]).toEqual([0, 'running a round\n']);
    expect(JSON.parse(stdout)).toMatchObject({
      events: 0,
      topics: [{ topic: 'orders', curated: 2, differences: [] }],
    });
    expect((await run('--topic', 'orders')).stdout).toMatch(/^orders +2 .*yes\n/m);
  });

  it.each([
    [['--topic', 'orderz'], 'topic "orderz" is not registered; registered are: orders'],
    [['--contract', 'orders.json'], '--contract goes with --input'],
    [['--input', 'events.ndjson'], '--input needs --topic'],
  ])('refuses %j', async (args, message) => {
    const refused = await run(...args);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('makes no warehouse, and says where there is none', async () => {
    const refused = await runCommand(['run', '--warehouse', join(folder, 'typo')]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('no lean-ops warehouse') });
  });
});
