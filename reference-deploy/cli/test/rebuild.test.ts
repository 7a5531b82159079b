import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPlatform } from '../../local/index.js';
import { runCommand } from '../testing.js';

const KEY = { LEAN_OPS_MASKING_KEY: 'a key of sixteen bytes or more' };
const CONTRACT = {
  topic: 'visits',
  version: '1.0.0',
  owner: 'tests',
  columns: { mail: { type: 'string', sensitive: 'hash' }, n: { type: 'int' } },
};

let folder: string;
let where: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-rebuild-'));
  where = ['--warehouse', join(folder, 'wh'), '--topic', 'visits'];
  const events = [1, 2, 3].map((n) => JSON.stringify({ idempotency_key: `k${n}`, mail: `m${n}@a.b`, n }));
  await writeFile(join(folder, 'visits.json'), JSON.stringify(CONTRACT));
  await writeFile(join(folder, 'events.ndjson'), `${events.join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = async (env: Readonly<Record<string, string>>) =>
  await runCommand(
    [
      'run',
      ...where,
      ...['--contract', join(folder, 'visits.json'), '--input', join(folder, 'events.ndjson')],
    ],
    [],
    env,
  );
const rebuild = async (args: readonly string[] = [], env: Readonly<Record<string, string>> = KEY) =>
  await runCommand(['rebuild', ...where, ...args], [], env);
const state = async (): Promise<string> => (await runCommand(['status', ...where.slice(0, 2)])).stdout;

describe('lean-ops rebuild', () => {
  it('explains itself with an example', async () => {
    const { code, stdout } = await runCommand(['rebuild', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('$ lean-ops rebuild');
  });

  it('has to be told where, and on AWS in which deployment', async () => {
    expect(await runCommand(['rebuild', '--topic', 'visits'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('say where: --warehouse <folder>, or --aws with --project and --env'),
    });
    expect(await runCommand(['rebuild', '--topic', 'visits', '--aws'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--aws needs --project and --env'),
    });
    expect(await runCommand(['rebuild', ...where, '--aws'])).toMatchObject({ code: 2 });
  });

  it('takes the key of hashed columns from the environment, and leaves the topic alone without it', async () => {
    expect(await run(KEY)).toMatchObject({ code: 0 });
    expect(await rebuild([], {})).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/LEAN_OPS_MASKING_KEY \[MASKING_KEY_MISSING\]\n$/),
    });
    expect(await state()).toMatch(/visits +enabled/);
    expect(await rebuild([], { LEAN_OPS_MASKING_KEY: 'short' })).toMatchObject({ code: 2 });
    const { code, stdout } = await rebuild();
    expect(code).toBe(0);
    expect(stdout).toContain('visits is rebuilt under contract 1.0.0, generation 2.\n');
    expect(stdout).toContain('curated.visits of before: tag before-rebuild-2');
    expect((await runCommand(['reconcile', ...where.slice(0, 2)])).code).toBe(0);
  });

  it('that fails half way says that it stands, and is gone on with or given up', async () => {
    const at = (point: string): void => {
      if (point === 'rebuild:standardized') throw new Error('killed');
    };
    const platform = await EmbeddedPlatform.open({
      warehouse: where[1]!,
      maskingKey: new TextEncoder().encode(KEY.LEAN_OPS_MASKING_KEY),
      hooks: { at },
    });
    await expect(platform.rebuild({ topic: 'visits', requestedBy: 'tests' })).rejects.toThrow('killed');
    await platform.close();
    const { code, stderr } = await rebuild([], {});
    expect(code).toBe(1);
    expect(stderr).toContain('visits stays in rebuild 3, and no round takes it: ');
    expect(await state()).toMatch(/visits +rebuilding/);
    const given = await rebuild(['--abandon'], {});
    expect(given.stdout).toBe('Rebuild 3 of visits is given up: its tables are as they were.\n');
    expect(await state()).toMatch(/visits +enabled/);
    expect(await rebuild(['--abandon'])).toMatchObject({
      code: 1,
      stderr: 'error: topic visits is in no rebuild: there is nothing to abandon [REBUILD_NONE]\n',
    });
  });
});
