import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-write-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, value: unknown): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

const contract = (...args: string[]) => runCommand(['contract', ...args]);

describe('lean-ops contract init', () => {
  const events = '{"id":"a","event":{"userId":1.10}}\n\n{"id":"b","event":{"userId":2.20}}\n';

  it('drafts a contract from messages, one a line or in an array, that the linter passes', async () => {
    const out = join(folder, 'orders.yaml');
    const sample = await written('events.ndjson', events);
    expect(await contract('init', '--topic', 'orders', '--sample', sample, '--out', out)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 columns from 2 rows'),
    });
    expect(await readFile(out, 'utf8')).toContain(
      'event_userid: { type: "decimal(18,2)", path: $.event.userId }',
    );
    expect(await contract('lint', '--head', out)).toMatchObject({ code: 0 });
    const array = await written(
      'events.json',
      ` [{"id":"a,]","event":{"userId":1.10}}, {"id":"b","event":{"userId":2.20}}]`,
    );
    expect((await contract('init', '--topic', 'orders', '--sample', array)).stdout).toContain(
      'decimal(18,2)',
    );
    expect(await contract('init', '--topic', 'orders', '--sample', sample, '--out', out)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the file is there already'),
    });
  });

  it('counts the columns that it drafts, and drafts none of fields that no contract can name', async () => {
    const [one, none] = [
      await written('one.ndjson', '{"id":1,"":2}\n'),
      await written('none.ndjson', '{"":2}\n'),
    ];
    const drafted = await contract('init', '--topic', 'a', '--sample', one, '--out', join(folder, 'a.yaml'));
    expect(drafted).toMatchObject({ code: 0, stdout: expect.stringContaining(': 1 column from 1 row\n') });
    const empty = await contract('init', '--topic', 'a', '--sample', none);
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to draft') });
  });

  it('reads wrapped messages as the processor does', async () => {
    const wrapped =
      '{"messageId":"m","publishTime":"2026-01-01T00:00:00Z","payload":{"a":1},"_metadata":{"idempotency_key":"k"}}\n';
    const { stdout } = await contract(
      'init',
      '--topic',
      'orders',
      '--sample',
      await written('e.ndjson', wrapped),
    );
    expect(stdout).toContain('  a: { type: long }');
    expect(stdout).toContain('every row has an idempotency_key');
  });

  it('drafts one from a table of Standardized', async () => {
    const sample = await written('events.ndjson', events);
    const warehouse = join(folder, 'wh');
    await runCommand(['run', '--warehouse', warehouse, '--input', sample, '--topic', 'orders']);
    const { code, stdout } = await contract(
      'init',
      '--topic',
      'orders',
      '--warehouse',
      warehouse,
      '--format',
      'json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).columns).toEqual({
      id: { type: 'string' },
      event_userid: { type: 'decimal(18,2)', path: '$.event.userId' },
    });
    expect(await contract('init', '--topic', 'nothing', '--warehouse', warehouse)).toMatchObject({ code: 2 });
  });

  it.each([
    [['--sample', '/nowhere.ndjson'], 'ENOENT'],
    [[], 'say from what'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await contract('init', '--topic', 'orders', ...args);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('refuses a sample without any object', async () => {
    const { code, stderr } = await contract(
      'init',
      '--topic',
      'orders',
      '--sample',
      await written('e.ndjson', 'x\n[1]\n'),
    );
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to draft') });
    const half = await written('e.json', '[{"a":1}, {');
    expect((await contract('init', '--topic', 'orders', '--sample', half)).code).toBe(2);
  });
});

describe('lean-ops contract diff', () => {
  const BASE = {
    topic: 'orders',
    version: '1.0.0',
    owner: 'tests',
    columns: {
      id: { type: 'string' },
      kind: { type: 'string', enum: ['web', 'shop'] },
      old: { type: 'int', path: '$.n' },
      gone: { type: 'date' },
    },
  };
  const HEAD = {
    ...BASE,
    version: '2.0.0',
    key: '$.id',
    engine: 'node',
    columns: {
      id: { type: 'string', cde: true },
      kind: { type: 'string', enum: ['web', 'phone'] },
      number: { type: 'long', path: '$.n' },
      fresh: { type: 'boolean' },
    },
  };

  it('says column by column what is different', async () => {
    const [base, head] = [await written('old.json', BASE), await written('new.json', HEAD)];
    const { code, stdout } = await contract('diff', '--base', base, '--head', head);
    expect(code).toBe(0);
    expect(stdout).toBe(`orders (1.0.0 -> 2.0.0)
  key: idempotency_key -> $.id
  - gone: type date (breaking)
  ~ id (breaking)
      cde: not set -> true
  ~ kind (breaking)
      enum: -shop +phone
  ~ old -> number (compatible)
      type: int -> long
  + fresh: type boolean, path $.fresh (compatible)
`);
    const { stdout: json } = await contract('diff', '--base', base, '--head', head, '--json');
    expect(JSON.parse(json).topics[0].columns[3]).toMatchObject({
      column: 'number',
      before: 'old',
      kind: 'changed',
    });
    expect((await contract('diff', '--base', base, '--head', base)).stdout).toContain('say the same');
  });

  it('knows columns that are called as every object has a member', async () => {
    const named = { ...BASE, columns: { ...BASE.columns, constructor: { type: 'string' } } };
    const [without, withIt] = [await written('w.json', BASE), await written('c.json', named)];
    const { stdout } = await contract('diff', '--base', without, '--head', withIt);
    expect(stdout).toContain('+ constructor: type string');
    expect((await contract('diff', '--base', withIt, '--head', without)).stdout).toContain('- constructor');
  });

  it('names topics that came and went, and documents that are wrong', async () => {
    await written('a/one.json', BASE);
    await written('b/two.json', { ...BASE, topic: 'returns' });
    const { stdout } = await contract('diff', '--base', join(folder, 'a'), '--head', join(folder, 'b'));
    expect(stdout).toContain('orders (1.0.0, gone)');
    expect(stdout).toContain('returns (1.0.0, new)');
    await written('b/three.json', '{}');
    expect((await contract('diff', '--base', join(folder, 'a'), '--head', join(folder, 'b'))).code).toBe(2);
  });
});

describe('lean-ops contract format', () => {
  it('writes what is not in its one form, and --check only says so', async () => {
    const path = await written('c/orders.yaml', 'owner: me # who\ntopic: orders\n');
    await written('c/done.json', '{\n  "topic": "done"\n}\n');
    await written('c/openapi.yaml', 'openapi:    3.1.0\n');
    expect(await contract('format', join(folder, 'c'), '--check')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('orders.yaml: is not formatted'),
    });
    expect((await contract('format', join(folder, 'c'))).stdout).toContain('3 documents, 1 changed');
    expect(await readFile(path, 'utf8')).toBe('topic: orders\nowner: me # who\n');
    expect((await contract('format', join(folder, 'c'), '--check')).code).toBe(0);
  });

  it('ends with 2 for what cannot be read, and formats the others', async () => {
    await written('c/bad.json', '{');
    const path = await written('c/orders.json', { owner: 'me', topic: 'orders' });
    const { code, stderr } = await contract('format', join(folder, 'c'));
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('bad.json:1:2') });
    expect(await readFile(path, 'utf8')).toBe('{\n  "topic": "orders",\n  "owner": "me"\n}\n');
  });
});
