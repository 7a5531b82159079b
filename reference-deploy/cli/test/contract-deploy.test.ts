import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedPlatform } from '../../local/index.js';
import { type CommandResult, runCommand } from '../testing.js';

const ORDERS = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  columns: { id: { type: 'int' }, kind: { type: 'string' } } as Record<string, object>,
};
const LONGER = { ...ORDERS, version: '1.1.0', columns: { ...ORDERS.columns, id: { type: 'long' } } };
const BREAKING = { ...ORDERS, version: '2.0.0', columns: { id: { type: 'string' } } };

let folder: string;
let warehouse: string;
let contracts: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-deploy-'));
  warehouse = join(folder, 'wh');
  contracts = join(folder, 'contracts');
  await mkdir(contracts);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (document: object | string, name = 'orders.json'): Promise<void> =>
  writeFile(join(contracts, name), typeof document === 'string' ? document : JSON.stringify(document));
const contract = (verb: string, ...args: string[]): Promise<CommandResult> =>
  runCommand(['contract', verb, '--warehouse', warehouse, ...args]);
const deploy = (...args: string[]) => contract('deploy', '--head', contracts, '--by', 'ada', ...args);
const plan = (...args: string[]) => contract('plan', '--head', contracts, ...args);
const topics = (verb: string, ...args: string[]) =>
  runCommand(['topics', verb, ...args, '--warehouse', warehouse]);

const SNOWFLAKE = fileURLToPath(new URL('../../snowflake/test/snowflake.yaml', import.meta.url));
const deployEmpty = async (): Promise<void> => (await EmbeddedPlatform.open({ warehouse })).close();

async function live(): Promise<unknown> {
  const platform = await EmbeddedPlatform.open({ warehouse });
  try {
    const tables = (await platform.catalog.listTables()).map(({ namespace, name }) => `${namespace}.${name}`);
    return [(await platform.state.topics.list()).map((row) => [row.topic, row.contractVersion]), tables];
  } finally {
    await platform.close();
  }
}

