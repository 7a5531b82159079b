import { DataType } from 'apache-arrow';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  alwaysTrue,
  and,
  type Expression,
  eq,
  gt,
  IcebergError,
  isIn,
  isNaN as isNan,
  isNull,
  lt,
  MemoryCatalog,
  MemoryStorage,
  type NewField,
  not,
  notEq,
  notNaN,
  notNull,
  or,
  parseFilter,
  startsWith,
  type Table,
} from '../src/index.js';

const FIELDS: NewField[] = [
  { name: 'id', type: 'int' },
  {
    name: 'place',
    type: {
      type: 'struct',
      fields: [
        { name: 'lat', type: 'double' },
        { name: 'open', type: 'boolean' },
        { name: 'at', type: { type: 'struct', fields: [{ name: 'zone', type: 'string' }] } },
        { name: 'odd.name', type: 'int' },
      ],
    },
  },
  { name: 'dotted.lat', type: 'double' },
  { name: 'dotted', type: { type: 'struct', fields: [{ name: 'lat', type: 'double' }] } },
  { name: 'score', type: 'double' },
  {
    name: 'items',
    type: {
      type: 'list',
      element: {
        type: 'struct',
        fields: [
          { name: 'sku', type: 'string' },
          { name: 'count', type: 'int' },
        ],
      },
    },
  },
  {
    name: 'props',
    type: {
      type: 'map',
      key: 'string',
      value: {
        type: 'struct',
        fields: [
          { name: 'x', type: 'int' },
          { name: 'y', type: 'int' },
        ],
      },
    },
  },
];

const ROWS = [
  {
    id: 1,
    place: { lat: 1.5, open: true, at: { zone: 'utc' }, 'odd.name': 7 },
    'dotted.lat': 1,
    dotted: { lat: 2 },
    score: Number.NaN,
    items: [
      { sku: 'a', count: 1 },
      { sku: 'b', count: 2 },
    ],
    props: { k: { x: 1, y: 2 } },
  },
  {
    id: 2,
    place: { lat: Number.NaN, open: false, at: { zone: null }, 'odd.name': 8 },
    score: 1,
    items: [],
    props: {},
  },
  { id: 3, place: { lat: null, open: null, at: null, 'odd.name': null }, score: 2 },
  { id: 4, place: null, score: null, items: null },
  {
    id: 5,
    place: { lat: -3, open: true, at: { zone: 'cet' }, 'odd.name': 7 },
    score: Number.POSITIVE_INFINITY,
  },
];

let table: Table;

async function created(
  rows: readonly object[] = ROWS,
  options: { fields?: NewField[]; partitionBy?: string[]; storage?: MemoryStorage } = {},
): Promise<Table> {
  const { fields = FIELDS, partitionBy = [], storage = new MemoryStorage() } = options;
  const empty = await new MemoryCatalog({ storage }).createTable(
    { namespace: 'n', name: 't' },
    { schema: { fields }, partitionBy },
  );
  return (await empty.append(rows)).table;
}

async function idsOf(filter: Expression, of: Table = table): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of of.scan({ filter, columns: ['id'] }).rows<{ id: number }>()) ids.push(id);
  expect(await of.scan({ filter }).count()).toBe(ids.length);
  return ids.sort();
}

async function failureOf(work: () => unknown): Promise<IcebergError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof IcebergError) return error;
    throw error;
  }
  return expect.fail('nothing was refused');
}

beforeAll(async () => {
  table = await created();
});

