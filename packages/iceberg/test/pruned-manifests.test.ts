import { expect, test } from 'vitest';
import { and, type Expression, eq, FolderCatalog, gt, isNull, MemoryStorage, or } from '../src/index.js';

const ID = { namespace: 'n', name: 't' };

/** Remembers what is read of it. */
class WatchedStorage extends MemoryStorage {
  readonly paths: string[] = [];

  override async read(...parameters: Parameters<MemoryStorage['read']>): Promise<Uint8Array> {
    this.paths.push(parameters[0]);
    return super.read(...parameters);
  }
}

/** A table with a manifest for each of four regions, and how many of them a scan reads. */
async function manifestsRead(filter: Expression): Promise<{ manifests: number; rows: number }> {
  const storage = new WatchedStorage();
  const catalog = (): FolderCatalog => new FolderCatalog({ warehouse: 'memory://w', storage });
  let table = await catalog().createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'int' },
        { name: 'region', type: 'string' },
      ],
    },
    partitionBy: ['region'],
  });
  for (const [id, region] of ['a', 'b', 'c', 'd'].entries())
    ({ table } = await table.append([{ id, region }]));
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
