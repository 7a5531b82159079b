import { expect, test } from 'vitest';
import { batchFromRows, FolderCatalog, MemoryStorage, type Storage, type Table } from '../src/index.js';
import { FullDiskStorage } from '../src/testing/index.js';

const ID = { namespace: 'n', name: 't' };

async function idsOf(table: Table): Promise<bigint[]> {
  const ids: bigint[] = [];
  for await (const row of table.scan().rows()) ids.push(row['id'] as bigint);
  return ids.sort((left, right) => Number(left - right));
}

/** Ids, names and times are the same in every run, and so is the size of every file. */
function catalogOn(storage: Storage, seed: number): FolderCatalog {
  let drawn = seed;
  const randomBytes = (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => {
      drawn = (drawn * 1103515245 + 12345) % 2147483648;
      return drawn >> 16;
    });
  return new FolderCatalog({ warehouse: 'memory://w', storage, randomBytes, now: () => 1_800_000_000_000 });
}

/** An upsert on a disk with `capacity` bytes left; gives the rows seen afterwards by a reader with a healthy disk. */
async function upsertOn(
  capacity: number,
): Promise<{ writes: number[]; failed: unknown; ids: bigint[]; usable: boolean }> {
  const inner = new MemoryStorage();
  const healthy = catalogOn(inner, 1);
  const created = await healthy.createTable(ID, {
    schema: { fields: [{ name: 'id', type: 'long', required: true }] },
  });
  await created.append(batchFromRows(created.schema(), [{ id: 1n }, { id: 2n }]));
  const storage = new FullDiskStorage(inner, capacity);
  const table = await catalogOn(storage, 2).loadTable(ID);
  const rows = batchFromRows(table.schema(), [{ id: 2n }, { id: 3n }]);
  const failed = await table.upsert(rows, { key: ['id'] }).then(
    () => null,
    (error: unknown) => error,
  );
  const after = await healthy.loadTable(ID);
  const ids = await idsOf(after);
  // And the table takes commits again once there is room.
  const again = await after.upsert(rows, { key: ['id'] });
  return { writes: storage.writes, failed, ids, usable: (await idsOf(again.table)).join() === '1,2,3' };
}

test('a disk that fills up at any write leaves the previous version readable, or the new one whole', async () => {
  const { writes, failed } = await upsertOn(Number.MAX_SAFE_INTEGER);
  expect(failed).toBeNull();
  // A data file, a delete file, two manifests, their list, the metadata, the hint.
  expect(writes).toHaveLength(7);
  let room = 0;
  for (const [index, bytes] of writes.entries()) {
    const isHint = index === writes.length - 1;
    for (const capacity of [room, room + bytes - 1]) {
      const result = await upsertOn(capacity);
      if (isHint) {
        expect([result.failed, result.ids]).toEqual([null, [1n, 2n, 3n]]);
      } else {
        expect(result.failed).toMatchObject({ code: 'STORAGE_FAILED' });
        expect(result.ids).toEqual([1n, 2n]);
      }
      expect(result.usable).toBe(true);
    }
    room += bytes;
  }
});
