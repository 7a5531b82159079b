import type { AbortOptions } from '../util/abortable.js';

/** Byte range of a file, `end` exclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A file as `list` and `stat` describe it. */
export interface StoredFile {
  path: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  lastModified: number;
}

/**
 * Where a table's files live. Paths are absolute local paths or URIs.
 *
 * Every call takes a `signal`. A storage that passes it on frees what it holds at once; the library gives up waiting
 * when the signal fires even where the storage does not look at it. Whether a write that was aborted is made is open,
 * unless its error has `outcome: 'not-written'`.
 *
 * Every implementation runs `storageContract` of `@lean-ops/iceberg/testing`.
 */
export interface Storage {
  /** Reads a file, or a part of it. Throws `FILE_NOT_FOUND`. */
  read(path: string, options?: { range?: ByteRange } & AbortOptions): Promise<Uint8Array>;
  /** Size and time of a file, or `null` where there is none. */
  stat(path: string, options?: AbortOptions): Promise<{ size: number; lastModified: number } | null>;
  /** Writes a whole file, replacing what was there; readers see it only once it is complete and synced. */
  write(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<void>;
  /**
   * Writes a whole file unless one is there; `false` means that somebody else was first. An error whose context has
   * `outcome: 'not-written'` guarantees that the file was not and will not be published; any other error says nothing.
   */
  writeIfAbsent(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean>;
  /** All files below a prefix (a folder), in no given order. An absent prefix lists nothing. */
  list(prefix: string, options?: AbortOptions): AsyncIterable<StoredFile>;
  /** Deletes files; absent ones are fine. */
  delete(paths: readonly string[], options?: AbortOptions): Promise<void>;
}
