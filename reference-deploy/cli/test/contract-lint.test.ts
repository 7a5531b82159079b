import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-lint-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ORDERS = { topic: 'orders', version: '1.0.0', owner: 'tests', columns: { id: { type: 'string' } } };
const CHANGED = { ...ORDERS, version: '1.1.0', columns: { id: { type: 'string', cde: true } } };

async function written(name: string, value: unknown): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  return path;
}

const lint = (...args: string[]) => runCommand(['contract', 'lint', ...args]);
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });

describe('lean-ops contract lint', () => {
  it('says of a contract without a base that its tables are new', async () => {
    const { code, stdout } = await lint('--head', await written('orders.json', ORDERS));
    expect(code).toBe(0);
    expect(stdout).toContain('orders.json): NEW_TABLE');
  });

  it('ends with 1 for a breaking change, saying where it stands, why, and what to do', async () => {
    const [base, head] = [await written('old.json', ORDERS), await written('new.json', CHANGED)];
    const { code, stdout } = await lint('--base', base, '--head', head);
    expect(code).toBe(1);
    expect(stdout).toContain('NUCLEAR_RESET, not declared');
    expect(stdout).toContain('new.json:8:14 breaking CDE_ADDED: column id: cde was false and is true');
    expect(stdout).toContain('1 contract: 1 NUCLEAR_RESET: breaking and not declared');
  });

  it('ends with 0 for one that is declared', async () => {
    const base = await written('old.json', ORDERS);
    const head = await written('new.json', {
      ...CHANGED,
      reset: { justification: 'audit', impact: 'a rebuild' },
    });
    const { code, stdout } = await lint('--base', base, '--head', head);
    expect(code).toBe(0);
    expect(stdout).toContain('NUCLEAR_RESET, declared');
  });

  it('matches folders by topic, whatever files are called, and leaves alone what is gone', async () => {
    await written('live/a.json', ORDERS);
    await written(
      'live/b.yaml',
      'topic: returns\nversion: 1.0.0\nowner: tests\ncolumns:\n  id: { type: string }\n',
    );
    await written(
      'next/deep/orders.yml',
      'topic: orders\nversion: 1.0.1\nowner: others\ncolumns:\n  id: { type: string }\n',
    );
    await written('next/README.md', 'no contract');
    const { code, stdout } = await lint('--base', join(folder, 'live'), '--head', join(folder, 'next'));
    expect(code).toBe(0);
    expect(stdout).toContain('orders.yml): PURE_REMAP');
    expect(stdout).toContain('returns: its contract is gone');
  });

  it('compares with a version in git', async () => {
    git('init', '-q', '-b', 'main');
    const head = await written('contracts/orders.json', ORDERS);
    git('add', '.');
    git('commit', '-q', '-m', 'live');
    await writeFile(head, JSON.stringify(CHANGED));
    const of = (place: string) => lint('--base', 'git:main', '--head', place, '--format', 'json');
    for (const place of [head, dirname(head)]) {
      const { code, stdout } = await of(place);
      expect(code, stdout).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        topics: [{ operation: 'NUCLEAR_RESET', verdict: 'breaking' }],
      });
    }
    const other = await written('other/returns.json', { ...ORDERS, topic: 'returns' });
    expect((await of(other)).stdout).toContain('NEW_TABLE');
  });

  it.each([
    ['git:nothing', /no such version/],
    ['git:', /names no version/],
    ['git:--help', /names no version/],
  ])('refuses %s', async (ref, message) => {
    git('init', '-q', '-b', 'main');
    const { code, stderr } = await lint('--base', ref, '--head', await written('orders.json', ORDERS));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('refuses a version in git where there is no repository', async () => {
    const { code, stderr } = await lint('--base', 'git:main', '--head', await written('orders.json', ORDERS));
    expect(code).toBe(2);
    expect(stderr).toContain('not a git repository');
  });
});

