import { describe, expect, it } from 'vitest';
import { InProcessRest } from '../../../test/support/in-process-rest.js';
import { batchFromRows } from '../../arrow/batch-from-rows.js';
import { IcebergError, type IcebergErrorCode } from '../../error.js';
import { MemoryStorage } from '../../storage/memory/memory-storage.js';
import type { Storage } from '../../storage/storage.js';
import { bearer } from './rest-auth.js';
import { RestCatalog, type RestCatalogOptions } from './rest-catalog.js';

const sleep = async (): Promise<void> => undefined;
const ID = { namespace: 'a.b', name: 't/1' };
const SCHEMA = { fields: [{ name: 'id', type: 'long' as const }] };

async function open(options: Partial<RestCatalogOptions> = {}, namespaces: readonly string[] = ['a', 'a.b']) {
  const server = new InProcessRest('memory://lake');
  for (const namespace of namespaces) server.namespaces.add(namespace);
  const storage = new MemoryStorage();
  const catalog = new RestCatalog({
    uri: 'https://catalog.test/api/',
    fetch: (url, init) => server.fetch(url, init),
    storage,
    sleep,
    ...options,
  });
  return { server, storage, catalog };
}

const codeOf = async (work: Promise<unknown>): Promise<IcebergErrorCode> =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) =>
      error instanceof IcebergError ? error.code : expect.unreachable(`no typed error: ${String(error)}`),
  );

describe('configuration', () => {
  it('asks once, with the warehouse, and puts the prefix into every path', async () => {
    const { server, catalog } = await open({ warehouse: 'arn:x', properties: { prefix: 'mine' } });
    server.config = { defaults: { prefix: 'theirs' }, overrides: { prefix: 'arn%3Ax' } };
    server.prefix = 'arn%3Ax';
    await catalog.createTable(ID, { schema: SCHEMA });
    await catalog.tableExists(ID);
    expect(server.received.map(({ method, path, query }) => `${method} ${path} ${query}`)).toEqual([
      'GET /api/v1/config warehouse=arn%3Ax',
      'POST /api/v1/arn%3Ax/namespaces/a%1Fb/tables ',
      'GET /api/v1/arn%3Ax/namespaces/a%1Fb/tables/t%2F1 ',
    ]);
  });

  it('joins the levels of a namespace as the server says', async () => {
    const { server, catalog } = await open();
    server.config = { overrides: { 'namespace-separator': '%2E' } };
    await catalog.listTables('a.b');
    expect(server.received.at(-1)?.path).toBe('/api/v1/namespaces/a.b/tables');
  });

  it('asks again after a failure', async () => {
    const { server, catalog } = await open();
    server.intercept = () => [400, 'no'];
    expect(await codeOf(catalog.listTables())).toBe('INVALID_ARGUMENT');
    server.intercept = () => undefined;
    expect(await catalog.listTables()).toEqual([]);
  });

  it('refuses what the server does not list, without asking it', async () => {
    const { server, catalog } = await open();
    server.config = { endpoints: ['GET /v1/{prefix}/namespaces/{namespace}/tables/{table}'] };
    expect(await codeOf(catalog.createTable(ID, { schema: SCHEMA }))).toBe('UNSUPPORTED_FEATURE');
    expect(await codeOf(catalog.renameTable(ID, { namespace: 'a', name: 'x' }))).toBe('UNSUPPORTED_FEATURE');
    expect(await codeOf(catalog.loadTable(ID))).toBe('TABLE_NOT_FOUND');
    expect(server.received.length).toBe(2);
  });

  it('looks for a table with HEAD where the server offers it', async () => {
    const { server, catalog } = await open();
    server.config = { endpoints: ['HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}'] };
    expect(await catalog.tableExists(ID)).toBe(false);
    expect(server.received.at(-1)?.method).toBe('HEAD');
  });
});

