import { IcebergError } from '../../error.js';
import { applyUpdates } from '../../metadata/apply-updates.js';
import { checkRequirements } from '../../metadata/check-requirements.js';
import { createMetadata } from '../../metadata/create-metadata.js';
import { MemoryStorage } from '../../storage/memory/memory-storage.js';
import type { Storage } from '../../storage/storage.js';
import { Table } from '../../table/table.js';
import { TableCaches, TableIo } from '../../table/table-io.js';
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
import { identifierText, tableAlreadyExists, tableFolder, tableNotFound } from '../table-name.js';

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
    this.#tables.set(key, { identifier, metadataLocation, version: 1 });
    await this.#storage.write(metadataLocation, this.#caches.metadata.print(metadataLocation, metadata));
    return this.#table(identifier, { metadata, metadataLocation });
  }

  async loadTable(identifier: TableIdentifier): Promise<Table> {
    return this.#table(identifier, await this.#load(identifier));
  }

  async tableExists(identifier: TableIdentifier): Promise<boolean> {
    return this.#tables.has(identifierText(identifier));
  }

  async listTables(namespace?: string): Promise<TableIdentifier[]> {
    return [...this.#tables]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, { identifier }]) => identifier)
      .filter((identifier) => namespace === undefined || identifier.namespace === namespace);
  }

  async dropTable(identifier: TableIdentifier, options: { purge?: boolean } = {}): Promise<void> {
    if (!this.#tables.delete(identifierText(identifier))) throw tableNotFound(identifier, 'memory');
    if (!options.purge) return;
    const root = `memory://warehouse/${tableFolder(identifier)}`;
    await this.#storage.delete(await ownFiles(this.#storage, root));
  }

  async commitTable(commit: TableCommit): Promise<LoadedMetadata> {
    const key = identifierText(commit.identifier);
    const base = this.#tables.get(key);
    const loaded = await this.#load(commit.identifier);
    checkRequirements(loaded.metadata, commit.requirements, key);
    checkBase(commit, loaded);
    const metadata = applyUpdates(loaded.metadata, commit.updates, {
      now: this.#runtime.now(),
      previous: { metadataFile: loaded.metadataLocation, timestampMs: loaded.metadata.lastUpdatedMs },
    });
    const version = (base?.version ?? 0) + 1;
    const unique = Buffer.from(this.#runtime.randomBytes(8)).toString('hex');
    const metadataLocation = `${metadata.location}/metadata/${String(version).padStart(5, '0')}-${unique}.metadata.json`;
    await this.#storage.write(metadataLocation, this.#caches.metadata.print(metadataLocation, metadata));
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

  async #load(identifier: TableIdentifier): Promise<LoadedMetadata> {
    const entry = this.#tables.get(identifierText(identifier));
    if (entry === undefined) throw tableNotFound(identifier, 'memory');
    const { metadataLocation } = entry;
    return { metadata: await this.#caches.metadata.read(this.#storage, metadataLocation), metadataLocation };
  }

  #table(identifier: TableIdentifier, loaded: LoadedMetadata): Table {
    const { location } = loaded.metadata;
    const io = new TableIo({ storage: this.#storage, location, root: location, caches: this.#caches });
    return new Table({ identifier, ...loaded, catalog: this, io, runtime: this.#runtime });
  }
}
