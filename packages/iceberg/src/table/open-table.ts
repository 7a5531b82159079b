import { resolve } from 'node:path';
import type { Catalog, LoadedMetadata, TableIdentifier } from '../catalog/catalog.js';
import { type CatalogRuntimeOptions, resolveRuntime } from '../catalog/catalog-runtime.js';
import { IcebergError } from '../error.js';
import { findMetadataFile } from '../metadata/find-metadata-file.js';
import { readMetadataFile } from '../metadata/read-metadata-file.js';
import { abortableStorage } from '../storage/abortable-storage.js';
import { FolderStorage } from '../storage/folder/folder-storage.js';
import type { Storage } from '../storage/storage.js';
import type { AbortOptions } from '../util/abortable.js';
import { readOnlyTable } from './read-only-table.js';
import { Table } from './table.js';
import { type LocationPrefix, TableCaches, TableIo } from './table-io.js';

/** What to open: exactly one of `metadataLocation` and `folder`. */
export interface OpenTableOptions extends CatalogRuntimeOptions, AbortOptions {
  /** A metadata file, gzipped or not. */
  metadataLocation?: string;
  /** A table folder, which holds `metadata/`; its newest metadata file is taken. */
  folder?: string;
  /** Default: the local disk. */
  storage?: Storage;
  /**
   * Where files of a moved table are now; the first that fits counts. Not needed where the whole folder was moved:
   * files below the location that the metadata names are looked for around the metadata file.
   */
  locationPrefixes?: readonly LocationPrefix[];
  /** Folders outside the table's own from which its files may be read. */
  allowedLocations?: readonly string[];
  /** How the table is to be called. Default: the name of its folder. */
  identifier?: TableIdentifier;
}

/**
 * Opens a table without its catalog, to be read: written by any engine, moved or not. `refresh` looks for newer
 * metadata where a folder was given; changes are refused (`UNSUPPORTED_FEATURE`).
 *
 * Throws `TABLE_NOT_FOUND`, `FILE_NOT_FOUND`, `INVALID_METADATA`, `UNSUPPORTED_FORMAT_VERSION`, `INVALID_ARGUMENT`,
 * `ABORTED`.
 *
 * @example
 * const table = await openTable({
 *   folder: '/mnt/copy/orders',
 *   locationPrefixes: [{ old: 's3://old-bucket/data', new: '/mnt/copy/data' }],
 * });
 */
export async function openTable(options: OpenTableOptions): Promise<Table> {
  return new Opener(options).open(options.signal);
}

class Opener {
  readonly #options: OpenTableOptions;
  readonly #storage: Storage;
  readonly #caches = new TableCaches();

  constructor(options: OpenTableOptions) {
    if ((options.metadataLocation === undefined) === (options.folder === undefined)) {
      throw new IcebergError('To open a table, give either its metadata file or its folder.', {
        code: 'INVALID_ARGUMENT',
        context: { metadataLocation: options.metadataLocation, folder: options.folder },
      });
    }
    this.#options = options;
    this.#storage = options.storage ?? new FolderStorage();
  }

  async open(signal: AbortSignal | undefined): Promise<Table> {
    const storage = abortableStorage(this.#storage, signal);
    const { metadataLocation, folder } = this.#options;
    const file =
      folder === undefined
        ? absolutePath(metadataLocation!)
        : await findMetadataFile(storage, absolutePath(folder));
    const loaded = { metadata: await readMetadataFile(storage, file), metadataLocation: file };
    const root = folder === undefined ? folderOf(file, loaded.metadata.location) : absolutePath(folder);
    const identifier = this.#options.identifier ?? { namespace: '', name: root.split('/').at(-1) ?? '' };
    const { locationPrefixes = [], allowedLocations = [] } = this.#options;
    const io = new TableIo({
      storage: this.#storage,
      location: loaded.metadata.location,
      root,
      caches: this.#caches,
      locationPrefixes: locationPrefixes.map((prefix) => ({
        old: prefix.old,
        new: absolutePath(prefix.new),
      })),
      allowedLocations: allowedLocations.map(absolutePath),
    });
    return new Table({
      identifier,
      ...loaded,
      catalog: this.#catalog(identifier, loaded),
      io,
      runtime: resolveRuntime(this.#options),
      readOnly: true,
    });
  }

  /** Knows one table and changes nothing. */
  #catalog(identifier: TableIdentifier, { metadataLocation }: LoadedMetadata): Catalog {
    const refuse = (): Promise<never> => Promise.reject(readOnlyTable(metadataLocation));
    return {
      loadTable: (_, options) => this.open(options?.signal),
      tableExists: async () => true,
      listTables: async () => [identifier],
      createTable: refuse,
      dropTable: refuse,
      commitTable: refuse,
    };
  }
}

/** A metadata file lies in the table's folder `metadata`, or anywhere: then the table is where its metadata says. */
function folderOf(file: string, location: string): string {
  return /^(.+)\/metadata\/[^/]+$/.exec(file)?.[1] ?? location;
}

function absolutePath(path: string): string {
  return (/^[a-z][a-z0-9+.-]+:/i.test(path) ? path : resolve(path)).replace(/(?<=.)\/+$/, '');
}
