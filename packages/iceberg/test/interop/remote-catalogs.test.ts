import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GlueClient } from '@aws-sdk/client-glue';
import { afterAll, expect } from 'vitest';
import { emulatorPackages, startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { ensurePythonPeers } from '../../../../scripts/peers/python.js';
import { startRestCatalog } from '../../../../scripts/peers/rest-catalog.js';
import { testWhere } from '../../../../test/support/suite-where.js';
import { GlueCatalog } from '../../src/catalog/glue/index.js';
import { RestCatalog } from '../../src/catalog/rest/index.js';
import { batchFromRows, type Catalog } from '../../src/index.js';
import { emulatorClient, emulatorStorage } from '../support/moto.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('catalog_turn.py', import.meta.url));
const ID = { namespace: 'raw', name: 'shared' };

const { peers: python, missing } = await ensurePythonPeers();
const reference = await startRestCatalog();
const moto = await startAwsEmulator('moto');
afterAll(async () => {
  await reference.server?.stop();
  await moto.server?.stop();
});

/** We write, PyIceberg reads and appends through the same catalog, we write again. */
async function takeTurns(
  catalog: Catalog,
  properties: Record<string, string>,
  packages: readonly string[] = [],
): Promise<void> {
  const schema = {
    fields: [
      { name: 'id', type: 'long' as const, required: true },
      { name: 'note', type: 'string' as const },
    ],
  };
  const table = await catalog.createTable(ID, { schema });
  const rows = (...notes: [number, string][]) =>
    batchFromRows(
      table.schema(),
      notes.map(([id, note]) => ({ id, note })),
    );
  await table.append(rows([1, 'a'], [2, 'b'], [3, 'c']));
  await (await table.refresh()).upsert(rows([2, 'B']), { key: ['id'] });
  const options = { properties, table: 'raw.shared', append: { id: 4, note: 'theirs' } };
  const { stdout } = await run(python!.python, [script, JSON.stringify(options), ...packages]);
  const ours = [
    { id: 1, note: 'a' },
    { id: 2, note: 'B' },
    { id: 3, note: 'c' },
  ];
  expect(JSON.parse(stdout)).toEqual({
    before: ours,
    after: [...ours, { id: 4, note: 'theirs' }],
    tables: ['raw.shared'],
  });
  const { table: last } = await (await table.refresh()).upsert(rows([4, 'ours'], [5, 'e']), { key: ['id'] });
  const seen: string[] = [];
  for await (const row of last.scan().rows()) seen.push(`${row['id']}${row['note']}`);
  expect(seen.sort()).toEqual(['1a', '2B', '3c', '4ours', '5e']);
}

testWhere(
  missing ?? reference.missing,
  'PyIceberg and we take turns on a table of the reference REST catalog',
  async () => {
    const { endpoint } = reference.server!;
    const catalog = new RestCatalog({ uri: endpoint });
    await catalog.namespaces.create('raw');
    await takeTurns(catalog, { type: 'rest', uri: endpoint });
  },
);

testWhere(missing ?? moto.missing, 'PyIceberg and we take turns on a table of Glue', async () => {
  const { endpoint } = moto.server!;
  const storage = await emulatorStorage(endpoint, 'interop');
  const client = new GlueClient(emulatorClient(endpoint));
  const catalog = new GlueCatalog({ client, storage, warehouse: 's3://interop/warehouse' });
  await catalog.namespaces.create('raw');
  const properties: Record<string, string> = { type: 'glue' };
  for (const service of ['glue', 's3']) {
    properties[`${service}.endpoint`] = endpoint;
    properties[`${service}.region`] = 'us-east-1';
    properties[`${service}.access-key-id`] = 'test';
    properties[`${service}.secret-access-key`] = 'test';
  }
  // PyIceberg needs boto3 for Glue, which comes with moto.
  await takeTurns(catalog, properties, [await emulatorPackages()]);
});
