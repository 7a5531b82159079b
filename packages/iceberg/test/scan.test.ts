import { beforeEach, describe, expect, test } from 'vitest';
import {
  and,
  batchFromRows,
  type CreateTableOptions,
  type Expression,
  eq,
  gt,
  gtEq,
  isIn,
  isNull,
  lt,
  MemoryCatalog,
  notEq,
  or,
  startsWith,
  type Table,
  type TableScan,
} from '../src/index.js';

const SCHEMA = {
  fields: [
    { name: 'id', type: 'long', required: true },
    { name: 'name', type: 'string' },
    { name: 'at', type: 'timestamptz' },
  ],
} as const;

let catalog: MemoryCatalog;
beforeEach(() => {
  catalog = new MemoryCatalog();
});

function createTable(
  partitionBy: readonly string[] = [],
  options: Partial<CreateTableOptions> = {},
): Promise<Table> {
  return catalog.createTable({ namespace: 'n', name: 't' }, { schema: SCHEMA, partitionBy, ...options });
}

const DAY = 86_400_000;
const NO_BOUNDS = { properties: { 'write.metadata.metrics.default': 'none' } };
const rowOf = (id: number) => ({
  id,
  name: id % 10 === 9 ? null : `name-${String(id).padStart(3, '0')}`,
  at: new Date(id * DAY),
});

async function append(table: Table, ...ids: number[]): Promise<Table> {
  return (await table.append(batchFromRows(table.schema(), ids.map(rowOf)))).table;
}

