import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eq, FolderCatalog, type Table } from '../src/index.js';
import { ParquetFooter } from '../src/parquet/parquet-footer.js';

let folder: string;
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'table-properties-'));
});

afterAll(() => rm(folder, { recursive: true }));

const created = (properties: Record<string, string>): Promise<Table> =>
  new FolderCatalog({ warehouse: folder }).createTable(
    { namespace: 'n', name: `t${number++}` },
    { schema: { fields: [{ name: 'id', type: 'long' }] }, properties },
  );

const rows = Array.from({ length: 5000 }, (_, id) => ({ id }));

describe('write.parquet.compression-codec', () => {
  /** Numbers of Parquet's codecs. */
  test.each([
    ['zstd', 6],
    ['SNAPPY', 1],
    ['gzip', 2],
    ['brotli', 4],
    ['lz4', 7],
    ['uncompressed', 0],
  ])('%s compresses data files so, and they are read', async (codec, number) => {
    const { table } = await (await created({ 'write.parquet.compression-codec': codec })).append(rows);
    const [task] = await table.scan().planFiles();
    const bytes = await readFile(task!.dataFile.file.filePath);
    const footer = bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8), bytes.length - 8);
    expect(new ParquetFooter(footer).columnChunk(0, 'id')?.codec).toBe(number);
    expect(await table.scan({ filter: eq('id', 4999) }).count()).toBe(1);
  });
});

test.each([
  ['write.parquet.compression-codec', 'zzz', 'INVALID_ARGUMENT'],
  ['write.target-file-size-bytes', 'abc', 'INVALID_ARGUMENT'],
  ['write.target-file-size-bytes', '0', 'INVALID_ARGUMENT'],
  ['write.format.default', 'orc', 'UNSUPPORTED_FEATURE'],
])('%s "%s" is refused before a file is written', async (property, value, code) => {
  const table = await created({ [property]: value });
  await expect(table.append(rows)).rejects.toMatchObject({ code, context: { property, value } });
});

describe('write.delete.isolation-level', () => {
  const meeting = async (isolation: string): Promise<unknown> => {
    const properties = { 'write.delete.isolation-level': isolation };
    const { table } = await (await created(properties)).append(rows);
    const transaction = table.transaction();
    await transaction.delete({ filter: eq('id', 7) });
    await table.append([{ id: 7 }]);
    return transaction.commit().then(
      () => 'committed',
      (error: { code: string }) => error.code,
    );
  };

  test('says whether rows that others add meanwhile are a conflict', async () => {
    expect(await meeting('snapshot')).toBe('committed');
    expect(await meeting('serializable')).toBe('COMMIT_CONFLICT');
  });

  test('is refused where it is no level', async () => {
    await expect(meeting('none')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('write.delete.isolation-level must be snapshot or serializable'),
    });
  });
});

describe('a property that is no text', () => {
  const refused = {
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('The table property a is given 1; it must be a text'),
    context: { property: 'a', value: 1 },
  };
  const wrong = { a: 1 } as never;

  test('is refused where a table is created', async () => {
    await expect(created(wrong)).rejects.toMatchObject(refused);
    await expect(created({ a: null } as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('is refused where it is set, and nothing is committed', async () => {
    const table = await created({});
    await expect(table.setProperties(wrong)).rejects.toMatchObject(refused);
    await expect(table.append(rows, { properties: wrong })).rejects.toMatchObject(refused);
    await expect(table.append(rows, { properties: () => wrong })).rejects.toMatchObject(refused);
    await expect(table.setProperties('a=b' as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await table.refresh()).metadataLocation).toBe(table.metadataLocation);
  });
});
