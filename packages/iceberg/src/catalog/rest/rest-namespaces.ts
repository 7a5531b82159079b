import { IcebergError } from '../../error.js';
import { invalidMetadata, isRecord, recordsField, textMapField } from '../../metadata/json-fields.js';
import type { AbortOptions } from '../../util/abortable.js';
import type { TableIdentifier } from '../catalog.js';
import type { RestClient, RestRequest } from './rest-client.js';
import type { RestConfig } from './rest-config.js';
import { restFailed } from './rest-error.js';

const NAMESPACES = '/v1/{prefix}/namespaces';
const NAMESPACE = `${NAMESPACES}/{namespace}`;

/** The namespaces of a REST catalog. Levels are separated by dots. */
export interface RestNamespaces {
  /** Throws `NAMESPACE_ALREADY_EXISTS`. */
  create(
    namespace: string,
    properties?: Readonly<Record<string, string>>,
    options?: AbortOptions,
  ): Promise<void>;
  /** Properties of a namespace. Throws `NAMESPACE_NOT_FOUND`. */
  properties(namespace: string, options?: AbortOptions): Promise<Record<string, string>>;
  exists(namespace: string, options?: AbortOptions): Promise<boolean>;
  /** Namespaces on the first level, or right below `parent`. Throws `NAMESPACE_NOT_FOUND`. */
  list(parent?: string, options?: AbortOptions): Promise<string[]>;
  /** Throws `NAMESPACE_NOT_FOUND`, `NAMESPACE_NOT_EMPTY`. */
  drop(namespace: string, options?: AbortOptions): Promise<void>;
}

/** {@link RestNamespaces} by requests to the server. */
export class ServerNamespaces implements RestNamespaces {
  readonly #client: RestClient;
  readonly #config: (signal?: AbortSignal) => Promise<RestConfig>;

  constructor(client: RestClient, config: (signal?: AbortSignal) => Promise<RestConfig>) {
    this.#client = client;
    this.#config = config;
  }

  async create(
    namespace: string,
    properties: Readonly<Record<string, string>> = {},
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const path = (await this.#config(signal)).path(`POST ${NAMESPACES}`);
    const body = { namespace: namespace.split('.'), properties };
    try {
      await this.#client.send({ method: 'POST', path, body, signal });
    } catch (cause) {
      throw failed(`create namespace ${namespace}`, namespace, cause);
    }
  }

  async properties(namespace: string, { signal }: AbortOptions = {}): Promise<Record<string, string>> {
    const path = (await this.#config(signal)).path(`GET ${NAMESPACE}`, { namespace });
    try {
      const answer = await this.#client.send({ method: 'GET', path, signal });
      return isRecord(answer) ? textMapField(answer, 'properties') : {};
    } catch (cause) {
      throw failed(`load namespace ${namespace}`, namespace, cause);
    }
  }

  async exists(namespace: string, options: AbortOptions = {}): Promise<boolean> {
    try {
      await this.properties(namespace, options);
      return true;
    } catch (error) {
      if (error instanceof IcebergError && error.code === 'NAMESPACE_NOT_FOUND') return false;
      throw error;
    }
  }

  async list(parent?: string, { signal }: AbortOptions = {}): Promise<string[]> {
    const config = await this.#config(signal);
    const query = { parent: parent === undefined ? undefined : config.namespaceText(parent) };
    try {
      const names = await this.#pages(config.path(`GET ${NAMESPACES}`), { query, signal }, (page) => {
        const list = page['namespaces'];
        if (!Array.isArray(list) || !list.every(Array.isArray))
          throw invalidMetadata('a list "namespaces"', list);
        return list.map((levels) => levels.join('.'));
      });
      // Some servers disregard the parent and give all namespaces again.
      const below = parent === undefined ? '' : `${parent}.`;
      return names.filter((name) => name.startsWith(below) && name !== parent);
    } catch (cause) {
      throw failed(`list the namespaces below ${parent ?? 'its root'}`, parent, cause);
    }
  }

  async drop(namespace: string, { signal }: AbortOptions = {}): Promise<void> {
    const path = (await this.#config(signal)).path(`DELETE ${NAMESPACE}`, { namespace });
    try {
      await this.#client.send({ method: 'DELETE', path, signal });
    } catch (cause) {
      throw restFailed(`drop namespace ${namespace}`, cause, {
        byStatus: { 404: 'NAMESPACE_NOT_FOUND', 409: 'NAMESPACE_NOT_EMPTY' },
        context: { namespace },
      });
    }
  }

  /** Tables right in a namespace. Throws `NAMESPACE_NOT_FOUND`. */
  async tablesOf(namespace: string, { signal }: AbortOptions = {}): Promise<TableIdentifier[]> {
    const path = (await this.#config(signal)).path(`GET ${NAMESPACE}/tables`, { namespace });
    try {
      return await this.#pages(path, { signal }, (page) =>
        recordsField(page, 'identifiers').map((item) => {
          const levels = item['namespace'];
          const name = item['name'];
          if (!Array.isArray(levels) || typeof name !== 'string') throw invalidMetadata('a table name', item);
          return { namespace: levels.join('.'), name };
        }),
      );
    } catch (cause) {
      throw failed(`list the tables of ${namespace}`, namespace, cause);
    }
  }

  async #pages<T>(
    path: string,
    { query, signal }: Pick<RestRequest, 'query' | 'signal'>,
    read: (page: Readonly<Record<string, unknown>>) => T[],
  ): Promise<T[]> {
    const found: T[] = [];
    // An empty token asks a server that can for pages (REST specification, `PageToken`).
    for (let pageToken = ''; ; ) {
      const page = await this.#client.send({ method: 'GET', path, query: { ...query, pageToken }, signal });
      if (!isRecord(page)) throw invalidMetadata('a page of names', page);
      found.push(...read(page));
      const next = page['next-page-token'];
      if (typeof next !== 'string' || next === '' || next === pageToken) return found;
      pageToken = next;
    }
  }
}

function failed(action: string, namespace: string | undefined, cause: unknown): IcebergError {
  return restFailed(action, cause, {
    byStatus: { 404: 'NAMESPACE_NOT_FOUND', 409: 'NAMESPACE_ALREADY_EXISTS' },
    context: { namespace },
  });
}
