import { GlueClient } from '@aws-sdk/client-glue';
import { afterAll, describe, expect, test } from 'vitest';
import { startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { testWhere } from '../../../../test/support/suite-where.js';
import { GlueCatalog } from '../../src/catalog/glue/index.js';
import { batchFromRows, MemoryStorage } from '../../src/index.js';
import { catalogContract } from '../../src/testing/index.js';
import { emulatorClient, emulatorStorage } from '../support/moto.js';
import { StrictGlue } from '../support/strict-glue.js';

const sleep = async (): Promise<void> => undefined;
const { server: moto, missing } = await startAwsEmulator('moto');
afterAll(() => moto?.stop());

describe('GlueCatalog on a Glue that enforces VersionId', () => {
  for (const { name, run } of catalogContract({
    open: async () => {
      const catalog = new GlueCatalog({
        client: new StrictGlue(),
        storage: new MemoryStorage(),
        warehouse: 'memory://lake',
        anyNames: true,
        sleep,
      });
      for (const namespace of ['raw', 'raw.eu']) await catalog.namespaces.create(namespace);
      return catalog;
    },
  })) {
    test(name, run);
  }
});

testWhere(missing, 'GlueCatalog and moto understand each other', async () => {
  const storage = await emulatorStorage(moto!.endpoint, 'glue');
  const client = new GlueClient(emulatorClient(moto!.endpoint));
  const catalog = new GlueCatalog({ client, storage, warehouse: 's3://glue/warehouse', sleep });
  await catalog.namespaces.create('raw');
  await expect(catalog.namespaces.create('raw')).rejects.toMatchObject({ code: 'NAMESPACE_ALREADY_EXISTS' });
  const id = { namespace: 'raw', name: 'orders' };
  await expect(catalog.loadTable(id)).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
  const schema = { fields: [{ name: 'id', type: 'long' as const, required: true, doc: 'its number' }] };
  const table = await catalog.createTable(id, { schema });
  await expect(catalog.createTable(id, { schema })).rejects.toMatchObject({ code: 'TABLE_ALREADY_EXISTS' });
  const rows = (...ids: number[]) =>
    batchFromRows(
      table.schema(),
      ids.map((value) => ({ id: value })),
    );
  await table.append(rows(1, 2));
  const { table: after } = await (await table.refresh()).upsert(rows(2, 3), { key: ['id'] });
  expect(await after.scan().count()).toBe(3);
  expect(await catalog.listTables()).toEqual([id]);
  await catalog.dropTable(id, { purge: true });
  expect(await catalog.tableExists(id)).toBe(false);
  for await (const { path } of storage.list('s3://glue/warehouse')) expect.unreachable(path);
  await catalog.namespaces.drop('raw');
  expect(await catalog.namespaces.list()).toEqual([]);
});
