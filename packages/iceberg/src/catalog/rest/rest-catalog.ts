import { IcebergError, throwIfAborted } from '../../error.js';
import { createMetadata } from '../../metadata/create-metadata.js';
import type { TableMetadata } from '../../metadata/table-metadata.js';
import { printSpec } from '../../partition/partition-spec-codec.js';
import { printSchema } from '../../schema/schema-codec.js';
import { printSortOrder } from '../../sort-order/sort-order-codec.js';
import { FolderStorage } from '../../storage/folder/folder-storage.js';
import { Table } from '../../table/table.js';
import { TableCaches, TableIo } from '../../table/table-io.js';
import { type AbortOptions, abortable } from '../../util/abortable.js';
import { describeValue } from '../../util/describe-value.js';
import { isAborted, type RemoteCallOptions, RemoteCalls } from '../../util/remote-calls.js';
import type {
  Catalog,
  CreateTableOptions,
  LoadedMetadata,
  TableCommit,
  TableIdentifier,
} from '../catalog.js';
import { type CatalogRuntime, type CatalogRuntimeOptions, resolveRuntime } from '../catalog-runtime.js';
import { commitStateUnknown } from '../commit-error.js';
import { namingTable } from '../naming-table.js';
import { identifierText, tableNotFound } from '../table-name.js';
import { idempotencyKey } from './idempotency-key.js';
import type { RestAuth, RestFetch } from './rest-auth.js';
import { type RestChange, sendCommit, sendCreate, sendRepeatable } from './rest-changes.js';
import { RestClient, type RestRequest } from './rest-client.js';
import { type EndpointNames, RestConfig } from './rest-config.js';
import { namingRequests, RestFailure, restFailed } from './rest-error.js';
import { commitJson, identifierJson, type LoadResult, readCredentials, readLoadResult } from './rest-json.js';
import { type RestNamespaces, ServerNamespaces } from './rest-namespaces.js';
import { type RestStorage, RestStorages } from './rest-storage.js';

const TABLES = '/v1/{prefix}/namespaces/{namespace}/tables';
const TABLE = `${TABLES}/{table}`;

/** Options of a {@link RestCatalog}. */
export interface RestCatalogOptions extends CatalogRuntimeOptions {
  /** Address of the catalog, the part before `/v1`. */
  uri: string;
  /** Which of the server's catalogs, where it has several: a name, an account number, the ARN of a table bucket. */
  warehouse?: string;
  /** Default: none. */
  auth?: RestAuth;
  /**
   * Where the tables' files are read and written. A function is called with the configuration and credentials that the
   * server vends for a table. Default: the local disk.
   */
  storage?: RestStorage;
  /** Properties of the catalog; the server's defaults give way to them, its overrides do not. */
  properties?: Readonly<Record<string, string>>;
  /** Further headers of every request. */
  headers?: Readonly<Record<string, string>>;
  /** Default: the global `fetch`. */
  fetch?: RestFetch;
  /** Attempts, pauses, time limit and budget of the requests. */
  calls?: RemoteCallOptions;
}

/**
 * Tables behind a server that speaks the Iceberg REST protocol.
 *
 * A commit whose answer is lost is looked for in the table: it counts as made where its snapshot is there, is sent again
 * where its parent is still the newest, and is `COMMIT_STATE_UNKNOWN` where that does not settle it.
 *
 * @example
 * const catalog = new RestCatalog({
 *   uri: 'https://catalog.example.com',
 *   auth: oauth2({ clientId, clientSecret }),
 *   storage: ({ config }) => new S3Storage({ client: new S3Client(s3ClientSettings(config)) }),
 * });
 */
export class RestCatalog implements Catalog {
  readonly uri: string;
  readonly namespaces: RestNamespaces;
  readonly #names: ServerNamespaces;
  readonly #options: RestCatalogOptions;
  readonly #runtime: CatalogRuntime;
  readonly #client: RestClient;
  readonly #storages: RestStorages;
  readonly #caches = new TableCaches();
  #config: Promise<RestConfig> | null = null;

