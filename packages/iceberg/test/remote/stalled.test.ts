import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GlueCatalog } from '../../src/catalog/glue/index.js';
import { oauth2, RestCatalog, type RestCatalogOptions } from '../../src/catalog/rest/index.js';
import { type AbortOptions, type Catalog, FolderCatalog, MemoryStorage } from '../../src/index.js';
import { S3Storage } from '../../src/storage/s3/index.js';
import { InProcessRest } from '../support/in-process-rest.js';
import { emulatorClient } from '../support/moto.js';
import { StrictGlue } from '../support/strict-glue.js';

/** Takes requests and never answers. */
let server: Server;
let endpoint: string;
const sockets = new Set<Socket>();
let onRequest: (method: string, url: string) => void = () => undefined;
/** Requests whose connection the client has given up. */
let onClose: () => void = () => undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.on('close', () => onClose());
    onRequest(request.method ?? '', request.url ?? '');
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const ID = { namespace: 'raw', name: 'orders' };
const SCHEMA = { fields: [{ name: 'id', type: 'long' }] } as const;

type Call = (options: AbortOptions) => Promise<unknown>;

/** Aborts a call when its request is there; gives the error, once the connection was given up. */
async function abortWhenAsked(call: Call): Promise<{ error: unknown; reason: unknown; asked: string }> {
  const controller = new AbortController();
  let asked = '';
  const closed = new Promise<void>((resolve) => {
    onClose = resolve;
  });
  onRequest = (method, url) => {
    asked = `${method} ${url}`;
    controller.abort(new Error('enough'));
  };
  const error: unknown = await call({ signal: controller.signal }).then(
    () => expect.unreachable('nobody has answered'),
    (cause: unknown) => cause,
  );
  await closed;
  return { error, reason: controller.signal.reason, asked };
}

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);
const taken = async (items: AsyncIterable<unknown>): Promise<void> => {
  for await (const _item of items) expect.unreachable('nobody has answered');
};

describe('S3Storage, whose store does not answer', () => {
  const CALLS: Record<string, (storage: S3Storage, options: AbortOptions) => Promise<unknown>> = {
    read: (storage, options) => storage.read('s3://lake/f', options),
    'read of a part': (storage, options) =>
      storage.read('s3://lake/f', { ...options, range: { start: 0, end: 8 } }),
    stat: (storage, options) => storage.stat('s3://lake/f', options),
    write: (storage, options) => storage.write('s3://lake/f', bytes(8), options),
    'write in parts': (storage, options) => storage.write('s3://lake/f', bytes(2048), options),
    writeIfAbsent: (storage, options) => storage.writeIfAbsent('s3://lake/f', bytes(8), options),
    'writeIfAbsent in parts': (storage, options) =>
      storage.writeIfAbsent('s3://lake/f', bytes(2048), options),
    list: (storage, options) => taken(storage.list('s3://lake/t', options)),
    delete: (storage, options) => storage.delete(['s3://lake/f'], options),
  };

  test.each(Object.entries(CALLS))(
    'ends %s when the signal fires, and its connection',
    async (_name, call) => {
      const client = new S3Client(emulatorClient(endpoint));
      const storage = new S3Storage({ client, multipartThreshold: 1024 });
      const { error, reason } = await abortWhenAsked((options) => call(storage, options));
      expect(error).toMatchObject({ code: 'ABORTED', cause: reason });
    },
  );

  test('does not hold up a table', async () => {
    const storage = new S3Storage({ client: new S3Client(emulatorClient(endpoint)) });
    const catalog = new FolderCatalog({ warehouse: 's3://lake/w', storage });
    for (const call of callsOf(catalog)) {
      const { error, reason } = await abortWhenAsked(call);
      expect(error).toMatchObject({ code: 'ABORTED', cause: reason });
    }
  });
});

function callsOf(catalog: Catalog): Call[] {
  return [
    (options) => catalog.createTable(ID, { schema: SCHEMA, ...options }),
    (options) => catalog.loadTable(ID, options),
    (options) => catalog.tableExists(ID, options),
    (options) => catalog.listTables(undefined, options),
    (options) => catalog.listTables('raw', options),
    (options) => catalog.dropTable(ID, options),
    (options) => catalog.dropTable(ID, { ...options, purge: true }),
    (options) => catalog.commitTable({ identifier: ID, requirements: [], updates: [] }, options),
  ];
}

