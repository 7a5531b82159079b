// The Python readers that our tables are checked with: PyIceberg, and DuckDB with its Iceberg extension.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPython, peerHome, root, setUpOnce, unavailable } from './set-up.js';

const requirements = join(root, 'scripts', 'peers', 'requirements.txt');
const home = peerHome('python');
const run = promisify(execFile);

export interface PythonPeers {
  /** The interpreter of the virtual environment. */
  readonly python: string;
  /** What DuckDB's `extension_directory` has to be for `LOAD iceberg` to work offline. */
  readonly duckdbExtensions: string;
}

export type PythonPeersResult =
  | { readonly peers: PythonPeers; readonly missing: null }
  | { readonly peers: null; readonly missing: string };

/**
 * The virtual environment in `.peers/python`, made on first use (half a minute, 450 MB). Several processes may ask at
 * once. Where it cannot be had: `missing` says what it takes; with `CI=true` an error instead, because
 * there the suites may not skip.
 */
export async function ensurePythonPeers(): Promise<PythonPeersResult> {
  const peers = { python: join(home, 'bin', 'python'), duckdbExtensions: join(home, 'duckdb-extensions') };
  try {
    const wanted = createHash('sha256').update(await readFile(requirements));
    await setUpOnce(home, wanted.digest('hex'), () => install(peers.duckdbExtensions));
    return { peers, missing: null };
  } catch (cause) {
    return {
      peers: null,
      missing: unavailable(
        'PyIceberg and DuckDB',
        'Python 3.10 or newer with venv and a package index',
        cause,
      ),
    };
  }
}

async function install(extensionDirectory: string): Promise<void> {
  process.stderr.write('setting up PyIceberg and DuckDB in .peers/python (once)\n');
  const python = await installPython(home, requirements);
  const probe = 'import duckdb, sysconfig; print(duckdb.__version__); print(sysconfig.get_path("purelib"))';
  const { stdout } = await run(python, ['-c', probe]);
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
