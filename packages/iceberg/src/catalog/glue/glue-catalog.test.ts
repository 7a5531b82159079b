import { describe, expect, it } from 'vitest';
import { glueError, StrictGlue } from '../../../test/support/strict-glue.js';
import { batchFromRows } from '../../arrow/batch-from-rows.js';
import { IcebergError, type IcebergErrorCode } from '../../error.js';
import { MemoryStorage } from '../../storage/memory/memory-storage.js';
import { GlueCatalog } from './glue-catalog.js';
import type { GlueCommandSender } from './glue-client.js';
import { glueType } from './glue-columns.js';

const sleep = async (): Promise<void> => undefined;
const ID = { namespace: 'raw', name: 'orders' };
const SCHEMA = { fields: [{ name: 'id', type: 'long' as const }] };

async function open(wrap: (glue: StrictGlue) => GlueCommandSender = (glue) => glue) {
  const glue = new StrictGlue();
  const storage = new MemoryStorage();
  const catalog = new GlueCatalog({ client: wrap(glue), storage, warehouse: 'memory://lake/', sleep });
  await catalog.namespaces.create('raw');
  const files = async (): Promise<string[]> => {
    const paths: string[] = [];
    for await (const { path } of storage.list('memory://lake')) paths.push(path);
    return paths;
  };
  return { glue, storage, catalog, files };
}

const codeOf = async (work: Promise<unknown>): Promise<IcebergErrorCode> =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => (error instanceof IcebergError ? error.code : expect.unreachable(String(error))),
  );

const appendOne = async (catalog: GlueCatalog, options = {}) => {
  const table = await catalog.loadTable(ID);
  return table.append(batchFromRows(table.schema(), [{ id: 1 }]), options);
};

it('moves the pointer under the version it read, and skips the archive', async () => {
  const { glue, catalog } = await open();
  const created = await catalog.createTable(ID, { schema: SCHEMA });
  const { table } = await appendOne(catalog);
  expect(glue.updates).toHaveLength(1);
  expect(glue.updates[0]).toMatchObject({ VersionId: '0', SkipArchive: true });
  expect(glue.tables.get('raw/orders')?.Parameters).toEqual({
    EXTERNAL: 'TRUE',
    table_type: 'ICEBERG',
    metadata_location: table.metadataLocation,
    previous_metadata_location: created.metadataLocation,
  });
  expect(table.metadataLocation).toMatch(
    /^memory:\/\/lake\/raw\.db\/orders\/metadata\/00001-.+\.metadata\.json$/,
  );
});

it('keeps what others set on the Glue table', async () => {
  const { glue, catalog } = await open();
  await catalog.createTable(ID, { schema: SCHEMA });
  const table = glue.tables.get('raw/orders')!;
  glue.tables.set('raw/orders', {
    ...table,
    Owner: 'finance',
    Description: 'orders',
    Parameters: { ...table.Parameters, 'lakeformation.tag': 'x' },
    StorageDescriptor: { ...table.StorageDescriptor, NumberOfBuckets: 3 },
  });
  await appendOne(catalog);
  expect(glue.tables.get('raw/orders')).toMatchObject({
    Owner: 'finance',
    Description: 'orders',
    Parameters: { 'lakeformation.tag': 'x' },
    StorageDescriptor: { NumberOfBuckets: 3 },
  });
});

it('keeps the columns in step with the schema, comments cut', async () => {
  const { glue, catalog } = await open();
  const table = await catalog.createTable(ID, {
    schema: { fields: [{ name: 'id', type: 'long', required: true, doc: `${'x'.repeat(254)}😀` }] },
  });
  await table
    .transaction()
    .addColumns([{ name: 'amount', type: 'decimal(10, 2)' }])
    .commit();
  const columns = glue.tables.get('raw/orders')?.StorageDescriptor?.Columns ?? [];
  expect(columns.map(({ Name, Type, Comment }) => [Name, Type, Comment?.length])).toEqual([
    ['id', 'bigint', 254],
    ['amount', 'decimal(10,2)', undefined],
  ]);
  expect(columns[0]?.Parameters).toEqual({
    'iceberg.field.id': '1',
    'iceberg.field.optional': 'false',
    'iceberg.field.current': 'true',
  });
});

