import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/peers/set-up.js';
import { personToken } from './emulator/emulator.js';
import type { Theatre } from './theatre.js';

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Below the root. */
export const LEAN_OPS = 'reference-deploy/dist/lean-ops.js';

interface RunOptions {
  /** Session token of whoever runs it. Default: none, and no call of theirs is recorded. */
  readonly token?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `lean-ops` against the emulator. */
export async function leanOps(
  theatre: Theatre,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  return await run(theatre, process.execPath, [join(root, LEAN_OPS), ...args], options);
}

/** Runs `lean-ops` as somebody with the policy of deployers: the calls are recorded, and compared with it. */
export async function asDeployer(theatre: Theatre, args: readonly string[]): Promise<CommandResult> {
  return await leanOps(theatre, [...args, ...deploymentOptions(theatre)], { token: deployerToken(theatre) });
}

export function deployerToken({ names }: Theatre): string {
  return personToken(names.of('contract-deployer'));
}

/** Runs a program in the root folder, against the emulator. */
export async function run(
  { emulator, deployment }: Theatre,
  program: string,
  args: readonly string[],
  { token, env = {} }: RunOptions = {},
): Promise<CommandResult> {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...env,
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: deployment.region,
      AWS_ACCESS_KEY_ID: deployment.account,
      AWS_SECRET_ACCESS_KEY: 'test',
      ...(token !== undefined && { AWS_SESSION_TOKEN: token }),
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