describe('a filter on a field of a struct', () => {
  test.each<[string, number[]]>([
    ['place.lat = 1.5', [1]],
    ['place.lat < 2', [1, 5]],
    ['not place.lat < 2', []],
    ['place.lat != 1.5', [2, 5]],
    ['place.lat in (1.5, -3)', [1, 5]],
    ['place.lat not in (1.5, -3)', [2]],
    ['place.lat between -5 and 1.5', [1, 5]],
    ['place.lat is null', [3, 4]],
    ['place.lat is not null', [1, 2, 5]],
    ['place.lat is nan', [2]],
    ['place.lat is not nan', [1, 5]],
    ['not place.lat is nan', [1, 5]],
    ['place.open', [1, 5]],
    ['not place.open', [2]],
    ['place.open is null', [3, 4]],
    ["place.at.zone = 'utc'", [1]],
    ["place.at.zone like 'c%' or id = 4", [4, 5]],
    ['place.at.zone is null', [2, 3, 4]],
    ['place.at is null', [3, 4]],
    ['place is null', [4]],
    ['place is not null and place.at is null', [3]],
    ['place."odd.name" = 7 and "place".lat > 0', [1]],
    ['"place.odd.name" = 8', [2]],
  ])('%s', async (text, ids) => {
    expect(await idsOf(parseFilter(text))).toEqual(ids);
  });

  test('means the column of that name where there is one', async () => {
    expect(await idsOf(eq('dotted.lat', 1))).toEqual([1]);
    expect(await idsOf(eq('dotted.lat', 2))).toEqual([]);
  });

  test('that is misspelt names the fields that there are', async () => {
    const error = await failureOf(() => table.scan({ filter: eq('place.lta', 1) }));
    expect(error).toMatchObject({ code: 'COLUMN_NOT_FOUND', context: { column: 'place.lta' } });
    expect(error.message).toMatch(
      /no field "place\.lta"; the fields of "place" are lat, .*Did you mean "lat"\?/,
    );
    expect((await failureOf(() => table.scan({ filter: eq('id.x', 1) }))).message).toMatch(
      /no column "id\.x"/,
    );
    expect((await failureOf(() => table.scan({ columns: ['place.at.zoen'] }))).message).toMatch(
      /no field "place\.at\.zoen".*Did you mean "zone"/,
    );
  });

  test('in a list or map is refused, and so is a struct that is compared', async () => {
    for (const column of ['items.element.count', 'props.value.x', 'props.key']) {
      const error = await failureOf(() => table.scan({ filter: eq(column, 1) }));
      expect(error).toMatchObject({ code: 'TYPE_MISMATCH', context: { column } });
      expect(error.message).toMatch(/a row may have many values/);
    }
    const error = await failureOf(() => table.scan({ filter: eq('place', 1) }));
    expect(error.code).toBe('TYPE_MISMATCH');
    expect(error.message).toMatch(/a column of a primitive type is needed.*"place\.lat"/);
  });
});

describe('NaN', () => {
  test('is asked for, and is in no range, and not equal to itself', async () => {
    expect(await idsOf(isNan('score'))).toEqual([1]);
    expect(await idsOf(not(isNan('score')))).toEqual([2, 3, 5]);
    expect(await idsOf(notNaN('score'))).toEqual([2, 3, 5]);
    expect(await idsOf(not(notNaN('score')))).toEqual([1]);
    expect(await idsOf(or(lt('score', 0), not(lt('score', 0))))).toEqual([2, 3, 5]);
    expect(await idsOf(eq('score', Number.NaN))).toEqual([]);
    expect(await idsOf(notEq('score', Number.NaN))).toEqual([1, 2, 3, 5]);
    expect(await idsOf(not(isIn('score', [1])))).toEqual([1, 3, 5]);
    expect(await idsOf(and(isNan('score'), isNull('score')))).toEqual([]);
  });

  test('is asked of floats and doubles only', async () => {
    for (const filter of [isNan('id'), notNaN('place.open'), not(isNan('place.at.zone'))]) {
      const error = await failureOf(() => table.scan({ filter }));
      expect(error.code).toBe('TYPE_MISMATCH');
      expect(error.message).toMatch(
        /NaN needs a float or double column; "[\w.]+" is of type (int|boolean|string)/,
      );
    }
  });

  test.each([
    ['a column', 'score', (score: number | null) => ({ score })],
    ['a field', 'place.lat', (lat: number | null) => ({ place: lat === null ? null : { lat } })],
  ])(
    'of %s is looked for only in files that have some, and numbers not where all is NaN',
    async (_, column, row) => {
      let next = await created([row(1), row(2)]);
      ({ table: next } = await next.append([row(Number.NaN), row(Number.NaN), row(null)]));
      ({ table: next } = await next.append([row(Number.NaN), row(3)]));
      ({ table: next } = await next.append([row(null)]));
      const files = async (filter: Expression): Promise<number> =>
        (await next.scan({ filter }).planFiles()).length;
      expect(await files(alwaysTrue())).toBe(4);
      expect(await files(isNan(column))).toBe(2);
      expect(await next.scan({ filter: isNan(column) }).count()).toBe(3);
      expect(await files(notNaN(column))).toBe(2);
      expect(await next.scan({ filter: notNaN(column) }).count()).toBe(3);
    },
  );

  test('of a partition is a partition of its own', async () => {
    const next = await created([{ score: 1 }, { score: Number.NaN }, { score: null }], {
      partitionBy: ['score'],
    });
    const files = async (filter: Expression): Promise<number> =>
      (await next.scan({ filter }).planFiles()).length;
    expect([await files(isNan('score')), await files(notNaN('score'))]).toEqual([1, 1]);
    const { table: without } = await next.delete({ filter: isNan('score') });
    expect(await without.scan().count()).toBe(2);
  });
});

