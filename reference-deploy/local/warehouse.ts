import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
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
 * @throws {EmbeddedError} `WAREHOUSE_VERSION` when a newer lean-ops made it; `WAREHOUSE_UNREADABLE` when its
 * `warehouse.json` cannot be understood. Nothing is changed in either case.
 */
export async function openWarehouse(folder: string, random: Random): Promise<WarehousePaths> {
  const root = resolve(folder);
  const own = join(root, '.lean-ops');
  const marker = join(own, 'warehouse.json');
  const existing = await readOrNull(marker);
  if (existing === null) {
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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
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
