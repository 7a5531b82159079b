import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type ArrowInput,
  batchFromRows,
  eq,
  gt,
  IcebergError,
  type IcebergErrorCode,
  isIn,
  lt,
  MemoryCatalog,
  type NewField,
  type NewType,
  type PlainRow,
  type Table,
} from '../src/index.js';

const TIMES = ['date', 'time', 'timestamp', 'timestamptz', 'timestamp_ns', 'timestamptz_ns'] as const;
const ID: NewField = { name: 'id', type: 'long', required: true };

let catalog: MemoryCatalog;

beforeEach(() => {
  catalog = new MemoryCatalog({ sleep: async () => undefined });
});

const create = (fields: readonly NewField[]): Promise<Table> =>
  catalog.createTable({ namespace: 'raw', name: 'orders' }, { schema: { fields }, formatVersion: 3 });
const ofType = (type: NewType): Promise<Table> => create([{ name: 'v', type }]);
const rowsOf = async (table: Table): Promise<PlainRow[]> => {
  const rows: PlainRow[] = [];
  for await (const row of table.scan().rows()) rows.push(row);
  return rows;
};
const kept = async (type: NewType, value: unknown): Promise<unknown> =>
  (await rowsOf((await (await ofType(type)).append([{ v: value }])).table))[0]!['v'];

async function failureOf(work: () => unknown): Promise<IcebergError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof IcebergError) return error;
    throw error;
  }
  return expect.fail('nothing was refused');
}

/** The error of an append, of which nothing may be left. */
async function refused(table: Table, rows: unknown): Promise<IcebergError> {
  const error = await failureOf(() => table.append(rows as ArrowInput));
  expect((await table.refresh()).currentSnapshot()).toBeNull();
  return error;
}

const refusedValue = async (type: NewType, value: unknown): Promise<IcebergError> => {
  const table = await ofType(type);
  const error = await refused(table, [{ v: value }]);
  await catalog.dropTable(table.identifier);
  return error;
};

describe('times', () => {
  test.each(TIMES)('a number does not say its unit: a column of type %s refuses it', async (type) => {
    for (const value of [0, 20_000, Date.now(), 1.5]) {
      const error = await refusedValue(type, value);
      expect(error.code).toBe('TYPE_MISMATCH');
      expect(error.message).toMatch(/a number does not say its unit; give .*ISO 8601 text.*bigint of/);
    }
  });

  test.each(TIMES)('nor does one in a filter of a column of type %s', async (type) => {
    const table = await ofType(type);
    for (const filter of [lt('v', Date.now()), gt('v', 0), isIn('v', [1, 2])]) {
      const error = await failureOf(() => table.scan({ filter }));
      expect(error).toMatchObject({ code: 'TYPE_MISMATCH', context: { column: 'v', table: 'raw.orders' } });
      expect(error.message).toContain('a number does not say its unit');
    }
  });

  test('a bigint counts the unit of the column, a Date and text say what they are', async () => {
    const fields = TIMES.map((type): NewField => ({ name: type, type }));
    const table = await create(fields);
    const row = (values: readonly unknown[]): PlainRow =>
      Object.fromEntries(TIMES.map((name, index) => [name, values[index]]));
    const midnight = new Date('2026-11-23');
    const noon = new Date('2026-11-23T12:00:00.001Z');
    const { table: written } = await table.append([
      row([1n, 36_000_000_000n, 1_000_000n, 1_000_000n, 1_000_000_000n, 1_000_000_000n]),
      row([midnight, '10:00', noon, noon, noon, noon]),
    ]);
    expect(await rowsOf(written)).toEqual([
      row([
        '1970-01-02',
        '10:00:00.000000',
        '1970-01-01T00:00:01.000000',
        '1970-01-01T00:00:01.000000Z',
        '1970-01-01T00:00:01.000000000',
        '1970-01-01T00:00:01.000000000Z',
      ]),
      row([
        '2026-11-23',
        '10:00:00.000000',
        '2026-11-23T12:00:00.001000',
        '2026-11-23T12:00:00.001000Z',
        '2026-11-23T12:00:00.001000000',
        '2026-11-23T12:00:00.001000000Z',
      ]),
    ]);
    expect(await written.scan({ filter: gt('timestamptz', noon) }).count()).toBe(0);
    expect(await written.scan({ filter: eq('timestamptz', noon) }).count()).toBe(1);
  });

  test('a Date with a time of day does not fit a date', async () => {
    const error = await refusedValue('date', new Date('2026-11-23T00:00:00.001Z'));
    expect(error.code).toBe('TYPE_MISMATCH');
    expect(error.message).toMatch(/2026-11-23T00:00:00\.001Z .*time of day.*give the date as text/);
    expect(await kept('date', new Date(-86_400_000))).toBe('1969-12-31');
  });

  test.each([...TIMES, 'string', 'long'] as const)('an invalid Date fits no %s', async (type) => {
    const error = await refusedValue(type, new Date('x'));
    expect(error).toMatchObject({ code: 'TYPE_MISMATCH', context: { column: 'v', row: 0 } });
    expect(error.message).toContain('Invalid Date');
    const table = await ofType(type);
    await expect(failureOf(() => table.scan({ filter: eq('v', new Date('x')) }))).resolves.toMatchObject({
      code: 'TYPE_MISMATCH',
    });
  });
});

