import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Random, systemRandom } from '@lean-ops/core';
import type { Archive, ArchivedMessage, ArchiveFilter } from '../archive.js';
import { decodeArchivedMessage, encodeArchivedMessage } from '../archive-codec.js';
import { archiveKey, checkKey, keyMatches } from '../archive-key.js';
import { archiveNotFound } from '../memory-archive.js';

export interface FolderArchiveOptions {
  /** Created when absent. */
  readonly folder: string;
  /** Names temporary files. Default: the runtime's. */
  readonly random?: Random;
}

/** Holds files that are not finished; a crash may leave some, which count for nothing. */
const UNFINISHED = '.unfinished';

/**
 * Messages as gzipped JSON files under `{kind}/topic={topic}/day={day}/`.
 *
 * A file appears whole or not at all, and is on disk when `put` resolves; several processes may share a folder.
 *
 * @example
 * const archive = new FolderArchive({ folder: 'warehouse/archive' });
 * for await (const key of archive.list({ kind: 'quarantine' })) console.log(await archive.get(key));
 */
export class FolderArchive implements Archive {
  readonly #folder: string;
  readonly #random: Random;

  constructor(options: FolderArchiveOptions) {
    this.#folder = options.folder;
    this.#random = options.random ?? systemRandom;
  }

  async put(message: ArchivedMessage): Promise<string> {
    const key = archiveKey(message);
    const target = join(this.#folder, key);
    await createFolder(dirname(target));
    await createFolder(join(this.#folder, UNFINISHED));
    const unfinished = join(this.#folder, UNFINISHED, this.#random.uuid());
    try {
      await writeSynced(unfinished, encodeArchivedMessage(message));
      // A link, not a rename: it fails where the message is already archived, and the first one stays.
      await link(unfinished, target);
      await syncFolder(dirname(target));
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      await syncFolder(dirname(target));
    } finally {
      await unlink(unfinished).catch(ignoreAbsent);
    }
    return key;
  }

  async get(key: string): Promise<ArchivedMessage> {
    checkKey(key);
    let bytes: Uint8Array;
    try {
      bytes = await readFile(join(this.#folder, key));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) throw archiveNotFound(key, error);
      throw error;
    }
    return decodeArchivedMessage(bytes, key);
  }

  async *list(filter: ArchiveFilter = {}): AsyncIterable<string> {
    for (const kind of await this.#children('', filter.kind)) {
      for (const topic of await this.#children(kind, filter.topic && `topic=${filter.topic}`)) {
        for (const day of await this.#children(`${kind}/${topic}`, filter.day && `day=${filter.day}`)) {
          const partition = `${kind}/${topic}/${day}`;
          for (const file of await this.#children(partition)) {
            const key = `${partition}/${file}`;
            if (keyMatches(key, filter)) yield key;
          }
        }
      }
    }
  }

  /** Names in a folder of the archive, in order; only the given one where one is. */
  async #children(path: string, only?: string): Promise<string[]> {
    try {
      const names = await readdir(join(this.#folder, path));
      return names.filter((name) => only === undefined || name === only).sort();
    } catch (error) {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return [];
      throw error;
    }
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Creates a folder and its parents, and makes the new names durable. */
async function createFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder))
    await syncFolder(dirname(folder));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown } | null)?.code === code;
}

function ignoreAbsent(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error;
}
