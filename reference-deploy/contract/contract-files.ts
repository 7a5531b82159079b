import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import type { OpenApiSources } from '@lean-ops/core/contract';
import { ContractToolError } from './contract-tool-error.js';
import { documentText, noDocument, readDocumentText } from './document-bytes.js';
import { gitTexts } from './git-texts.js';

const run = promisify(execFile);

/** A document that may be a contract. */
export interface ContractFile {
  /** As it is named to people: relative to where they are. */
  readonly file: string;
  readonly text: string;
  /** What belongs to it where it is an OpenAPI document: read when it is asked for. */
  readonly openApi: ContractSources;
}

interface ContractSources extends OpenApiSources {
  /** Whether the metadata is that of the document it is compared with: the reset in there is not its own. */
  readonly sharesMetadata: boolean;
}

interface ContractFilesOptions {
  /** The metadata document of a single OpenAPI document. Default: the one beside it. */
  readonly metadata?: string;
  /** One for a single OpenAPI document that has none beside it. */
  readonly sharedMetadata?: string;
}

const CONTRACT_NAME = /\.(?:json|ya?ml)$/i;
const METADATA_NAME = /(?:^|\.)metadata\.(?:json|ya?ml)$/i;
const METADATA_ENDINGS = ['json', 'yaml', 'yml'];
/** Of what git lists or says of itself. */
const MOST_OUTPUT = 32 * 1024 * 1024;
const GIT_REF = 'git:';

/** Whether a place is a version in git (`git:main`, `git:HEAD~1`). */
export function isGitRef(place: string): boolean {
  return place.startsWith(GIT_REF);
}

/**
 * The documents at a place: a file, or a folder with its subfolders, in which only `.json`, `.yaml` and `.yml` count, and
 * metadata documents (`metadata.json`, `orders.metadata.yaml`) belong to the OpenAPI documents beside them.
 *
 * @throws {ContractToolError} `CONTRACTS_UNREADABLE`.
 */
export async function contractFiles(
  place: string,
  options: ContractFilesOptions = {},
): Promise<ContractFile[]> {
  const found = await stat(place).catch((cause: Error) => {
    throw unreadable(place, cause.message, cause);
  });
  if (!found.isDirectory()) return [await contractFile(place, options)];
  if (options.metadata !== undefined)
    throw unreadable(options.metadata, `it would be the metadata of one document, and ${place} is a folder`);
  const names = (await readdir(place, { recursive: true })).filter(isContractName).sort();
  return Promise.all(names.map((name) => contractFile(join(place, name), options)));
}

/**
 * The documents that stood at a place in a version of the git repository around it. A place that was not there then has
 * none.
 *
 * @throws {ContractToolError} `CONTRACTS_UNREADABLE` where there is no repository or no such version.
 */
export async function contractFilesAt(
  ref: string,
  place: string,
  options: Pick<ContractFilesOptions, 'sharedMetadata'> = {},
): Promise<ContractFile[]> {
  const version = ref.slice(GIT_REF.length);
  if (version === '' || version.startsWith('-'))
    throw unreadable(ref, 'it names no version: write git:main, say');
  const isFolder = (await stat(place).catch(() => null))?.isDirectory() === true;
  const folder = resolve(isFolder ? place : join(place, '..'));
  const git = async (...args: string[]): Promise<string> => {
    try {
      const { stdout } = await run('git', args, { cwd: folder, maxBuffer: MOST_OUTPUT });
      return stdout;
    } catch (cause) {
      const { stderr, message } = cause as { stderr?: string; message: string };
      throw unreadable(ref, (stderr ?? '').trim().split('\n')[0] || message, cause);
    }
  };
  const root = (await git('rev-parse', '--show-toplevel')).trim();
  const inside = (path: string): string => relative(root, path).split(sep).join('/') || '.';
  await git('rev-parse', '--verify', '--quiet', `${version}^{commit}`).catch((cause: Error) => {
    throw unreadable(ref, 'the repository has no such version', cause);
  });
  const tree = await git('ls-tree', '-r', '-z', '--full-tree', version, '--', inside(folder));
  const texts = await gitTexts(folder, tree, isDocumentName).catch((cause: Error) => {
    throw unreadable(ref, cause.message, cause);
  });
  const names = isFolder ? [...texts.keys()].filter(isContractName) : [inside(resolve(place))];
  return names.flatMap((name) => {
    const text = texts.get(name);
    if (text === undefined) return [];
    const readText = (path: string): string | null => texts.get(path) ?? null;
    const openApi = sourcesOf(name, { ...options, readText, nameOf: (path) => `${ref}:${path}` });
    return [{ file: `${ref}:${name}`, text, openApi }];
  });
}

