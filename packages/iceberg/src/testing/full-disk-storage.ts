import { IcebergError } from '../error.js';
import type { ByteRange, Storage, StoredFile } from '../storage/storage.js';
import type { AbortOptions } from '../util/abortable.js';

/**
 * A storage on a disk of limited size: once `capacity` bytes have been written, every further write fails, as with
 * `ENOSPC`, and leaves nothing. For tests of what a full disk does.
 */
export class FullDiskStorage implements Storage {
  readonly #inner: Storage;
  #free: number;
  /** Bytes of each write that was asked for, in order: the boundaries at which to fail. */
  readonly writes: number[] = [];

  constructor(inner: Storage, capacity: number) {
    this.#inner = inner;
    this.#free = capacity;
  }

  read(path: string, options?: { range?: ByteRange; signal?: AbortSignal | undefined }): Promise<Uint8Array> {
    return this.#inner.read(path, options);
  }

  stat(path: string, options?: AbortOptions): Promise<{ size: number; lastModified: number } | null> {
    return this.#inner.stat(path, options);
  }

  async write(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    this.#take(path, bytes);
    await this.#inner.write(path, bytes, options);
  }

  async writeIfAbsent(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean> {
    this.#take(path, bytes);
    return this.#inner.writeIfAbsent(path, bytes, options);
  }

  list(prefix: string, options?: AbortOptions): AsyncIterable<StoredFile> {
    return this.#inner.list(prefix, options);
  }

  delete(paths: readonly string[], options?: AbortOptions): Promise<void> {
    return this.#inner.delete(paths, options);
  }

  #take(path: string, bytes: Uint8Array): void {
    this.writes.push(bytes.length);
    if (bytes.length > this.#free) {
      // Once full it stays full: space given back by deletions is not counted.
      this.#free = 0;
      throw new IcebergError(`The file ${path} could not be written: no space left on device.`, {
        code: 'STORAGE_FAILED',
        context: { path, outcome: 'not-written' },
      });
    }
    this.#free -= bytes.length;
  }
}
