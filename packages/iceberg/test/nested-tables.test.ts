import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GlueCatalog } from '../src/catalog/glue/index.js';
import {
  batchFromRows,
  type Catalog,
  FolderCatalog,
  FolderStorage,
  MemoryCatalog,
  MemoryStorage,
  openTable,
  type Storage,
  type TableIdentifier,
} from '../src/index.js';
import { StrictGlue } from './support/strict-glue.js';

const OUTER = { namespace: 'raw', name: 'orders' };
const sleep = async (): Promise<void> => undefined;

interface Place {
  catalog: Catalog;
  storage: Storage;
  /** Folder of the outer table. */
  root: string;
}

const inFolder = (warehouse: string, storage: Storage): Place => ({
  catalog: new FolderCatalog({ warehouse, storage, sleep }),
  storage,
  root: `${warehouse}/raw/orders`,
});

const inMemory = (): Place => {
  const storage = new MemoryStorage();
  return {
    catalog: new MemoryCatalog({ storage, sleep }),
    storage,
    root: 'memory://warehouse/raw/orders',
  };
};

/** Databases whose locations are inside the table's. */
const inGlue = async (): Promise<Place> => {
  const storage = new MemoryStorage();
  const catalog = new GlueCatalog({
    client: new StrictGlue(),
    storage,
    warehouse: 'memory://lake',
    anyNames: true,
    sleep,
  });
  const root = 'memory://lake/raw.db/orders';
  await catalog.namespaces.create('raw');
  for (const below of ['', '/data', '/metadata'])
    await catalog.namespaces.create(`raw.orders${below.replace('/', '.')}`, { location: `${root}${below}` });
  return { catalog, storage, root };
};

async function withRows(catalog: Catalog, identifier: TableIdentifier, commits: number): Promise<void> {
  let table = await catalog.createTable(identifier, { schema: { fields: [{ name: 'id', type: 'long' }] } });
  for (let id = 1; id <= commits; id++)
    table = (await table.append(batchFromRows(table.schema(), [{ id }]))).table;
}

async function rowsIn(catalog: Catalog, identifier: TableIdentifier): Promise<number> {
  return (await catalog.loadTable(identifier)).scan().count();
}

async function listed(storage: Storage, root: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of storage.list(root)) paths.push(path.slice(root.length + 1));
  return paths.sort();
}

const places: Record<string, () => Promise<Place>> = {
  'a folder on disk': async () => inFolder(await mkdtemp(join(tmpdir(), 'nested-')), new FolderStorage()),
  'a folder on another storage': async () => inFolder('memory://w', new MemoryStorage()),
  'a catalog in memory': async () => inMemory(),
  'Glue, of databases inside the table': inGlue,
};

describe.each(Object.entries(places))('in %s', (_name, open) => {
  test('purging a table leaves the tables below its folder as they are', async () => {
    const { catalog, storage, root } = await open();
    const inner = ['raw.orders', 'raw.orders.data', 'raw.orders.metadata'].map((namespace) => ({
      namespace,
      name: 'items',
    }));
    await withRows(catalog, OUTER, 2);
    for (const identifier of inner) await withRows(catalog, identifier, 3);
    await storage.write(`${root}/data/lost.parquet`, new Uint8Array(1));
    await catalog.dropTable(OUTER, { purge: true });
    expect(await catalog.tableExists(OUTER)).toBe(false);
    for (const identifier of inner) expect(await rowsIn(catalog, identifier)).toBe(3);
    expect((await listed(storage, root)).filter((path) => !path.includes('items/'))).toEqual([]);
  });
});

describe('a table in the namespace <table>.metadata', () => {
  const inner = { namespace: 'raw.orders.metadata', name: 'items' };
  const open = async (): Promise<Place> => {
    const place = inFolder('memory://w', new MemoryStorage());
    await withRows(place.catalog, OUTER, 1);
    await withRows(place.catalog, inner, 4);
    return place;
  };

  test('is not taken for the newer version of the table where the hint was lost', async () => {
    const { storage, root } = await open();
    await storage.delete([`${root}/metadata/version-hint.text`]);
    const catalog = new FolderCatalog({ warehouse: 'memory://w', storage });
    const table = await catalog.loadTable(OUTER);
    expect(table.location).toBe(root);
    expect((await table.append(batchFromRows(table.schema(), [{ id: 9 }]))).table.location).toBe(root);
    expect(await rowsIn(catalog, inner)).toBe(4);
  });

  test('is not what opening the folder of the table opens', async () => {
    const { storage, root } = await open();
    expect((await openTable({ folder: root, storage })).location).toBe(root);
  });

  test.each([false, true])(
    'outlives a drop of the table (purge: %s), whose name is free then',
    async (purge) => {
      const { catalog } = await open();
      await catalog.dropTable(OUTER, { purge });
      expect(await catalog.tableExists(OUTER)).toBe(false);
      expect(await rowsIn(catalog, inner)).toBe(4);
      await withRows(catalog, OUTER, 2);
      expect(await rowsIn(catalog, OUTER)).toBe(2);
    },
  );
});