describe('values that a type cannot hold', () => {
  const decimal = 'decimal(38, 2)';
  test.each<readonly [NewType, unknown, RegExp]>([
    ['float', 1e300, /1e\+300 .*beyond the range of a 32-bit float/],
    ['float', -3.5e38, /beyond the range/],
    ['float', 10n ** 39n, /does not fit/],
    ['float', 16_777_217n, /does not fit/],
    ['double', 2n ** 53n + 1n, /does not fit/],
    [decimal, Number('12345678901234567'), /a number holds 15 digits.*give it as text/],
    [decimal, Number('90071992547409.93'), /a number holds 15 digits.*give it as text/],
    [decimal, 2 ** 53, /give it as text/],
    [decimal, Number.NaN, /does not fit/],
    ['string', 'a\ud800', /half of a surrogate pair/],
    ['string', '\udc00\ud800', /half of a surrogate pair/],
    ['int', 2 ** 31, /does not fit/],
    ['time', -1n, /-1n .*a day has 86400000000 microseconds/],
    ['time', 86_400_000_000n, /a day has 86400000000 microseconds/],
    ['date', 2n ** 31n, /does not fit/],
    ['timestamptz_ns', 2n ** 63n, /does not fit/],
    ['timestamptz_ns', '2263-01-01T00:00:00Z', /does not fit/],
    ['long', 2 ** 53, /give it as a bigint/],
    ['long', 1.5, /does not fit/],
    ['uuid', 'g'.repeat(32), /does not fit/],
  ])('%s refuses %s', async (type, value, message) => {
    const error = await refusedValue(type, value);
    expect(error.code).toBe('TYPE_MISMATCH');
    expect(error.message).toMatch(message);
    expect(error.context).toMatchObject({ column: 'v', row: 0, table: 'raw.orders' });
  });

  test('they are refused inside of lists, structs and maps as well', async () => {
    const nested = (type: NewType): NewField[] => [
      ID,
      { name: 'l', type: { type: 'list', element: type } },
      { name: 's', type: { type: 'struct', fields: [{ name: 'x', type }] } },
      { name: 'm', type: { type: 'map', key: 'string', value: type } },
    ];
    const table = await create(nested('float'));
    for (const [row, column] of [
      [{ id: 1, l: [0, 1e300] }, 'l.element'],
      [{ id: 1, s: { x: 1e300 } }, 's.x'],
      [{ id: 1, m: { a: 1e300 } }, 'm.value'],
      [{ id: 1, m: new Map([['\ud800', 1]]) }, 'm.key'],
    ] as const) {
      expect(await refused(table, [row])).toMatchObject({
        code: 'TYPE_MISMATCH',
        context: { column, row: 0 },
      });
    }
  });

  test('a float takes the nearest 32-bit float, and its infinities and NaN as they are', async () => {
    const table = await ofType('float');
    const values = [
      16_777_217,
      0.1,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      3.4028234663852886e38,
      16_777_216n,
    ];
    const { table: written } = await table.append(values.map((v) => ({ v })));
    expect((await rowsOf(written)).map((row) => row['v'])).toEqual([
      16_777_216,
      Math.fround(0.1),
      Number.POSITIVE_INFINITY,
      Number.NaN,
      3.4028234663852886e38,
      16_777_216,
    ]);
    expect(await written.scan({ filter: eq('v', 0.1) }).count()).toBe(1);
  });

  test('decimals take numbers of up to 15 digits, safe integers, bigints and text', async () => {
    const table = await ofType('decimal(38, 5)');
    const values = [
      0.1,
      12_345_678.9,
      Number.MAX_SAFE_INTEGER,
      12_345_678_901_234_567n,
      '12345678901234567.89',
    ];
    const { table: written } = await table.append(values.map((v) => ({ v })));
    expect((await rowsOf(written)).map((row) => row['v'])).toEqual([
      '0.10000',
      '12345678.90000',
      '9007199254740991.00000',
      '12345678901234567.00000',
      '12345678901234567.89000',
    ]);
  });

  test('text of every character is kept', async () => {
    for (const text of ['', '\ufeffa', '😀', 'e\u0301', '\uffff\u0000']) {
      expect(await kept('string', text)).toBe(text);
      await catalog.dropTable({ namespace: 'raw', name: 'orders' });
    }
  });
});

