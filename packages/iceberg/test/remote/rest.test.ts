import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, test } from 'vitest';
import { startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { startRestCatalog } from '../../../../scripts/peers/rest-catalog.js';
import { suiteWhere, testWhere } from '../../../../test/support/suite-where.js';
import { type AwsCredentials, RestCatalog, sigV4 } from '../../src/catalog/rest/index.js';
import { batchFromRows, FolderStorage, IcebergError, MemoryStorage } from '../../src/index.js';
import { S3Storage, s3ClientSettings } from '../../src/storage/s3/index.js';
import { catalogContract } from '../../src/testing/index.js';
import { InProcessRest } from '../support/in-process-rest.js';
import type { LossyCalls } from '../support/lossy-calls.js';
import { LOST_TABLE, SCHEMA, tryLostAnswers } from '../support/lost-answers.js';
import { emulatorClient } from '../support/moto.js';

const sleep = async (): Promise<void> => undefined;

const reference = await startRestCatalog();
const ministack = await startAwsEmulator('ministack', { AUTH: 'true', MINISTACK_REGION: 'us-east-1' });
afterAll(async () => {
  await reference.server?.stop();
  await ministack.server?.stop();
});

async function emptyReference(): Promise<RestCatalog> {
  const catalog = new RestCatalog({ uri: reference.server!.endpoint, sleep });
  for (const identifier of await catalog.listTables()) await catalog.dropTable(identifier);
  for (const namespace of ['raw', 'raw.eu'])
    if (!(await catalog.namespaces.exists(namespace))) await catalog.namespaces.create(namespace);
  return catalog;
}

describe('RestCatalog in process', () => {
  for (const { name, run } of catalogContract({
    open: async () => {
      const server = new InProcessRest('memory://lake');
      for (const namespace of ['raw', 'raw.eu']) server.namespaces.add(namespace);
      return new RestCatalog({
        uri: 'https://x.test',
        fetch: server.fetch,
        storage: new MemoryStorage(),
        sleep,
      });
    },
  })) {
    test(name, run);
  }
});

suiteWhere(reference.missing, 'RestCatalog on the reference server', () => {
  for (const { name, run } of catalogContract({ open: emptyReference })) test(name, run);

  test('lists only the endpoints it has, and renames, registers and drops tables', async () => {
    const catalog = await emptyReference();
    const from = { namespace: 'raw', name: 'from' };
    const to = { namespace: 'raw.eu', name: 'to' };
    const table = await catalog.createTable(from, { schema: { fields: [{ name: 'id', type: 'long' }] } });
    await table.append(batchFromRows(table.schema(), [{ id: 1 }]));
    await catalog.renameTable(from, to);
    expect(await catalog.listTables()).toEqual([to]);
    const { metadataLocation } = await catalog.loadTable(to);
    await catalog.dropTable(to);
    const registered = await catalog.registerTable(from, metadataLocation);
    expect(await registered.scan().count()).toBe(1);
    await expect(catalog.namespaces.drop('raw')).rejects.toMatchObject({ code: 'NAMESPACE_NOT_EMPTY' });
  });

  test('takes new columns, upserts and deletes in one table', async () => {
    const catalog = await emptyReference();
    const table = await catalog.createTable(
      { namespace: 'raw', name: 'evolved' },
      { schema: { fields: [{ name: 'id', type: 'long', required: true }] }, partitionBy: ['bucket(2, id)'] },
    );
    await table.append(batchFromRows(table.schema(), [{ id: 1 }, { id: 2 }]));
    const transaction = (await table.refresh()).transaction();
    transaction.addColumns([{ name: 'note', type: 'string' }]);
    await transaction.commit();
    const evolved = await table.refresh();
    const rows = batchFromRows(evolved.schema(), [{ id: 2, note: 'new' }]);
    const { table: after } = await evolved.upsert(rows, { key: ['id'] });
    const seen: unknown[] = [];
    for await (const row of after.scan().rows()) seen.push(row);
    expect(seen).toEqual(
      expect.arrayContaining([
        { id: 1n, note: null },
        { id: 2n, note: 'new' },
      ]),
    );
    expect(seen.length).toBe(2);
  });
});

testWhere(reference.missing, 'a lost call to the reference server never matters', async () => {
  const seen = await tryLostAnswers(
    async (calls) => {
      let lossy: LossyCalls | null = null;
      const catalog = new RestCatalog({
        uri: reference.server!.endpoint,
        fetch: (url, init) => (lossy === null ? fetch(url, init) : lossy.around(() => fetch(url, init))),
        sleep,
        calls: { startTimer: calls.startTimer },
      });
      const { namespace } = LOST_TABLE;
      if (!(await catalog.namespaces.exists(namespace))) await catalog.namespaces.create(namespace);
      if (await catalog.tableExists(LOST_TABLE)) await catalog.dropTable(LOST_TABLE, { purge: true });
      const created = await catalog.createTable(LOST_TABLE, { schema: SCHEMA });
      const { table } = await created.append(batchFromRows(created.schema(), [{ id: 'old', value: 0 }]));
      return {
        catalog,
        table,
        files: new FolderStorage(),
        lose: (on) => {
          lossy = on;
        },
        fresh: async () => {
          lossy = null;
          return await catalog.loadTable(LOST_TABLE);
        },
      };
    },
    { faults: ['fails after', 'hangs after'] },
  );
  expect(Object.keys(seen)).toEqual(['success']);
});

suiteWhere(ministack.missing, 'RestCatalog on S3 Tables of MiniStack, requests signed', () => {
  const endpoint = ministack.server?.endpoint ?? '';
  const arn = 'arn:aws:s3tables:us-east-1:000000000000:bucket/lake';
  const open = (credentials: AwsCredentials): RestCatalog =>
    new RestCatalog({
      uri: `${endpoint}/iceberg`,
      warehouse: arn,
      auth: sigV4({ service: 's3tables', region: 'us-east-1', credentials }),
      storage: ({ config }) =>
        new S3Storage({
          client: new S3Client({ ...emulatorClient(endpoint), ...s3ClientSettings(config), endpoint }),
        }),
      sleep,
    });
  const ID = { namespace: 'raw', name: 'orders' };
  const SCHEMA = { fields: [{ name: 'id', type: 'long' as const, required: true }] };

  test('creates, appends, upserts and conflicts', async () => {
    await signedRequest(endpoint, 's3tables', 'PUT', '/buckets', JSON.stringify({ name: 'lake' }));
    const catalog = open(await newUser(endpoint));
    await catalog.namespaces.create('raw');
    const table = await catalog.createTable(ID, { schema: SCHEMA });
    await expect(catalog.createTable(ID, { schema: SCHEMA })).rejects.toMatchObject({
      code: 'TABLE_ALREADY_EXISTS',
    });
    const rows = (...ids: number[]) =>
      batchFromRows(
        table.schema(),
        ids.map((id) => ({ id })),
      );
    await table.append(rows(1));
    const { table: after } = await table.append(rows(2));
    await after.upsert(rows(2, 3), { key: ['id'] });
    const conflicting = catalog.commitTable({
      identifier: ID,
      requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', snapshotId: 42n }],
      updates: [{ action: 'set-properties', updates: { a: '1' } }],
    });
    await expect(conflicting).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
    const seen: unknown[] = [];
    for await (const row of (await catalog.loadTable(ID)).scan().rows()) seen.push(row['id']);
    expect(seen.sort()).toEqual([1n, 2n, 3n]);
    expect(await catalog.listTables()).toEqual([ID]);
  });

  test('is refused with the wrong key', async () => {
    const user = await newUser(endpoint);
    expect(await open(user).tableExists({ namespace: 'x', name: 'y' })).toBe(false);
    const error = await open({ ...user, secretAccessKey: 'wrong' })
      .listTables()
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(IcebergError);
    expect(['ACCESS_DENIED', 'NOT_AUTHENTICATED']).toContain((error as IcebergError).code);
  });
});

/** The S3 Tables and IAM calls that set the scene; MiniStack takes its root key as it is, without checking signatures. */
async function signedRequest(
  endpoint: string,
  service: string,
  method: string,
  path: string,
  body: string,
): Promise<string> {
  const url = new URL(`${endpoint}${path}`);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const session = sigV4({ service, region: 'us-east-1', credentials })({
    fetch: globalThis.fetch,
    now: Date.now,
    uri: endpoint,
  });
  const headers = {
    'content-type': service === 'iam' ? 'application/x-www-form-urlencoded' : 'application/json',
  };
  const answer = await fetch(url, {
    method,
    body,
    headers: { ...headers, ...(await session.headers({ method, url, body, headers })) },
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return text;
}

/** A user who may do everything and whose signatures are checked. */
async function newUser(endpoint: string): Promise<AwsCredentials> {
  const UserName = `user-${crypto.randomUUID()}`;
  const iam = (Action: string, more: Record<string, string> = {}): Promise<string> => {
    const form = new URLSearchParams({ Action, Version: '2010-05-08', UserName, ...more });
    return signedRequest(endpoint, 'iam', 'POST', '/', form.toString());
  };
  await iam('CreateUser');
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
  await iam('PutUserPolicy', {
    PolicyName: 'all',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [everything] }),
  });
  const key = await iam('CreateAccessKey');
  const field = (name: string): string => new RegExp(`<${name}>(.+?)</${name}>`).exec(key)![1]!;
  return { accessKeyId: field('AccessKeyId'), secretAccessKey: field('SecretAccessKey') };
}