it('spells every type as Hive does', () => {
  const field = (id: number, name: string, type: never) => ({ id, name, required: false, type });
  const nested = {
    type: 'struct',
    fields: [
      field(1, 'a', { type: 'list', elementId: 2, element: 'uuid', elementRequired: false } as never),
      field(3, 'b', {
        type: 'map',
        keyId: 4,
        key: 'string',
        valueId: 5,
        value: 'timestamptz',
        valueRequired: false,
      } as never),
      field(6, 'c', 'fixed[16]' as never),
      field(7, 'd', 'time' as never),
    ],
  } as const;
  expect(glueType(nested)).toBe('struct<a:array<string>,b:map<string,timestamp>,c:binary,d:string>');
});

it('refuses to commit where Glue tells no VersionId', async () => {
  const { glue, catalog, files } = await open();
  await catalog.createTable(ID, { schema: SCHEMA });
  glue.tellsVersion = false;
  const before = await files();
  expect(await codeOf(appendOne(catalog))).toBe('UNSUPPORTED_FEATURE');
  expect(await files()).toEqual(before);
});

it('puts tables where their database says', async () => {
  const { catalog } = await open();
  await catalog.namespaces.create('curated', { location: 'memory://lake/elsewhere/' });
  const table = await catalog.createTable({ namespace: 'curated', name: 't' }, { schema: SCHEMA });
  expect(table.location).toBe('memory://lake/elsewhere/t');
});

it('lists Iceberg tables only, page by page', async () => {
  const { glue, catalog } = await open();
  glue.pageSize = 2;
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await catalog.createTable({ ...ID, name }, { schema: SCHEMA });
  glue.tables.set('raw/view', { Name: 'view', Parameters: {} });
  expect((await catalog.listTables()).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await codeOf(catalog.loadTable({ ...ID, name: 'view' }))).toBe('TABLE_NOT_FOUND');
  expect(await catalog.tableExists({ ...ID, name: 'view' })).toBe(false);
});

describe('what is wrong is said before anything is written', () => {
  it.each([
    [{ namespace: 'raw-eu', name: 't' }, 'INVALID_NAME'],
    [{ namespace: 'a.b', name: 't' }, 'INVALID_NAME'],
    [{ namespace: 'none', name: 't' }, 'NAMESPACE_NOT_FOUND'],
  ] as const)('%o: %s', async (identifier, code) => {
    const { catalog, files } = await open();
    expect(await codeOf(catalog.createTable(identifier, { schema: SCHEMA }))).toBe(code);
    expect(await files()).toEqual([]);
  });

  it('a column name that Glue cannot hold', async () => {
    const { catalog, files } = await open();
    const schema = { fields: [{ name: 'x'.repeat(256), type: 'long' as const }] };
    expect(await codeOf(catalog.createTable(ID, { schema }))).toBe('INVALID_NAME');
    expect(await files()).toEqual([]);
  });
});

describe('a move that Glue refuses leaves the table and its files as they were', () => {
  it.each([
    ['AccessDeniedException', 'ACCESS_DENIED'],
    ['InvalidInputException', 'INVALID_ARGUMENT'],
    ['EntityNotFoundException', 'TABLE_NOT_FOUND'],
    ['ResourceNumberLimitExceededException', 'CATALOG_FAILED'],
    ['ConcurrentModificationException', 'COMMIT_CONFLICT'],
  ] as const)('%s: %s', async (name, code) => {
    let refusing = false;
    const { catalog, files } = await open((glue) => ({
      send: (command) =>
        refusing && command.constructor.name === 'UpdateTableCommand'
          ? Promise.reject(glueError(name))
          : glue.send(command),
    }));
    await catalog.createTable(ID, { schema: SCHEMA });
    const before = await files();
    refusing = true;
    expect(await codeOf(appendOne(catalog, { retries: 1 }))).toBe(code);
    expect(await files()).toEqual(before);
  });
});

it('takes a conflict with its own earlier sending for what it is', async () => {
  // As the SDK does where it does not get the answer: the same request twice.
  const { catalog } = await open((glue) => ({
    send: async (command) => {
      if (command.constructor.name === 'UpdateTableCommand') await glue.send(command);
      return glue.send(command);
    },
  }));
  await catalog.createTable(ID, { schema: SCHEMA });
  const { table, attempts } = await appendOne(catalog);
  expect([await table.scan().count(), attempts]).toEqual([1, 1]);
});

