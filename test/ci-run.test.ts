import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '..', '.ci', 'run');
const SUMMARY = 'Tests: 3 passed, 0 failed, 0 skipped';

describe('.ci/run', () => {
  let folder: string;
  const tasks = (): string[] => readFileSync(join(folder, 'tasks'), 'utf8').trim().split('\n');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ci-run-'));
    // An npm that writes down what it is asked for and ends as it is told.
    const npm = `#!/usr/bin/env bash
for task in check demo rehearse test; do
  case " $* " in *" $task "*)
    echo "$task" >> '${folder}/tasks'
    if [ "$task" = test ]; then echo '${SUMMARY}'; fi
    code="FAKE_$task"
    exit "\${!code:-0}";;
  esac
done
exit 99
`;
    writeFileSync(join(folder, 'npm'), npm);
    chmodSync(join(folder, 'npm'), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (environment: Record<string, string>): { status: number | null; lastLine: string } => {
    rmSync(join(folder, 'tasks'), { force: true });
    const { CI: _, ...rest } = process.env;
    const PATH = `${folder}${delimiter}${process.env['PATH']}`;
    const { status, stdout } = spawnSync(script, {
      encoding: 'utf8',
      env: { ...rest, PATH, ...environment },
    });
    return { status, lastLine: stdout.trimEnd().split('\n').at(-1)! };
  };

  it('checks, plays the demo, rehearses and tests, in this order', () => {
    expect(run({})).toEqual({ status: 0, lastLine: SUMMARY });
    expect(tasks()).toEqual(['check', 'demo', 'rehearse', 'test']);
  });

  it('ends with the summary of the tests, and fails, where the rehearsal failed', () => {
    expect(run({ FAKE_rehearse: '1' })).toEqual({ status: 1, lastLine: SUMMARY });
    expect(tasks()).toEqual(['check', 'demo', 'rehearse', 'test']);
  });

  it('fails where the tests fail', () => {
    expect(run({ FAKE_test: '1' })).toEqual({ status: 1, lastLine: SUMMARY });
  });

  it('insists on the emulator where it is continuous integration, and nowhere else', () => {
    expect(run({ FAKE_rehearse: '3', CI: 'true' })).toEqual({ status: 1, lastLine: SUMMARY });
    expect(run({ FAKE_rehearse: '3' })).toEqual({ status: 0, lastLine: SUMMARY });
  });

  it('begins nothing else where the checks fail', () => {
    expect(run({ FAKE_check: '2' }).status).not.toBe(0);
    expect(tasks()).toEqual(['check']);
  });
});
