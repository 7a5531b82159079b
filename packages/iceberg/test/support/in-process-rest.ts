import type { RestFetch } from '../../src/catalog/rest/rest-auth.js';
import { IcebergError, type TableMetadata } from '../../src/index.js';
import { applyUpdates } from '../../src/metadata/apply-updates.js';
import { checkRequirements } from '../../src/metadata/check-requirements.js';
import { createMetadata } from '../../src/metadata/create-metadata.js';
import type { JsonRecord } from '../../src/metadata/json-fields.js';
import { printTableMetadata } from '../../src/metadata/metadata-codec.js';
import { readSpec } from '../../src/partition/partition-spec-codec.js';
import { fieldsById } from '../../src/schema/field-path.js';
import { readSchema } from '../../src/schema/schema-codec.js';
import { readSortOrder } from '../../src/sort-order/sort-order-codec.js';
import { parseExactJson } from '../../src/util/exact-json.js';
import { requirementOf, updateOf } from './rest-changes-json.js';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonRecord;
}

type Answer = readonly [status: number, body: unknown];

const failure = (status: number, type: string): Answer => [
  status,
  { error: { message: `${type} of the test server`, type, code: status } },
];

/** A REST catalog in process: checks requirements, applies updates, keeps tables in memory. */
export class InProcessRest {
  readonly tables = new Map<string, TableMetadata>();
  readonly namespaces = new Set<string>();
  readonly received: Received[] = [];
  /** Merged into the answer of `GET /v1/config`. */
  config: Record<string, unknown> = {};
  /** Part of every loaded table. */
  access: Record<string, unknown> = {};
  prefix = '';
  pageSize = 1000;
  /** What a request is answered instead, as long as it gives something. */
  intercept: (request: Received) => Answer | undefined = () => undefined;
  readonly #location: string;
  readonly #keys = new Map<string, Answer>();
  #now = 1_700_000_000_000;

  constructor(location: string) {
    this.#location = location;
  }

  fetch: RestFetch = async (url, init) => {
    const { pathname, searchParams } = new URL(url);
    const form = init.headers['content-type'] === 'application/x-www-form-urlencoded';
    const request: Received = {
      method: init.method,
      path: pathname,
      query: searchParams,
      headers: init.headers,
      body: (form
        ? Object.fromEntries(new URLSearchParams(init.body))
        : parseExactJson(init.body ?? '{}')) as JsonRecord,
    };
    this.received.push(request);
    const [status, body] = this.intercept(request) ?? this.#once(request);
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
    return { status, headers: { get: () => null }, text: async () => text };
  };

