import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { terraformFolder } from './configuration.js';

/** Runs `terraform test` on a module that needs no provider; its last lines. */
export async function runTerraformTests(module: string): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'terraform-test-'));
  try {
    for (const part of ['settings', 'terraform'])
      await cp(join(terraformFolder, '..', part), join(scratch, part), { recursive: true });
    const cwd = join(scratch, 'terraform', module);
    const run = promisify(execFile);
    await run('terraform', ['init', '-backend=false', '-input=false'], { cwd });
    return (await run('terraform', ['test', '-no-color'], { cwd })).stdout;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
