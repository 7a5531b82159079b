import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { batchFromRows, MemoryCatalog, MemoryStorage, type OpenTableOptions, openTable } from '../index.js';

let storage: MemoryStorage;
let location: string;
let metadataLocation: string;

beforeEach(async () => {
  storage = new MemoryStorage();
  const catalog = new MemoryCatalog({ storage });
  const created = await catalog.createTable(
    { namespace: 'n', name: 't' },
    { schema: { fields: [{ name: 'id', type: 'long' }] } },
  );
  const { table } = await created.append(batchFromRows(created.schema(), [{ id: 1n }, { id: 2n }]));
  location = table.location;
  metadataLocation = table.metadataLocation;
});

async function move(from: string, to: string): Promise<void> {
  const paths: string[] = [];
  for await (const { path } of storage.list(from)) paths.push(path);
  for (const path of paths) await storage.write(path.replace(from, to), await storage.read(path));
  await storage.delete(paths);
}

async function metadataText(): Promise<string> {
  return new TextDecoder().decode(await storage.read(metadataLocation));
}

const count = async (options: OpenTableOptions): Promise<number> =>
  (await openTable({ storage, ...options })).scan({ filter: { op: 'true' } }).count();

describe('a table that was moved', () => {
  test('is found around its metadata file', async () => {
    await move(location, 'memory://new/place');
    const moved = metadataLocation.replace(location, 'memory://new/place');
    const table = await openTable({ metadataLocation: moved, storage });
    expect((await table.scan().toArrow()).numRows).toBe(2);
    expect(table.identifier.name).toBe('place');
  });

  test('is found by a location prefix where its files lie apart', async () => {
    await move(`${location}/data`, 'memory://archive/files');
    const parts = { metadataLocation, storage };
    await expect((await openTable(parts)).scan().toArrow()).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const locationPrefixes = [{ old: `${location}/data`, new: 'memory://archive/files' }];
    const table = await openTable({ ...parts, locationPrefixes });
    expect((await table.scan().toArrow()).numRows).toBe(2);
  });

  test('a prefix ends at a folder', async () => {
    const locationPrefixes = [{ old: `${location}/da`, new: 'memory://wrong' }];
    expect(await count({ metadataLocation, locationPrefixes })).toBe(2);
  });
});

describe('a file outside the table', () => {
  test.each(['memory://other/list.avro', '/etc/passwd', 'file://host%2Fa/b', '$LOCATION/../secret.avro'])(
    '%s is not read',
    async (target) => {
      const text = (await metadataText()).replace(
        /"manifest-list":"[^"]+"/,
        () => `"manifest-list":"${target.replace('$LOCATION', location)}"`,
      );
      await storage.write(metadataLocation, new TextEncoder().encode(text));
      const table = await openTable({ metadataLocation, storage });
      await expect(table.scan().toArrow()).rejects.toMatchObject({ code: 'LOCATION_OUTSIDE_TABLE' });
    },
  );

  test('is read where its folder is allowed', async () => {
    const manifestList = /"manifest-list":"([^"]+)"/.exec(await metadataText())![1]!;
    await storage.write('memory://other/list.avro', await storage.read(manifestList));
    const text = (await metadataText()).replace(manifestList, 'memory://other/list.avro');
    await storage.write(metadataLocation, new TextEncoder().encode(text));
    const table = await openTable({ metadataLocation, storage, allowedLocations: ['memory://other'] });
    expect((await table.scan().toArrow()).numRows).toBe(2);
  });
});

describe('the metadata of a folder', () => {
  const name = (file: string): string => `${location}/metadata/${file}`;
  const newest = async (): Promise<string> => {
    const table = await openTable({ folder: location, storage });
    return table.metadataLocation.slice(`${location}/metadata/`.length);
  };
  const clear = async (): Promise<Uint8Array> => {
    const bytes = await storage.read(metadataLocation);
    for await (const { path } of storage.list(`${location}/metadata`))
      if (path.endsWith('.metadata.json')) await storage.delete([path]);
    return bytes;
  };

  test('is the highest version, whatever the spelling, gzipped or not', async () => {
    const bytes = await clear();
    await storage.write(name('v9.metadata.json'), bytes);
    expect(await newest()).toBe('v9.metadata.json');
    await storage.write(name('00010-uuid.gz.metadata.json'), gzipSync(bytes));
    expect(await newest()).toBe('00010-uuid.gz.metadata.json');
    await storage.write(name('v11.metadata.json.gz'), gzipSync(bytes));
    await storage.write(name('v99.metadata.json.123.tmp'), bytes);
    expect(await newest()).toBe('v11.metadata.json.gz');
  });

  test('of two with one version is the one that the hint names; without a hint it cannot be told', async () => {
    const bytes = await clear();
    await storage.write(name('00007-a.metadata.json'), bytes);
    await storage.write(name('00007-b.metadata.json'), bytes);
    await expect(newest()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await storage.write(name('version-hint.text'), new TextEncoder().encode('00007-b\n'));
    expect(await newest()).toBe('00007-b.metadata.json');
  });

  test('that is not there is TABLE_NOT_FOUND', async () => {
    await clear();
    await expect(newest()).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });

  test('is looked for again by refresh', async () => {
    const bytes = await clear();
    await storage.write(name('v9.metadata.json'), bytes);
    const table = await openTable({ folder: location, storage });
    await storage.write(name('v10.metadata.json'), bytes);
    expect((await table.refresh()).metadataLocation).toBe(name('v10.metadata.json'));
  });
});

test('a table opened without its catalog is not changed', async () => {
  const table = await openTable({ metadataLocation, storage });
  expect(() => table.transaction()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FEATURE' }));
  await expect(table.append(batchFromRows(table.schema(), [{ id: 3n }]))).rejects.toMatchObject({
    code: 'UNSUPPORTED_FEATURE',
  });
});

test('either a folder or a metadata file is to be given', async () => {
  await expect(openTable({ storage })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(openTable({ storage, folder: 'a', metadataLocation: 'b' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});
