import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { onlyWhereAsked, peerHome, setUpOnce, unavailable } from '../../scripts/peers/set-up.js';
import { testWhere } from '../../test/support/suite-where.js';

interface Step {
  readonly env?: Readonly<Record<string, string>>;
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly if?: string;
        readonly permissions: object;
        readonly 'timeout-minutes': number;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';
const FILE = join(import.meta.dirname, 'contracts.yml');
const run = promisify(execFile);
const text = await readFile(FILE, 'utf8');
const workflow = parse(text) as Workflow;
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

describe('the workflow', () => {
  it('pins every action to a commit, and says which version that is', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(5);
    for (const action of used) expect(action).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
    for (const line of text.split('\n').filter((one) => one.includes('uses:')))
      expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('has no permission that a job does not name, and no job writes more than it needs', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.entries(workflow.jobs).map(([name, { permissions }]) => [name, permissions])).toEqual([
      ['lint', { contents: 'read', 'security-events': 'write' }],
      ['deploy', { contents: 'read', 'id-token': 'write' }],
    ]);
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it('no title, branch or input becomes part of a command: they come as variables', () => {
    for (const { run: command } of steps) expect(command ?? '').not.toContain('${{');
    expect(text).not.toMatch(/pull_request\.(?:title|body|head\.ref)|head_ref|pull_request_target/);
  });

  it('deploys from the default branch, and from no tag that is called as it is', () => {
    const condition = workflow.jobs['deploy']!.if ?? '';
    expect(condition).toContain(
      "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)",
    );
    expect(condition).toContain("github.event_name == 'push'");
    expect(text).not.toContain('ref_name');
  });

  it('lints against the target as it is: the first parent of the merge that is checked out', () => {
    const base = workflow.jobs['lint']!.steps.flatMap(({ env }) => env?.['BASE'] ?? []).join();
    expect(base).toContain("github.event_name == 'pull_request' && 'HEAD^1'");
    expect(base).toContain('github.event.merge_group.base_sha');
    expect(base).not.toContain('pull_request.base.sha');
  });

  it('installs nothing where there are credentials', () => {
    const names = workflow.jobs['deploy']!.steps.map(({ uses, run: command }) => uses ?? command ?? '');
    const role = names.findIndex((name) => name.startsWith('aws-actions/'));
    expect(names.slice(role + 1).some((name) => name.includes('npm'))).toBe(false);
  });
});

async function ensureActionlint(): Promise<{ readonly program: string; readonly missing: string | null }> {
  const home = peerHome('actionlint');
  const program = join(home, 'actionlint');
  try {
    await setUpOnce(home, ACTIONLINT, async () => {
      onlyWhereAsked();
      process.stderr.write('building actionlint in .peers/actionlint (once)\n');
      await run('go', ['install', ACTIONLINT], { env: { ...process.env, GOBIN: home } });
    });
    return { program, missing: null };
  } catch (cause) {
    return { program, missing: unavailable('actionlint', 'Go 1.24 or newer and its module proxy', cause) };
  }
}

const actionlint = await ensureActionlint();
testWhere(actionlint.missing, 'actionlint has nothing to say', async () => {
  const { stdout } = await run(actionlint.program, ['-no-color', FILE]);
  expect(stdout).toBe('');
});
