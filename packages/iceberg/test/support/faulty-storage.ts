import { type ByteRange, MemoryStorage, type Storage, type StoredFile } from '../../src/index.js';

/** What happens to one exclusive create: it is done as usual, or one of the ways in which an answer goes wrong. */
export type Fault = 'none' | 'fails before' | 'fails after' | 'denies after';

/** A memory storage whose exclusive creates of metadata versions go wrong as told, and which counts what is written. */
export class FaultyStorage implements Storage {
  readonly inner: MemoryStorage;
  readonly written: string[] = [];
  readonly deleted: string[] = [];
  /** Faults of the next exclusive creates, in order; then none. */
  faults: Fault[] = [];
  /** Runs once before the next exclusive create: a competitor. */
  before: (() => Promise<unknown>) | null = null;

  constructor(options: { now?: () => number } = {}) {
    this.inner = new MemoryStorage(options);
  }

  read(path: string, options?: { range?: ByteRange; signal?: AbortSignal | undefined }): Promise<Uint8Array> {
    return this.inner.read(path, options);
  }

  stat(path: string): Promise<{ size: number; lastModified: number } | null> {
    return this.inner.stat(path);
  }

  write(path: string, bytes: Uint8Array): Promise<void> {
    this.written.push(path);
    return this.inner.write(path, bytes);
  }

  async writeIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
    const competitor = this.before;
    this.before = null;
    await competitor?.();
    const fault = this.faults.shift() ?? 'none';
    if (fault === 'fails before') throw new Error('connection reset');
    const created = await this.inner.writeIfAbsent(path, bytes);
    if (fault === 'fails after') throw new Error('connection reset');
    return fault === 'denies after' ? false : created;
  }

  list(prefix: string): AsyncIterable<StoredFile> {
    return this.inner.list(prefix);
  }

  delete(paths: readonly string[]): Promise<void> {
    this.deleted.push(...paths);
    return this.inner.delete(paths);
  }
}