describe('RestCatalog', () => {
  test('ends every call to a server that does not answer', async () => {
    const open = (): RestCatalog => new RestCatalog({ uri: endpoint });
    for (const call of [
      ...callsOf(open()),
      (options: AbortOptions) => open().registerTable(ID, 's3://lake/t/metadata/1.metadata.json', options),
      (options: AbortOptions) => open().renameTable(ID, { ...ID, name: 'other' }, options),
      (options: AbortOptions) => open().namespaces.create('raw', {}, options),
      (options: AbortOptions) => open().namespaces.properties('raw', options),
      (options: AbortOptions) => open().namespaces.exists('raw', options),
      (options: AbortOptions) => open().namespaces.list(undefined, options),
      (options: AbortOptions) => open().namespaces.drop('raw', options),
    ]) {
      const controller = new AbortController();
      // The configuration is asked for once for all calls: the request of one may be that of another.
      const work = call({ signal: controller.signal });
      setImmediate(() => controller.abort(new Error('enough')));
      await expect(work).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
    }
  });

  test('does not wait for a token', async () => {
    const auth = oauth2({ clientId: 'me', clientSecret: 'secret' });
    const catalog = new RestCatalog({ uri: endpoint, auth });
    const controller = new AbortController();
    onRequest = (_method, url) => {
      if (url === '/v1/oauth/tokens') controller.abort();
    };
    await expect(catalog.listTables(undefined, { signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });

  /** A server that answers all but the requests of one method and kind. */
  async function behind(
    stalls: (method: string, path: string) => boolean,
    options: Partial<RestCatalogOptions> = {},
  ) {
    const rest = new InProcessRest('memory://lake');
    rest.namespaces.add('raw');
    let stalled: () => void = () => undefined;
    const storage = new MemoryStorage();
    const catalog = new RestCatalog({
      uri: 'https://catalog.test',
      storage,
      fetch: (url, init) => {
        if (!stalls(init.method, new URL(url).pathname)) return rest.fetch(url, init);
        stalled();
        return new Promise(() => undefined);
      },
      ...options,
    });
    const aborted = async (call: Call): Promise<unknown> => {
      const controller = new AbortController();
      stalled = () => controller.abort(new Error('enough'));
      return call({ signal: controller.signal }).then(
        () => expect.unreachable('nobody has answered'),
        (error: unknown) => error,
      );
    };
    return { catalog, storage, aborted };
  }

  test('does not know of a change that was being sent whether it was made', async () => {
    let stall = false;
    const { catalog, storage, aborted } = await behind((method) => stall && method === 'POST');
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    stall = true;
    const unknown = {
      code: 'COMMIT_STATE_UNKNOWN',
      cause: { code: 'ABORTED', cause: { message: 'enough' } },
    };
    expect(
      await aborted((options) =>
        catalog.createTable({ ...ID, name: 'other' }, { schema: SCHEMA, ...options }),
      ),
    ).toMatchObject(unknown);
    expect(
      await aborted((options) =>
        catalog.commitTable({ identifier: ID, requirements: [], updates: [] }, options),
      ),
    ).toMatchObject(unknown);
    const before = await count(storage);
    const error = await aborted((options) => table.append([{ id: 1 }], options));
    expect(error).toMatchObject({ ...unknown, context: { snapshotId: expect.any(BigInt) } });
    // Data file, manifest and manifest list: the commit may have been made.
    expect((await count(storage)) - before).toBe(3);
  });

  test('deletes what it wrote where the signal fires before the change is sent', async () => {
    let stall = false;
    const { catalog, storage, aborted } = await behind((method) => stall && method === 'GET');
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    const before = await count(storage);
    stall = true;
    expect(await aborted((options) => table.append([{ id: 1 }], options))).toMatchObject({ code: 'ABORTED' });
    expect(await count(storage)).toBe(before);
  });

  test('one who gives up takes nothing from those who ask for the configuration with him', async () => {
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const rest = new InProcessRest('memory://lake');
    const catalog = new RestCatalog({
      uri: 'https://catalog.test',
      storage: new MemoryStorage(),
      fetch: async (url, init) => {
        await asked;
        return rest.fetch(url, init);
      },
    });
    const controller = new AbortController();
    const impatient = catalog.listTables(undefined, { signal: controller.signal });
    const patient = catalog.listTables();
    controller.abort();
    await expect(impatient).rejects.toMatchObject({ code: 'ABORTED' });
    answer();
    expect(await patient).toEqual([]);
  });

  test('says which request failed and why, without what is secret', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const sleep = async (): Promise<void> => undefined;
    const uri = `http://127.0.0.1:${port}`;
    const error: unknown = await new RestCatalog({ uri, warehouse: 'w', calls: { attempts: 2 }, sleep })
      .listTables()
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'CATALOG_FAILED',
      retryable: true,
      message: `The catalog could not tell its configuration: GET ${uri}/v1/config failed: fetch failed: connect ECONNREFUSED 127.0.0.1:${port}.`,
      context: { method: 'GET', url: `${uri}/v1/config` },
    });

    const auth = oauth2({ clientId: 'me', clientSecret: 'hush' });
    const noToken: unknown = await new RestCatalog({ uri, auth, calls: { attempts: 1 } })
      .listTables()
      .catch((cause: unknown) => cause);
    expect(noToken).toMatchObject({
      code: 'CATALOG_FAILED',
      message: expect.stringContaining(
        `POST ${uri}/v1/oauth/tokens failed: fetch failed: connect ECONNREFUSED`,
      ),
    });
    expect(String((noToken as Error).message)).not.toContain('hush');

    const slow: unknown = await new RestCatalog({
      uri: endpoint,
      calls: {
        attempts: 1,
        startTimer: (_milliseconds, onEnd) => {
          setImmediate(onEnd);
          return () => undefined;
        },
      },
    })
      .listTables()
      .catch((cause: unknown) => cause);
    expect(slow).toMatchObject({
      code: 'CATALOG_FAILED',
      message: expect.stringMatching(
        /GET http:\/\/127\.0\.0\.1:\d+\/v1\/config failed: no answer within 120000 ms/,
      ),
    });
  });
});