async function idsOf(scan: TableScan): Promise<number[]> {
  const ids: number[] = [];
  for await (const row of scan.rows()) ids.push(Number(row['id']));
  return ids.sort((left, right) => left - right);
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('files are passed over', () => {
  const planned = async (table: Table, filter: Expression): Promise<number> =>
    (await table.scan({ filter }).planFiles()).length;

  test('by column bounds', async () => {
    let table = await createTable();
    for (const start of [0, 10, 20]) table = await append(table, ...range(start, start + 9));
    expect(await planned(table, eq('id', 12))).toBe(1);
    expect(await planned(table, gt('id', 8))).toBe(2);
    expect(await planned(table, lt('id', 0))).toBe(0);
    expect(await planned(table, isIn('id', [3, 25, 99]))).toBe(2);
    expect(await planned(table, startsWith('name', 'name-02'))).toBe(1);
    expect(await planned(table, isNull('name'))).toBe(0);
    expect(await planned(table, or(eq('id', 1), eq('id', 22)))).toBe(2);
    expect(await planned(table, notEq('id', 1))).toBe(3);
  });

  test.each<[string, Expression, number]>([
    ['day(at)', eq('at', new Date(3 * DAY + 5)), 1],
    ['day(at)', and(gtEq('at', new Date(3 * DAY)), lt('at', new Date(5 * DAY))), 3],
    ['id', isIn('id', [1, 2]), 2],
    ['truncate(5, id)', lt('id', 5), 2],
    ['truncate(7, name)', startsWith('name', 'name-00'), 1],
    ['name', isNull('name'), 1],
  ])('by the partition %s', async (partitionBy, filter, files) => {
    // Without column bounds, so that only partitions can tell.
    const table = await append(await createTable([partitionBy], NO_BOUNDS), ...range(0, 20));
    expect(await planned(table, filter)).toBe(files);
  });

  test('by bucket, for equality', async () => {
    const table = await append(await createTable(['bucket(8, id)'], NO_BOUNDS), ...range(0, 100));
    expect(await planned(table, eq('id', 42))).toBe(1);
    expect(await planned(table, gt('id', 42))).toBe(8);
    expect(await idsOf(table.scan({ filter: eq('id', 42) }))).toEqual([42]);
  });
});

describe('versions', () => {
  test('a snapshot is read as it was, with the schema it had', async () => {
    const first = await append(await createTable(), 1);
    const { table: evolved } = await first
      .transaction()
      .addColumns([{ name: 'later', type: 'int' }])
      .commit();
    const last = await append(evolved, 2);
    const old = last.scan({ snapshotId: first.currentSnapshot()!.snapshotId });
    expect(await idsOf(old)).toEqual([1]);
    expect((await old.toArrow()).schema.names).toEqual(['id', 'name', 'at']);
    expect((await last.scan().toArrow()).schema.names).toEqual(['id', 'name', 'at', 'later']);
    expect(() => last.scan({ snapshotId: 1n })).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_NOT_FOUND' }),
    );
  });

  test('rows above a sequence number include upserted ones, without what was deleted since', async () => {
    let table = await append(await createTable(), 1, 2);
    const after = table.currentSnapshot()!.sequenceNumber;
    table = await append(table, 3, 4);
    table = (await table.upsert(batchFromRows(table.schema(), [rowOf(2), rowOf(4)]), { key: ['id'] })).table;
    expect(await idsOf(table.scan({ afterSequenceNumber: after }))).toEqual([2, 3, 4]);
    expect(await idsOf(table.scan({ afterSequenceNumber: after + 1n }))).toEqual([2, 4]);
    expect(await idsOf(table.scan({ afterSequenceNumber: after + 2n }))).toEqual([]);
  });

  test("reads some of a snapshot's files, with what was deleted from them", async () => {
    let table = await append(await createTable(), 1, 2);
    table = await append(table, 3, 4);
    table = await append(table, 5);
    table = (await table.delete({ filter: eq('id', 3), mode: 'merge-on-read' })).table;
    const paths = (await table.scan().planFiles()).map(({ dataFile }) => dataFile.file.filePath);
    expect(paths).toHaveLength(3);
    const parts: number[][] = [];
    for (const path of paths) {
      const scan = table.scan({ files: new Set([path, 'nowhere']) });
      parts.push(await idsOf(scan));
      expect(await scan.count()).toBe(parts.at(-1)!.length);
    }
    expect(parts.map((part) => part.join()).sort()).toEqual(['1,2', '4', '5']);
    expect(await idsOf(table.scan({ files: new Set() }))).toEqual([]);
  });

  test('an incremental scan gives what appends added in between, also after manifests were merged', async () => {
    let table = await createTable([], { properties: { 'commit.manifest.min-count-to-merge': '2' } });
    const snapshots: bigint[] = [];
    for (const id of range(0, 6)) {
      table = await append(table, id);
      snapshots.push(table.currentSnapshot()!.snapshotId);
    }
    table = (await table.upsert(batchFromRows(table.schema(), [rowOf(3), rowOf(9)]), { key: ['id'] })).table;
    const between = (from: number | undefined, to?: number) =>
      table.incrementalScan({
        ...(from === undefined ? {} : { fromSnapshotId: snapshots[from]! }),
        ...(to === undefined ? {} : { toSnapshotId: snapshots[to]! }),
      });
    expect(await idsOf(between(1, 4))).toEqual([2, 3, 4]);
    expect(await idsOf(between(undefined, 2))).toEqual([0, 1, 2]);
    expect(await idsOf(between(4))).toEqual([5]);
    expect(await idsOf(between(3, 3))).toEqual([]);
    await expect(idsOf(table.incrementalScan({ fromSnapshotId: 77n }))).rejects.toMatchObject({
      code: 'SNAPSHOT_EXPIRED',
    });
    await expect(idsOf(between(4, 2))).rejects.toMatchObject({ code: 'SNAPSHOT_EXPIRED' });
  });

  test('ancestors are the retained ones, newest first', async () => {
    let table = await createTable();
    expect(table.ancestors()).toEqual([]);
    for (const id of [1, 2, 3]) table = await append(table, id);
    expect(table.ancestors().map((snapshot) => snapshot.sequenceNumber)).toEqual([3n, 2n, 1n]);
    expect(table.ancestors(table.snapshots()[1]!.snapshotId)).toHaveLength(2);
  });
});

describe('a scan', () => {
  test('gives columns in the order asked for, and only as many rows as the limit', async () => {
    const table = await append(await createTable(), ...range(0, 10));
    const arrow = await table.scan({ columns: ['name', '_pos', 'id'], limit: 3 }).toArrow();
    expect([arrow.schema.names, arrow.numRows]).toEqual([['name', '_pos', 'id'], 3]);
    expect(await table.scan({ limit: 3 }).count()).toBe(3);
    expect(await table.scan({ limit: 0 }).count()).toBe(0);
  });

  test('of a table without snapshots gives no rows and the schema', async () => {
    const arrow = await (await createTable()).scan().toArrow();
    expect([arrow.numRows, arrow.schema.names]).toEqual([0, ['id', 'name', 'at']]);
  });

  test('ends when its signal is aborted', async () => {
    const table = await append(await createTable(['id']), ...range(0, 5));
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      for await (const _ of table.scan({ signal: abort.signal })) abort.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test.each([[{ limit: -1 }], [{ batchSize: 0 }], [{ limit: 1.5 }]])('refuses %j', async (options) => {
    const table = await createTable();
    expect(() => table.scan(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
