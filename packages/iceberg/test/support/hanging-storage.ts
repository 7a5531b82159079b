import {
  type AbortOptions,
  type ByteRange,
  MemoryStorage,
  type Storage,
  type StoredFile,
} from '../../src/index.js';

/** One call of a storage. */
export interface StorageCall {
  readonly operation: 'read' | 'stat' | 'write' | 'writeIfAbsent' | 'list' | 'delete';
  readonly path: string;
}

/**
 * A memory storage that counts its calls and does not answer one of them: it waits for ever, whatever the signal, or
 * fails with the bare reason of the signal.
 */
export class HangingStorage implements Storage {
  readonly inner = new MemoryStorage();
  readonly calls: StorageCall[] = [];
  /** The call that is not answered, counted from 0. */
  hangAt = Number.POSITIVE_INFINITY;
  failsWithReason = false;
  /** Resolves when that call has come. */
  readonly hung: Promise<void>;
  #hang: () => void = () => undefined;

  constructor() {
    this.hung = new Promise((resolve) => {
      this.#hang = resolve;
    });
  }

  async read(path: string, options: { range?: ByteRange } & AbortOptions = {}): Promise<Uint8Array> {
    await this.#call('read', path, options);
    return this.inner.read(path, { ...(options.range === undefined ? {} : { range: options.range }) });
  }

  async stat(path: string, options?: AbortOptions): Promise<{ size: number; lastModified: number } | null> {
    await this.#call('stat', path, options);
    return this.inner.stat(path);
  }

  async write(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    await this.#call('write', path, options);
    return this.inner.write(path, bytes);
  }

  async writeIfAbsent(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean> {
    await this.#call('writeIfAbsent', path, options);
    return this.inner.writeIfAbsent(path, bytes);
  }

  async *list(prefix: string, options?: AbortOptions): AsyncGenerator<StoredFile> {
    await this.#call('list', prefix, options);
    yield* this.inner.list(prefix);
  }

  async delete(paths: readonly string[], options?: AbortOptions): Promise<void> {
    await this.#call('delete', paths.join(), options);
    return this.inner.delete(paths);
  }

  /** Files that are there, by their paths. */
  async paths(): Promise<string[]> {
    const found: string[] = [];
    for await (const { path } of this.inner.list('memory://')) found.push(path);
    return found.sort();
  }

  #call(operation: StorageCall['operation'], path: string, options: AbortOptions = {}): Promise<void> {
    const index = this.calls.push({ operation, path }) - 1;
    if (index !== this.hangAt) return Promise.resolve();
    this.#hang();
    return new Promise((_, reject) => {
      if (!this.failsWithReason) return;
      const { signal } = options;
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
}
