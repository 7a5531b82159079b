// The Python readers that our tables are checked with: PyIceberg, and DuckDB with its Iceberg extension.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const requirements = join(root, 'scripts', 'peers', 'requirements.txt');
const home = join(root, '.peers', 'python');
const run = promisify(execFile);

export interface PythonPeers {
  /** The interpreter of the virtual environment. */
  readonly python: string;
  /** What DuckDB's `extension_directory` has to be for `LOAD iceberg` to work offline. */
  readonly duckdbExtensions: string;
}

export type PythonPeersResult =
  | { readonly peers: PythonPeers }
  | { readonly peers: null; readonly reason: string };

/**
 * The virtual environment in `.peers/python`, made on first use (half a minute, 450 MB). Several processes may ask at
 * once. Where it cannot be had: `peers: null` with a reason for the skip line; with `CI=true` an error instead, because
 * there the suites may not skip.
 */
export async function ensurePythonPeers(): Promise<PythonPeersResult> {
  const peers = { python: join(home, 'bin', 'python'), duckdbExtensions: join(home, 'duckdb-extensions') };
  const stamp = join(home, 'ready');
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const ready = async (): Promise<boolean> => existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted;
  try {
    if (await ready()) return { peers };
    await mkdir(dirname(home), { recursive: true });
    await exclusively(`${home}.lock`, async () => {
      if (await ready()) return;
      await install(peers.duckdbExtensions);
      await writeFile(stamp, wanted);
    });
    return { peers };
  } catch (cause) {
    const reason = `needs Python 3.10 or newer with venv and a package index: ${(cause as Error).message.split('\n')[0]}`;
    if (process.env['CI'] === 'true')
      throw new Error(`PyIceberg and DuckDB cannot be set up: ${reason}`, { cause });
    return { peers: null, reason };
  }
}

async function install(extensionDirectory: string): Promise<void> {
  process.stderr.write('setting up PyIceberg and DuckDB in .peers/python (once)\n');
  await rm(home, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', home]);
  await quietly(join(home, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    requirements,
  ]);
  const probe = 'import duckdb, sysconfig; print(duckdb.__version__); print(sysconfig.get_path("purelib"))';
  const { stdout } = await run(join(home, 'bin', 'python'), ['-c', probe]);
  const [version = '', packages = ''] = stdout.trim().split('\n');
  const target = join(extensionDirectory, `v${version}`, 'linux_amd64');
  await mkdir(target, { recursive: true });
  for (const name of ['avro', 'httpfs', 'iceberg']) {
    const file = `${name}.duckdb_extension`;
    await copyFile(
      join(packages, `duckdb_extension_${name}`, 'extensions', `v${version}`, file),
      join(target, file),
    );
  }
}

/** Runs to the end; the error carries what the program printed. */
async function quietly(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (printed += chunk));
  const status = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  if (status !== 0) throw new Error(`${command} ${args[2] ?? ''} ended with ${status}: ${printed.trim()}`);
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