describe('documents that are wrong end with 2', () => {
  it.each([
    ['no JSON', 'orders.json', '{"topic": ', /CONTRACT_UNREADABLE/],
    ['no YAML', 'orders.yaml', 'a: [', /CONTRACT_UNREADABLE/],
    ['no contract', 'orders.json', '{}', /CONTRACT_INVALID.*"topic" is missing/],
    [
      'an unknown type',
      'orders.json',
      { ...ORDERS, columns: { id: { type: 'varchar' } } },
      /orders.json:7:15 .*varchar.*is not a type/,
    ],
    [
      'a pattern that cannot be compiled',
      'orders.json',
      { ...ORDERS, columns: { id: { type: 'string', pattern: '(' } } },
      /CONTRACT_INVALID/,
    ],
    [
      'a path that cannot be',
      'orders.json',
      { ...ORDERS, columns: { id: { type: 'string', path: '$..id' } } },
      /is not a payload path/,
    ],
    [
      'aliases that explode',
      'bomb.yaml',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
        .split('')
        .map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]}, `.repeat(9)}]`)
        .join('\n')}\n`,
      /CONTRACT_UNREADABLE.*alias/i,
    ],
  ])('%s', async (_what, name, value, message) => {
    const { code, stdout } = await lint('--head', await written(name, value));
    expect(code).toBe(2);
    expect(stdout).toMatch(message);
    expect(stdout).toContain('documents wrong');
  });

  it.each([
    ['partitions of a column that there is not', { partitionBy: ['nonexistent'] }, /there is no such column/],
    [
      'partitions that no table can have',
      { partitionBy: ['day(id)'] },
      /day is not for columns of type string/,
    ],
    [
      'a key that would show what is hidden',
      { key: '$.id', columns: { id: { type: 'string', sensitive: 'hash' } } },
      /hides column id and merges by \$\.id/,
    ],
    [
      'a masked name of messages',
      { columns: { message_id: { type: 'string', path: 'message_id', sensitive: 'hash' } } },
      /which Curated needs to tell versions apart/,
    ],
    [
      'a range of days that is empty',
      { columns: { on: { type: 'date', min: '2025-01-01', max: '2024-12-31' } } },
      /is above max/,
    ],
    [
      'bounds with a million digits of zeros, a thousand times',
      {
        columns: Object.fromEntries(
          Array.from({ length: 1_000 }, (_, index) => [
            `c${index}`,
            { type: 'double', min: '1e999999', max: '1e-999999' },
          ]),
        ),
      },
      /is above max/,
    ],
  ])('%s, which a deploy would find too late', async (_what, changed, message) => {
    const { code, stdout } = await lint('--head', await written('orders.json', { ...ORDERS, ...changed }));
    expect(stdout).toMatch(message);
    expect(code).toBe(2);
  });

  it('an alias that goes in a circle', async () => {
    const text = 'topic: orders\nversion: 1.0.0\nowner: me\ncolumns: &c\n  id: { type: string }\n  b: *c\n';
    const { code, stdout } = await lint('--head', await written('orders.yaml', text));
    expect(stdout).toMatch(/orders.yaml:6:6 error CONTRACT_UNREADABLE: .*goes in a circle/);
    expect(code).toBe(2);
  });

  it('what is no UTF-8, or no file', async () => {
    const path = await written('orders.yaml', '');
    await writeFile(
      path,
      Buffer.from('topic: orders\nversion: 1.0.0\nowner: J\u00f6rg\ncolumns: {}\n', 'latin1'),
    );
    const { code, stderr } = await lint('--head', path);
    expect(stderr).toContain('it is not text in UTF-8');
    expect(code).toBe(2);
    expect((await lint('--head', '/dev/null')).stderr).toContain('it is no file');
  });

  it('two contracts of one topic', async () => {
    await written('next/a.json', ORDERS);
    await written('next/b.json', ORDERS);
    const { code, stdout } = await lint('--head', join(folder, 'next'));
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /b\.json:2:12 error TOPIC_TWICE: topic orders has a contract in .*a\.json already/,
    );
  });

  it.each([
    ['a place that is not there', ['--head', '/nowhere/contracts']],
    ['a folder without documents', ['--head', import.meta.dirname]],
    ['a head in git', ['--head', 'git:main']],
    ['an unknown form', ['--head', '.', '--format', 'xml']],
  ])('%s', async (_what, args) => {
    const { code, stdout } = await lint(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('ten thousand columns are read in a moment', async () => {
    const columns = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`c_${index}`, { type: 'int' }]),
    );
    const [base, head] = [
      await written('old.json', { ...ORDERS, columns }),
      await written('new.json', {
        ...ORDERS,
        version: '1.1.0',
        columns: { ...columns, c_10000: { type: 'int' } },
      }),
    ];
    expect((await lint('--base', base, '--head', head)).stdout).toContain('1 SCHEMA_EVOLVE: pass');
  });
});

describe('forms of the report', () => {
  const report = async (format: string, head: unknown = CHANGED): Promise<string> => {
    const [base, file] = [await written('old.json', ORDERS), await written('new, "it".json', head)];
    return (await lint('--base', base, '--head', file, '--format', format)).stdout;
  };

  it('SARIF names rule, level, file and line', async () => {
    const { version, runs } = JSON.parse(await report('sarif'));
    expect(version).toBe('2.1.0');
    expect(runs[0].results).toMatchObject([
      {
        ruleId: 'CDE_ADDED',
        level: 'error',
        locations: [{ physicalLocation: { region: { startLine: 8, startColumn: 14 } } }],
      },
    ]);
    const known = runs[0].tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(known).toContain('CDE_ADDED');
    expect(runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toMatch(
      /new,%20%22it%22\.json$/,
    );
  });

  it('JUnit has a failing case per contract that does not pass', async () => {
    const xml = await report('junit');
    expect(xml).toContain('tests="1" failures="1"');
    expect(xml).toContain(
      '<testcase classname="contracts" name="orders"><failure message="column id: cde was false and is true">',
    );
    expect(xml).toContain('&quot;it&quot;');
    expect(await report('junit', { ...ORDERS, owner: 'new', version: '2.0.0' })).toContain('failures="0"');
  });

  it('GitHub shows an annotation at the line', async () => {
    expect(await report('github')).toMatch(
      /^::error file=.*new%2C "it"\.json,line=8,col=14,title=CDE_ADDED::column id: cde was false and is true\. /,
    );
  });

  it('JSON says everything', async () => {
    expect(JSON.parse(await report('json'))).toMatchObject({
      formatVersion: 1,
      exitCode: 1,
      topics: [{ topic: 'orders', findings: [{ rule: 'CDE_ADDED', path: ['columns', 'id', 'cde'] }] }],
    });
  });
});

describe('lean-ops contract explain', () => {
  it('says of a rule why it is and what to do, however it is spelled', async () => {
    const { code, stdout } = await runCommand(['contract', 'explain', 'cde-added']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^CDE_ADDED \(breaking\): /);
  });

  it('lists all rules', async () => {
    const { stdout } = await runCommand(['contract', 'explain']);
    expect(stdout).toContain('KEY_CHANGED');
    expect(stdout).toContain('TOPIC_TWICE');
  });

  it('refuses a rule that there is not', async () => {
    const { code, stderr } = await runCommand(['contract', 'explain', 'NOTHING']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no rule NOTHING');
  });
});
