import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { CommandClients } from '../../src/cli/command-context.js';
import { Output } from '../../src/cli/output/output.js';
import { runCommandLine } from '../../src/cli/program.js';
import { RUN_TYPESCRIPT } from './run-worker.js';

const PROGRAM = join(import.meta.dirname, '../../src/cli/main.ts');

/** What a command line gave back. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Surroundings of a command line within the test's process. */
export interface Surroundings {
  readonly input?: readonly (string | Uint8Array)[];
  readonly env?: Readonly<Record<string, string>>;
  readonly clients?: CommandClients;
  readonly now?: () => number;
  readonly signal?: AbortSignal | undefined;
  readonly stdin?: Readable;
  /** Whether the streams are terminals. */
  readonly terminal?: boolean;
}

class TextStream extends Writable {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command line in this process. */
export async function iceberg(args: readonly string[], given: Surroundings = {}): Promise<CommandResult> {
  const { input = [], env = {}, clients, now, signal, terminal = false } = given;
  const [stdout, stderr] = [new TextStream(terminal), new TextStream(terminal)];
  const code = await runCommandLine(args, {
    stdin: given.stdin ?? Readable.from(input.map((chunk) => Buffer.from(chunk as string))),
    stdout: new Output(stdout),
    stderr: new Output(stderr),
    env,
    verdict: 0,
    ...(clients !== undefined && { clients }),
    ...(now !== undefined && { now }),
    ...(signal !== undefined && { signal }),
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** As {@link iceberg}, where it must succeed: what it printed. */
export async function printed(args: readonly string[], given: Surroundings = {}): Promise<string> {
  const { code, stdout, stderr } = await iceberg(args, given);
  if (code !== 0) throw new Error(`iceberg ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

/** As {@link printed}: the rows, integers as doubles. */
export async function printedRows(
  args: readonly string[],
  given: Surroundings = {},
): Promise<Record<string, unknown>[]> {
  return ndjson(await printed([...args, '--format', 'ndjson'], given));
}

export function ndjson(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A command line in a process of its own, from the sources. */
export interface SpawnedCommand {
  readonly child: ChildProcess;
  /** Resolves when the text has been written to standard output or error. */
  readonly seen: (text: string) => Promise<void>;
  readonly result: Promise<CommandResult & { readonly signal: NodeJS.Signals | null }>;
}

/** Starts a command line as a process. Its standard input stays open unless `input` is given. */
export function startIceberg(
  args: readonly string[],
  options: {
    input?: string;
    cwd?: string;
    env?: Readonly<Record<string, string>>;
    nodeArgs?: readonly string[];
    closeStdoutAfter?: number;
  } = {},
): SpawnedCommand {
  const nodeArgs = [...RUN_TYPESCRIPT, ...(options.nodeArgs ?? [])];
  const child = spawn(process.execPath, [...nodeArgs, PROGRAM, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  const texts = { stdout: '', stderr: '' };
  const waiting: { text: string; resolve: () => void }[] = [];
  const took = (): void => {
    for (const { text, resolve } of waiting) if (`${texts.stdout}${texts.stderr}`.includes(text)) resolve();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
    if (options.closeStdoutAfter !== undefined && texts.stdout.length >= options.closeStdoutAfter)
      child.stdout.destroy();
    took();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
    took();
  });
  // A process that stops reading early is what some tests are about.
  child.stdin.on('error', () => undefined);
  if (options.input !== undefined) child.stdin.end(options.input);
  const result = new Promise<CommandResult & { signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
  const seen = (text: string): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ text, resolve });
      took();
    });
  return { child, seen, result };
}

/** Runs a command line as a process. */
export function spawnIceberg(
  args: readonly string[],
  options: Parameters<typeof startIceberg>[1] = {},
): SpawnedCommand['result'] {
  return startIceberg(args, { input: '', ...options }).result;
}
