import { DeleteTableCommand } from '@aws-sdk/client-glue';
import { IcebergError } from '../../error.js';
import { applyUpdates } from '../../metadata/apply-updates.js';
import { checkRequirements } from '../../metadata/check-requirements.js';
import { createMetadata } from '../../metadata/create-metadata.js';
import type { TableMetadata } from '../../metadata/table-metadata.js';
import { abortableStorage } from '../../storage/abortable-storage.js';
import type { Storage } from '../../storage/storage.js';
import { Table } from '../../table/table.js';
import { TableCaches, TableIo } from '../../table/table-io.js';
import { type AbortOptions, cleanedUp } from '../../util/abortable.js';
import { uuidText } from '../../util/bytes.js';
import { type RemoteCallOptions, RemoteCalls } from '../../util/remote-calls.js';
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
import { identifierText, tableAlreadyExists, tableNotFound } from '../table-name.js';
import type { GlueCommandSender, SendGlue } from './glue-client.js';
import { GlueDatabases, type GlueNamespaces } from './glue-databases.js';
import { glueFailed, isNamed, isRefusal, isTransient } from './glue-error.js';
import { checkGlueName } from './glue-names.js';
import { movedTableInput, newTableInput } from './glue-table-input.js';
import { type GluePointer, GlueTables } from './glue-tables.js';
import { type GlueSender, sendCreate, sendMove } from './move-pointer.js';
import type { PointerMove } from './settle-pointer.js';

/** Options of a {@link GlueCatalog}. */
export interface GlueCatalogOptions extends CatalogRuntimeOptions {
  /** A `GlueClient` of `@aws-sdk/client-glue`, or anything that takes its commands. */
  client: GlueCommandSender;
  /** Where metadata and data files are: usually an `S3Storage`. */
  storage: Storage;
  /** Where tables go whose database names no location: `<warehouse>/<database>.db/<table>`. */
  warehouse: string;
  /** Account of the Data Catalog. Default: that of the caller. */
  catalogId?: string;
  /** Whether names may have more than `a-z`, `0-9` and `_`; not every engine can address them. Default `false`. */
  anyNames?: boolean;
  /** Whether Glue keeps no old versions of its table, of which it holds 100,000 at most. Default `true`. */
  skipArchive?: boolean;
  /** Attempts, pauses, time limit and budget of the requests. */
  calls?: RemoteCallOptions;
}

/**
 * Tables of the AWS Glue Data Catalog. A commit moves the table's pointer from the metadata file it was based on to a
 * new one, under the `VersionId` that was read with it, so that of two commits one wins.
 *
 * @example
 * const catalog = new GlueCatalog({
 *   client: new GlueClient({ region: 'eu-west-1' }),
 *   storage: new S3Storage({ client: new S3Client({ region: 'eu-west-1' }) }),
 *   warehouse: 's3://lake/warehouse',
 * });
 */
export class GlueCatalog implements Catalog {
  readonly namespaces: GlueNamespaces;
  readonly #databases: GlueDatabases;
  readonly #options: GlueCatalogOptions;
  readonly #runtime: CatalogRuntime;
  readonly #calls: RemoteCalls;
  readonly #catalog: { CatalogId?: string };
  readonly #tables: GlueTables;
  readonly #caches = new TableCaches();

