import { IcebergError } from '../error.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import { MetadataCache } from '../metadata/metadata-cache.js';
import { AbortableStorage } from '../storage/abortable-storage.js';
import type { ByteRange, Storage } from '../storage/storage.js';
import { LruCache } from '../util/lru-cache.js';

/** Decoded files, shared by all tables of a catalog: every file but the version hint is immutable. */
export class TableCaches {
  /** Manifest entries, weighed by the memory they take. */
  readonly manifests: LruCache<readonly ManifestEntry[]> = new LruCache(128 * 1024 * 1024);
  readonly metadata: MetadataCache = new MetadataCache();
  /** Manifests as they are stored, of which filters have decoded only parts. */
  readonly manifestBytes: LruCache<Uint8Array> = new LruCache(32 * 1024 * 1024);
  /** Row positions by data file of one position delete file, weighed by eight bytes each. */
  readonly positionDeletes: LruCache<ReadonlyMap<string, Float64Array>> = new LruCache(64 * 1024 * 1024);
  /** Keys of one equality delete file, weighed by their length. */
  readonly equalityDeletes: LruCache<ReadonlySet<string>> = new LruCache(64 * 1024 * 1024);
}

/** Files whose metadata names begin with `old` are found below `new`. */
export interface LocationPrefix {
  readonly old: string;
  readonly new: string;
}

export interface TableIoOptions {
  storage: Storage;
  location: string;
  root: string;
  caches: TableCaches;
  /** For tables whose files were moved apart from each other. */
  locationPrefixes?: readonly LocationPrefix[];
  /** Folders outside the table's own that its files may be in. */
  allowedLocations?: readonly string[];
}

/**
 * Reads and writes the files of one table. Metadata names files below `location`, the place where the table was
 * created; `root` is where it is now. They differ after a table folder was moved.
 */
export class TableIo {
  readonly storage: Storage;
  /** The same files, whatever signal the work heeds: for what has to be done after it has fired. */
  readonly heedless: TableIo;
  readonly #options: TableIoOptions;
  readonly location: string;
  readonly root: string;
  readonly caches: TableCaches;
  readonly #signal: AbortSignal | undefined;
  readonly #prefixes: readonly LocationPrefix[];

  constructor(options: TableIoOptions, signal?: AbortSignal, heedless?: TableIo) {
    this.#options = options;
    this.#signal = signal;
    this.heedless = heedless ?? this;
    this.storage = signal === undefined ? options.storage : new AbortableStorage(options.storage, signal);
    this.location = plainPath(options.location);
    this.root = plainPath(options.root);
    this.caches = options.caches;
    this.#prefixes = [
      ...(options.locationPrefixes ?? []).map((prefix) => ({
        old: plainPath(prefix.old),
        new: plainPath(prefix.new),
      })),
      { old: this.location, new: this.root },
      { old: this.root, new: this.root },
      ...(options.allowedLocations ?? []).map(plainPath).map((folder) => ({ old: folder, new: folder })),
    ];
  }

  /** Where a file that metadata names really is. Throws `LOCATION_OUTSIDE_TABLE`. */
  resolve(path: string): string {
    const plain = plainPath(path);
    for (const prefix of this.#prefixes) {
      const rest = below(plain, prefix.old);
      if (rest !== null && !rest.split(/[/\\]/).includes('..')) return `${prefix.new}${rest}`;
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

  /** The same files for work under a signal: each call fails with `ABORTED` when it fires, heed it the storage or not. */
  heeding(signal: AbortSignal | undefined): TableIo {
    if (signal === undefined || signal === this.#signal) return this;
    return new TableIo({ ...this.#options, storage: this.storage }, signal, this.heedless);
  }

  /** A write that nobody waits for any more and that is still under way. */
  writing(path: string): Promise<unknown> | undefined {
    return this.storage instanceof AbortableStorage ? this.storage.writing(this.resolve(path)) : undefined;
  }

  // Asynchronous all of them, so that a path outside the table is a rejection like any other.

  async read(
    path: string,
    options?: { range?: ByteRange; signal?: AbortSignal | undefined },
  ): Promise<Uint8Array> {
    return this.storage.read(this.resolve(path), options);
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    return this.storage.write(this.resolve(path), bytes);
  }

  async delete(paths: readonly string[]): Promise<void> {
    return this.storage.delete(paths.map((path) => this.resolve(path)));
  }
}

/** The part of a path below a folder, with its slash, or `null`. Hadoop's `s3a:` and `s3n:` are `s3:`. */
function below(path: string, folder: string): string | null {
  const [from, to] = [path, folder].map((text) => text.replace(/^s3[an]:/, 's3:')) as [string, string];
  return from.startsWith(`${to}/`) ? from.slice(to.length) : null;
}

/** Local paths without their scheme, so that `file:/a`, `file:///a` and `/a` are the same place. */
function plainPath(path: string): string {
  return localPath(path).replace(/(?<=.)\/+$/, '');
}

/** Engines write paths behind `file:` as they are: a `%20` in one is three characters, not a blank. */
function localPath(path: string): string {
  if (!path.startsWith('file:')) return path;
  const local = /^file:(?:\/\/(?:localhost)?)?(\/(?!\/).*)$/.exec(path)?.[1];
  if (local !== undefined) return local;
  throw new IcebergError(`The location ${path} is no path of this machine.`, {
    code: 'LOCATION_OUTSIDE_TABLE',
    context: { path },
  });
}
