import { describe, expect, test } from 'vitest';
import {
  FolderCatalog,
  type IcebergError,
  MemoryStorage,
  type NestedField,
  type NewType,
  type PlainRow,
  type PrimitiveType,
  parseFilter,
  type ScanOptions,
  type Table,
} from '../src/index.js';
import { foreignTable, openForeign, parquet, rowsOf as rowsIn } from './support/foreign-table.js';

const ID = { namespace: 'n', name: 't' };

interface Widening {
  from: PrimitiveType;
  to: PrimitiveType;
  partitionBy: string;
  values: readonly (number | string)[];
}

const INTS = [-7, -1, 0, 3, 5, 2 ** 31 - 1];
const DATES = ['1969-12-30', '1970-01-01', '2020-01-05', '2020-02-05'];
const DECIMALS = ['-1.25', '0.00', '5.00', '999.99'];
// Exact as floats: a double 0.1 is not the float 0.1.
const FLOATS = [-1.5, 0, 0.5, 5];

const widenings: Widening[] = [
  ...['', 'k', 'truncate(4, k)', 'bucket(4, k)'].flatMap((partitionBy): Widening[] => [
    { from: 'int', to: 'long', partitionBy, values: INTS },
    { from: 'decimal(5, 2)', to: 'decimal(9, 2)', partitionBy, values: DECIMALS },
  ]),
  ...['', 'k'].map((partitionBy): Widening => ({ from: 'float', to: 'double', partitionBy, values: FLOATS })),
  ...['', 'year(k)', 'month(k)', 'day(k)'].flatMap((partitionBy): Widening[] => [
    { from: 'date', to: 'timestamp', partitionBy, values: DATES },
    { from: 'date', to: 'timestamp_ns', partitionBy, values: DATES },
  ]),
];

const literal = (value: number | string): string =>
  typeof value === 'number' ? String(value) : `'${value}'`;

async function create(type: NewType, partitionBy: string): Promise<{ catalog: FolderCatalog; table: Table }> {
  const catalog = new FolderCatalog({
    warehouse: 'memory://w',
    storage: new MemoryStorage(),
    sleep: async () => undefined,
  });
  const table = await catalog.createTable(ID, {
    formatVersion: 3,
    schema: {
      fields: [
        { name: 'k', type },
        { name: 'v', type: 'long' },
      ],
    },
    ...(partitionBy === '' ? {} : { partitionBy: [partitionBy] }),
  });
  return { catalog, table };
}

const rowsOf = (values: readonly (number | string)[]): PlainRow[] => values.map((k, v) => ({ k, v }));

async function widen(table: Table, to: PrimitiveType): Promise<Table> {
  return (await table.updateSchema((change) => change.widenColumn('k', to))).table;
}

async function found(table: Table, options: ScanOptions): Promise<{ rows: bigint[]; files: number }> {
  const rows: bigint[] = [];
  for await (const row of table.scan(options).rows()) rows.push(row['v'] as bigint);
  const files = (await table.scan(options).planFiles()).length;
  return { rows: rows.sort((left, right) => Number(left - right)), files };
}

describe('a snapshot from before its column was widened', () => {
  test.each(widenings)(
    'is filtered and pruned as then ($from to $to, by "$partitionBy")',
    async (widening) => {
      const { from, to, partitionBy, values } = widening;
      let { table } = await create(from, partitionBy);
      for (const row of rowsOf(values)) ({ table } = await table.append([row]));
      ({ table } = await table.append([{ k: null, v: 99 }]));
      ({ table } = await table.createTag('then'));
      const before = table;
      const snapshotId = table.currentSnapshot()!.snapshotId;
      const after = await widen(table, to);
      const one = literal(values[2]!);
      const two = `${literal(values[0]!)}, ${literal(values[3]!)}`;
      const filters = ['=', '!=', '<', '<=', '>', '>='].map((op) => `k ${op} ${one}`);
      for (const text of [
        ...filters,
        `k in (${one})`,
        `k in (${two})`,
        `k not in (${two})`,
        'k is null',
        'k is not null',
      ]) {
        const filter = parseFilter(text);
        const expected = await found(before, { filter });
        expect(await found(after, { filter, snapshotId }), text).toEqual(expected);
        expect(await found(after, { filter, ref: 'then' }), text).toEqual(expected);
        expect((await found(after, { filter })).rows, text).toEqual(expected.rows);
      }
      const [first] = (await found(after, { filter: parseFilter(`k in (${two})`), snapshotId })).rows;
      expect(first).toBe(0n);
    },
  );
});