describe('lists', () => {
  const list = (element: NewType, elementRequired = false): NewType => ({
    type: 'list',
    element,
    elementRequired,
  });
  const ELEMENTS: readonly NewType[] = [
    'int',
    'boolean',
    'date',
    'string',
    'decimal(9, 2)',
    'uuid',
    { type: 'struct', fields: [{ name: 'x', type: 'int' }] },
  ];
  // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
  const sparse = [, null, undefined, ,];

  test.each(ELEMENTS)('holes in a list of %j are null', async (element) => {
    expect(await kept(list(element), sparse)).toEqual([null, null, null, null]);
  });

  test.each(ELEMENTS)('and are missing where elements of type %j are required', async (element) => {
    const error = await refusedValue(list(element, true), new Array(2));
    expect(error).toMatchObject({ code: 'REQUIRED_VALUE_MISSING', context: { column: 'v.element', row: 0 } });
  });

  test('may be long', async () => {
    const long = Array.from({ length: 200_000 }, (_, index) => index);
    expect(await kept(list('int'), long)).toEqual(long);
  });

  test.each([new Set([1]), 'ab', { 0: 1 }, new Int32Array(1), new Map()])(
    'are arrays, not %s',
    async (value) => {
      expect((await refusedValue(list('int'), value)).code).toBe('TYPE_MISMATCH');
    },
  );
});

describe('structs and maps', () => {
  const struct: NewType = {
    type: 'struct',
    fields: [
      { name: 'a', type: 'int' },
      { name: 'at', type: 'timestamptz' },
    ],
  };

  test('a key that no field of the struct has is refused as one that no column has', async () => {
    const table = await create([{ name: 'st', type: struct }]);
    const error = await refused(table, [{ st: { a: 1 } }, { st: { aa: 1 } }]);
    expect(error).toMatchObject({ code: 'COLUMN_NOT_FOUND', context: { column: 'st.aa', row: 1 } });
    expect(error.message).toMatch(/no field "st\.aa"; the fields of "st" are a, at\. Did you mean "a"\?/);
  });

  test('so is one of a struct in a list or a map', async () => {
    const table = await create([
      { name: 'l', type: { type: 'list', element: struct } },
      { name: 'm', type: { type: 'map', key: 'string', value: struct } },
    ]);
    expect((await refused(table, [{ l: [{ b: 1 }] }])).context).toMatchObject({ column: 'l.element.b' });
    expect((await refused(table, [{ m: { k: { b: 1 } } }])).context).toMatchObject({ column: 'm.value.b' });
  });

  test.each([
    new Map([['a', 1]]),
    new Date(),
    [1, 2],
    Buffer.from('ab'),
    new Set(),
    Promise.resolve({ a: 1 }),
    /a/,
    new URL('file:///a'),
    new (class Nothing {})(),
    'text',
    7,
    () => undefined,
  ])('a struct is no %o', async (value) => {
    const error = await refusedValue(struct, value);
    expect(error).toMatchObject({ code: 'TYPE_MISMATCH', context: { column: 'v', row: 0 } });
  });

  test('a struct may be an instance of a class, or an object without a prototype', async () => {
    class Place {
      a = 1;
      get at(): Date {
        return new Date(0);
      }
    }
    expect(await kept(struct, new Place())).toEqual({ a: 1, at: '1970-01-01T00:00:00.000000Z' });
    await catalog.dropTable({ namespace: 'raw', name: 'orders' });
    expect(await kept(struct, Object.assign(Object.create(null), { a: 2 }))).toEqual({ a: 2, at: null });
  });

  test.each([['x', 'y'], Buffer.from('ab'), new Date(), new Set(['a']), 'ab'])(
    'a map is no %o',
    async (value) => {
      const error = await refusedValue({ type: 'map', key: 'string', value: 'string' }, value);
      expect(error.code).toBe('TYPE_MISMATCH');
    },
  );
});

