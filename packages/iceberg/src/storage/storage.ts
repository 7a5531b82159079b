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
 * Every implementation runs `storageContract` of `@lean-ops/iceberg/testing`.
 */
export interface Storage {
  /** Reads a file, or a part of it. Throws `FILE_NOT_FOUND`. */
  read(path: string, options?: { range?: ByteRange; signal?: AbortSignal | undefined }): Promise<Uint8Array>;
  /** Size and time of a file, or `null` where there is none. */
  stat(path: string): Promise<{ size: number; lastModified: number } | null>;
  /** Writes a whole file, replacing what was there; readers see it only once it is complete and synced. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Writes a whole file unless one is there; `false` means that somebody else was first. An error whose context has
   * `outcome: 'not-written'` guarantees that the file was not and will not be published; any other error says nothing.
   */
  writeIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>;
  /** All files below a prefix (a folder), in no given order. An absent prefix lists nothing. */
  list(prefix: string): AsyncIterable<StoredFile>;
  /** Deletes files; absent ones are fine. */
  delete(paths: readonly string[]): Promise<void>;
}
