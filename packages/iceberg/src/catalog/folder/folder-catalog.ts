import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IcebergError } from '../../error.js';
import { applyUpdates } from '../../metadata/apply-updates.js';
import { checkRequirements } from '../../metadata/check-requirements.js';
import { createMetadata } from '../../metadata/create-metadata.js';
import { abortableStorage } from '../../storage/abortable-storage.js';
import { FolderStorage } from '../../storage/folder/folder-storage.js';
import type { Storage } from '../../storage/storage.js';
import { Table } from '../../table/table.js';
import { TableCaches, TableIo } from '../../table/table-io.js';
import type { AbortOptions } from '../../util/abortable.js';
import { compareBytes } from '../../util/bytes.js';
import { describeValue } from '../../util/describe-value.js';
import type {
  Catalog,
  CreateTableOptions,
  LoadedMetadata,
  TableCommit,
  TableIdentifier,
} from '../catalog.js';
import { type CatalogRuntime, type CatalogRuntimeOptions, resolveRuntime } from '../catalog-runtime.js';
import { checkBase } from '../commit-error.js';
import { namingTable } from '../naming-table.js';
import { ownFiles } from '../own-files.js';
import {
  identifierText,
  namespaceNotFound,
  tableAlreadyExists,
  tableFolder,
  tableNotFound,
} from '../table-name.js';
import { type CreatedVersion, stateOfVersion } from './settle-version.js';
import { findNewestVersion, hintFile, listVersions, versionFile } from './version-files.js';

/** Options of a {@link FolderCatalog}. */
export interface FolderCatalogOptions extends CatalogRuntimeOptions {
  /** Folder that holds the tables as `<namespace>/<table>`; a relative path is taken from the working directory. */
  warehouse: string;
  /** Default: the local disk. It must offer `writeIfAbsent` atomically, or commits can be lost. */
  storage?: Storage;
}

/**
 * Tables in a folder, in the Hadoop layout that other engines open too. Any number of processes may commit: version N
 * is published by creating `v<N>.metadata.json` exclusively.
 *
 * @example
 * const catalog = new FolderCatalog({ warehouse: '/data/warehouse' });
 * const table = await catalog.loadTable({ namespace: 'raw', name: 'orders' });
 */
export class FolderCatalog implements Catalog {
  readonly warehouse: string;
  readonly #storage: Storage;
  readonly #runtime: CatalogRuntime;
  readonly #caches = new TableCaches();

  constructor(options: FolderCatalogOptions) {
    const { warehouse } = options;
    checkWarehouse(warehouse, options.storage);
    const place = warehouse.startsWith('file:') ? fileURLToPath(warehouse) : warehouse;
    this.warehouse = /^[a-z][a-z0-9+.-]+:/i.test(place) ? place.replace(/\/+$/, '') : resolve(place);
    this.#storage = options.storage ?? new FolderStorage();
    this.#runtime = resolveRuntime(options);
  }