describe('what is no row', () => {
  const NO_ROWS: readonly (readonly [name: string, data: unknown])[] = [
    ['bytes', Buffer.from('abc')],
    ['bytes of an Arrow stream', tableToIPC(tableFromArrays({ id: [1] }))],
    ['numbers', [5, 6]],
    ['texts', ['a']],
    ['nulls', [null]],
    ['holes', new Array(1)],
    ['dates', [new Date()]],
    ['maps', [new Map([['id', 1]])]],
    ['the entries of a map', new Map([['id', 1]])],
    ['lists', [[1, 2]]],
    ['regular expressions', [/a/]],
    ['instances without columns', [new (class Nothing {})()]],
    ['functions', [() => ({ id: 1 })]],
  ];

  test.each(NO_ROWS)('%s are refused where every column is optional', async (_, data) => {
    const table = await ofType('string');
    expect(await refused(table, data)).toMatchObject({
      code: 'TYPE_MISMATCH',
      context: { table: 'raw.orders' },
    });
  });

  test('bytes of an Arrow stream: the message says how to read them', async () => {
    const table = await ofType('string');
    const bytes = tableToIPC(tableFromArrays({ v: ['a'] }));
    expect((await refused(table, bytes)).message).toMatch(/\d+ bytes.*tableFromIPC/);
  });

  const NO_DATA: readonly (readonly [name: string, data: unknown, message: RegExp])[] = [
    ['nothing', undefined, /undefined/],
    ['null', null, /null/],
    ['one row', { id: 1 }, /put a single row into an array/],
    ['a promise', Promise.resolve([]), /await it/],
    ['a text', 'id', /"id"/],
    ['a number', 7, /7/],
    ['a function', () => [], /function/],
  ];

  test.each(NO_DATA)('%s is no list of rows', async (_, data, message) => {
    const table = await create([ID]);
    const error = await refused(table, data);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', context: { table: 'raw.orders' } });
    expect(error.message).toMatch(message);
    await expect(failureOf(() => table.upsert(data as ArrowInput, { key: ['id'] }))).resolves.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect((await failureOf(() => batchFromRows(table.schema(), data as PlainRow[]))).code).toBe(
      'INVALID_ARGUMENT',
    );
  });

  test('an empty object is a row whose columns are all left out', async () => {
    const { table } = await (await ofType('string')).append([{}, Object.create(null)]);
    expect(await rowsOf(table)).toEqual([{ v: null }, { v: null }]);
  });

  test('rows of an Arrow table are rows', async () => {
    const arrow = tableFromArrays({ id: [1n, 2n], v: ['a', 'b'] });
    const empty = await create([ID, { name: 'v', type: 'string' }]);
    const { table } = await empty.append([...arrow]);
    expect(await rowsOf(table)).toEqual([
      { id: 1n, v: 'a' },
      { id: 2n, v: 'b' },
    ]);
  });

  test('instances of classes are rows, with what their getters give', async () => {
    class Order {
      readonly id: bigint;
      constructor(id: bigint) {
        this.id = id;
      }
      get v(): string {
        return `order ${this.id}`;
      }
    }
    const { table } = await (await create([ID, { name: 'v', type: 'string' }])).append([new Order(1n)]);
    expect(await rowsOf(table)).toEqual([{ id: 1n, v: 'order 1' }]);
  });
});