  /** As a server that knows repeated requests by their key does. */
  #once(request: Received): Answer {
    const key = request.headers['idempotency-key'];
    const before = key === undefined ? undefined : this.#keys.get(key);
    const answer = before ?? this.#answer(request);
    if (key !== undefined) this.#keys.set(key, answer);
    return answer;
  }

  #answer(request: Received): Answer {
    const { method, query } = request;
    if (request.path.endsWith('/v1/config')) return [200, { defaults: {}, overrides: {}, ...this.config }];
    const start = request.path.indexOf('/v1/') + 4 + (this.prefix === '' ? 0 : this.prefix.length + 1);
    const [first, namespace, kind, name] = request.path
      .slice(start)
      .split('/')
      .map((part) => decodeURIComponent(part).replaceAll('\u001f', '.'));
    if (first === 'tables') return this.#rename(request.body);
    if (namespace === undefined) {
      if (method === 'POST') return this.#createNamespace((request.body['namespace'] as string[]).join('.'));
      const parent = query.get('parent')?.replaceAll('\u001f', '.');
      const depth = parent === undefined ? 1 : parent.split('.').length + 1;
      const names = [...this.namespaces].filter(
        (item) => item.split('.').length === depth && (parent === undefined || item.startsWith(`${parent}.`)),
      );
      return this.#page(
        query,
        'namespaces',
        names.map((item) => item.split('.')),
      );
    }
    if (!this.namespaces.has(namespace)) return failure(404, 'NoSuchNamespaceException');
    if (kind === undefined) {
      if (method === 'GET') return [200, { namespace: namespace.split('.'), properties: {} }];
      if ([...this.tables.keys()].some((key) => key.startsWith(`${namespace}/`)))
        return failure(409, 'NamespaceNotEmptyException');
      this.namespaces.delete(namespace);
      return [204, ''];
    }
    if (name === undefined) {
      if (method === 'POST') return this.#create(namespace, request.body);
      const keys = [...this.tables.keys()].filter((key) => key.startsWith(`${namespace}/`));
      const identifiers = keys.map((key) => ({
        namespace: namespace.split('.'),
        name: key.slice(namespace.length + 1),
      }));
      return this.#page(query, 'identifiers', identifiers);
    }
    const key = `${namespace}/${name}`;
    if (!this.tables.has(key)) return failure(404, 'NoSuchTableException');
    if (request.path.endsWith('/credentials')) return [200, this.access];
    if (method === 'HEAD') return [204, ''];
    if (method === 'GET') return this.#load(key);
    if (method === 'POST') return this.#commit(key, request.body);
    this.tables.delete(key);
    return [204, ''];
  }

  #createNamespace(name: string): Answer {
    if (this.namespaces.has(name)) return failure(409, 'AlreadyExistsException');
    this.namespaces.add(name);
    return [200, { namespace: name.split('.'), properties: {} }];
  }

  #page(query: URLSearchParams, key: string, all: readonly unknown[]): Answer {
    const from = Number(query.get('pageToken') ?? 0);
    const next = from + this.pageSize < all.length ? { 'next-page-token': String(from + this.pageSize) } : {};
    return [200, { [key]: all.slice(from, from + this.pageSize), ...next }];
  }

  #create(namespace: string, body: JsonRecord): Answer {
    const key = `${namespace}/${body['name']}`;
    if (this.tables.has(key)) return failure(409, 'AlreadyExistsException');
    const { 'format-version': version = '2', ...properties } = body['properties'] as Record<string, string>;
    const base = createMetadata({
      schema: { fields: [{ name: 'x', type: 'int' }] },
      location: `${this.#location}/${namespace.replaceAll('.', '/')}/${body['name']}`,
      now: this.#now++,
      uuidBytes: crypto.getRandomValues(new Uint8Array(16)),
      formatVersion: Number(version) as 2 | 3,
      properties,
    });
    const schema = readSchema(body['schema']);
    const spec = readSpec(body['partition-spec'] as JsonRecord);
    const order = body['write-order'] as JsonRecord | undefined;
    const sortOrders = order === undefined ? base.sortOrders : [readSortOrder(order)];
    this.tables.set(key, {
      ...base,
      schemas: [schema],
      lastColumnId: Math.max(...fieldsById(schema).keys()),
      partitionSpecs: [spec],
      lastPartitionId: 999 + spec.fields.length,
      sortOrders,
      defaultSortOrderId: sortOrders[0]!.orderId,
    });
    return this.#load(key);
  }

  #load(key: string): Answer {
    const metadata = this.tables.get(key)!;
    const rest = JSON.stringify({ 'metadata-location': this.#fileOf(metadata), ...this.access });
    return [200, `{"metadata": ${printTableMetadata(metadata)}, ${rest.slice(1)}`];
  }

  #fileOf(metadata: TableMetadata): string {
    return `${metadata.location}/metadata/${metadata.metadataLog.length}-${metadata.lastUpdatedMs}.metadata.json`;
  }

  #commit(key: string, body: JsonRecord): Answer {
    const metadata = this.tables.get(key)!;
    try {
      checkRequirements(metadata, (body['requirements'] as JsonRecord[]).map(requirementOf), key);
    } catch (error) {
      if (error instanceof IcebergError) return failure(409, 'CommitFailedException');
      throw error;
    }
    const previous = { metadataFile: this.#fileOf(metadata), timestampMs: metadata.lastUpdatedMs };
    const updates = (body['updates'] as JsonRecord[]).map(updateOf);
    this.tables.set(key, applyUpdates(metadata, updates, { now: this.#now++, previous }));
    return this.#load(key);
  }

  #rename(body: JsonRecord): Answer {
    const [from, to] = ['source', 'destination'].map((side) => {
      const { namespace, name } = body[side] as { namespace: string[]; name: string };
      return `${namespace.join('.')}/${name}`;
    }) as [string, string];
    const metadata = this.tables.get(from);
    if (metadata === undefined) return failure(404, 'NoSuchTableException');
    if (this.tables.has(to)) return failure(409, 'AlreadyExistsException');
    this.tables.delete(from);
    this.tables.set(to, metadata);
    return [204, ''];
  }
}