  async createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table> {
    const root = this.#root(identifier);
    const metadata = namingTable(identifier, () =>
      createMetadata({
        ...options,
        location: root,
        now: this.#runtime.now(),
        uuidBytes: this.#runtime.randomBytes(16),
      }),
    );
    const { signal } = options;
    const taken = (await findNewestVersion(this.#heeding(signal), root)) !== null;
    if (taken || !(await this.#publish({ root, version: 1, metadata, addedSnapshotIds: [] }, signal)))
      throw tableAlreadyExists(identifier, this.warehouse);
    return this.#table(identifier, { metadata, metadataLocation: versionFile(root, 1) });
  }

  async loadTable(identifier: TableIdentifier, options: AbortOptions = {}): Promise<Table> {
    const { loaded } = await this.#load(identifier, options.signal);
    return this.#table(identifier, loaded);
  }

  async tableExists(identifier: TableIdentifier, options: AbortOptions = {}): Promise<boolean> {
    return (await findNewestVersion(this.#heeding(options.signal), this.#root(identifier))) !== null;
  }

  /**
   * A namespace is a folder, or where the storage knows none, what the names of files begin with. Throws
   * `NAMESPACE_NOT_FOUND`, also where the warehouse itself is not there.
   */
  async listTables(namespace?: string, options: AbortOptions = {}): Promise<TableIdentifier[]> {
    const found = new Map<string, TableIdentifier>();
    const start =
      namespace === undefined || namespace === ''
        ? this.warehouse
        : `${this.warehouse}/${namespace.replaceAll('.', '/')}`;
    const storage = this.#heeding(options.signal);
    let empty = true;
    for await (const { path } of storage.list(start)) {
      empty = false;
      const match = /^(?:(.+)\/)?([^/]+)\/metadata\/v\d+(?:\.gz)?\.metadata\.json$/.exec(
        path.slice(this.warehouse.length + 1),
      );
      if (!match) continue;
      const identifier = { namespace: (match[1] ?? '').replaceAll('/', '.'), name: match[2]! };
      if (namespace === undefined || identifier.namespace === namespace)
        found.set(identifierText(identifier), identifier);
    }
    // An object store has no folders: one whose warehouse is still empty cannot be told from one that is absent.
    const mayBeEmpty = start === this.warehouse && start.includes('://');
    if (empty && !mayBeEmpty && (await storage.stat(start)) === null)
      throw namespaceNotFound(namespace ?? '', this.warehouse);
    return [...found].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, identifier]) => identifier);
  }

  async dropTable(
    identifier: TableIdentifier,
    options: { purge?: boolean } & AbortOptions = {},
  ): Promise<void> {
    const root = this.#root(identifier);
    const storage = this.#heeding(options.signal);
    const versions = await listVersions(storage, root);
    if (versions.length === 0) throw tableNotFound(identifier, this.warehouse);
    // Newest first: a reader in between finds an older version or none, never a version with files missing.
    versions.sort((left, right) => right.version - left.version);
    await storage.delete([hintFile(root), ...versions.map((found) => found.path)]);
    if (!options.purge) return;
    await storage.delete(await ownFiles(storage, root));
  }

  async commitTable(commit: TableCommit, { signal }: AbortOptions = {}): Promise<LoadedMetadata> {
    const { version, root, loaded } = await this.#load(commit.identifier, signal);
    const table = identifierText(commit.identifier);
    checkRequirements(loaded.metadata, commit.requirements, table);
    checkBase(commit, loaded);
    const metadata = applyUpdates(loaded.metadata, commit.updates, {
      now: this.#runtime.now(),
      previous: {
        metadataFile: `${loaded.metadata.location}${loaded.metadataLocation.slice(root.length)}`,
        timestampMs: loaded.metadata.lastUpdatedMs,
      },
    });
    const addedSnapshotIds = commit.updates.flatMap((update) =>
      update.action === 'add-snapshot' ? [update.snapshot.snapshotId] : [],
    );
    const published = await this.#publish(
      { root, version: version + 1, metadata, base: loaded.metadataLocation, addedSnapshotIds },
      signal,
    );
    if (!published) {
      throw new IcebergError(
        `Table ${table} was changed by another commit: version ${version + 1} was taken.`,
        {
          code: 'COMMIT_CONFLICT',
          retryable: true,
          context: { table, version: version + 1 },
        },
      );
    }
    return { metadata, metadataLocation: versionFile(root, version + 1) };
  }

  /**
   * Creates a version exclusively; `false` when another commit was first. A lost answer is settled by reading back, and
   * a version that came too late, after others had been there and gone, is taken back.
   */
  async #publish(created: CreatedVersion, signal: AbortSignal | undefined): Promise<boolean> {
    const { root, version } = created;
    const storage = this.#heeding(signal);
    const path = versionFile(root, version);
    if (!(await this.#create(storage, path, this.#caches.metadata.print(path, created.metadata))))
      return false;
    const state = await stateOfVersion(storage, created).catch((cause: unknown) => {
      throw versionUnknown(path, 'was published, but whether in time cannot be looked up', cause);
    });
    if (state === 'unknown')
      throw versionUnknown(path, 'was published, but later versions do not tell whether they build on it');
    if (state === 'too-late') {
      // Whatever becomes of the file: the commit is in no version that counts.
      await this.#storage.delete([path]).catch(() => undefined);
      return false;
    }
    // Advice for readers: a commit that stands must not fail for the want of it.
    if (state === 'newest')
      await storage.write(hintFile(root), new TextEncoder().encode(String(version))).catch(() => undefined);
    return true;
  }

  async #create(storage: Storage, path: string, bytes: Uint8Array): Promise<boolean> {
    try {
      if (await storage.writeIfAbsent(path, bytes)) return true;
    } catch (cause) {
      if (cause instanceof IcebergError && cause.code === 'COMMIT_STATE_UNKNOWN') throw cause;
      if (cause instanceof IcebergError && cause.context['outcome'] === 'not-written') throw cause;
      return await this.#settle(storage, path, bytes, cause);
    }
    // A storage that tries again by itself may find its own first try there and call it somebody else's.
    return await this.#settle(storage, path, bytes, undefined);
  }

  async #settle(storage: Storage, path: string, bytes: Uint8Array, cause: unknown): Promise<boolean> {
    try {
      return compareBytes(await storage.read(path), bytes) === 0;
    } catch (error) {
      const absent = error instanceof IcebergError && error.code === 'FILE_NOT_FOUND';
      throw versionUnknown(
        path,
        absent ? 'is not there yet, but may still arrive' : 'may be published: it cannot be read back',
        cause ?? error,
      );
    }
  }

  async #load(
    identifier: TableIdentifier,
    signal: AbortSignal | undefined,
  ): Promise<{ version: number; root: string; loaded: LoadedMetadata }> {
    const root = this.#root(identifier);
    const storage = this.#heeding(signal);
    const newest = await findNewestVersion(storage, root);
    if (newest === null) throw tableNotFound(identifier, this.warehouse);
    const { version, path } = newest;
    const metadata = await this.#caches.metadata.read(storage, path);
    return { version, root, loaded: { metadata, metadataLocation: path } };
  }