describe('names', () => {
  it('makes, lists and drops namespaces, page by page', async () => {
    const { server, catalog } = await open({}, []);
    server.pageSize = 2;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'a.x', 'a.y', 'a.z']) await catalog.namespaces.create(name);
    expect(await catalog.namespaces.list()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await catalog.namespaces.list('a')).toEqual(['a.x', 'a.y', 'a.z']);
    expect(await codeOf(catalog.namespaces.create('a'))).toBe('NAMESPACE_ALREADY_EXISTS');
    await catalog.namespaces.drop('b');
    expect([await catalog.namespaces.exists('b'), await catalog.namespaces.exists('c')]).toEqual([
      false,
      true,
    ]);
    expect(await codeOf(catalog.namespaces.drop('b'))).toBe('NAMESPACE_NOT_FOUND');
    await catalog.createTable({ namespace: 'a.x', name: 't' }, { schema: SCHEMA });
    expect(await codeOf(catalog.namespaces.drop('a.x'))).toBe('NAMESPACE_NOT_EMPTY');
    expect(await catalog.listTables()).toEqual([{ namespace: 'a.x', name: 't' }]);
  });

  it('renames a table, and says what stands in the way', async () => {
    const { catalog } = await open();
    const to = { namespace: 'a', name: 'u' };
    await catalog.createTable(ID, { schema: SCHEMA });
    await catalog.renameTable(ID, to);
    expect([await catalog.tableExists(ID), await catalog.tableExists(to)]).toEqual([false, true]);
    expect(await codeOf(catalog.renameTable(ID, to))).toBe('TABLE_NOT_FOUND');
    await catalog.createTable(ID, { schema: SCHEMA });
    expect(await codeOf(catalog.renameTable(ID, to))).toBe('TABLE_ALREADY_EXISTS');
  });

  it('says that the namespace of a new table is missing', async () => {
    const { catalog } = await open({}, []);
    expect(await codeOf(catalog.createTable(ID, { schema: SCHEMA }))).toBe('NAMESPACE_NOT_FOUND');
  });

  it('passes the wish to purge on', async () => {
    const { server, catalog } = await open();
    await catalog.createTable(ID, { schema: SCHEMA });
    await catalog.dropTable(ID, { purge: true });
    expect(server.received.at(-1)?.query.get('purgeRequested')).toBe('true');
  });
});