describe('columns by path', () => {
  const rowsOf = async (columns: string[], filter = alwaysTrue()): Promise<unknown[]> => {
    const rows: unknown[] = [];
    for await (const row of table.scan({ columns, filter }).rows()) rows.push(row);
    return rows;
  };

  test('give a struct with those fields only, null where it is', async () => {
    expect(await rowsOf(['id', 'place.lat'])).toEqual([
      { id: 1, place: { lat: 1.5 } },
      { id: 2, place: { lat: Number.NaN } },
      { id: 3, place: { lat: null } },
      { id: 4, place: null },
      { id: 5, place: { lat: -3 } },
    ]);
    const { schema } = await table.scan({ columns: ['place.at.zone', 'place.lat'] }).toArrow();
    expect(String(schema)).toBe('Schema<{ 0: place: Struct<{lat:Float64, at:Struct<{zone:Utf8}>}> }>');
  });

  test('come once, where the first of them stands; the whole goes before a part', async () => {
    expect(await rowsOf(['place.at', 'id', 'place.open'], eq('id', 1))).toEqual([
      { place: { open: true, at: { zone: 'utc' } }, id: 1 },
    ]);
    expect(Object.keys((await rowsOf(['place.at', 'id']))[0] as object)).toEqual(['place', 'id']);
    expect(await rowsOf(['place.lat', 'place'], eq('id', 2))).toEqual([{ place: ROWS[1]!.place }]);
    expect(await rowsOf(['dotted.lat'], eq('id', 1))).toEqual([{ 'dotted.lat': 1 }]);
    expect(await rowsOf(['place.odd.name', '_pos'], eq('id', 1))).toEqual([
      { place: { 'odd.name': 7 }, _pos: 0n },
    ]);
  });

  test('lead into lists and maps', async () => {
    const [first, second, third] = (await rowsOf(['items.element.count', 'props.value.y'])) as object[];
    expect(first).toEqual({ items: [{ count: 1 }, { count: 2 }], props: new Map([['k', { y: 2 }]]) });
    expect(second).toEqual({ items: [], props: new Map() });
    expect(third).toEqual({ items: null, props: null });
    expect(await rowsOf(['items.element', 'props.key'], eq('id', 1))).toEqual([
      { items: ROWS[0]!.items, props: new Map([['k', { x: 1, y: 2 }]]) },
    ]);
  });

  test('are given beside filters on other parts, in batches of any size, and up to a limit', async () => {
    expect(await rowsOf(['place.open'], gt('place.lat', -10))).toEqual([
      { place: { open: true } },
      { place: { open: true } },
    ]);
    const scan = table.scan({ columns: ['place.open'], filter: notNull('place.at'), batchSize: 2, limit: 2 });
    const batches = [];
    for await (const batch of scan) batches.push(batch);
    expect(batches.reduce((rows, batch) => rows + batch.numRows, 0)).toBe(2);
    const place = (await scan.toArrow()).schema.fields[0]!;
    expect(DataType.isStruct(place.type) && place.type.children.map((child) => child.name)).toEqual(['open']);
  });

  test('are given of changes as well', async () => {
    const { table: next } = await table.delete({ filter: eq('place.at.zone', 'cet') });
    const options = { columns: ['id', 'place.open'], filter: isIn('place.lat', [1.5, -3]) };
    const changes: unknown[] = [];
    for await (const { id, place, _change_type: type } of next.changelogScan(options).rows())
      changes.push([type, id, place]);
    expect(changes).toEqual([
      ['insert', 1, { open: true }],
      ['insert', 5, { open: true }],
      ['delete', 5, { open: true }],
    ]);
    const keyed: unknown[] = [];
    const { table: last } = await next.upsert([{ id: 1, place: { lat: 9, open: false } }], { key: ['id'] });
    const from = next.currentSnapshot()!.snapshotId;
    const filter = or(eq('place.lat', 9), eq('place.lat', 1.5));
    const scan = last.changelogScan({ fromSnapshotId: from, key: ['id'], columns: ['place.lat'], filter });
    for await (const { place, _change_type: type } of scan.rows()) keyed.push([type, place]);
    expect(keyed).toEqual([
      ['update_before', { lat: 1.5 }],
      ['update_after', { lat: 9 }],
    ]);
  });
});

