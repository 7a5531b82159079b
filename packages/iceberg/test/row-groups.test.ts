import type { RecordBatch } from 'apache-arrow';
import { expect, test } from 'vitest';
import {
  type ByteRange,
  batchFromRows,
  type Expression,
  eq,
  gt,
  gtEq,
  isNaN as isNan,
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

/** One file of several row groups with a struct, whose `id` ascends and which is null in the second half of the rows. */
async function structGroups(storage: MemoryStorage): Promise<Table> {
  const created = await new MemoryCatalog({ storage }).createTable(
    { namespace: 'n', name: 't' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'long' },
          {
            name: 'place',
            type: {
              type: 'struct',
              fields: [
                { name: 'id', type: 'long' },
                { name: 'noise', type: 'double' },
                {
                  name: 'deep',
                  type: {
                    type: 'struct',
                    fields: [
                      { name: 'more_noise', type: 'double' },
                      { name: 'x', type: 'double' },
                    ],
                  },
                },
                { name: 'tags', type: { type: 'list', element: 'double' } },
              ],
            },
          },
        ],
      },
      properties: NO_BOUNDS,
    },
  );
  async function* batches(): AsyncGenerator<RecordBatch> {
    for (let start = 0; start < ROWS; start += 50_000) {
      const row = (id: number) => ({
        id,
        place:
          id >= ROWS / 2
            ? null
            : {
                id,
                noise: Math.sin(id * 12.9898) * 43758.5453,
                deep: {
                  more_noise: Math.cos(id * 78.233) * 43758.5453,
                  x: id % 1000 === 0 ? Number.NaN : id % 7,
                },
                tags: [Math.sin(id * 4.1414) * 43758.5453],
              },
      });
      yield batchFromRows(
        created.schema(),
        Array.from({ length: 50_000 }, (_, index) => row(start + index)),
      );
    }
  }
  return (await created.append(batches())).table;
}

test('row groups are passed over by a field of a struct, and of a struct only the parts that are needed are read', async () => {
  const storage = new CountingStorage();
  const table = await structGroups(storage);
  const read = async (columns: string[], filter?: Expression): Promise<{ rows: number; bytes: number }> => {
    storage.bytes = 0;
    let rows = 0;
    for await (const batch of table.scan({ columns, ...(filter === undefined ? {} : { filter }) }))
      rows += batch.numRows;
    return { rows, bytes: storage.bytes };
  };
  const whole = await read(['place']);
  expect(whole.rows).toBe(ROWS);
  const part = await read(['place.id', 'place.deep.x']);
  expect(part.rows).toBe(ROWS);
  expect(part.bytes).toBeLessThan(whole.bytes / 3);

  const last = await read(['place.noise'], gtEq('place.id', ROWS / 2 - 10));
  expect(last.rows).toBe(10);
  const noise = await read(['place.noise', 'place.id']);
  expect(last.bytes).toBeLessThan(noise.bytes / 2);
  expect(await read(['id'], isNull('place.id'))).toMatchObject({ rows: ROWS / 2 });
  expect(await read(['id'], isNan('place.deep.x'))).toMatchObject({ rows: ROWS / 2000 });
  expect(await read(['place.tags'], eq('place.deep.x', 3))).toMatchObject({ rows: 28_543 });

  const found: unknown[] = [];
  const scan = table.scan({ columns: ['place.deep.x', 'place.tags'], filter: eq('place.id', 200_000 - 3) });
  for await (const row of scan.rows()) found.push(row);
  const id = 200_000 - 3;
  expect(found).toEqual([{ place: { deep: { x: id % 7 }, tags: [Math.sin(id * 4.1414) * 43758.5453] } }]);
});
