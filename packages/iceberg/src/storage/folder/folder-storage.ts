import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { abortedBy, IcebergError, throwIfAborted } from '../../error.js';
import type { AbortOptions } from '../../util/abortable.js';
import type { ByteRange, Storage, StoredFile } from '../storage.js';

/**
 * Files on a local disk. Paths are absolute, plain or as `file:` URIs.
 *
 * A file becomes visible only when it is complete: it is written beside its place, synced, and then renamed
 * (`write`) or hard-linked (`writeIfAbsent`, which is how several processes agree on who was first).
 */
export class FolderStorage implements Storage {
  async read(
    path: string,
    options: { range?: ByteRange; signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array> {
    throwIfAborted(options.signal);
    const local = toLocalPath(path);
    let handle: Awaited<ReturnType<typeof open>>;
    try {
      handle = await open(local, 'r');
    } catch (cause) {
      throw isMissing(cause) ? fileNotFound(path, cause) : storageFailed('opened', path, cause);
    }
    try {
      const start = options.range?.start ?? 0;
      const end = options.range?.end ?? (await handle.stat()).size;
      return await readFully(handle, start, end, options.signal);
    } catch (cause) {
      throw storageFailed('read', path, cause);
    } finally {
      await handle.close();
    }
  }

  async stat(
    path: string,
    options: AbortOptions = {},
  ): Promise<{ size: number; lastModified: number } | null> {
    throwIfAborted(options.signal);
    try {
      const found = await stat(toLocalPath(path));
      return { size: found.size, lastModified: found.mtimeMs };
    } catch (cause) {
      if (isMissing(cause)) return null;
      throw storageFailed('looked up', path, cause);
    }
  }

  async write(path: string, bytes: Uint8Array, options: AbortOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    const local = toLocalPath(path);
    const temporary = await writeTemporary(local, bytes, path);
    try {
      if (options.signal?.aborted) throw abortedBy(options.signal, { path, outcome: 'not-written' });
      await rename(temporary, local);
      await syncFolder(dirname(local));
    } catch (cause) {
      await unlink(temporary).catch(() => undefined);
      throw storageFailed('written', path, cause);
    }
  }

  async writeIfAbsent(path: string, bytes: Uint8Array, options: AbortOptions = {}): Promise<boolean> {
    const { signal } = options;
    const local = toLocalPath(path);
    if (signal?.aborted) throw abortedBy(signal, { path, outcome: 'not-written' });
    const temporary = await writeTemporary(local, bytes, path);
    try {
      if (signal?.aborted) throw abortedBy(signal, { path, outcome: 'not-written' });
      await link(temporary, local);
      await syncFolder(dirname(local));
      return true;
    } catch (cause) {
      if (hasCode(cause, 'EEXIST')) return false;
      if (hasCode(cause, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) {
        throw storageFailed(
          'published (the file system must support hard links)',
          path,
          cause,
          'not-written',
        );
      }
      throw storageFailed('published', path, cause);
    } finally {
      await unlink(temporary).catch(() => undefined);
    }
  }

  /**
   * Regular files, and links to such. A link to a folder is not followed: what lies there may be listed under another
   * name as well, and clean-up would take it for another file, or the link for one that nobody needs.
   */
  async *list(prefix: string, options: AbortOptions = {}): AsyncIterable<StoredFile> {
    throwIfAborted(options.signal);
    const root = toLocalPath(prefix);
    let entries: Awaited<ReturnType<typeof readFolder>>;
    try {
      entries = await readFolder(root);
    } catch (cause) {
      if (isMissing(cause) || hasCode(cause, 'ENOTDIR')) return;
      throw storageFailed('listed', prefix, cause);
    }
    for (const entry of entries) {
      const path = join(root, entry.name);
      if (entry.isDirectory()) {
        yield* this.list(path, options);
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        const found = await statFile(path);
        if (found !== null) yield { path, ...found };
      }
    }
  }

  async delete(paths: readonly string[], options: AbortOptions = {}): Promise<void> {
    for (const path of paths) {
      throwIfAborted(options.signal);
      try {
        await unlink(toLocalPath(path));
      } catch (cause) {
        if (!isMissing(cause)) throw storageFailed('deleted', path, cause);
      }
    }
  }
}

function toLocalPath(path: string): string {
  const local = path.startsWith('file:') ? fileURLToPath(path) : path;
  if (isAbsolute(local)) return local;
  throw new IcebergError(
    `The path "${path}" is not an absolute local path; a folder storage holds no other files. For s3:// paths, give an S3Storage of @lean-ops/iceberg/s3 as storage.`,
    {
      code: 'INVALID_ARGUMENT',
      context: { path },
    },
  );
}

/** A regular file as it is; `null` for anything else, and where another process has deleted it since it was listed. */
async function statFile(path: string): Promise<{ size: number; lastModified: number } | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? { size: found.size, lastModified: found.mtimeMs } : null;
  } catch (cause) {
    // A link that leads nowhere, or in circles.
    if (isMissing(cause) || hasCode(cause, 'ENOTDIR', 'ELOOP')) return null;
    throw storageFailed('looked up', path, cause);
  }
}

function readFolder(path: string) {
  return readdir(path, { withFileTypes: true });
}

async function readFully(
  handle: Awaited<ReturnType<typeof open>>,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let filled = 0;
  while (filled < bytes.length) {
    throwIfAborted(signal);
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) return bytes.slice(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

async function writeTemporary(local: string, bytes: Uint8Array, path: string): Promise<string> {
  const temporary = `${local}.${randomUUID()}.tmp`;
  try {
    await makeFolder(dirname(local));
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return temporary;
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    throw storageFailed('written', path, cause, 'not-written');
  }
}

/** Makes a folder and those above it; each new one is named in a folder that is synced, or a power cut may lose it. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Makes a rename or link survive a power cut; file systems that cannot sync a folder do without. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (!hasCode(cause, 'EINVAL', 'EISDIR', 'EPERM', 'ENOTSUP')) throw cause;
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

function fileNotFound(path: string, cause?: unknown): IcebergError {
  return new IcebergError(`There is no file ${path}.`, { code: 'FILE_NOT_FOUND', context: { path }, cause });
}

function storageFailed(action: string, path: string, cause: unknown, outcome?: 'not-written'): IcebergError {
  if (cause instanceof IcebergError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IcebergError(`The file ${path} could not be ${action}: ${reason}.`, {
    code: 'STORAGE_FAILED',
    context: { path, ...(outcome === undefined ? {} : { outcome }) },
    cause,
  });
}