function isDocumentName(name: string): boolean {
  return (
    CONTRACT_NAME.test(name) &&
    !name.split(/[/\\]/).some((part) => part === 'node_modules' || /^\.[^.]/.test(part))
  );
}

function isContractName(name: string): boolean {
  return isDocumentName(name) && !METADATA_NAME.test(name.split(/[/\\]/).at(-1)!);
}

async function contractFile(path: string, options: ContractFilesOptions): Promise<ContractFile> {
  const text = await textOf(path).catch((cause: Error) => {
    throw unreadable(path, cause.message, cause);
  });
  const openApi = sourcesOf(path, { ...options, readText: within(dirname(path)), nameOf: shownName });
  return { file: shownName(path), text, openApi };
}

async function textOf(path: string): Promise<string> {
  const found = await stat(path);
  // What somebody names may be a pipe; what stands in a folder would be waited for without end.
  const reason = found.isFIFO() && path.startsWith('/dev/fd/') ? null : noDocument(found);
  if (reason !== null) throw new Error(reason);
  return documentText(await readFile(path));
}

/** As it is named to people. */
function shownName(path: string): string {
  const name = relative('.', path) || path;
  return name.startsWith('..') ? path : name;
}

/** Reads documents of a folder, and nothing that a link leads to outside of it. */
function within(folder: string): (path: string) => string | null {
  return (path) => {
    try {
      const [real, around] = [realpathSync(path), realpathSync(folder)];
      return real.startsWith(around + sep) ? readDocumentText(real) : null;
    } catch {
      return null;
    }
  };
}

interface SourcesOptions extends ContractFilesOptions {
  readonly readText: (path: string) => string | null;
  readonly nameOf: (path: string) => string;
}

/** Metadata is read when it is asked for: most contracts are no OpenAPI documents. */
function sourcesOf(
  path: string,
  { readText, nameOf, metadata, sharedMetadata }: SourcesOptions,
): ContractSources {
  const folder = posix.dirname(path.split(sep).join('/'));
  const stem = posix.basename(path.split(sep).join('/')).replace(CONTRACT_NAME, '');
  const beside = [`${stem}.metadata`, 'metadata'].flatMap((name) =>
    METADATA_ENDINGS.map((ending) => posix.join(folder, `${name}.${ending}`)),
  );
  const find = (): { path: string; text: string; isShared: boolean } | null => {
    if (metadata !== undefined) return { ...givenMetadata(metadata), isShared: false };
    for (const candidate of beside) {
      const text = readText(candidate);
      if (text !== null) return { path: nameOf(candidate), text, isShared: false };
    }
    return sharedMetadata === undefined ? null : { ...givenMetadata(sharedMetadata), isShared: true };
  };
  let found: ReturnType<typeof find> | undefined;
  const once = (): ReturnType<typeof find> => {
    found ??= find();
    return found;
  };
  return {
    get metadata() {
      return once();
    },
    get sharesMetadata() {
      return once()?.isShared === true;
    },
    load: (name) => readText(posix.join(folder, name)),
  };
}

function givenMetadata(path: string): { path: string; text: string } {
  try {
    return { path: shownName(path), text: readDocumentText(path) };
  } catch (cause) {
    throw unreadable(path, (cause as Error).message, cause);
  }
}

function unreadable(place: string, reason: string, cause?: unknown): ContractToolError {
  return new ContractToolError(`${place} cannot be read: ${reason}`, {
    code: 'CONTRACTS_UNREADABLE',
    context: { place },
    cause,
  });
}