describe('where it was', () => {
  const FIELDS: readonly NewField[] = [
    ID,
    { name: 'place', type: { type: 'struct', fields: [{ name: 'lat', type: 'double', required: true }] } },
  ];
  const FAULTS: readonly (readonly [code: IcebergErrorCode, row: PlainRow, column: string])[] = [
    ['TYPE_MISMATCH', { id: 'x' }, 'id'],
    ['TYPE_MISMATCH', { id: 1, place: { lat: 'north' } }, 'place.lat'],
    ['REQUIRED_VALUE_MISSING', {}, 'id'],
    ['REQUIRED_VALUE_MISSING', { id: 1, place: {} }, 'place.lat'],
    ['COLUMN_NOT_FOUND', { id: 1, idd: 1 }, 'idd'],
    ['COLUMN_NOT_FOUND', { id: 1, place: { lat: 1, lon: 1 } }, 'place.lon'],
  ];

  test.each(FAULTS)('%s names the table, the row and the column: %o', async (code, fault, column) => {
    const table = await create(FIELDS);
    const good = Array.from({ length: 9_000 }, (_, id) => ({ id }));
    const error = await refused(table, [...good, fault, ...good]);
    expect(error).toMatchObject({ code, context: { table: 'raw.orders', row: 9_000, column } });
    expect(error.message).toMatch(/^Table raw\.orders: Row 9000, counted from 0: /);
    expect(error.message).toContain(`"${column}"`);
  });

  test('rows are counted over batches that come between them', async () => {
    const table = await create([ID]);
    async function* mixed(): AsyncGenerator<PlainRow | ReturnType<typeof batchFromRows>> {
      yield { id: 1 };
      yield batchFromRows(table.schema(), [{ id: 2 }, { id: 3 }]);
      yield { id: 4 };
      yield { id: 'x' };
    }
    expect((await refused(table, mixed())).context).toMatchObject({ row: 4, column: 'id' });
  });

  test('a batch made of rows tells the row, too', async () => {
    const table = await create([ID]);
    const error = await failureOf(() => batchFromRows(table.schema(), [{ id: 1 }, { id: null }]));
    expect(error).toMatchObject({ code: 'REQUIRED_VALUE_MISSING', context: { row: 1, column: 'id' } });
  });

  test('what the source of the rows throws is left as it is', async () => {
    const table = await create([ID]);
    const own = new IcebergError('mine', { code: 'TYPE_MISMATCH', context: { table: 'other' } });
    const source = function* (): Generator<PlainRow> {
      yield { id: 1 };
      throw own;
    };
    expect(await refused(table, source())).toBe(own);
    expect(await failureOf(() => batchFromRows(table.schema(), source()))).toBe(own);
  });

  test('a column that is nearly named right is suggested', async () => {
    const table = await create([ID, { name: 'status', type: 'string' }]);
    expect((await refused(table, [{ id: 1, statsu: 'open' }])).message).toMatch(
      /no column "statsu"; the columns are id, status\. Did you mean "status"\?/,
    );
  });
});

describe('types that there are not', () => {
  test.each<readonly [unknown, string, RegExp]>([
    ['bigint', 'v', /^Table raw\.orders: The type "bigint" of column "v" .*Did you mean "long"\?$/],
    [
      { type: 'list', element: 'int64' },
      'v.element',
      /"int64" of column "v.element".*Did you mean "long"\?$/,
    ],
    [{ type: 'array', element: 'int' }, 'v', /The type "array" of column "v" .*struct, list and map/],
    [undefined, 'v', /The type undefined of column "v" /],
    [null, 'v', /The type null of column "v" /],
    [{ element: 'int' }, 'v', /The type an object of column "v" /],
  ])('%j names the column and what there is', async (type, column, message) => {
    const table = await create([ID]);
    for (const work of [
      () => table.updateSchema((change) => change.addColumn('v', type as NewType)),
      () =>
        catalog.createTable(
          { namespace: 'raw', name: 'other' },
          {
            schema: { fields: [{ name: 'v', type: type as NewType }] },
          },
        ),
    ]) {
      const error = await failureOf(work);
      expect(error).toMatchObject({ code: 'UNSUPPORTED_FEATURE', context: { column } });
      expect(error.message.replace('raw.other:', 'raw.orders:')).toMatch(message);
    }
  });

  test('a column whose name is no text is not there', async () => {
    const table = await create([ID]);
    const name = undefined as unknown as string;
    for (const [work, code] of [
      [() => table.scan({ columns: [name] }), 'COLUMN_NOT_FOUND'],
      [() => table.scan({ filter: eq(name, 1) }), 'INVALID_ARGUMENT'],
    ] as const) {
      const error = await failureOf(work);
      expect(error).toMatchObject({ code, context: { table: 'raw.orders' } });
      expect(error.message).toContain('undefined');
    }
  });
});
