import { fileURLToPath } from 'node:url';
import { IcebergError } from '../error.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import type { ByteRange, Storage } from '../storage/storage.js';
import { LruCache } from '../util/lru-cache.js';

/** Decoded files, shared by all tables of a catalog: every file but the version hint is immutable. */
export class TableCaches {
  /** Manifest entries, weighed by the bytes of the manifest. */
  readonly manifests: LruCache<readonly ManifestEntry[]> = new LruCache(16 * 1024 * 1024);
  /** Row positions by data file of one position delete file, weighed by eight bytes each. */
  readonly positionDeletes: LruCache<ReadonlyMap<string, Float64Array>> = new LruCache(64 * 1024 * 1024);
}

/**
 * Reads and writes the files of one table. Metadata names files below `location`, the place where the table was
 * created; `root` is where it is now. They differ after a table folder was moved.
 */
export class TableIo {
  readonly storage: Storage;
  readonly location: string;
  readonly root: string;
  readonly caches: TableCaches;

  constructor(options: { storage: Storage; location: string; root: string; caches: TableCaches }) {
    this.storage = options.storage;
    this.location = plainPath(options.location);
    this.root = plainPath(options.root);
    this.caches = options.caches;
  }

  /** Where a file that metadata names really is. Throws `LOCATION_OUTSIDE_TABLE`. */
  resolve(path: string): string {
    const plain = plainPath(path);
    for (const prefix of [this.location, this.root]) {
      if (!plain.startsWith(`${prefix}/`)) continue;
      const rest = plain.slice(prefix.length);
      if (!rest.split('/').includes('..')) return `${this.root}${rest}`;
    }
    throw new IcebergError(
      `The table at ${this.location} names the file ${path}, which is outside its folder; it is not read or written.`,
      { code: 'LOCATION_OUTSIDE_TABLE', context: { location: this.location, path } },
    );
  }

  /** The spelling under which metadata names a new file. */
  pathFor(relative: string): string {
    return `${this.location}/${relative}`;
  }

  read(path: string, options?: { range?: ByteRange; signal?: AbortSignal }): Promise<Uint8Array> {
    return this.storage.read(this.resolve(path), options);
  }

  write(path: string, bytes: Uint8Array): Promise<void> {
    return this.storage.write(this.resolve(path), bytes);
  }

  delete(paths: readonly string[]): Promise<void> {
    return this.storage.delete(paths.map((path) => this.resolve(path)));
  }
}

/** Local paths without their scheme, so that `file:/a`, `file:///a` and `/a` are the same place. */
function plainPath(path: string): string {
  const plain = path.startsWith('file:') ? fileURLToPath(path) : path;
  return plain.replace(/(?<=.)\/+$/, '');
}
