import { expect, test } from 'vitest';
import {
  and,
  type Expression,
  eq,
  FolderCatalog,
  gt,
  isIn,
  isNull,
  lt,
  MemoryStorage,
  notEq,
  notNull,
  or,
} from '../src/index.js';

const ID = { namespace: 'n', name: 't' };

/** Remembers what is read of it. */
class WatchedStorage extends MemoryStorage {
  readonly paths: string[] = [];

  override async read(...parameters: Parameters<MemoryStorage['read']>): Promise<Uint8Array> {
    this.paths.push(parameters[0]);
    return super.read(...parameters);
  }
}

/** A table with a manifest for each value of `region`, and how many of them a scan reads. */
async function manifestsRead(
  filter: Expression,
  regions: readonly unknown[] = ['a', 'b', 'c', 'd'],
  type: 'string' | 'double' = 'string',
): Promise<{ manifests: number; rows: number }> {
  const storage = new WatchedStorage();
  const catalog = (): FolderCatalog => new FolderCatalog({ warehouse: 'memory://w', storage });
  let table = await catalog().createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'int' },
        { name: 'region', type },
      ],
    },
    partitionBy: ['region'],
  });
  for (const [id, region] of regions.entries()) ({ table } = await table.append([{ id, region }]));
  // Another catalog: nothing is cached.
  const scan = (await catalog().loadTable(ID)).scan({ filter });
  storage.paths.length = 0;
  const rows = await scan.count();
  const manifests = new Set(storage.paths.filter((path) => /-m\d*\.avro$/.test(path)));
  return { manifests: manifests.size, rows };
}

test.each<[string, Expression, number, number]>([
  ['one value', eq('region', 'b'), 1, 1],
  ['a range', gt('region', 'b'), 2, 2],
  ['null', isNull('region'), 0, 0],
  ['either of two', or(eq('region', 'a'), eq('region', 'c')), 2, 2],
  ['none', and(eq('region', 'b'), eq('region', 'c')), 0, 0],
  ['another column', eq('id', 2), 4, 1],
])('manifests of other partitions are not read: %s', async (_, filter, manifests, rows) => {
  expect(await manifestsRead(filter)).toEqual({ manifests, rows });
});

test.each<[string, Expression, number, number]>([
  ['a value', eq('region', 'a'), 1, 1],
  ['values', isIn('region', ['a', 'z']), 1, 1],
  ['below', lt('region', 'b'), 1, 1],
  ['above', gt('region', 'a'), 1, 1],
  ['another value', notEq('region', 'a'), 2, 1],
  ['not null', notNull('region'), 2, 2],
  ['null', isNull('region'), 1, 1],
  ['null or a value', or(isNull('region'), eq('region', 'b')), 2, 2],
])('a manifest of null partitions is read only for nulls: %s', async (_, filter, manifests, rows) => {
  expect(await manifestsRead(filter, ['a', null, 'b'])).toEqual({ manifests, rows });
});

test('a manifest of partitions that are NaN is not one of nulls', async () => {
  const regions = [Number.NaN, null, 1.5];
  expect(await manifestsRead(notEq('region', 1.5), regions, 'double')).toMatchObject({ rows: 1 });
  expect(await manifestsRead(notNull('region'), regions, 'double')).toEqual({ manifests: 2, rows: 2 });
  expect(await manifestsRead(gt('region', 1), regions, 'double')).toMatchObject({ rows: 1 });
  expect(await manifestsRead(isNull('region'), regions, 'double')).toEqual({ manifests: 1, rows: 1 });
});
