import type { RecordBatch } from 'apache-arrow';
import { expect, test } from 'vitest';
import { batchFromRows, IcebergError, lt, MemoryCatalog, MemoryStorage, type Table } from '../src/index.js';

const ROWS = 300_000;
const BATCH = 50_000;

function createTable(properties: Record<string, string> = {}): Promise<Table> {
  const fields = [
    { name: 'id', type: 'long', required: true },
    { name: 'text', type: 'string' },
  ] as const;
  return new MemoryCatalog().createTable({ namespace: 'n', name: 't' }, { schema: { fields }, properties });
}

/** Rows with ids from `start` on and text that compresses badly. */
function batchAt(table: Table, start: number): RecordBatch {
  const row = (id: number) => ({ id, text: ((id * 2654435761) % 4294967296).toString(36) });
  return batchFromRows(
    table.schema(),
    Array.from({ length: BATCH }, (_, index) => row(start + index)),
  );
}

async function* batches(table: Table): AsyncGenerator<RecordBatch> {
  for (let start = 0; start < ROWS; start += BATCH) yield batchAt(table, start);
}

test('a file of several row groups keeps every row at its position, through deletes, filters, limits and batch sizes', async () => {
  let { table } = await (await createTable()).append(batches(await createTable()));
  const [task, ...others] = await table.scan().planFiles();
  expect(others).toEqual([]);
  expect(task!.dataFile.file.recordCount).toBe(BigInt(ROWS));
  let next = 0n;
  for await (const batch of table.scan({ columns: ['id', '_pos'], batchSize: 10_000 })) {
    expect(batch.numRows).toBeLessThanOrEqual(10_000);
    const [ids, positions] = batch.data.children.map((child) => child!.values as BigInt64Array);
    for (let row = 0; row < batch.numRows; row++) {
      if (ids![row] !== next || positions![row] !== next) expect.fail(`row ${next} is at ${positions![row]}`);
      next++;
    }
  }
  expect(next).toBe(BigInt(ROWS));

  // Positions on both sides of every boundary of row groups and batches.
  const gone = Array.from({ length: ROWS / 1000 }, (_, index) => index * 1000 + (index % 2 === 0 ? 0 : 999));
  const transaction = table.transaction();
  await transaction.deletePositions([{ file: task!.dataFile.file.filePath, positions: gone }]);
  ({ table } = await transaction.commit());
  const left = new Set<bigint>();
  for await (const batch of table.scan({ columns: ['id'] })) {
    for (const id of batch.data.children[0]!.values as BigInt64Array) left.add(id);
  }
  expect(left.size).toBe(ROWS - gone.length);
  expect(gone.some((id) => left.has(BigInt(id)))).toBe(false);
  expect(await table.scan({ filter: lt('id', 2000) }).count()).toBe(1998);
  expect((await table.scan({ limit: 40_000, columns: ['text'] }).toArrow()).numRows).toBe(40_000);
});

test('a new file is begun when the target size is reached', async () => {
  const created = await createTable({ 'write.target-file-size-bytes': '500000' });
  const { table } = await created.append(batches(created));
  const files = (await table.scan().planFiles()).map((task) => task.dataFile.file);
  expect(files.length).toBeGreaterThan(1);
  expect(files.reduce((total, file) => total + file.recordCount, 0n)).toBe(BigInt(ROWS));
  expect(await table.scan({ filter: lt('id', 10) }).count()).toBe(10);
});

test('an error of the source in the middle ends the append with that error and leaves no file', async () => {
  const created = await createTable();
  async function* failing(): AsyncGenerator<RecordBatch> {
    yield batchAt(created, 0);
    throw new IcebergError('the source broke', { code: 'STORAGE_FAILED' });
  }
  await expect(created.append(failing())).rejects.toThrow('the source broke');
  expect((await created.refresh()).snapshots()).toEqual([]);
});

test('an append of no rows adds no file', async () => {
  const created = await createTable();
  const { snapshotId } = await created.append(batchFromRows(created.schema(), []));
  expect(snapshotId).toBeNull();
});

test('a damaged data file is a typed error that names it', async () => {
  const storage = new MemoryStorage();
  const catalog = new MemoryCatalog({ storage });
  const created = await catalog.createTable(
    { namespace: 'n', name: 't' },
    { schema: { fields: [{ name: 'id', type: 'long' }] } },
  );
  const { table } = await created.append(batchFromRows(created.schema(), [{ id: 1n }]));
  const path = (await table.scan().planFiles())[0]!.dataFile.file.filePath;
  const bytes = await storage.read(path);
  for (const damaged of [bytes.slice(0, bytes.length / 2), bytes.slice(10), new Uint8Array(bytes.length)]) {
    await storage.write(path, damaged);
    await expect(table.scan().toArrow()).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringContaining(path),
    });
  }
  await storage.delete([path]);
  await expect(table.scan().toArrow()).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
