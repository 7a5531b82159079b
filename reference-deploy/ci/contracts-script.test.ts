import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, 'contracts.sh');
const CLI = join(import.meta.dirname, '../dist/lean-ops.js');
const ORDERS = { topic: 'orders', version: '1.0.0', owner: 'tests', columns: { id: { type: 'string' } } };
const WIDER = { ...ORDERS, version: '1.1.0', columns: { id: { type: 'string' }, note: { type: 'string' } } };
const BREAKING = { ...ORDERS, version: '2.0.0', columns: { id: { type: 'int' } } };

/** A name that git allows, and a shell would run. */
const HOSTILE_BRANCH = ['x;touch$', '{IFS}pwned'].join('');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-ci-'));
  git('init', '-q', '-b', 'main');
  await mkdir(join(folder, 'contracts'));
  await commit(ORDERS);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' }).trim();
}

async function commit(contract: object | string, name = 'orders.json'): Promise<string> {
  const text = typeof contract === 'string' ? contract : JSON.stringify(contract, null, 2);
  await writeFile(join(folder, 'contracts', name), text);
  git('add', '.');
  git('commit', '-q', '-m', 'change');
  return git('rev-parse', 'HEAD');
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function script(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  // The path may hold spaces, as may those of the repository; the command's parts may not.
  const env = { ...process.env, GITHUB_ACTIONS: '', LEAN_OPS: `${process.execPath} ${CLI}`, ...environment };
  return new Promise((resolve) => {
    execFile('bash', [SCRIPT, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const lint = (...args: string[]) => script(['lint', '--contracts', 'contracts', ...args]);

describe('contracts.sh lint', () => {
  it('passes what is compatible, and leaves reports', async () => {
    git('checkout', '-q', '-b', 'change');
    await commit(WIDER);
    const { code, stdout } = await lint('--base', 'main', '--reports', 'out folder');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('SCHEMA_EVOLVE') });
    expect(await readdir(join(folder, 'out folder'))).toEqual(['contracts.junit.xml', 'contracts.sarif']);
    const sarif = JSON.parse(await readFile(join(folder, 'out folder', 'contracts.sarif'), 'utf8'));
    expect(sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      'contracts/orders.json',
    );
  });

  it('ends with 1 for what breaks undeclared, with annotations on GitHub', async () => {
    git('checkout', '-q', '-b', 'change');
    await commit(BREAKING);
    const { code, stdout } = await script(['lint', '--contracts', 'contracts', '--base', 'main'], {
      GITHUB_ACTIONS: 'true',
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error file=contracts\/orders\.json,line=\d+,col=\d+,title=TYPE_CHANGED::/m);
  });

  it('judges what this branch changes, not what others merged meanwhile', async () => {
    git('checkout', '-q', '-b', 'change');
    await commit({ ...ORDERS, topic: 'visits' }, 'visits.json');
    git('checkout', '-q', 'main');
    await commit(WIDER);
    git('checkout', '-q', 'change');
    const { code, stdout } = await lint('--base', 'main');
    expect(code).toBe(0);
    expect(stdout).toContain('visits (contracts/visits.json): NEW_TABLE');
    expect(stdout).not.toContain('COLUMN_REMOVED');
  });

  it('judges of a merge with the target what the merge brings, however old the branch is', async () => {
    git('checkout', '-q', '-b', 'change');
    await commit({ ...ORDERS, topic: 'visits' }, 'visits.json');
    git('checkout', '-q', 'main');
    const [old] = [git('rev-parse', 'HEAD'), await commit(BREAKING)];
    git('checkout', '-q', '--detach');
    git('merge', '-q', '--no-ff', '-m', 'merge', 'change');
    expect(await lint('--base', 'HEAD^1')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('visits'),
    });
    expect(await lint('--base', old)).toMatchObject({ code: 1 });
  });

  it('takes the commit that a push began at, and a first push without one', async () => {
    const before = git('rev-parse', 'HEAD');
    await commit(WIDER);
    expect((await lint('--base', before)).stdout).toContain('SCHEMA_EVOLVE');
    expect((await lint('--base', '0'.repeat(40))).stdout).toContain('NEW_TABLE');
    expect((await lint()).stdout).toContain('NEW_TABLE');
  });

  it('ends with 2 for documents that are wrong', async () => {
    await commit('{', 'broken.json');
    const { code, stdout } = await lint('--base', 'HEAD~1');
    expect(code).toBe(2);
    expect(stdout).toContain('CONTRACT_UNREADABLE');
  });

  it('leaves no empty report where nothing could be judged', async () => {
    await mkdir(join(folder, 'empty'));
    expect(await script(['lint', '--contracts', 'empty', '--reports', 'out'])).toMatchObject({ code: 2 });
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });

  it('says whether the SQL of the views is up to date', async () => {
    const spec = 'views:\n  totals:\n    description: d\n    from: orders\n    metrics: { n: count() }\n';
    await writeFile(join(folder, 'views.yaml'), spec);
    const check = () => lint('--spec', 'views.yaml', '--sql', 'sql');
    expect(await check()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('missing: athena/totals.sql'),
    });
    const make = ['semantic', '--spec', 'views.yaml', '--contracts', 'contracts', '--out', 'sql'];
    execFileSync(process.execPath, [CLI, ...make], { cwd: folder });
    expect(await check()).toMatchObject({ code: 0 });
  });
});

describe('contracts.sh deploy', () => {
  const deploy = (...address: string[]) =>
    script(['deploy', '--contracts', 'contracts', '--by', 'ada', '--', ...address]);

  it('deploys, saying what, and the next time finds nothing to do', async () => {
    const { code, stdout } = await deploy('--warehouse', 'ware house');
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('create table curated.orders');
    expect(existsSync(join(folder, 'ware house', 'curated', 'orders'))).toBe(true);
    expect((await deploy('--warehouse', 'ware house')).stdout).toContain('nothing to do');
  });

  it('hands on the address of a deployment on AWS as it was given', async () => {
    const address = ['--aws', '--project', 'lean-ops', '--env', 'prod', '--region', 'eu-west-1'];
    const args = ['deploy', '--contracts', 'contracts', '--by', 'a pipeline', '--', ...address];
    const { code, stdout } = await script(args, { LEAN_OPS: 'printf %s\\n' });
    const command = ['contract', 'deploy', '--head', 'contracts', '--by', 'a pipeline', ...address];
    expect({ code, command: stdout.trimEnd().split('\n') }).toEqual({ code: 0, command });
  });

  it('deploys nothing that breaks undeclared', async () => {
    await deploy('--warehouse', 'wh');
    await commit(BREAKING);
    expect(await deploy('--warehouse', 'wh')).toMatchObject({ code: 1 });
  });
});

describe('wrong use ends with 2 and runs nothing', () => {
  it.each([
    ['no task', [], /say lint or deploy/],
    ['an unknown task', ['destroy', '--contracts', 'contracts'], /say lint or deploy, not destroy/],
    ['an unknown option', ['lint', '--force'], /there is no option --force/],
    ['an option without its value', ['lint', '--contracts'], /--contracts takes a value/],
    ['no contracts', ['lint'], /--contracts is missing/],
    ['no folder', ['lint', '--contracts', 'nowhere'], /is no folder/],
    [
      'a version that is not there',
      ['lint', '--contracts', 'contracts', '--base', 'origin/gone'],
      /has no such version/,
    ],
    [
      'a base that could be an option',
      ['lint', '--contracts', 'contracts', '--base', '--help'],
      /names no version/,
    ],
    [
      'a base that could be a command',
      ['lint', '--contracts', 'contracts', '--base', '$(touch pwned)'],
      /has no such version/,
    ],
    ['views without SQL', ['lint', '--contracts', 'contracts', '--spec', 'x'], /--spec needs --sql/],
    ['a deploy to nowhere', ['deploy', '--contracts', 'contracts'], /takes -- and an address/],
  ])('%s', async (_what, args, message) => {
    const { code, stderr } = await script(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  it('a branch whose name is a command is only a name', async () => {
    git('checkout', '-q', '-b', HOSTILE_BRANCH);
    await commit(WIDER);
    expect(await lint('--base', 'main')).toMatchObject({ code: 0 });
    expect(await lint('--base', HOSTILE_BRANCH)).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});