describe('files are passed over by a field of a struct', () => {
  const row = (id: number) => ({
    id,
    place: id % 10 === 9 ? null : { lat: id, at: { zone: `z${id % 10}` } },
  });
  const rows = (from: number) => Array.from({ length: 10 }, (_, index) => row(from + index));

  test('by its bounds, and no row is lost for it', async () => {
    let next = await created(rows(0));
    for (const from of [10, 20, 30]) ({ table: next } = await next.append(rows(from)));
    const files = async (filter: Expression): Promise<number> =>
      (await next.scan({ filter }).planFiles()).length;
    expect(await files(gt('place.lat', 18))).toBe(2);
    expect(await files(and(gt('place.lat', 18), lt('place.lat', 25)))).toBe(1);
    expect(await files(startsWith('place.at.zone', 'y'))).toBe(0);
    expect(await files(isNull('place.lat'))).toBe(4);
    expect(await idsOf(isNull('place.lat'), next)).toEqual([19, 29, 39, 9]);
    expect(await idsOf(gt('place.lat', 36), next)).toEqual([37, 38]);
  });

  test('by the partition, whatever its transform', async () => {
    const next = await created(rows(0), {
      partitionBy: ['truncate(2, place.at.zone)', 'bucket(4, place.at.zone)'],
    });
    const { table: more } = await next.append(rows(10));
    const files = async (filter: Expression): Promise<number> =>
      (await more.scan({ filter }).planFiles()).length;
    expect(await files(alwaysTrue())).toBe(20);
    expect(await files(eq('place.at.zone', 'z3'))).toBe(2);
    expect(await files(isNull('place.at.zone'))).toBe(2);
    expect(await idsOf(isIn('place.at.zone', ['z3', 'z4']), more)).toEqual([13, 14, 3, 4]);
  });

  test('and removed unread where their partition says that all rows match', async () => {
    const storage = new MemoryStorage();
    const next = await created(rows(0), { partitionBy: ['place.at.zone'], storage });
    const { table: without } = await next.delete({ filter: eq('place.at.zone', 'z3') });
    expect(without.currentSnapshot()!.summary).toMatchObject({ 'deleted-data-files': '1' });
    expect(await idsOf(alwaysTrue(), without)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
    const { table: less } = await without.delete({ filter: lt('place.at.zone', 'z3') });
    expect(await idsOf(alwaysTrue(), less)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  test.each(['merge-on-read', 'copy-on-write'] as const)(
    'and rows deleted and overwritten by it (%s)',
    async (mode) => {
      const next = await created(rows(0));
      const { table: less } = await next.delete({ filter: parseFilter('place.lat between 2 and 5'), mode });
      expect(await idsOf(alwaysTrue(), less)).toEqual([0, 1, 6, 7, 8, 9]);
      const { table: other } = await less.overwrite([row(20)], { filter: isNull('place.at.zone'), mode });
      expect(await idsOf(alwaysTrue(), other)).toEqual([0, 1, 20, 6, 7, 8]);
    },
  );
});

describe('a struct that has changed since', () => {
  test('is found by id under its new names, in new fields and wider types', async () => {
    const fields: NewField[] = [
      { name: 'id', type: 'int' },
      {
        name: 'place',
        type: {
          type: 'struct',
          fields: [
            { name: 'n', type: 'int' },
            { name: 'old', type: 'int' },
          ],
        },
      },
    ];
    let next = await created(
      [
        { id: 1, place: { n: 5, old: 1 } },
        { id: 2, place: null },
      ],
      { fields },
    );
    next = (
      await next.updateSchema((change) => {
        change.widenColumn('place.n', 'long');
        change.renameColumn('place.n', 'wide');
        change.renameColumn('place', 'spot');
        change.addColumn('spot.extra', 'string');
        change.dropColumn('spot.old');
      })
    ).table;
    ({ table: next } = await next.append([{ id: 3, spot: { wide: 2n ** 40n, extra: 'e' } }]));
    expect(await idsOf(eq('spot.wide', 5), next)).toEqual([1]);
    expect(await idsOf(gt('spot.wide', 2n ** 33n), next)).toEqual([3]);
    expect(await idsOf(isNull('spot.extra'), next)).toEqual([1, 2]);
    const rows: unknown[] = [];
    for await (const row of next.scan({ columns: ['id', 'spot.extra'] }).rows()) rows.push(row);
    expect(rows).toEqual([
      { id: 3, spot: { extra: 'e' } },
      { id: 1, spot: { extra: null } },
      { id: 2, spot: null },
    ]);
    const [first] = next.snapshots();
    const snapshotId = first!.snapshotId;
    expect(await next.scan({ snapshotId, filter: eq('place.n', 5) }).count()).toBe(1);
  });
});