describe('lean-ops contract plan and deploy', () => {
  it('deploys a folder into a new warehouse, then finds nothing to do', async () => {
    await write(ORDERS);
    await write({ ...ORDERS, topic: 'visits' }, 'visits.json');
    const first = await deploy();
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('orders 1.0.0: NEW_TABLE') });
    expect(first.stdout).toContain('create table curated.visits');
    const again = await deploy();
    expect(again.stdout).toContain('orders 1.0.0 → 1.0.0: PURE_REMAP: nothing to do');
    expect(await live()).toEqual([
      [
        ['orders', '1.0.0'],
        ['visits', '1.0.0'],
      ],
      expect.arrayContaining(['curated.orders', 'curated.visits']),
    ]);
  });

  it('plans what the deploy then does, column by column, and changes nothing by it', async () => {
    await write(ORDERS);
    await deploy();
    await write(LONGER);
    const before = await live();
    const text = await plan();
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/orders 1.0.0 → 1.1.0: SCHEMA_EVOLVE/);
    expect(text.stdout).toMatch(/field \d+: widen id from int to long/);
    expect(text.stdout).toContain('switch topic orders from 1.0.0 to 1.1.0');
    expect(await live()).toEqual(before);
    const { plans, exitCode } = JSON.parse((await plan('--json')).stdout);
    expect([exitCode, plans.length]).toEqual([0, 1]);
    const [{ fingerprint, steps }] = plans;
    expect(text.stdout).toContain(`plan ${fingerprint}`);
    expect((await deploy('--expect', '0000')).code).toBe(1);
    expect(await live()).toEqual(before);
    const done = JSON.parse((await deploy('--expect', fingerprint, '--json')).stdout);
    expect(done.outcomes).toMatchObject([{ topic: 'orders', outcome: 'deployed', plan: { steps } }]);
  });

  it('plans a first deploy where there is no warehouse yet, and makes none', async () => {
    await write(ORDERS);
    const text = await plan();
    expect(text).toMatchObject({ code: 0, stderr: expect.stringContaining('is no warehouse yet') });
    expect(text.stdout).toMatch(/orders 1.0.0: NEW_TABLE[\s\S]*create table curated.orders/);
    await expect(readdir(warehouse)).rejects.toMatchObject({ code: 'ENOENT' });
    const { plans } = JSON.parse((await plan('--json')).stdout);
    await mkdir(warehouse);
    expect((await plan('--json')).stdout).toContain(plans[0].fingerprint);
    expect(await readdir(warehouse)).toEqual([]);
    await writeFile(join(warehouse, 'notes.txt'), 'mine');
    expect(await plan()).toMatchObject({ code: 2, stderr: expect.stringContaining('no lean-ops warehouse') });
    await rm(join(warehouse, 'notes.txt'));
    expect((await deploy('--expect', plans[0].fingerprint)).code).toBe(0);
  });

  it('names the grants of the Snowflake side, where its settings are given', async () => {
    await deployEmpty();
    await write(ORDERS);
    const granted = await plan('--snowflake', SNOWFLAKE);
    expect(granted.stdout).toMatch(/then, in Snowflake:\n\s+GRANT SELECT ON TABLE .*"ORDERS"/);
    const masked = { ...ORDERS, columns: { ...ORDERS.columns, id: { type: 'string', sensitive: 'hash' } } };
    await write(masked);
    const { plans } = JSON.parse((await plan('--snowflake', SNOWFLAKE, '--json')).stdout);
    expect(plans[0].grants).toMatchObject([/REVOKE/, /GRANT/].map((word) => expect.stringMatching(word)));
    expect((await plan('--snowflake', join(contracts, 'orders.json'))).code).toBe(2);
  });

  it('ends with 1 for a breaking change that is not declared, and deploys none of the folder', async () => {
    await write(ORDERS);
    await deploy();
    await write(BREAKING);
    await write({ ...ORDERS, topic: 'visits' }, 'visits.json');
    const before = await live();
    for (const refused of [await plan(), await deploy()]) {
      expect(refused.code).toBe(1);
      expect(refused.stdout).toMatch(/NUCLEAR_RESET, not declared[\s\S]*breaking COLUMN_REMOVED/);
    }
    expect(await live()).toEqual(before);
    await write({ ...BREAKING, reset: { justification: 'ids are texts', impact: 'kind is gone' } });
    const declared = await plan('--topic', 'orders');
    expect(declared.code).toBe(0);
    expect(declared.stdout).toMatch(/a rebuild reads 0 rows of RAW and replaces 0 of Standardized/);
  });

  const BOMB = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]},`.repeat(9)}]`)
    .join('\n')}`;
  const WIDE = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`c${index}`, { type: 'strin' }]),
  );
  const WRONG: readonly (readonly [string, object | string, RegExp])[] = [
    ['no JSON', '{', /CONTRACT_UNREADABLE/],
    ['aliases that explode', BOMB, /CONTRACT_UNREADABLE|CONTRACT_INVALID/],
    [
      'an unknown type',
      { ...ORDERS, columns: { id: { type: 'integer' } } },
      /columns\.id\.type \("integer"\)/,
    ],
    [
      'a path that cannot be',
      { ...ORDERS, columns: { id: { type: 'int', path: '$..id' } } },
      /not a payload path/,
    ],
    [
      'a path below what is flattened',
      { ...ORDERS, columns: { id: { type: 'int', path: '$.a.b.c.d.e.f' } } },
      /levels deep/,
    ],
    [
      'a pattern with a back reference',
      { ...ORDERS, columns: { id: { type: 'string', pattern: '(a)\\1' } } },
      /RE2/,
    ],
    ['ten thousand columns of no type', { ...ORDERS, columns: WIDE }, /"strin"/],
    [
      'two columns of one path',
      { ...ORDERS, columns: { id: { type: 'int' }, x: { type: 'int', path: '$.id' } } },
      /too/,
    ],
    ['a column of ours', { ...ORDERS, columns: { _merge_key: { type: 'string' } } }, /_merge_key/],
    ['a topic whose table is taken', { ...ORDERS, topic: 'orders_errors' }, /orders_errors/],
    ['another contract under a version that is live', { ...ORDERS, owner: 'others' }, /VERSION_NOT_RAISED/],
    ['an older version', { ...ORDERS, version: '0.1.0', owner: 'others' }, /VERSION_NOT_RAISED/],
  ];

  it.each(WRONG)('ends with 2 for %s, says where, and deploys nothing', async (_what, document, message) => {
    await write(ORDERS);
    await deploy();
    const before = await live();
    await write(document);
    await write({ ...ORDERS, topic: 'visits' }, 'visits.json');
    const started = Date.now();
    for (const refused of [await plan(), await deploy()]) {
      expect(refused.code).toBe(2);
      expect(refused.stdout).toMatch(message);
    }
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(await live()).toEqual(before);
  });

  it('takes a pattern that would take a backtracking engine for ever, and ten thousand columns', async () => {
    const columns = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`c${index}`, { type: 'int' }]),
    );
    await write({ ...ORDERS, columns: { ...columns, text: { type: 'string', pattern: '(a+)+$' } } });
    const planned = await runCommand(['contract', 'plan', '--head', contracts, '--warehouse', warehouse]);
    expect(planned.code).toBe(0);
    expect(planned.stdout).toContain('orders 1.0.0: NEW_TABLE');
    expect(await deploy()).toMatchObject({ code: 0 });
  });

  it('refuses two contracts that would write one table', async () => {
    await write(ORDERS);
    await write(LONGER, 'again.yaml');
    const refused = await deploy();
    expect(refused).toMatchObject({ code: 2, stdout: expect.stringContaining('TOPIC_TWICE') });
    expect((await runCommand(['topics', 'list', '--warehouse', warehouse])).code).toBe(2);
  });

  it('takes a stricter check that every row passes, and counts the rows in the way of one that some do not', async () => {
    await write(ORDERS);
    await deploy();
    const input = join(folder, 'events.ndjson');
    await writeFile(input, '{"id":1,"kind":"a"}\n{"id":2,"kind":"b"}\n');
    await runCommand(['run', '--warehouse', warehouse, '--input', input, '--topic', 'orders']);
    const checked = (values: readonly string[], version: string) =>
      write({ ...ORDERS, version, columns: { ...ORDERS.columns, kind: { type: 'string', enum: values } } });
    await checked(['a'], '1.1.0');
    const refused = await plan();
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/breaking ENUM_NARROWED.*1 of 2 rows/);
    await checked(['a', 'b'], '1.1.0');
    expect(await deploy()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('warning ENUM_NARROWED'),
    });
  });
});

describe('lean-ops contract history and rollback', () => {
  it('show what was live, and bring an older content back under a new version', async () => {
    await write(ORDERS);
    await deploy();
    await write({ ...ORDERS, version: '1.0.1', owner: 'others' });
    await deploy();
    const out = join(folder, 'back.json');
    const dry = await contract('rollback', '--topic', 'orders', '--dry-run', '--out', out);
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('orders 1.0.1 → 1.0.2: PURE_REMAP'),
    });
    expect(JSON.parse(await readFile(out, 'utf8'))).toEqual({ ...ORDERS, version: '1.0.2' });
    expect((await contract('rollback', '--topic', 'orders', '--by', 'bob')).code).toBe(0);
    const { stdout } = await contract('history', '--topic', 'orders', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject([
      { version: '1.0.0', operation: 'NEW_TABLE', by: 'ada', live: false },
      { version: '1.0.1', operation: 'PURE_REMAP', by: 'ada', live: false },
      {
        version: '1.0.2',
        operation: 'PURE_REMAP',
        by: 'bob',
        note: 'rollback of 1.0.1 to 1.0.0',
        live: true,
      },
    ]);
  });

  it('ask for a declaration where the way back breaks', async () => {
    await write(ORDERS);
    await deploy();
    await write(LONGER);
    await deploy();
    const refused = await contract('rollback', '--topic', 'orders');
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('TYPE_CHANGED') });
    expect((await contract('rollback', '--topic', 'orders', '--justification', 'x')).code).toBe(2);
    const reset = ['--justification', 'readers want ints', '--impact', 'ids above 2^31 fail'];
    const declared = await contract('rollback', '--topic', 'orders', '--dry-run', ...reset);
    expect(declared).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1.1.0 → 2.0.0: NUCLEAR_RESET, declared'),
    });
    expect((await contract('rollback', '--topic', 'orders', '--to', '9.9.9')).code).toBe(2);
    expect((await contract('history', '--topic', 'nothing')).code).toBe(2);
  });
});

describe('lean-ops topics add and remove', () => {
  it('add registers a topic with its queue, under the spelling that is given', async () => {
    await write({ ...ORDERS, topic: 'user_logins' }, 'logins.json');
    const added = await topics(
      'add',
      'user-logins',
      '--contract',
      join(contracts, 'logins.json'),
      '--by',
      'ada',
    );
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('register topic user_logins enabled'),
    });
    expect(await topics('add', 'visits')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('no contract'),
    });
    expect((await topics('add', 'visits')).stderr).toContain('registered already');
    expect(JSON.parse((await topics('show', 'user-logins')).stdout)).toMatchObject({
      queueTopic: 'user-logins',
      contractVersion: '1.0.0',
      state: 'enabled',
    });
  });

  it('remove refuses a topic that holds what was not processed, and keeps the tables of one that goes', async () => {
    await write(ORDERS);
    await deploy();
    const platform = await EmbeddedPlatform.open({ warehouse });
    const message = {
      queueTopic: 'orders',
      body: '{"id":1}',
      sqsMessageId: 'm1',
      sentTimestampMs: Date.now(),
    };
    await platform.send([message]);
    const queued = await topics('remove', 'orders');
    expect(queued).toMatchObject({ code: 1, stderr: expect.stringContaining('1 messages are in its queue') });
    await platform.pump();
    expect((await topics('remove', 'orders')).stderr).toContain('1 rows of RAW wait for Standardized');
    await platform.orchestrate();
    await platform.close();
    const removed = await topics('remove', 'orders', '--by', 'bob');
    expect(removed).toMatchObject({ code: 0, stdout: 'orders is removed; its tables are left\n' });
    expect(await live()).toEqual([[], expect.arrayContaining(['curated.orders', 'raw.orders_staging'])]);
    expect((await topics('remove', 'orders')).code).toBe(2);
  });

  it('a topic that comes back has its tables and its history', async () => {
    await write(ORDERS);
    await deploy();
    await topics('remove', 'orders', '--by', 'bob');
    await write({ ...ORDERS, owner: 'others' });
    expect((await deploy()).code).toBe(2);
    await write(LONGER);
    const back = await deploy();
    expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining('1.0.0 → 1.1.0: SCHEMA_EVOLVE') });
    const { stdout } = await contract('history', '--topic', 'orders', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject([
      { operation: 'NEW_TABLE' },
      { operation: 'REMOVE_TOPIC', by: 'bob' },
      { operation: 'SCHEMA_EVOLVE', live: true },
    ]);
  });

  it('remove drops the tables where that is wanted', async () => {
    await write(ORDERS);
    await deploy();
    const removed = await topics('remove', 'orders', '--drop-tables');
    expect(removed.stdout).toBe(
      'orders is removed; dropped curated.orders, standardized.orders, raw.orders_staging\n',
    );
    expect(await live()).toEqual([[], []]);
  });
});
