import { IcebergError, throwIfAborted } from '../../error.js';
import { applyUpdates } from '../../metadata/apply-updates.js';
import { checkRequirements } from '../../metadata/check-requirements.js';
import { createMetadata } from '../../metadata/create-metadata.js';
import { abortableStorage } from '../../storage/abortable-storage.js';
import { MemoryStorage } from '../../storage/memory/memory-storage.js';
import type { Storage } from '../../storage/storage.js';
import { Table } from '../../table/table.js';
import { TableCaches, TableIo } from '../../table/table-io.js';
import type { AbortOptions } from '../../util/abortable.js';
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

/** Options of a {@link MemoryCatalog}. */
export interface MemoryCatalogOptions extends CatalogRuntimeOptions {
  /** Where the tables' files go. Default: a new {@link MemoryStorage}. */
  storage?: Storage;
}

/** Tables known to this process only; their metadata files are written and read like those of any other catalog. */
export class MemoryCatalog implements Catalog {
  readonly #storage: Storage;
  readonly #runtime: CatalogRuntime;
  readonly #caches = new TableCaches();
  readonly #tables = new Map<
    string,
    { identifier: TableIdentifier; metadataLocation: string; version: number }
  >();

  constructor(options: MemoryCatalogOptions = {}) {
    this.#runtime = resolveRuntime(options);
    this.#storage = options.storage ?? new MemoryStorage({ now: this.#runtime.now });
  }

  async createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table> {
    const location = `memory://warehouse/${tableFolder(identifier)}`;
    const metadata = namingTable(identifier, () =>
      createMetadata({
        ...options,
        location,
        now: this.#runtime.now(),
        uuidBytes: this.#runtime.randomBytes(16),
      }),
    );
    const key = identifierText(identifier);
    if (this.#tables.has(key)) throw tableAlreadyExists(identifier, 'memory');
    const metadataLocation = `${location}/metadata/00001-${metadata.tableUuid}.metadata.json`;
    const entry = { identifier, metadataLocation, version: 1 };
    this.#tables.set(key, entry);
    try {
      const document = this.#caches.metadata.print(metadataLocation, metadata);
      await this.#heeding(options.signal).write(metadataLocation, document);
    } catch (error) {
      if (this.#tables.get(key) === entry) this.#tables.delete(key);
      throw error;
    }
    return this.#table(identifier, { metadata, metadataLocation });
  }

  async loadTable(identifier: TableIdentifier, options: AbortOptions = {}): Promise<Table> {
    return this.#table(identifier, await this.#load(identifier, options.signal));
  }

  async tableExists(identifier: TableIdentifier, options: AbortOptions = {}): Promise<boolean> {
    throwIfAborted(options.signal);
    return this.#tables.has(identifierText(identifier));
  }

  /** A namespace is there as long as a table is in it or below. Throws `NAMESPACE_NOT_FOUND`. */
  async listTables(namespace?: string, options: AbortOptions = {}): Promise<TableIdentifier[]> {
    throwIfAborted(options.signal);
    const tables = [...this.#tables]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, { identifier }]) => identifier);
    if (namespace === undefined) return tables;
    const found = tables.filter((identifier) => identifier.namespace === namespace);
    const isThere = tables.some((identifier) => `${identifier.namespace}.`.startsWith(`${namespace}.`));
    if (namespace !== '' && !isThere) throw namespaceNotFound(namespace, 'memory');
    return found;
  }

  async dropTable(
    identifier: TableIdentifier,
    options: { purge?: boolean } & AbortOptions = {},
  ): Promise<void> {
    throwIfAborted(options.signal);
    const storage = this.#heeding(options.signal);
    if (!this.#tables.delete(identifierText(identifier))) throw tableNotFound(identifier, 'memory');
    if (!options.purge) return;
    const root = `memory://warehouse/${tableFolder(identifier)}`;
    await storage.delete(await ownFiles(storage, root));
  }

  async commitTable(commit: TableCommit, { signal }: AbortOptions = {}): Promise<LoadedMetadata> {
    const key = identifierText(commit.identifier);
    const base = this.#tables.get(key);
    const loaded = await this.#load(commit.identifier, signal);
    checkRequirements(loaded.metadata, commit.requirements, key);
    checkBase(commit, loaded);
    const metadata = applyUpdates(loaded.metadata, commit.updates, {
      now: this.#runtime.now(),
      previous: { metadataFile: loaded.metadataLocation, timestampMs: loaded.metadata.lastUpdatedMs },
    });
    const version = (base?.version ?? 0) + 1;
    const unique = Buffer.from(this.#runtime.randomBytes(8)).toString('hex');
    const metadataLocation = `${metadata.location}/metadata/${String(version).padStart(5, '0')}-${unique}.metadata.json`;
    const document = this.#caches.metadata.print(metadataLocation, metadata);
    await this.#heeding(signal).write(metadataLocation, document);
    if (base === undefined || this.#tables.get(key) !== base) {
      await this.#storage.delete([metadataLocation]);
      throw new IcebergError(`Table ${key} was changed by another commit.`, {
        code: 'COMMIT_CONFLICT',
        retryable: true,
        context: { table: key },
      });
    }
    this.#tables.set(key, { identifier: base.identifier, metadataLocation, version });
    return { metadata, metadataLocation };
  }

  async #load(identifier: TableIdentifier, signal: AbortSignal | undefined): Promise<LoadedMetadata> {
    const entry = this.#tables.get(identifierText(identifier));
    if (entry === undefined) throw tableNotFound(identifier, 'memory');
    const { metadataLocation } = entry;
    const metadata = await this.#caches.metadata.read(this.#heeding(signal), metadataLocation);
    return { metadata, metadataLocation };
  }

  #heeding(signal: AbortSignal | undefined): Storage {
    return abortableStorage(this.#storage, signal);
  }

  #table(identifier: TableIdentifier, loaded: LoadedMetadata): Table {
    const { location } = loaded.metadata;
    const io = new TableIo({ storage: this.#storage, location, root: location, caches: this.#caches });
    return new Table({ identifier, ...loaded, catalog: this, io, runtime: this.#runtime });
  }
}
