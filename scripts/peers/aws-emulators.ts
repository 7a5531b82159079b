// AWS without AWS: moto (S3, Glue) and MiniStack (an Iceberg REST catalog, signed requests).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  installPython,
  onlyWhereAsked,
  type PeerServer,
  peerHome,
  root,
  setUpOnce,
  startServer,
  unavailable,
  withScratch,
} from './set-up.js';

const folder = join(root, 'scripts', 'peers');
const requirements = join(folder, 'aws-requirements.txt');
const home = peerHome('aws');

export type AwsEmulator = 'moto' | 'ministack';

export type AwsEmulatorResult =
  | { readonly server: PeerServer; readonly missing: null }
  | { readonly server: null; readonly missing: string };

/**
 * Starts an emulator on a free port; it ends with `stop` or with this process. The first use installs it into
 * `.peers/aws`. Where it cannot be had: `missing` says what it takes; with `CI=true` an error.
 */
export async function startAwsEmulator(
  name: AwsEmulator,
  environment: Readonly<Record<string, string>> = {},
): Promise<AwsEmulatorResult> {
  try {
    const wanted = createHash('sha256').update(await readFile(requirements));
    await setUpOnce(home, wanted.digest('hex'), async () => {
      onlyWhereAsked();
      process.stderr.write('setting up moto and MiniStack in .peers/aws (once)\n');
      await installPython(home, requirements);
    });
    const script = join(folder, 'aws_emulator.py');
    const scratch = await mkdtemp(join(tmpdir(), `${name}-`));
    const server = await startServer(join(home, 'bin', 'python'), [script, name], {
      HOME: scratch,
      ...environment,
    });
    return { server: withScratch(server, scratch), missing: null };
  } catch (cause) {
    return {
      server: null,
      missing: unavailable(name, 'Python 3.10 or newer with venv and a package index', cause),
    };
  }
}

/** Where the Python packages of the emulators are, boto3 among them. Only after one has been started. */
export async function emulatorPackages(): Promise<string> {
  const probe = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const { stdout } = await promisify(execFile)(join(home, 'bin', 'python'), ['-c', probe]);
  return stdout.trim();
}
