import { IcebergError } from '../../error.js';
import type { Storage } from '../../storage/storage.js';

/**
 * The Hadoop table layout: `metadata/v<N>.metadata.json`, one file per version, never overwritten. The newest version
 * is the highest N; `version-hint.text` only says where to begin looking.
 */

const VERSION_FILE = /\/v(\d+)\.metadata\.json$/;

export function versionFile(root: string, version: number): string {
  return `${root}/metadata/v${version}.metadata.json`;
}

export function hintFile(root: string): string {
  return `${root}/metadata/version-hint.text`;
}

/** The newest version of the table at `root`, or 0 where there is none. */
export async function findNewestVersion(storage: Storage, root: string): Promise<number> {
  const hinted = await readHint(storage, root);
  const start =
    hinted !== null && (await exists(storage, root, hinted)) ? hinted : await listHighest(storage, root);
  if (start === 0) return 0;
  let newest = start;
  while (await exists(storage, root, newest + 1)) newest++;
  return newest;
}

async function exists(storage: Storage, root: string, version: number): Promise<boolean> {
  return (await storage.stat(versionFile(root, version))) !== null;
}

/** The hint, or `null` where it is absent or no positive integer: it is advice, never trusted. */
async function readHint(storage: Storage, root: string): Promise<number | null> {
  try {
    const text = new TextDecoder().decode(await storage.read(hintFile(root))).trim();
    return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'FILE_NOT_FOUND') return null;
    throw error;
  }
}

async function listHighest(storage: Storage, root: string): Promise<number> {
  let highest = 0;
  for (const version of await listVersions(storage, root)) highest = Math.max(highest, version);
  return highest;
}

export async function listVersions(storage: Storage, root: string): Promise<number[]> {
  const versions: number[] = [];
  for await (const { path } of storage.list(`${root}/metadata`)) {
    const match = VERSION_FILE.exec(path);
    if (match) versions.push(Number(match[1]));
  }
  return versions;
}