describe('commits', () => {
  const typed: [number, string, IcebergErrorCode][] = [
    [400, 'BadRequestException', 'INVALID_ARGUMENT'],
    [401, 'NotAuthorizedException', 'NOT_AUTHENTICATED'],
    [403, 'ForbiddenException', 'ACCESS_DENIED'],
    [404, 'NoSuchTableException', 'TABLE_NOT_FOUND'],
    [409, 'CommitFailedException', 'COMMIT_CONFLICT'],
    [419, 'AuthenticationTimeoutException', 'NOT_AUTHENTICATED'],
  ];
  it.each(typed)('answered %i %s are certainly not made: %s, files deleted', async (status, type, code) => {
    const { server, storage, catalog } = await open();
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    server.intercept = ({ method }) =>
      method === 'POST' ? [status, { error: { type, message: 'no', code: status } }] : undefined;
    expect(await codeOf(table.append(batchFromRows(table.schema(), [{ id: 1 }]), { retries: 1 }))).toBe(code);
    for await (const { path } of storage.list('memory://lake')) expect.unreachable(path);
  });

  it.each([500, 502, 503, 504, 200])('answered %i are looked for in the table', async (status) => {
    const { server, catalog } = await open();
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    let lost = 0;
    server.intercept = (request) => {
      if (request.method !== 'POST' || lost++ > 0) return undefined;
      // Does the work, then answers wrongly.
      const { intercept } = server;
      server.intercept = () => undefined;
      void server.fetch(`https://catalog.test${request.path}`, {
        method: 'POST',
        headers: {},
        body: lastBody,
      });
      server.intercept = intercept;
      return [status, '{"metadata": '];
    };
    let lastBody = '';
    const { fetch } = server;
    server.fetch = (url, init) => {
      lastBody = init.body ?? '';
      return fetch(url, init);
    };
    const { table: after, attempts } = await table.append(batchFromRows(table.schema(), [{ id: 1 }]));
    expect([await after.scan().count(), after.snapshots().length, attempts]).toEqual([1, 1, 1]);
  });

  it('take a conflict with their own earlier sending for what it is', async () => {
    // As a proxy does that repeats requests: the answer is that of the second.
    const { server, catalog } = await open({
      fetch: async (url, init) => {
        if (init.method === 'POST' && url.endsWith('t%2F1')) await server.fetch(url, init);
        return server.fetch(url, init);
      },
    });
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    const { table: after, attempts } = await table.append(batchFromRows(table.schema(), [{ id: 1 }]));
    expect([await after.scan().count(), after.snapshots().length, attempts]).toEqual([1, 1, 1]);
  });

  it('of properties alone are unknown when the answer is lost', async () => {
    const { server, catalog } = await open();
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    server.intercept = ({ method }) => (method === 'POST' ? [502, 'bad gateway'] : undefined);
    const commit = table.transaction().setProperties({ a: '1' }).commit();
    expect(await codeOf(commit)).toBe('COMMIT_STATE_UNKNOWN');
  });

  it('are repeated under one key where the server knows keys', async () => {
    const { server, catalog } = await open();
    server.config = { 'idempotency-key-lifetime': 'PT30M' };
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    let left = 2;
    server.intercept = ({ method }) => (method === 'POST' && left-- > 0 ? [502, 'bad gateway'] : undefined);
    await table.transaction().setProperties({ a: '1' }).commit();
    const keys = server.received
      .filter(({ method, path }) => method === 'POST' && path.endsWith('t%2F1'))
      .map(({ headers }) => headers['idempotency-key']);
    expect(keys.length).toBe(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('carry 64-bit ids exactly, there and back', async () => {
    const randomBytes = (length: number) => new Uint8Array(length).fill(0xff);
    const { server, catalog } = await open({ randomBytes });
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    const { snapshotId } = await table.append(batchFromRows(table.schema(), [{ id: 1 }]));
    expect(snapshotId).toBe(0x7fffffffffffffffn);
    expect(server.tables.get('a.b/t/1')?.currentSnapshotId).toBe(0x7fffffffffffffffn);
  });
});

describe('storage', () => {
  it('is made from what the server vends: the longest prefix wins, and it can be asked for anew', async () => {
    const made: { config: Readonly<Record<string, string>>; fresh: Readonly<Record<string, string>> }[] = [];
    const files = new MemoryStorage();
    const storage = async (access: {
      config: Readonly<Record<string, string>>;
      reload: () => Promise<Readonly<Record<string, string>>>;
    }): Promise<Storage> => {
      made.push({ config: access.config, fresh: await access.reload() });
      return files;
    };
    const { server, catalog } = await open({ storage });
    server.access = {
      config: { region: 'x', key: 'general' },
      'storage-credentials': [
        { prefix: 'memory://', config: { key: 'broad' } },
        { prefix: 'memory://lake/a', config: { key: 'narrow' } },
        { prefix: 'memory://elsewhere/and/longer', config: { key: 'other' } },
      ],
    };
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    await table.refresh();
    expect(made).toEqual([{ config: { region: 'x', key: 'narrow' }, fresh: { region: 'x', key: 'narrow' } }]);
    expect(server.received[1]?.headers['x-iceberg-access-delegation']).toBe('vended-credentials');
  });
});

it('adds its headers and token to every request', async () => {
  const { server, catalog } = await open({ auth: bearer('secret'), headers: { 'x-realm': 'r' } });
  await catalog.listTables();
  for (const { headers } of server.received)
    expect(headers).toMatchObject({ authorization: 'Bearer secret', 'x-realm': 'r' });
});

it('waits as long as the server asks before it tries again', async () => {
  const pauses: number[] = [];
  const { server, catalog } = await open({
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    random: () => 0,
    fetch: async (url, init) => {
      const answer = await server.fetch(url, init);
      return { ...answer, headers: { get: (name) => (name === 'retry-after' ? '3' : null) } };
    },
  });
  let left = 2;
  server.intercept = () => (left-- > 0 ? [429, 'slow down'] : undefined);
  await catalog.listTables();
  expect(pauses).toEqual([3000, 3000]);
});

it('tells why a server was not reached', async () => {
  const refused = new AggregateError([], '');
  const { catalog } = await open({
    fetch: () =>
      Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(refused, { code: 'ECONNREFUSED' }) }),
      ),
  });
  await expect(catalog.listTables()).rejects.toMatchObject({
    code: 'CATALOG_FAILED',
    retryable: true,
    message:
      'The catalog could not tell its configuration: GET https://catalog.test/api/v1/config failed: fetch failed: ECONNREFUSED.',
    context: { method: 'GET', url: 'https://catalog.test/api/v1/config' },
  });
});

it.each(['', 'foo', 'localhost:8181', '/v1', 'ftp://catalog.test', undefined as unknown as string])(
  'refuses %j as the address of a catalog',
  (uri) => {
    expect(() => new RestCatalog({ uri })).toThrowError(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('uri') }),
    );
  },
);
