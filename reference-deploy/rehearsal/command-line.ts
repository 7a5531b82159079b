import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/peers/set-up.js';
import type { Theatre } from './theatre.js';

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `lean-ops` as an operator does, against the emulator. */
export async function leanOps(theatre: Theatre, args: readonly string[]): Promise<CommandResult> {
  const { emulator, deployment } = theatre;
  const child = spawn(process.execPath, [join(root, 'reference-deploy', 'dist', 'lean-ops.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: deployment.region,
      AWS_ACCESS_KEY_ID: deployment.account,
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const status = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  return { status, stdout, stderr };
}

/** The options that name the deployment. */
export function deploymentOptions({ deployment }: Theatre): readonly string[] {
  const { project, environment, region } = deployment;
  return ['--aws', '--project', project, '--env', environment, '--region', region];
}