  constructor(options: RestCatalogOptions) {
    this.uri = checkedUri(options.uri);
    this.#options = options;
    this.#runtime = resolveRuntime(options);
    const { now, random, sleep } = this.#runtime;
    const fetch: RestFetch = namingRequests(options.fetch ?? globalThis.fetch);
    const calls = new RemoteCalls({ random, sleep, ...options.calls });
    this.#client = new RestClient({
      uri: this.uri,
      fetch,
      calls,
      session: options.auth?.({ fetch: timeLimited(fetch, calls), now, uri: this.uri }) ?? null,
      headers: {
        ...(typeof options.storage === 'function'
          ? { 'x-iceberg-access-delegation': 'vended-credentials' }
          : {}),
        ...options.headers,
      },
      now,
    });
    this.#storages = new RestStorages(options.storage ?? new FolderStorage());
    this.#names = new ServerNamespaces(this.#client, (signal) => this.#configuration(signal));
    this.namespaces = this.#names;
  }

  /** Throws `TABLE_ALREADY_EXISTS`, `NAMESPACE_NOT_FOUND`, and `COMMIT_STATE_UNKNOWN` where the answer was lost. */
  async createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table> {
    // Validates as every other catalog does, and assigns the ids that the server is asked for.
    const planned = namingTable(identifier, () =>
      createMetadata({
        ...options,
        location: '',
        now: this.#runtime.now(),
        uuidBytes: this.#runtime.randomBytes(16),
      }),
    );
    const body = {
      name: identifier.name,
      schema: printSchema(planned.schemas[0]!),
      'partition-spec': printSpec(planned.partitionSpecs[0]!),
      ...(planned.defaultSortOrderId === 0
        ? {}
        : { 'write-order': printSortOrder(planned.sortOrders.at(-1)!) }),
      'stage-create': false,
      properties: { 'format-version': String(planned.formatVersion), ...planned.properties },
    };
    return await this.#create(identifier, `POST ${TABLES}`, body, options.signal);
  }

  /** Names a table whose metadata file is already there. Throws as {@link createTable}. */
  async registerTable(
    identifier: TableIdentifier,
    metadataLocation: string,
    options: AbortOptions = {},
  ): Promise<Table> {
    const endpoint = 'POST /v1/{prefix}/namespaces/{namespace}/register';
    const body = { name: identifier.name, 'metadata-location': metadataLocation };
    return await this.#create(identifier, endpoint, body, options.signal);
  }

  async loadTable(identifier: TableIdentifier, { signal }: AbortOptions = {}): Promise<Table> {
    return await this.#table(identifier, await this.#load(identifier, signal), signal);
  }

  async tableExists(identifier: TableIdentifier, { signal }: AbortOptions = {}): Promise<boolean> {
    const config = await this.#configuration(signal);
    try {
      if (!config.has(`HEAD ${TABLE}`)) await this.#load(identifier, signal);
      else {
        const path = config.path(`HEAD ${TABLE}`, namesOf(identifier));
        await this.#client.send({ method: 'HEAD', path, signal });
      }
      return true;
    } catch (cause) {
      if (isCode(cause, 'TABLE_NOT_FOUND') || (cause instanceof RestFailure && cause.status === 404))
        return false;
      throw restFailed(`look for table ${identifierText(identifier)}`, cause, contextOf(identifier));
    }
  }

  /** Tables of a namespace (`NAMESPACE_NOT_FOUND`), or of all namespaces and those below them. */
  async listTables(namespace?: string, options: AbortOptions = {}): Promise<TableIdentifier[]> {
    if (namespace !== undefined) return sorted(await this.#names.tablesOf(namespace, options));
    const found: TableIdentifier[] = [];
    const pending = await this.#names.list(undefined, options);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      try {
        found.push(...(await this.#names.tablesOf(next, options)));
        pending.push(...(await this.#names.list(next, options)));
      } catch (error) {
        // Dropped since it was listed.
        if (!isCode(error, 'NAMESPACE_NOT_FOUND')) throw error;
      }
    }
    return sorted(found);
  }

  async dropTable(
    identifier: TableIdentifier,
    options: { purge?: boolean } & AbortOptions = {},
  ): Promise<void> {
    const { signal } = options;
    const path = (await this.#configuration(signal)).path(`DELETE ${TABLE}`, namesOf(identifier));
    const query = { purgeRequested: String(options.purge ?? false) };
    await this.#repeatable(
      `drop table ${identifierText(identifier)}`,
      { method: 'DELETE', path, query, signal },
      { ...contextOf(identifier), byStatus: { 404: 'TABLE_NOT_FOUND' } },
      // Gone, and an earlier request may have done it.
      async (cause) => cause.status === 404,
    );
  }

  /** Throws `TABLE_NOT_FOUND`, `TABLE_ALREADY_EXISTS`, `NAMESPACE_NOT_FOUND`. */
  async renameTable(from: TableIdentifier, to: TableIdentifier, options: AbortOptions = {}): Promise<void> {
    const { signal } = options;
    const path = (await this.#configuration(signal)).path('POST /v1/{prefix}/tables/rename');
    await this.#repeatable(
      `rename table ${identifierText(from)} to ${identifierText(to)}`,
      {
        method: 'POST',
        path,
        body: { source: identifierJson(from), destination: identifierJson(to) },
        signal,
      },
      { ...contextOf(from), byStatus: { 404: 'TABLE_NOT_FOUND', 409: 'TABLE_ALREADY_EXISTS' } },
      async (cause) => cause.status === 404 && (await this.tableExists(to, { signal })),
    );
  }

  async commitTable(commit: TableCommit, { signal }: AbortOptions = {}): Promise<LoadedMetadata> {
    const { identifier } = commit;
    const change = await this.#changeOf(identifier, `POST ${TABLE}`, commitJson(commit), signal);
    const { metadata, metadataLocation } = await sendCommit(change, commit, () =>
      this.#load(identifier, signal),
    );
    return { metadata, metadataLocation };
  }

  async #create(
    identifier: TableIdentifier,
    endpoint: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<Table> {
    const change = await this.#changeOf(identifier, endpoint, body, signal);
    const created = await sendCreate(change, () => this.tableExists(identifier, { signal }), this.uri);
    try {
      return await this.#table(identifier, created, signal);
    } catch (error) {
      throw isAborted(error) ? commitStateUnknown(identifier, error) : error;
    }
  }

  async #changeOf(
    identifier: TableIdentifier,
    endpoint: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<RestChange> {
    const config = await this.#configuration(signal);
    const request = {
      method: 'POST' as const,
      path: config.path(endpoint, namesOf(identifier)),
      body,
      headers: this.#idempotency(config),
      signal,
    };
    return { client: this.#client, request, identifier, idempotent: config.idempotencyKeys };
  }

  async #repeatable(
    action: string,
    request: RestRequest,
    options: Parameters<typeof sendRepeatable>[2],
    alreadyDone: Parameters<typeof sendRepeatable>[3],
  ): Promise<void> {
    const headers = this.#idempotency(await this.#configuration(request.signal));
    const change = { client: this.#client, request: { ...request, headers } };
    await sendRepeatable(change, action, options, alreadyDone);
  }

  async #load(identifier: TableIdentifier, signal?: AbortSignal): Promise<LoadResult> {
    const path = (await this.#configuration(signal)).path(`GET ${TABLE}`, namesOf(identifier));
    try {
      const answer = await this.#client.send({ method: 'GET', path, signal });
      return readLoadResult(answer, identifierText(identifier));
    } catch (cause) {
      if (cause instanceof RestFailure && cause.status === 404) throw tableNotFound(identifier, this.uri);
      throw restFailed(`load table ${identifierText(identifier)}`, cause, contextOf(identifier));
    }
  }

  async #table(
    identifier: TableIdentifier,
    loaded: LoadResult,
    signal: AbortSignal | undefined,
  ): Promise<Table> {
    const { location }: TableMetadata = loaded.metadata;
    const storage = await abortable(
      () => this.#storages.of(identifier, loaded, () => this.#reloadAccess(identifier)),
      signal,
    );
    const io = new TableIo({ storage, location, root: location, caches: this.#caches });
    const { metadata, metadataLocation } = loaded;
    return new Table({ identifier, metadata, metadataLocation, catalog: this, io, runtime: this.#runtime });
  }

  async #reloadAccess(identifier: TableIdentifier): Promise<Pick<LoadResult, 'config' | 'credentials'>> {
    const config = await this.#configuration();
    const endpoint = `GET ${TABLE}/credentials`;
    if (!config.has(endpoint)) return await this.#load(identifier);
    try {
      const answer = await this.#client.send({
        method: 'GET',
        path: config.path(endpoint, namesOf(identifier)),
      });
      return { config: {}, credentials: readCredentials(answer) };
    } catch (cause) {
      throw restFailed(
        `give credentials for table ${identifierText(identifier)}`,
        cause,
        contextOf(identifier),
      );
    }
  }

  async #configuration(signal?: AbortSignal): Promise<RestConfig> {
    throwIfAborted(signal);
    const { warehouse, properties = {} } = this.#options;
    // Asked for once for all who wait, whoever of them gives up.
    this.#config ??= RestConfig.load(this.#client, warehouse, properties);
    const pending = this.#config;
    try {
      return await abortable(() => pending, signal);
    } catch (cause) {
      if (isAborted(cause)) throw cause;
      // The next call asks again.
      if (this.#config === pending) this.#config = null;
      throw restFailed('tell its configuration', cause, { context: { uri: this.uri, warehouse } });
    }
  }

  #idempotency(config: RestConfig): Record<string, string> {
    if (!config.idempotencyKeys) return {};
    return { 'idempotency-key': idempotencyKey(this.#runtime.now(), this.#runtime.randomBytes(16)) };
  }
}

/** Without a slash at its end. Throws `INVALID_ARGUMENT`. */
function checkedUri(uri: unknown): string {
  const { protocol } = typeof uri === 'string' && URL.canParse(uri) ? new URL(uri) : { protocol: '' };
  if (/^https?:$/.test(protocol)) return String(uri).replace(/\/+$/, '');
  throw new IcebergError(
    `The uri of a RestCatalog is its address, such as https://catalog.example.com, not ${describeValue(uri)}.`,
    { code: 'INVALID_ARGUMENT', context: { uri } },
  );
}

/** For requests of the authentication: a token that never comes must not hold up the requests after this one. */
function timeLimited(fetch: RestFetch, calls: RemoteCalls): RestFetch {
  return (url, init) =>
    calls.once(async (signal) => {
      const answer = await fetch(url, { ...init, signal });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, text: async () => text };
    });
}

function namesOf({ namespace, name }: TableIdentifier): EndpointNames {
  return { namespace, table: name };
}

function contextOf(identifier: TableIdentifier): { context: Readonly<Record<string, unknown>> } {
  return { context: { ...identifier } };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof IcebergError && error.code === code;
}

function sorted(identifiers: TableIdentifier[]): TableIdentifier[] {
  return identifiers.sort((left, right) => (identifierText(left) < identifierText(right) ? -1 : 1));
}
