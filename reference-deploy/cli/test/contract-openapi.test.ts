import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-openapi-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, value: unknown): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  return path;
}

const api = (version: string, properties: object, required: readonly string[] = []) => ({
  openapi: '3.1.0',
  info: { title: 'Orders', version },
  components: { schemas: { Order: { type: 'object', required, properties } } },
});
const METADATA = { source_topics: ['orders'], owner: 'tests' };
const ID = { id: { type: 'string' } };
const RESET = { nuclear_reset: true, nuclear_justification: 'audit', impact_assessment: 'a rebuild' };

const lint = (...args: string[]) => runCommand(['contract', 'lint', ...args]);

describe('lean-ops contract lint with OpenAPI documents', () => {
  it('judges one against a contract of the other form, with the metadata beside each', async () => {
    const base = await written(
      'old/orders.yaml',
      'topic: orders\nversion: 1.0.0\nowner: tests\ncolumns: { id: { type: string } }\n',
    );
    const head = await written('new/openapi.json', api('1.1.0', ID, ['id']));
    await written('new/metadata.json', METADATA);
    const { code, stdout } = await lint('--base', base, '--head', head);
    expect(code).toBe(1);
    expect(stdout).toMatch(/openapi\.json:\d+:\d+ breaking CDE_ADDED: column id: cde was false and is true/);
    await written('new/metadata.json', { ...METADATA, ...RESET });
    expect((await lint('--base', base, '--head', head)).stdout).toContain('NUCLEAR_RESET, declared');
  });

  it('takes a metadata document by name, for both, whose reset is that of the new one', async () => {
    const [base, head] = [
      await written('old.json', api('1.0.0', ID)),
      await written('new.json', api('2.0.0', { id: { type: 'integer' } })),
    ];
    const metadata = await written('about/any.yaml', { ...METADATA, ...RESET });
    const { code, stdout } = await lint('--base', base, '--head', head, '--metadata', metadata);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('TYPE_CHANGED') });
  });

  it('reads a folder: metadata by name or for the folder, parts of documents, contracts of the other form', async () => {
    await written('contracts/returns.json', {
      topic: 'returns',
      version: '1.0.0',
      owner: 'tests',
      columns: { id: { type: 'string' } },
    });
    await written('contracts/orders/openapi.yaml', api('1.0.0', { id: { $ref: 'parts/id.yaml' } }));
    await written('contracts/orders/metadata.yaml', METADATA);
    await written('contracts/orders/parts/id.yaml', 'type: string\n');
    await written('contracts/flat/a.json', api('1.0.0', ID));
    await written('contracts/flat/a.metadata.json', { ...METADATA, source_topics: ['a'] });
    await written('contracts/flat/b.json', api('1.0.0', ID));
    await written('contracts/flat/b.metadata.json', { ...METADATA, source_topics: ['b'] });
    const { code, stdout } = await lint('--head', join(folder, 'contracts'));
    expect(stdout).toContain('4 contracts: 4 NEW_TABLE: pass');
    expect(code).toBe(0);
  });

  it('finds what stood in git, parts and metadata too', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder });
    const head = await written('api/openapi.yaml', api('1.0.0', { id: { $ref: 'parts.yaml#/Id' } }));
    await written('api/metadata.json', METADATA);
    const parts = await written('api/parts.yaml', 'Id: { type: string }\n');
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-q', '-m', 'live');
    await writeFile(parts, 'Id: { type: integer }\n');
    for (const place of [head, dirname(head)]) {
      const { code, stdout } = await lint('--base', 'git:main', '--head', place);
      expect(code).toBe(2);
      expect(stdout).toMatch(/parts\.yaml:1:13 breaking TYPE_CHANGED: column id: was string and is long/);
      expect(stdout).toContain('VERSION_NOT_RAISED');
    }
  });

  it.each<[string, object, object, RegExp]>([
    [
      'the network',
      { id: { $ref: 'https://example.org/a.yaml' } },
      METADATA,
      /openapi\.json:\d+:\d+ error CONTRACT_INVALID.*nothing is read over the network/,
    ],
    [
      'another folder',
      { id: { $ref: '../secret.yaml' } },
      METADATA,
      /points outside the OpenAPI document's folder/,
    ],
    ['a link out of its folder', { id: { $ref: 'link.yaml' } }, METADATA, /there is no document link\.yaml/],
    [
      'two topics',
      ID,
      { ...METADATA, source_topics: ['orders', 'returns'] },
      /metadata\.json:2:20 error CONTRACT_INVALID.*would write one table/,
    ],
    [
      'a pattern that RE2 refuses',
      { id: { type: 'string', pattern: '^(?=a)$' } },
      METADATA,
      /openapi\.json:\d+:\d+ error CONTRACT_INVALID.*RE2/,
    ],
    ['a circle', { id: { $ref: '#/components/schemas/Order' } }, METADATA, /leads back to/],
  ])('ends with 2 for a document that points to %s', async (_what, properties, metadata, message) => {
    await written('secret.yaml', 'type: string\n');
    const head = await written('api/openapi.json', api('1.0.0', properties));
    await symlink(join(folder, 'secret.yaml'), join(folder, 'api/link.yaml'));
    await written('api/metadata.json', metadata);
    const { code, stdout } = await lint('--head', head);
    expect(stdout).toMatch(message);
    expect(code).toBe(2);
  });

  it('accepts a pattern that takes others exponential time: it runs in linear time', async () => {
    const head = await written(
      'api/openapi.json',
      api('1.0.0', { id: { type: 'string', pattern: '^(a+)+$' } }),
    );
    await written('api/metadata.json', METADATA);
    expect((await lint('--head', head)).code).toBe(0);
  });

  it('ends with 2 for aliases that explode in any of its documents', async () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]}, `.repeat(9)}]`)
      .join('\n')}\n`;
    const head = await written('api/openapi.json', api('1.0.0', { id: { $ref: 'bomb.yaml#/h' } }));
    await written('api/bomb.yaml', bomb);
    await written('api/metadata.json', METADATA);
    expect((await lint('--head', head)).stdout).toMatch(/bomb\.yaml:1:1 error CONTRACT_INVALID.*alias/i);
    await written('api/metadata.yaml', bomb);
    const { code, stdout } = await lint('--head', head, '--metadata', join(folder, 'api/metadata.yaml'));
    expect({ code, stdout }).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/metadata\.yaml:1:1 error CONTRACT_UNREADABLE/),
    });
  });

  it('refuses one without metadata, and metadata for a folder', async () => {
    const head = await written('api/openapi.json', api('1.0.0', ID));
    expect(await lint('--head', head)).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('write metadata.json beside it'),
    });
    expect(await lint('--head', dirname(head), '--metadata', head)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a folder'),
    });
    expect(await lint('--head', head, '--metadata', join(folder, 'none.json'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none.json'),
    });
  });
});