async function count(storage: MemoryStorage): Promise<number> {
  let found = 0;
  for await (const _file of storage.list('memory://lake')) found++;
  return found;
}

describe('GlueCatalog', () => {
  test('ends every call to a service that does not answer, and its connection', async () => {
    const catalog = new GlueCatalog({
      client: new GlueClient(emulatorClient(endpoint)),
      storage: new MemoryStorage(),
      warehouse: 'memory://lake',
    });
    for (const call of [
      ...callsOf(catalog),
      (options: AbortOptions) => catalog.namespaces.create('raw', options),
      (options: AbortOptions) => catalog.namespaces.exists('raw', options),
      (options: AbortOptions) => catalog.namespaces.list(options),
      (options: AbortOptions) => catalog.namespaces.drop('raw', options),
    ]) {
      const { error, reason } = await abortWhenAsked(call);
      expect(error).toMatchObject({ code: 'ABORTED', cause: reason });
    }
  });

  test.each(['CreateTable', 'UpdateTable'])(
    'does not know what became of %s that was being sent',
    async (stalls) => {
      const glue = new StrictGlue();
      const storage = new MemoryStorage();
      let stalled: (() => void) | null = null;
      const catalog = new GlueCatalog({
        client: {
          send: (command) => {
            if (stalled === null || command.constructor.name !== `${stalls}Command`)
              return glue.send(command);
            stalled();
            return new Promise(() => undefined);
          },
        },
        storage,
        warehouse: 'memory://lake',
      });
      await catalog.namespaces.create('raw');
      const table = await catalog.createTable(ID, { schema: SCHEMA });
      const before = await count(storage);
      const controller = new AbortController();
      const { signal } = controller;
      stalled = () => controller.abort();
      const work =
        stalls === 'CreateTable'
          ? catalog.createTable({ ...ID, name: 'other' }, { schema: SCHEMA, signal })
          : table.append([{ id: 1 }], { signal });
      await expect(work).rejects.toMatchObject({ code: 'COMMIT_STATE_UNKNOWN', cause: { code: 'ABORTED' } });
      // The new metadata file, and three of the snapshot, may be part of the table.
      expect((await count(storage)) - before).toBe(stalls === 'CreateTable' ? 1 : 4);
    },
  );
});
