import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUNDLE = fileURLToPath(new URL('../../dist/lean-ops.js', import.meta.url));

export interface SpawnResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a process of its own. */
export async function spawnCommand(
  args: readonly string[],
  options: { input?: string; cwd?: string; closeStdoutAfter?: number } = {},
): Promise<SpawnResult> {
  if (!existsSync(BUNDLE)) throw new Error('dist/lean-ops.js is missing: run npm run build first');
  const child = spawn(process.execPath, [BUNDLE, ...args], { cwd: options.cwd });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
    if (options.closeStdoutAfter !== undefined && texts.stdout.length >= options.closeStdoutAfter)
      child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  // A child that stops reading early is what some tests are about.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { code, ...texts };
}
