// What setting up and running every peer has in common.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const root: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where a peer lives: git-ignored, made on first use. */
export function peerHome(name: string): string {
  return join(root, '.peers', name);
}

/** The reason for a skip line; with `CI=true` an error instead, because there the suites may not skip. */
export function unavailable(peer: string, needs: string, cause: unknown): string {
  const reason = `needs ${needs}: ${(cause as Error).message.split('\n')[0]}`;
  if (process.env['CI'] === 'true') throw new Error(`${peer} cannot be set up: ${reason}`, { cause });
  return reason;
}

/**
 * The larger peers are installed by the full run and in continuous integration; a plain `npm test` uses them once they
 * are there.
 */
export function onlyWhereAsked(): void {
  if (process.env['CI'] === 'true' || process.env['LEAN_OPS_TEST'] === 'full') return;
  throw new Error('npm run test:full installs it');
}

/** Runs `install` unless `home` holds what `wanted` describes. Several processes may ask at once. */
export async function setUpOnce(home: string, wanted: string, install: () => Promise<void>): Promise<void> {
  const stamp = join(home, 'ready');
  const ready = async (): Promise<boolean> => existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted;
  if (await ready()) return;
  await mkdir(dirname(home), { recursive: true });
  await exclusively(`${home}.lock`, async () => {
    if (await ready()) return;
    await rm(home, { recursive: true, force: true });
    await mkdir(home, { recursive: true });
    await install();
    await writeFile(stamp, wanted);
  });
}

/** A virtual environment at `home` with the packages of a requirements file. */
export async function installPython(home: string, requirements: string): Promise<string> {
  const python = join(home, 'bin', 'python');
  await quietly('python3', ['-m', 'venv', home]);
  await quietly(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    requirements,
  ]);
  return python;
}

/** Runs to the end; the error carries what the program printed. */
export async function quietly(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (printed += chunk));
  const status = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  if (status !== 0) throw new Error(`${command} ${args[2] ?? ''} ended with ${status}: ${printed.trim()}`);
}

/** A server in a child process, which ends when the pipe to it closes: with `stop`, or with this process. */
export interface PeerServer {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts a server that prints `listening on <port>` on a line of its own. */
export async function startServer(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<PeerServer> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const endpoint = `http://127.0.0.1:${await listeningPort(child)}`;
  return {
    endpoint,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin?.end();
      await ended;
    },
  };
}

/** The server, which takes its folder along when it stops. */
export function withScratch(server: PeerServer, folder: string): PeerServer {
  return {
    endpoint: server.endpoint,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listeningPort(child: ChildProcess): Promise<number> {
  return await new Promise((resolve, reject) => {
    let printed = '';
    const onData = (chunk: Buffer): void => {
      printed = (printed + chunk).slice(-20_000);
      const match = /^listening on (\d+)$/m.exec(printed);
      if (match) resolve(Number(match[1]));
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('error', reject);
    child.once('close', (status) => reject(new Error(`the server ended with ${status}: ${printed.trim()}`)));
  });
}

/** One process at a time, by a folder that only one can make; one left by a dead process is taken over after ten minutes. */
async function exclusively(lock: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const held = await stat(lock).catch(() => null);
      if (held !== null && Date.now() - held.mtimeMs > 600_000)
        await rm(lock, { recursive: true, force: true });
      else await sleep(500);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
