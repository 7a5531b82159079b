import { IcebergError } from '../../error.js';
import type { Storage } from '../../storage/storage.js';
import { isDirectlyIn } from '../../util/is-directly-in.js';

/**
 * The Hadoop table layout: `metadata/v<N>.metadata.json`, one file per version, never overwritten. The newest version
 * is the highest N; `version-hint.text` only says where to begin looking. Where a table's properties ask for it, other
 * writers publish `v<N>.gz.metadata.json`: overlooking one would fork the table.
 */

const VERSION_FILE = /\/v(\d+)(?:\.gz)?\.metadata\.json$/;

/** A version of a table and the file that holds it. */
export interface FoundVersion {
  readonly version: number;
  readonly path: string;
}

export function versionFile(root: string, version: number): string {
  return `${root}/metadata/v${version}.metadata.json`;
}

export function hintFile(root: string): string {
  return `${root}/metadata/version-hint.text`;
}

/** The newest version of the table at `root`, or `null` where there is none. */
export async function findNewestVersion(storage: Storage, root: string): Promise<FoundVersion | null> {
  const hinted = await readHint(storage, root);
  let newest = hinted === null ? null : await findVersion(storage, root, hinted);
  newest ??= await listHighest(storage, root);
  while (newest !== null) {
    const next = await findVersion(storage, root, newest.version + 1);
    if (next === null) break;
    newest = next;
  }
  return newest;
}

/** A version, however it is compressed; `null` where there is none of that number. */
export async function findVersion(
  storage: Storage,
  root: string,
  version: number,
): Promise<FoundVersion | null> {
  for (const path of [versionFile(root, version), `${root}/metadata/v${version}.gz.metadata.json`])
    if ((await storage.stat(path)) !== null) return { version, path };
  return null;
}

/** The hint, or `null` where it is absent or no positive integer: it is advice, never trusted. */
export async function readHint(storage: Storage, root: string): Promise<number | null> {
  try {
    const text = new TextDecoder().decode(await storage.read(hintFile(root))).trim();
    return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'FILE_NOT_FOUND') return null;
    throw error;
  }
}

/** The newest version by a listing, which the hint cannot mislead. */
export async function listHighest(storage: Storage, root: string): Promise<FoundVersion | null> {
  let highest: FoundVersion | null = null;
  for (const found of await listVersions(storage, root))
    if (found.version > (highest?.version ?? 0)) highest = found;
  return highest;
}

export async function listVersions(storage: Storage, root: string): Promise<FoundVersion[]> {
  const versions: FoundVersion[] = [];
  const folder = `${root}/metadata`;
  for await (const { path } of storage.list(folder)) {
    const match = VERSION_FILE.exec(path);
    // Further below are the versions of tables in a namespace `<table>.metadata`.
    if (match && isDirectlyIn(folder, path)) versions.push({ version: Number(match[1]), path });
  }
  return versions;
}
