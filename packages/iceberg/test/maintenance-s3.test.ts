import { beforeEach, expect, test } from 'vitest';
import { FolderCatalog, type Table } from '../src/index.js';
import { S3Storage } from '../src/storage/s3/index.js';
import { InProcessS3 } from './support/in-process-s3.js';

const ID = { namespace: 'n', name: 't' };

let s3: InProcessS3;
let table: Table;

beforeEach(async () => {
  s3 = new InProcessS3();
  s3.pageSize = 3;
  const catalog = new FolderCatalog({
    warehouse: 's3://lake/w',
    storage: new S3Storage({ client: s3 }),
    sleep: async () => undefined,
  });
  const schema = { fields: [{ name: 'id', type: 'long' as const }] };
  table = await catalog.createTable(ID, { schema });
  for (const id of [1, 2, 3]) table = (await table.append([{ id }])).table;
});

async function idsOf(of: Table): Promise<unknown[]> {
  const ids: unknown[] = [];
  for await (const row of of.scan().rows()) ids.push(row['id']);
  return ids.sort();
}

const keys = (): string[] => [...s3.objects.keys()].sort();

test('a table on S3 is compacted, its old snapshots expired and its orphans removed', async () => {
  const { table: compacted } = await table.compact({ rewriteAll: true });
  const {
    deleted,
    failed,
    table: expired,
  } = await compacted.expireSnapshots({ olderThan: Date.now() + 1000 });
  expect(failed).toEqual([]);
  expect(deleted).toMatchObject({ dataFiles: 3, manifestLists: 3 });
  const clean = keys();
  await new S3Storage({ client: s3 }).write('s3://lake/w/n/t/data/lost.parquet', new Uint8Array(3));
  await new S3Storage({ client: s3 }).write('s3://lake/w/n/t2/data/other.parquet', new Uint8Array(3));
  const { orphans } = await expired.removeOrphanFiles({ olderThan: Date.now() + 1000, force: true });
  expect(orphans.map((file) => file.path)).toEqual(['s3://lake/w/n/t/data/lost.parquet']);
  expect(keys().filter((key) => !key.includes('/t2/'))).toEqual(clean);
  expect(await idsOf(await expired.refresh())).toEqual([1n, 2n, 3n]);
});

test('an object that S3 does not delete is reported, and the others go', async () => {
  const { table: compacted } = await table.compact({ rewriteAll: true });
  const clean = keys().filter((key) => key.endsWith('.parquet'));
  const [old] = (await table.scan().planFiles()).map(({ dataFile }) => dataFile.file.filePath);
  s3.undeletable.set(old!.replace('s3://lake/', ''), 'AccessDenied');
  const { deleted, failed } = await compacted.expireSnapshots({ olderThan: Date.now() + 1000 });
  expect(failed).toEqual([old]);
  expect(deleted.dataFiles).toBe(2);
  expect(keys().filter((key) => key.endsWith('.parquet'))).toHaveLength(clean.length - 2);
});
