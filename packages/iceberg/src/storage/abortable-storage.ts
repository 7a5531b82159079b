import { abortedBy } from '../error.js';
import { type AbortOptions, abortable, abortableItems } from '../util/abortable.js';
import type { ByteRange, Storage, StoredFile } from './storage.js';

/** A storage under a signal: itself where there is none. */
export function abortableStorage(storage: Storage, signal: AbortSignal | undefined): Storage {
  return signal === undefined ? storage : new AbortableStorage(storage, signal);
}

/**
 * A storage as one piece of work sees it, whose every call ends when the work's signal fires. The signal is passed on,
 * and a storage that does not heed it is no longer waited for.
 */
export class AbortableStorage implements Storage {
  readonly #inner: Storage;
  readonly #signal: AbortSignal;
  readonly #writing = new Map<string, Promise<unknown>>();

  constructor(inner: Storage, signal: AbortSignal) {
    this.#inner = inner;
    this.#signal = signal;
  }

  read(path: string, options: { range?: ByteRange } & AbortOptions = {}): Promise<Uint8Array> {
    const signal = this.#and(options.signal);
    return abortable(() => this.#inner.read(path, { ...options, signal }), signal);
  }

  stat(path: string, options?: AbortOptions): Promise<{ size: number; lastModified: number } | null> {
    const signal = this.#and(options?.signal);
    return abortable(() => this.#inner.stat(path, { signal }), signal);
  }

  write(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    const signal = this.#and(options?.signal);
    return abortable(() => this.#noting(path, this.#inner.write(path, bytes, { signal })), signal);
  }

  async writeIfAbsent(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean> {
    const signal = this.#and(options?.signal);
    if (signal.aborted) throw abortedBy(signal, { path, outcome: 'not-written' });
    return abortable(() => this.#noting(path, this.#inner.writeIfAbsent(path, bytes, { signal })), signal);
  }

  list(prefix: string, options?: AbortOptions): AsyncIterable<StoredFile> {
    const signal = this.#and(options?.signal);
    return abortableItems(this.#inner.list(prefix, { signal }), signal);
  }

  delete(paths: readonly string[], options?: AbortOptions): Promise<void> {
    const signal = this.#and(options?.signal);
    return abortable(() => this.#inner.delete(paths, { signal }), signal);
  }

  /** A write of a file that is still under way, perhaps with nobody waiting for it any more; it never fails. */
  writing(path: string): Promise<unknown> | undefined {
    return this.#writing.get(path);
  }

  #noting<T>(path: string, write: Promise<T>): Promise<T> {
    const ended = write
      .catch(() => undefined)
      .finally(() => {
        if (this.#writing.get(path) === ended) this.#writing.delete(path);
      });
    this.#writing.set(path, ended);
    return write;
  }

  #and(signal: AbortSignal | undefined): AbortSignal {
    if (signal === undefined || signal === this.#signal) return this.#signal;
    return AbortSignal.any([signal, this.#signal]);
  }
}