  #heeding(signal: AbortSignal | undefined): Storage {
    return abortableStorage(this.#storage, signal);
  }

  #root(identifier: TableIdentifier): string {
    return `${this.warehouse}/${tableFolder(identifier)}`;
  }

  #table(identifier: TableIdentifier, loaded: LoadedMetadata): Table {
    const io = new TableIo({
      storage: this.#storage,
      location: loaded.metadata.location,
      root: this.#root(identifier),
      caches: this.#caches,
    });
    return new Table({ identifier, ...loaded, catalog: this, io, runtime: this.#runtime });
  }
}

function checkWarehouse(warehouse: unknown, storage: Storage | undefined): void {
  if (typeof warehouse !== 'string' || warehouse === '') {
    throw new IcebergError(
      `A FolderCatalog needs its warehouse, the folder or s3:// prefix that holds the tables; it was given ${describeValue(warehouse)}.`,
      { code: 'INVALID_ARGUMENT', context: { warehouse } },
    );
  }
  if (storage !== undefined || !/^(?!file:)[a-z][a-z0-9+.-]+:/i.test(warehouse)) return;
  throw new IcebergError(
    `The warehouse ${warehouse} is no local folder, and without storage a FolderCatalog has the local disk only. Give it one: storage: new S3Storage({ client }), from @lean-ops/iceberg/s3, for s3:// paths.`,
    { code: 'INVALID_ARGUMENT', context: { warehouse } },
  );
}

function versionUnknown(path: string, state: string, cause?: unknown): IcebergError {
  return new IcebergError(
    `It is not known whether the commit was made: ${path} ${state}. Nothing was deleted; load the table and look for the snapshot.`,
    { code: 'COMMIT_STATE_UNKNOWN', context: { path }, cause },
  );
}
