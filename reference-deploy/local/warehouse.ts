import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Random } from '@lean-ops/core';
import { EmbeddedError } from './error.js';

/** The version of the folder layout that this code writes. */
const WAREHOUSE_FORMAT_VERSION = 1;

/** Where things are in a warehouse folder; tables stand beside `.lean-ops`, one folder per namespace. */
export interface WarehousePaths {
  readonly root: string;
  readonly state: string;
  readonly queues: string;
  readonly archive: string;
}

/**
 * Opens a warehouse folder, or makes one of an absent or empty folder.
 *
 * @throws {EmbeddedError} `WAREHOUSE_VERSION` when a newer lean-ops made it; `WAREHOUSE_UNREADABLE` for a file, a
 * folder that holds something else, or a `warehouse.json` that cannot be understood. Nothing is changed in any case.
 */
export async function openWarehouse(folder: string, random: Random): Promise<WarehousePaths> {
  const root = resolve(folder);
  const own = join(root, '.lean-ops');
  const marker = join(own, 'warehouse.json');
  const existing = await readOrNull(marker);
  if (existing === null) {
    await refuseForeign(folder, marker);
    await mkdir(own, { recursive: true });
    await createOnce(
      marker,
      `${JSON.stringify({ formatVersion: WAREHOUSE_FORMAT_VERSION }, null, 2)}\n`,
      random,
    );
  }
  checkVersion(marker, existing ?? (await readFile(marker, 'utf8')));
  const paths = {
    root,
    state: join(own, 'state.sqlite'),
    queues: join(own, 'queues.sqlite'),
    archive: join(own, 'archive'),
  };
  await mkdir(paths.archive, { recursive: true });
  return paths;
}

/** A folder of somebody else's files is no place for tables; what is hidden, or a volume's own, does not count. */
async function refuseForeign(folder: string, marker: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const foreign = names.filter((name) => !name.startsWith('.') && name !== 'lost+found');
  // Another process may have made the warehouse since the marker was looked for.
  if (foreign.length === 0 || (await readOrNull(marker)) !== null) return;
  throw new EmbeddedError(
    `${folder} holds ${foreign.slice(0, 3).join(', ')} and is no warehouse: choose a folder that is absent or empty`,
    { code: 'WAREHOUSE_UNREADABLE', context: { path: folder } },
  );
}

function checkVersion(marker: string, text: string): void {
  let version: unknown;
  try {
    version = (JSON.parse(text) as { formatVersion?: unknown } | null)?.formatVersion;
  } catch (cause) {
    throw unreadable(marker, String(cause), cause);
  }
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw unreadable(marker, `formatVersion is ${JSON.stringify(version)}`);
  }
  if (version > WAREHOUSE_FORMAT_VERSION) {
    throw new EmbeddedError(
      `${marker} says format version ${version}; this lean-ops knows versions up to ${WAREHOUSE_FORMAT_VERSION}: use a newer lean-ops`,
      { code: 'WAREHOUSE_VERSION', context: { path: marker, version } },
    );
  }
}

function unreadable(marker: string, reason: string, cause?: unknown): EmbeddedError {
  return new EmbeddedError(
    `${marker} is not the description of a warehouse (${reason}): restore it, or choose another folder`,
    { code: 'WAREHOUSE_UNREADABLE', context: { path: marker }, cause },
  );
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ENOTDIR') throw unreadable(path, 'there is a file where its folder should be', error);
    throw error;
  }
}

/** Visible only when complete; where two processes come at once the first one's file stays. */
async function createOnce(path: string, text: string, random: Random): Promise<void> {
  const temporary = `${path}.${random.uuid()}.tmp`;
  await writeFile(temporary, text, { flush: true });
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
