import { spawn } from 'node:child_process';
import { DeployError } from './deploy-error.js';

/** How a program is run: its output shown while it works, or kept and returned. */
interface CommandOptions {
  readonly cwd: string;
  readonly show: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program; returns what it printed to standard output, '' where that was shown. */
export type RunCommand = (
  program: string,
  args: readonly string[],
  options: CommandOptions,
) => Promise<string>;

/**
 * @throws {DeployError} `TOOL_MISSING` for a program that is not there, `code` for one that fails, with what it said.
 */
export function commandRunner(code: 'TERRAFORM_FAILED' | 'BUILD_FAILED'): RunCommand {
  return async (program, args, { cwd, show, env = {} }) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['inherit', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk));
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(
          new DeployError(`${program} cannot be started: install it and put it on the PATH`, {
            code: 'TOOL_MISSING',
            context: { program },
            cause,
          }),
        ),
      );
      child.once('close', resolve);
    });
    if (status === 0) return output;
    const said = errors.trim() === '' ? 'its output is above' : errors.trim();
    throw new DeployError(`${program} ${args[0] ?? ''} ended with ${status}: ${said}`, {
      code,
      context: { program, args, status },
    });
  };
}