test('a column that a file only has as its partition is read in the type that a snapshot knows', async () => {
  const field = (type: string) => ({ id: 2, name: 'k', required: false, type });
  const id: NestedField = { id: 1, name: 'id', required: false, type: 'long' };
  const identity = { 'source-id': 2, 'field-id': 1000, name: 'k', transform: 'identity' };
  const table = await openForeign(
    foreignTable({
      fields: [id, field('long')] as never,
      olderSchemas: [{ type: 'struct', 'schema-id': 1, fields: [id, field('int')] }],
      snapshotSchemaId: 1,
      specs: [{ 'spec-id': 0, fields: [identity] }],
      files: [
        {
          path: 'data/a.parquet',
          bytes: await parquet([id], [{ id: 1n }]),
          rows: 1,
          sequence: 1,
          partition: { k: 7n },
        },
      ],
    }),
  );
  const filter = parseFilter('k in (7)');
  expect(await rowsIn(table, { filter })).toEqual([{ id: 1n, k: 7n }]);
  expect(await rowsIn(table, { filter, snapshotId: 5n })).toEqual([{ id: 1n, k: 7 }]);
});

const failure = (work: Promise<unknown>): Promise<IcebergError> =>
  work.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error as IcebergError,
  );

describe('where another commit widens a column and adds rows meanwhile', () => {
  const shapes = ['', 'k', 'truncate(4, k)', 'bucket(4, k)'].flatMap((partitionBy) =>
    ['k in (5)', 'k = 5', 'k > 4 and k < 6'].map((filter) => ({ partitionBy, filter })),
  );

  test.each(shapes)(
    'a serializable delete of such rows conflicts ($filter, by "$partitionBy")',
    async (shape) => {
      const { partitionBy, filter } = shape;
      const { table } = await create('int', partitionBy);
      const base = (await table.append(rowsOf([5, 50]))).table;
      const transaction = base.transaction();
      await transaction.delete({ filter: parseFilter(filter) });
      await (await widen(base, 'long')).append(rowsOf([5]));
      const error = await failure(transaction.commit());
      expect(error.message).toMatch(/another commit has added rows/);
      expect([error.code, error.retryable]).toEqual(['COMMIT_CONFLICT', true]);
    },
  );

  test.each(shapes)(
    'one of other rows does not ($filter, by "$partitionBy")',
    async ({ partitionBy, filter }) => {
      const { table } = await create('int', partitionBy);
      const base = (await table.append(rowsOf([5, 50]))).table;
      const transaction = base.transaction();
      await transaction.delete({ filter: parseFilter(filter) });
      // In another bucket than 5.
      await (await widen(base, 'long')).append([{ k: 2n ** 40n, v: 7 }]);
      expect((await found((await transaction.commit()).table, {})).rows).toEqual([1n, 7n]);
    },
  );

  test('a serializable delete conflicts with instants of a column that was of dates', async () => {
    const { table } = await create('date', 'day(k)');
    const base = (await table.append(rowsOf(DATES))).table;
    const transaction = base.transaction();
    await transaction.delete({ filter: parseFilter("k in ('2020-01-05')") });
    const wide = await widen(base, 'timestamp');
    const { table: moved } = await wide.append([{ k: '2020-01-05T00:00:00', v: 7 }]);
    expect((await failure(transaction.commit())).code).toBe('COMMIT_CONFLICT');
    expect((await found(moved, {})).rows).toHaveLength(5);
  });

  test('rows that a conflict filter names are seen', async () => {
    const { table } = await create('int', 'k');
    const base = (await table.append(rowsOf([5, 50]))).table;
    const transaction = base.transaction({ conflictFilter: parseFilter('k in (5)') });
    await transaction.append(rowsOf([9]));
    await (await widen(base, 'long')).append(rowsOf([5]));
    expect((await failure(transaction.commit())).code).toBe('COMMIT_CONFLICT');
  });

  test.each(['copy-on-write', 'merge-on-read'] as const)(
    'an upsert by the column conflicts, and succeeds when it is begun again (%s)',
    async (mode) => {
      const { table } = await create('int', '');
      const base = (await table.append(rowsOf([5, 50]))).table;
      const transaction = base.transaction();
      await transaction.upsert([{ k: 5, v: 8 }], { key: ['k'], mode });
      const { table: wide } = await (await widen(base, 'long')).append([{ k: 2n ** 40n, v: 7 }]);
      const error = await failure(transaction.commit());
      expect(error.message).toMatch(/another commit has widened the key column "k" from int/);
      expect([error.code, error.retryable]).toEqual(['COMMIT_CONFLICT', true]);
      const { table: done } = await wide.upsert([{ k: 5, v: 8 }], { key: ['k'], mode });
      expect((await found(done, {})).rows).toEqual([1n, 7n, 8n]);
    },
  );

  test('an upsert by another column goes on', async () => {
    const { table } = await create('int', 'k');
    const base = (await table.append(rowsOf([5, 50]))).table;
    const transaction = base.transaction();
    await transaction.upsert([{ k: 6, v: 0 }], { key: ['v'] });
    await (await widen(base, 'long')).append([{ k: 2n ** 40n, v: 7 }]);
    const { table: done } = await transaction.commit();
    expect(await found(done, { filter: parseFilter('k = 6') })).toEqual({ rows: [0n], files: 1 });
    expect((await found(done, {})).rows).toEqual([0n, 1n, 7n]);
  });
});
