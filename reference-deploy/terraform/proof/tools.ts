import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  installPython,
  onlyWhereAsked,
  peerHome,
  setUpOnce,
  unavailable,
} from '../../../scripts/peers/set-up.js';

const run = promisify(execFile);
const TFLINT = 'github.com/terraform-linters/tflint@v0.64.0';
const requirements = join(import.meta.dirname, 'checkov-requirements.txt');

/** A tool, or what it takes to have it; with `CI=true` an error instead. */
export type Tool = { readonly program: string; readonly missing: null } | { readonly missing: string };

/** tflint in `.peers/tflint`, built from its sources on first use (two minutes). */
export async function ensureTflint(): Promise<Tool> {
  const home = peerHome('tflint');
  try {
    await setUpOnce(home, TFLINT, async () => {
      onlyWhereAsked();
      process.stderr.write('building tflint in .peers/tflint (once)\n');
      await run('go', ['install', TFLINT], { env: { ...process.env, GOBIN: home } });
    });
    return { program: join(home, 'tflint'), missing: null };
  } catch (cause) {
    return { missing: unavailable('tflint', 'Go 1.24 or newer and its module proxy', cause) };
  }
}

/** checkov in `.peers/checkov`, installed on first use (a minute). */
export async function ensureCheckov(): Promise<Tool> {
  const home = peerHome('checkov');
  try {
    await setUpOnce(home, await readFile(requirements, 'utf8'), async () => {
      onlyWhereAsked();
      process.stderr.write('installing checkov in .peers/checkov (once)\n');
      await installPython(home, requirements);
    });
    return { program: join(home, 'bin', 'checkov'), missing: null };
  } catch (cause) {
    return { missing: unavailable('checkov', 'Python 3.10 or newer with venv and a package index', cause) };
  }
}
