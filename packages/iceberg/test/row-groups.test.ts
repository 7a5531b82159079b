import type { RecordBatch } from 'apache-arrow';
import { expect, test } from 'vitest';
import {
  type ByteRange,
  batchFromRows,
  type Expression,
  eq,
  gt,
  gtEq,
  isNull,
  lt,
  MemoryCatalog,
  MemoryStorage,
  notEq,
  type Table,
} from '../src/index.js';

const ROWS = 400_000;
const NO_BOUNDS = { 'write.metadata.metrics.default': 'none' };

/** Counts the bytes that are read. */
class CountingStorage extends MemoryStorage {
  bytes = 0;

  override async read(
    path: string,
    options?: { range?: ByteRange; signal?: AbortSignal | undefined },
  ): Promise<Uint8Array> {
    const found = await super.read(path, options);
    this.bytes += found.length;
    return found;
  }
}

/** One file of several row groups whose `id` and `at` ascend; `note` is null in the first rows. */
async function manyGroups(storage: MemoryStorage): Promise<Table> {
  const created = await new MemoryCatalog({ storage }).createTable(
    { namespace: 'n', name: 't' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'long' },
          { name: 'at', type: 'timestamptz' },
          { name: 'x', type: 'double' },
          { name: 'note', type: 'string' },
          // Hardly compressed, so that the file is too large to be fetched at once.
          { name: 'noise', type: 'double' },
          { name: 'more_noise', type: 'double' },
        ],
      },
      properties: NO_BOUNDS,
    },
  );
  async function* batches(): AsyncGenerator<RecordBatch> {
    for (let start = 0; start < ROWS; start += 50_000) {
      const row = (id: number) => ({
        id,
        at: new Date(id * 1000),
        x: id % 7 === 0 ? Number.NaN : id,
        note: id < 200_000 ? null : `é${((id * 2654435761) % 4294967296).toString(36)}`,
        noise: Math.sin(id * 12.9898) * 43758.5453,
        more_noise: Math.cos(id * 78.233) * 43758.5453,
      });
      yield batchFromRows(
        created.schema(),
        Array.from({ length: 50_000 }, (_, index) => row(start + index)),
      );
    }
  }
  return (await created.append(batches())).table;
}

test('row groups are passed over by their statistics, and no row is lost for it', async () => {
  const storage = new CountingStorage();
  const table = await manyGroups(storage);
  const positions = async (filter: Expression): Promise<number> => {
    storage.bytes = 0;
    let count = 0;
    for await (const batch of table.scan({ filter, columns: ['id', '_pos'] })) {
      const [ids, places] = batch.data.children.map((child) => child!.values as BigInt64Array);
      for (let row = 0; row < batch.numRows; row++)
        if (ids![row] !== places![row]) expect.fail(`row ${ids![row]}`);
      count += batch.numRows;
    }
    return count;
  };
  expect(await positions(gtEq('id', 0))).toBe(ROWS);
  const whole = storage.bytes;
  expect(await positions(eq('id', ROWS - 1))).toBe(1);
  expect(storage.bytes).toBeLessThan(whole / 2);
  expect(await positions(gtEq('at', '1970-01-01T00:00:00Z'))).toBe(ROWS);
  const wholeWithTimes = storage.bytes;
  expect(await positions(lt('at', '1970-01-01T00:00:10Z'))).toBe(10);
  expect(storage.bytes).toBeLessThan(wholeWithTimes / 2);
  expect(await positions(isNull('note'))).toBe(200_000);
  expect(await positions(gt('x', ROWS - 8))).toBe(6);
  expect(await positions(notEq('x', 1))).toBe(ROWS - 1);
  expect(await positions(eq('id', ROWS))).toBe(0);
});