  constructor(options: GlueCatalogOptions) {
    this.#options = options;
    this.#runtime = resolveRuntime(options);
    const { random, sleep } = this.#runtime;
    this.#calls = new RemoteCalls({ random, sleep, ...options.calls });
    this.#catalog = options.catalogId === undefined ? {} : { CatalogId: options.catalogId };
    const send: SendGlue = (command, signal) =>
      this.#calls.run((abortSignal) => options.client.send(command, { abortSignal }), {
        retryable: isTransient,
        signal,
      });
    this.#databases = new GlueDatabases(send, this.#catalog);
    this.namespaces = this.#databases;
    this.#tables = new GlueTables(send, options.storage, this.#caches.metadata, this.#catalog);
  }

  /**
   * Throws `TABLE_ALREADY_EXISTS`, `NAMESPACE_NOT_FOUND`, `INVALID_NAME`, and `COMMIT_STATE_UNKNOWN` where the answer
   * was lost.
   */
  async createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table> {
    checkGlueName(identifier, this.#options.anyNames ?? false);
    const { namespace, name } = identifier;
    const { signal } = options;
    const database = await this.#databases.find(namespace, signal);
    if (database === null) {
      throw new IcebergError(`There is no database ${namespace} in Glue; create it first.`, {
        code: 'NAMESPACE_NOT_FOUND',
        context: { ...identifier },
      });
    }
    const folder = database.location ?? `${this.#options.warehouse.replace(/\/+$/, '')}/${namespace}.db`;
    const metadata = namingTable(identifier, () =>
      createMetadata({
        ...options,
        location: `${folder.replace(/\/+$/, '')}/${name}`,
        now: this.#runtime.now(),
        uuidBytes: this.#runtime.randomBytes(16),
      }),
    );
    const metadataLocation = this.#metadataFile(metadata, 0);
    const input = newTableInput(name, metadata, metadataLocation);
    if ((await this.#tables.find(identifier, signal)) !== null) throw tableAlreadyExists(identifier, 'Glue');
    await this.#writeMetadata(metadataLocation, metadata, signal);
    try {
      await sendCreate(this.#sender(identifier, signal), input);
    } catch (error) {
      await this.#discard(metadataLocation, error, signal);
      throw error;
    }
    return this.#table(identifier, { metadata, metadataLocation });
  }

  async loadTable(identifier: TableIdentifier, options: AbortOptions = {}): Promise<Table> {
    return this.#table(identifier, await this.#tables.load(identifier, options.signal));
  }

  /** Whether there is an Iceberg table of this name. */
  async tableExists(identifier: TableIdentifier, options: AbortOptions = {}): Promise<boolean> {
    const table = await this.#tables.find(identifier, options.signal);
    return table?.Parameters?.['metadata_location'] !== undefined;
  }

  /** Iceberg tables of a database (`NAMESPACE_NOT_FOUND`), or of all databases. */
  async listTables(namespace?: string, { signal }: AbortOptions = {}): Promise<TableIdentifier[]> {
    if (namespace !== undefined) return this.#tables.list(namespace, signal);
    const found: TableIdentifier[] = [];
    for (const database of await this.#databases.list({ signal })) {
      const tables = await this.#tables.list(database, signal).catch((error: unknown) => {
        // Dropped since it was listed.
        if (error instanceof IcebergError && error.code === 'NAMESPACE_NOT_FOUND') return [];
        throw error;
      });
      found.push(...tables);
    }
    return found;
  }

  async dropTable(
    identifier: TableIdentifier,
    options: { purge?: boolean } & AbortOptions = {},
  ): Promise<void> {
    const { signal } = options;
    const { namespace, name } = identifier;
    const location = options.purge ? (await this.#tables.load(identifier, signal)).metadata.location : null;
    if (location === null) await this.#tables.require(identifier, signal);
    else requireOwnFolder(identifier, location);
    const command = new DeleteTableCommand({ ...this.#catalog, DatabaseName: namespace, Name: name });
    let uncertain = false;
    await this.#calls
      .run((abortSignal) => this.#options.client.send(command, { abortSignal }), {
        retryable: (error) => {
          uncertain ||= !isRefusal(error);
          return isTransient(error);
        },
        signal,
      })
      .catch((cause: unknown) => {
        const gone = isNamed(cause, 'EntityNotFoundException');
        if (gone && !uncertain) throw tableNotFound(identifier, 'Glue');
        if (!gone) throw glueFailed(`drop table ${namespace}.${name}`, cause, { ...identifier });
      });
    if (location === null) return;
    const storage = abortableStorage(this.#options.storage, signal);
    await storage.delete(await ownFiles(storage, location));
  }

  async commitTable(commit: TableCommit, { signal }: AbortOptions = {}): Promise<LoadedMetadata> {
    const { identifier } = commit;
    const base = await this.#tables.load(identifier, signal);
    const versionId = requireVersionId(identifier, base);
    checkRequirements(base.metadata, commit.requirements, identifierText(identifier));
    checkBase(commit, base);
    const metadata = applyUpdates(base.metadata, commit.updates, {
      now: this.#runtime.now(),
      previous: { metadataFile: base.metadataLocation, timestampMs: base.metadata.lastUpdatedMs },
    });
    const metadataLocation = this.#metadataFile(metadata, versionOf(base.metadataLocation) + 1);
    const input = movedTableInput(base.table, metadata, metadataLocation);
    const move: PointerMove = {
      from: base.metadataLocation,
      versionId,
      to: metadataLocation,
      addedSnapshotIds: commit.updates.flatMap((update) =>
        update.action === 'add-snapshot' ? [update.snapshot.snapshotId] : [],
      ),
    };
    await this.#writeMetadata(metadataLocation, metadata, signal);
    try {
      await sendMove(this.#sender(identifier, signal), {
        input,
        move,
        skipArchive: this.#options.skipArchive ?? true,
      });
    } catch (error) {
      await this.#discard(metadataLocation, error, signal);
      throw error;
    }
    return { metadata, metadataLocation };
  }

  /** Of the time before anything was sent to Glue: what fails here has changed nothing. */
  async #writeMetadata(
    path: string,
    metadata: TableMetadata,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      const storage = abortableStorage(this.#options.storage, signal);
      await storage.write(path, this.#caches.metadata.print(path, metadata));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new IcebergError(`The new metadata file could not be written, nothing was changed: ${reason}`, {
        code: cause instanceof IcebergError ? cause.code : 'STORAGE_FAILED',
        retryable: cause instanceof IcebergError && cause.retryable,
        context: { path, outcome: 'not-written' },
        cause,
      });
    }
  }

  /** Deletes a metadata file that certainly nothing points to; left behind, it would be garbage, not damage. */
  async #discard(path: string, error: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (error instanceof IcebergError && error.code === 'COMMIT_STATE_UNKNOWN') return;
    const deleted = this.#options.storage.delete([path]).catch(() => undefined);
    await cleanedUp(deleted, signal, this.#runtime.sleep);
  }

  #sender(identifier: TableIdentifier, signal: AbortSignal | undefined): GlueSender {
    const { client } = this.#options;
    return { client, calls: this.#calls, catalog: this.#catalog, tables: this.#tables, identifier, signal };
  }

  #metadataFile(metadata: TableMetadata, version: number): string {
    const unique = uuidText(this.#runtime.randomBytes(16));
    return `${metadata.location}/metadata/${String(version).padStart(5, '0')}-${unique}.metadata.json`;
  }

  #table(identifier: TableIdentifier, { metadata, metadataLocation }: LoadedMetadata): Table {
    const { location } = metadata;
    const { storage } = this.#options;
    const io = new TableIo({ storage, location, root: location, caches: this.#caches });
    return new Table({ identifier, metadata, metadataLocation, catalog: this, io, runtime: this.#runtime });
  }
}

/** A purge deletes everything below the location but other tables: that must not be a whole bucket. */
function requireOwnFolder(identifier: TableIdentifier, location: string): void {
  if (!/^[a-z0-9+.-]+:\/\/[^/]*\/?$/i.test(location)) return;
  throw new IcebergError(
    `Table ${identifierText(identifier)} lies at ${location}, all of which a purge would delete; drop it without purge.`,
    { code: 'INVALID_ARGUMENT', context: { ...identifier, location } },
  );
}

/** Without it, an update would overwrite whatever another commit did in between. */
function requireVersionId(identifier: TableIdentifier, { table }: GluePointer): string {
  if (table.VersionId !== undefined && table.VersionId !== '') return table.VersionId;
  throw new IcebergError(
    `Glue gave no VersionId with table ${identifierText(identifier)}; a commit without it could undo another one.`,
    { code: 'UNSUPPORTED_FEATURE', context: { ...identifier, outcome: 'not-written' } },
  );
}

/** Number in front of a metadata file's name, `00003-<uuid>.metadata.json`; names of another form count as 0. */
function versionOf(metadataLocation: string): number {
  return Number(/\/v?(\d{1,9})(?:-[^/]*)?\.metadata\.json$/.exec(metadataLocation)?.[1] ?? 0);
}