it('finds its commit though another one followed before the answer was lost', async () => {
  let follow: (() => Promise<unknown>) | null = null;
  const { catalog } = await open((glue) => ({
    send: async (command) => {
      const answer = await glue.send(command);
      if (command.constructor.name !== 'UpdateTableCommand' || follow === null) return answer;
      const next = follow;
      follow = null;
      await next();
      throw new Error('socket hang up');
    },
  }));
  await catalog.createTable(ID, { schema: SCHEMA });
  follow = async () => {
    for (let turn = 0; turn < 3; turn++) await appendOne(catalog);
  };
  await appendOne(catalog);
  const table = await catalog.loadTable(ID);
  expect([await table.scan().count(), table.snapshots().length]).toEqual([4, 4]);
});

it('begins again when its request got lost and another commit took its place', async () => {
  let competitor: (() => Promise<unknown>) | null = null;
  const { glue, catalog, files } = await open((inner) => ({
    send: async (command) => {
      if (command.constructor.name !== 'UpdateTableCommand' || competitor === null)
        return inner.send(command);
      const next = competitor;
      competitor = null;
      await next();
      throw new Error('socket hang up');
    },
  }));
  await catalog.createTable(ID, { schema: SCHEMA });
  competitor = () => appendOne(catalog);
  const { table, attempts } = await appendOne(catalog);
  expect([await table.scan().count(), attempts, glue.updates.length]).toEqual([2, 2, 2]);
  // Three versions: the one that was not published is gone.
  expect((await files()).filter((path) => path.endsWith('.metadata.json'))).toHaveLength(3);
});

describe('a lost answer where the log of metadata files does not reach back', () => {
  const META = { [`write.metadata.previous-versions-max`]: '1' };
  it.each([
    ['is settled by the snapshot', { rows: true, overwritten: false }, 'made'],
    ['is settled without one by what the table has become', { rows: false, overwritten: false }, 'made'],
    ['is unknown where nothing of it is left', { rows: false, overwritten: true }, 'COMMIT_STATE_UNKNOWN'],
  ] as const)('%s', async (_name, { rows, overwritten }, expected) => {
    let follow: (() => Promise<unknown>) | null = null;
    const { catalog } = await open((glue) => ({
      send: async (command) => {
        const answer = await glue.send(command);
        if (command.constructor.name !== 'UpdateTableCommand' || follow === null) return answer;
        const next = follow;
        follow = null;
        await next();
        throw new Error('socket hang up');
      },
    }));
    await catalog.createTable(ID, { schema: SCHEMA, properties: META });
    follow = async () => {
      for (let turn = 0; turn < 3; turn++) await appendOne(catalog);
      if (overwritten) await (await catalog.loadTable(ID)).setProperties({ a: '2' });
    };
    const table = await catalog.loadTable(ID);
    const commit = rows ? appendOne(catalog) : table.setProperties({ a: '1' });
    const outcome = commit.then(
      () => 'made',
      (error: IcebergError) => error.code,
    );
    expect(await outcome).toBe(expected);
  });
});

it('drops a table whose metadata file is gone, and never purges a whole bucket', async () => {
  const { glue, storage, catalog, files } = await open();
  const table = await catalog.createTable(ID, { schema: SCHEMA });
  const text = new TextDecoder().decode(await storage.read(table.metadataLocation));
  const moved = text.replaceAll(table.location, 'memory://lake');
  await storage.write(table.metadataLocation, new TextEncoder().encode(moved));
  expect(await codeOf(catalog.dropTable(ID, { purge: true }))).toBe('INVALID_ARGUMENT');
  expect([glue.tables.size, (await files()).length]).toEqual([1, 1]);
  await storage.delete([table.metadataLocation]);
  await catalog.dropTable(ID);
  expect(glue.tables.size).toBe(0);
});

it('cleans up after a create that lost the name to another', async () => {
  const { glue, catalog, files } = await open((inner) => ({
    send: async (command) => {
      if (command.constructor.name === 'CreateTableCommand')
        inner.tables.set('raw/orders', { Name: 'orders', VersionId: '0', Parameters: {} });
      return inner.send(command);
    },
  }));
  expect(await codeOf(catalog.createTable(ID, { schema: SCHEMA }))).toBe('TABLE_ALREADY_EXISTS');
  expect([await files(), glue.tables.size]).toEqual([[], 1]);
});

it('knows its own table when the answer to the create was lost', async () => {
  let lose = true;
  const { catalog } = await open((glue) => ({
    send: async (command) => {
      const answer = await glue.send(command);
      if (command.constructor.name !== 'CreateTableCommand' || !lose) return answer;
      lose = false;
      throw new Error('socket hang up');
    },
  }));
  const table = await catalog.createTable(ID, { schema: SCHEMA });
  expect((await catalog.loadTable(ID)).uuid).toBe(table.uuid);
});
