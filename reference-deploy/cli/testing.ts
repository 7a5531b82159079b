import { Readable, Writable } from 'node:stream';
import { Output } from '@lean-ops/iceberg/cli';
import type { ExitCode } from './exit-code.js';
import { runCommandLine } from './program.js';

/** What a command line gave back. */
export interface CommandResult {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Collects what is written. */
class TextStream extends Writable {
  text = '';

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command line inside the test's process. `input` is what standard input gives, chunk by chunk. */
export async function runCommand(
  args: readonly string[],
  input: readonly (string | Uint8Array)[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const [stdout, stderr] = [new TextStream(), new TextStream()];
  const code = await runCommandLine(args, {
    stdin: Readable.from(input.map((chunk) => Buffer.from(chunk as string))),
    stdout: new Output(stdout),
    stderr: new Output(stderr),
    env,
    verdict: 0,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
