import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

const LIVE = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  key: '$.id',
  columns: { id: { type: 'string' }, kind: { type: 'string' }, card: { type: 'string', sensitive: 'last4' } },
};

let folder: string;
let live: string;
const warehouse = (): string => join(folder, 'wh');

async function written(name: string, value: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-rows-'));
  live = await written('live.json', LIVE);
  const rows = [
    { id: 'a', kind: 'web', card: '4111111111111111' },
    { id: 'b', kind: 'shop', card: '4222222222222222' },
    { id: 'c', kind: 'phone' },
  ];
  const input = await written('events.ndjson', rows.map((row) => JSON.stringify(row)).join('\n'));
  const args = ['--warehouse', warehouse(), '--input', input, '--topic', 'orders', '--contract', live];
  const { code, stderr } = await runCommand(['run', ...args]);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function lint(columns: object, ...args: string[]) {
  const head = await written('head.json', {
    ...LIVE,
    version: '1.1.0',
    columns: { ...LIVE.columns, ...columns },
  });
  return await runCommand(['contract', 'lint', '--base', live, '--head', head, ...args]);
}

describe('lean-ops contract lint --warehouse', () => {
  it('makes a warning of a stricter check that every row passes', async () => {
    const column = { kind: { type: 'string', cde: true, enum: ['web', 'shop', 'phone'] } };
    expect((await lint(column)).code).toBe(1);
    const { code, stdout } = await lint(column, '--warehouse', warehouse());
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        'warning ENUM_NARROWED: column kind: only "web", "shop", "phone" are allowed now; all 3 rows that are there pass',
      ),
    });
    expect(stdout).toContain('SCHEMA_EVOLVE');
  });

  it('says how many rows do not pass, and shows some', async () => {
    const { code, stdout } = await lint(
      { kind: { type: 'string', enum: ['web'] } },
      '--warehouse',
      warehouse(),
      '--format',
      'json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout).topics[0].findings[0].history).toMatchObject({
      rows: 3,
      failing: 2,
      samples: expect.arrayContaining(['shop', 'phone']),
      note: 'a rebuild from RAW would make errors of 2 of 3 rows of Standardized',
    });
  });

  it('never shows what is masked', async () => {
    const { code, stdout } = await lint(
      { card: { type: 'string', sensitive: 'last4', pattern: '3.*' } },
      '--warehouse',
      warehouse(),
    );
    expect(code).toBe(1);
    expect(stdout).toContain('2 of 3 rows that are there do not pass');
    expect(stdout).not.toMatch(/4111|1111|2222/);
  });

  it('refuses a folder that is no warehouse', async () => {
    const { code, stderr } = await lint({}, '--warehouse', join(folder, 'nothing'));
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no lean-ops warehouse'),
    });
  });
});
