import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { testWhere } from '../../../test/support/suite-where.js';
import { configurationFiles, terraformFolder } from './configuration.js';
import { ensureCheckov, ensureTflint } from './tools.js';

const run = promisify(execFile);
const tflint = await ensureTflint();
const checkov = await ensureCheckov();

testWhere(tflint.missing, 'tflint has nothing to say, with every rule for Terraform on', async () => {
  if (tflint.missing !== null) return;
  const config = join(terraformFolder, '.tflint.hcl');
  const { stdout } = await run(tflint.program, ['--recursive', `--config=${config}`, '--format=compact'], {
    cwd: terraformFolder,
  });
  expect(stdout).toBe('');
});

testWhere(
  checkov.missing,
  'checkov fails no check',
  async () => {
    if (checkov.missing !== null) return;
    const args = [
      '-d',
      '.',
      '--framework',
      'terraform',
      '--compact',
      '-o',
      'json',
      '--soft-fail',
      '--skip-download',
    ];
    const { stdout } = await run(checkov.program, args, {
      cwd: terraformFolder,
      maxBuffer: 1 << 28,
    });
    const { results, summary } = JSON.parse(stdout) as {
      results: { failed_checks: { check_id: string; resource: string }[] };
      summary: { passed: number };
    };
    expect(results.failed_checks.map(({ check_id, resource }) => `${check_id} ${resource}`)).toEqual([]);
    expect(summary.passed).toBeGreaterThan(500);
  },
  180_000,
);

it('every check that is skipped says why', () => {
  const skips = configurationFiles().flatMap((file) =>
    readFileSync(join(terraformFolder, file), 'utf8')
      .split('\n')
      .filter((line) => line.includes('checkov:skip'))
      .map((line) => line.trim()),
  );
  expect(skips.length).toBeGreaterThan(0);
  for (const skip of skips) expect(skip).toMatch(/^#checkov:skip=CKV2?_AWS_\d+:.{30,}/);
});
