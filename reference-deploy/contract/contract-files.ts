import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { ContractToolError } from './contract-tool-error.js';

const run = promisify(execFile);

/** A document that may be a contract. */
export interface ContractFile {
  /** As it is named to people: relative to where they are. */
  readonly file: string;
  readonly text: string;
}

const CONTRACT_NAME = /\.(?:json|ya?ml)$/i;
/** Larger than any contract with ten thousand columns. */
const MOST_BYTES = 32 * 1024 * 1024;
const GIT_REF = 'git:';

/** Whether a place is a version in git (`git:main`, `git:HEAD~1`). */
export function isGitRef(place: string): boolean {
  return place.startsWith(GIT_REF);
}

/**
 * The documents at a place: a file, or a folder with its subfolders, in which only `.json`, `.yaml` and `.yml` count.
 *
 * @throws {ContractToolError} `CONTRACTS_UNREADABLE`.
 */
export async function contractFiles(place: string): Promise<ContractFile[]> {
  const found = await stat(place).catch((cause: Error) => {
    throw unreadable(place, cause.message, cause);
  });
  if (!found.isDirectory()) return [await contractFile(place)];
  const names = (await readdir(place, { recursive: true })).filter(isContractName).sort();
  return Promise.all(names.map((name) => contractFile(join(place, name))));
}

/**
 * The documents that stood at a place in a version of the git repository around it. A place that was not there then has
 * none.
 *
 * @throws {ContractToolError} `CONTRACTS_UNREADABLE` where there is no repository or no such version.
 */
export async function contractFilesAt(ref: string, place: string): Promise<ContractFile[]> {
  const version = ref.slice(GIT_REF.length);
  if (version === '' || version.startsWith('-'))
    throw unreadable(ref, 'it names no version: write git:main, say');
  const folder = (await stat(place).catch(() => null))?.isDirectory() === true ? place : join(place, '..');
  const git = async (...args: string[]): Promise<string> => {
    try {
      const { stdout } = await run('git', args, { cwd: resolve(folder), maxBuffer: MOST_BYTES });
      return stdout;
    } catch (cause) {
      const { stderr, message } = cause as { stderr?: string; message: string };
      throw unreadable(ref, (stderr ?? '').trim().split('\n')[0] || message, cause);
    }
  };
  const root = (await git('rev-parse', '--show-toplevel')).trim();
  const inside = relative(root, resolve(place)).split(sep).join('/') || '.';
  await git('rev-parse', '--verify', '--quiet', `${version}^{commit}`).catch((cause: Error) => {
    throw unreadable(ref, 'the repository has no such version', cause);
  });
  const names = (await git('ls-tree', '-r', '-z', '--name-only', '--full-tree', version, '--', inside))
    .split('\0')
    .filter(isContractName);
  return Promise.all(
    names.map(async (name) => ({ file: `${ref}:${name}`, text: await git('show', `${version}:${name}`) })),
  );
}

function isContractName(name: string): boolean {
  return (
    CONTRACT_NAME.test(name) &&
    !name.split(/[/\\]/).some((part) => part === 'node_modules' || /^\.[^.]/.test(part))
  );
}

async function contractFile(path: string): Promise<ContractFile> {
  const file = relative('.', path) || path;
  const bytes = await readFile(path).catch((cause: Error) => {
    throw unreadable(path, cause.message, cause);
  });
  if (bytes.length > MOST_BYTES)
    throw unreadable(path, `it has ${bytes.length} bytes, more than ${MOST_BYTES}`);
  return { file: file.startsWith('..') ? path : file, text: bytes.toString('utf8') };
}

function unreadable(place: string, reason: string, cause?: unknown): ContractToolError {
  return new ContractToolError(`${place} cannot be read: ${reason}`, {
    code: 'CONTRACTS_UNREADABLE',
    context: { place },
    cause,
  });
}
