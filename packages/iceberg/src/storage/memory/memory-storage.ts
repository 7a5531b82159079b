import { abortedBy, IcebergError, throwIfAborted } from '../../error.js';
import type { AbortOptions } from '../../util/abortable.js';
import type { ByteRange, Storage, StoredFile } from '../storage.js';

/** Files in memory: for tests and for tables that need not outlive the process. */
export class MemoryStorage implements Storage {
  readonly #now: () => number;
  readonly #files = new Map<string, { bytes: Uint8Array; lastModified: number }>();

  constructor(options: { now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
  }

  async read(
    path: string,
    options: { range?: ByteRange; signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array> {
    throwIfAborted(options.signal);
    const file = this.#files.get(path);
    if (file === undefined) {
      throw new IcebergError(`There is no file ${path}.`, { code: 'FILE_NOT_FOUND', context: { path } });
    }
    return file.bytes.slice(options.range?.start ?? 0, options.range?.end);
  }

  async stat(
    path: string,
    options: AbortOptions = {},
  ): Promise<{ size: number; lastModified: number } | null> {
    throwIfAborted(options.signal);
    const file = this.#files.get(path);
    return file === undefined ? null : { size: file.bytes.length, lastModified: file.lastModified };
  }

  async write(path: string, bytes: Uint8Array, options: AbortOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    this.#files.set(path, { bytes: bytes.slice(), lastModified: this.#now() });
  }

  async writeIfAbsent(path: string, bytes: Uint8Array, options: AbortOptions = {}): Promise<boolean> {
    if (options.signal?.aborted) throw abortedBy(options.signal, { path, outcome: 'not-written' });
    if (this.#files.has(path)) return false;
    await this.write(path, bytes);
    return true;
  }

  async *list(prefix: string, options: AbortOptions = {}): AsyncIterable<StoredFile> {
    throwIfAborted(options.signal);
    const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
    for (const [path, file] of [...this.#files]) {
      if (path.startsWith(folder)) yield { path, size: file.bytes.length, lastModified: file.lastModified };
    }
  }

  async delete(paths: readonly string[], options: AbortOptions = {}): Promise<void> {
    throwIfAborted(options.signal);
    for (const path of paths) this.#files.delete(path);
  }
}
