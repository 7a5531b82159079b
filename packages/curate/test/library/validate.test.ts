import {
  deduplicate,
  flatten,
  flattenRows,
  type ValueContract,
  validate,
  validateRows,
} from '@lean-ops/curate';
import { batchFromRows, MemoryCatalog } from '@lean-ops/iceberg';
import {
  Bool,
  DateDay,
  Decimal,
  Dictionary,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  type RecordBatch,
  TimeMicrosecond,
  Timestamp,
  TimeUnit,
  Utf8,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { all, batchOf, codeOf, cut, oneByOne, rowsOf, textsOf } from './batches.js';

/** Arrow's own builder takes milliseconds. */
const nanos = (value: bigint, zone: string | null): Vector =>
  new Vector([
    makeData({
      type: new Timestamp(TimeUnit.NANOSECOND, zone),
      length: 1,
      nullCount: 0,
      data: BigInt64Array.of(value),
    }),
  ]);

/** The number times ten to minus the scale. */
const decimalOf = (unscaled: number, scale: number): Vector =>
  new Vector([
    makeData({
      type: new Decimal(scale, 10, 128),
      length: 1,
      nullCount: 0,
      data: new Uint32Array(BigInt64Array.of(BigInt(unscaled), unscaled < 0 ? -1n : 0n).buffer),
    }),
  ]);

const CONTRACT: ValueContract = {
  columns: {
    user: { type: 'long', path: '$.user.id', cde: true },
    amount: { type: 'decimal(10,2)', min: 0 },
    kind: { type: 'string', enum: ['a', 'b'], default: 'a' },
  },
};

describe('validate', () => {
  test('judges what flatten gives, by path, and names every fault of every row', async () => {
    const payloads = [
      '{"user":{"id":1},"amount":1.10}',
      '{"user":{"id":"x"},"amount":-1,"kind":"c"}',
      '{"amount":1.234}',
      '{"user":{"id":9007199254740993},"kind":"b"}',
    ];
    const parts = await all(validate(CONTRACT, flatten(cut(textsOf(payloads), [1, 2]))));
    expect(parts.flatMap(({ rows }) => [...rows])).toEqual([0, 3]);
    expect(parts.flatMap(({ batch }) => rowsOf(batch)).map(({ user, kind }) => [user, kind])).toEqual([
      [1n, 'a'],
      [9007199254740993n, 'b'],
    ]);
    expect(parts.flatMap(({ failures }) => failures)).toEqual([
      {
        row: 1,
        failures: [
          { column: 'user', code: 'CAST_MALFORMED', message: 'user: "x" is not written as long' },
          { column: 'amount', code: 'BELOW_MIN', message: 'amount: "-1" is below 0' },
          { column: 'kind', code: 'ENUM_UNKNOWN', message: 'kind: "c" is not one of the values of the enum' },
        ],
      },
      {
        row: 2,
        failures: [
          { column: 'user', code: 'CDE_MISSING', message: 'user: is a critical data element and is missing' },
          {
            column: 'amount',
            code: 'CAST_SCALE_EXCEEDED',
            message: 'amount: "1.234" has more decimals than decimal(10,2)',
          },
        ],
      },
    ]);
    expect(parts[1]!.failed.numRows).toBe(2);
  });

  test('gives the result of one batch at once', () => {
    const part = validate({ columns: { a: { type: 'int' } } }, batchOf({ a: ['1', 'x'], b: ['k', 'l'] }), {
      keep: ['b'],
    });
    expect(rowsOf(part.batch)).toEqual([{ a: 1, b: 'k' }]);
    expect(part.columns).toEqual([{ name: 'a', type: 'int' }]);
    expect(rowsOf(part.failed)).toEqual([{ a: 'x', b: 'l' }]);
  });

  test.each<[string, Parameters<typeof batchOf>[0][string], string, unknown]>([
    ['int into long', vectorFromArray([7], new Int32()), 'long', 7n],
    ['long into decimal', vectorFromArray([2n ** 60n], new Int64()), 'decimal(20,0)', '1152921504606846976'],
    ['boolean', vectorFromArray([true], new Bool()), 'boolean', true],
    ['a double that is not whole into int', vectorFromArray([1.5], new Float64()), 'int', 'CAST_NOT_INTEGER'],
    ['NaN into double', vectorFromArray([Number.NaN], new Float64()), 'double', 'CAST_MALFORMED'],
    ['float into decimal, as it is written', vectorFromArray([0.1], new Float32()), 'decimal(3,1)', '0.1'],
    ['float into float', vectorFromArray([16777216], new Float32()), 'float', 16777216],
    [
      'decimal into decimal',
      vectorFromArray([Uint32Array.of(110, 0, 0, 0)], new Decimal(2, 10, 128)),
      'decimal(5,2)',
      '1.10',
    ],
    [
      'a negative decimal',
      vectorFromArray(
        [Uint32Array.of(0xfffffffb, 0xffffffff, 0xffffffff, 0xffffffff)],
        new Decimal(3, 10, 128),
      ),
      'decimal(5,3)',
      '-0.005',
    ],
    ['date', vectorFromArray([new Date('2026-02-03')], new DateDay()), 'date', '2026-02-03'],
    ['time', vectorFromArray([3_723_000_001n], new TimeMicrosecond()), 'time', '01:02:03.000001'],
    ['nanoseconds', nanos(1n, 'UTC'), 'timestamptz', 'CAST_FRACTION_TOO_FINE'],
    ['a wall-clock time into an instant', nanos(1n, null), 'timestamptz', 'CAST_ZONE_MISSING'],
    ['a decimal of negative scale', decimalOf(123, -2), 'decimal(5,0)', '12300'],
    ['a negative decimal of negative scale', decimalOf(-7, -1), 'long', -70n],
    ['nothing at a negative scale', decimalOf(0, -3), 'int', 0],
    ['a dictionary', vectorFromArray(['12'], new Dictionary(new Utf8(), new Int32())), 'int', 12],
  ])('judges a typed column by its text: %s', async (_name, column, type, expected) => {
    const contract = { columns: { a: { type: type as 'int' } } };
    const part = validate(contract, batchOf({ a: column }));
    if (part.failures.length > 0) expect(part.failures[0]!.failures[0]!.code).toBe(expected);
    else {
      const catalog = new MemoryCatalog();
      const table = await catalog.createTable(
        { namespace: 'n', name: 't' },
        { schema: { fields: [{ name: 'a', type: type as 'int' }] } },
      );
      const [row] = await all((await table.append([part.batch])).table.scan().rows());
      expect(row!['a']).toEqual(expected);
    }
  });

  test('masks sensitive values, in rows and in failures', () => {
    const contract: ValueContract = {
      columns: {
        ssn: { type: 'string', sensitive: 'redact', pattern: '[0-9]+' },
        card: { type: 'string', sensitive: 'last4' },
        gone: { type: 'string', sensitive: 'drop' },
      },
    };
    const batch = batchOf({ ssn: ['1', 'secret'], card: ['1234567890', '1234567890'], gone: ['x', 'y'] });
    const part = validate(contract, batch);
    const [row] = rowsOf(part.batch);
    expect(Object.keys(row!)).toEqual(['ssn', 'card']);
    expect(row!['card']).toMatch(/7890$/);
    expect(JSON.stringify(row)).not.toContain('123456');
    expect(JSON.stringify(part.failures)).not.toContain('secret');
    expect(JSON.stringify(part.masked(1))).not.toMatch(/secret|123456|y/);
    expect(rowsOf(part.failed)).toMatchObject([{ ssn: 'secret' }]);
  });

  test('a contract column that the input lacks is null in every row', () => {
    const contract: ValueContract = { columns: { a: { type: 'int' }, b: { type: 'int', cde: true } } };
    expect(
      validate({ columns: { a: { type: 'int' } } }, batchOf({ x: ['1'] }))
        .batch.getChild('a')!
        .get(0),
    ).toBeNull();
    expect(validate(contract, batchOf({ a: ['1'] })).failures).toMatchObject([
      { row: 0, failures: [{ code: 'CDE_MISSING' }] },
    ]);
  });

  test('finds values at the depth limit and in the overflow', async () => {
    const contract: ValueContract = {
      flatten: { maxDepth: 1 },
      columns: { text: { type: 'string', path: '$.a' }, spilled: { type: 'int', path: '$.z' } },
    };
    const flat = flatten(textsOf(['{"a":{"b":1},"z":2}']), {
      maxDepth: 1,
      schema: 'fixed',
      columns: [{ name: 'a', path: '$.a' }],
    });
    const [part] = await all(validate(contract, flat));
    expect(rowsOf(part!.batch)).toEqual([{ text: '{"b":1}', spilled: 2 }]);
  });

  test('a path below the depth limit is refused: what is kept as text says no more whether it was an object', () => {
    const deep: ValueContract = { columns: { f: { type: 'int', path: '$.a.b.c.d.e.f' } } };
    const rows = ['{"a":{"b":{"c":{"d":{"e":"{\\"f\\":5}"}}}}}', '{"a":{"b":{"c":{"d":{"e":{"f":3}}}}}}'];
    const message = "the contract's column f names $.a.b.c.d.e.f, which is 6 levels deep";
    expect(() => validate(deep, batchOf({ a: ['1'] }))).toThrow(message);
    expect(() => validateRows(deep, rows)).toThrow(message);
    const deeper: ValueContract = { ...deep, flatten: { maxDepth: 6 } };
    expect(validateRows(deeper, rows).rows).toEqual([{ f: null }, { f: 3 }]);
  });

  test('in a chain rows keep the numbers of the first input, in failures, drift and masks too', async () => {
    const payloads = [
      '{',
      '{"id":1,"a":1}',
      '{"id":1,"a":2}',
      '{"id":2,"a":"x"}',
      '{',
      '{"id":3,"a":"y"}',
      '{"id":4,"a":5}',
    ];
    const flat = await all(flatten(cut(textsOf(payloads), [3])));
    const contract: ValueContract = { columns: { a: { type: 'int' } } };
    const parts = await all(validate(contract, deduplicate(flat, { id: 'id' })));
    expect(parts.map(({ rows }) => [...rows])).toEqual([[1], [6]]);
    expect(parts.flatMap(({ failures }) => failures.map(({ row }) => row))).toEqual([3, 5]);
    expect(parts[1]!.masked(5)).toEqual({ id: '3', a: 'y' });
    expect(await codeOf(() => parts[1]!.masked(6))).toBe('OPTION_INVALID');
    const copies = await all(deduplicate(flat, { id: 'id' }));
    expect(copies.flatMap((part) => [...part.copies])).toEqual([2]);
    const newest = await all(deduplicate(flat, { key: 'id', orderBy: ['a'] }));
    expect(newest.flatMap((part) => [...part.superseded])).toEqual([1]);
    expect(newest[0]!.drift).toMatchObject([{ kind: 'INVALID_ORDER_VALUE', firstRow: 1 }]);
  });

  test('tells a chain what was left out', async () => {
    const told: number[] = [];
    const chain = validate({ columns: { a: { type: 'int' } } }, [batchOf({ a: ['x', '1'] })], {
      onFailures: (failures) => {
        told.push(...failures.map(({ row }) => row));
      },
    });
    await all(chain);
    expect(told).toEqual([0]);
  });
});

describe('rows of plain objects', () => {
  test('are flattened to text, with every digit', () => {
    const { rows, failures, columns, numbers } = flattenRows([
      '{"event":{"userId":1.10}}',
      {
        event: { userId: 9007199254740993n },
        at: new Date(0),
        minus: -0,
        none: undefined,
        list: [1, { a: 2 }],
      },
      '{"a":',
      Buffer.from('{"big":123456789012345678901234567890}'),
      null,
    ]);
    expect(columns.map(({ name }) => name)).toEqual(['event_userid', 'at', 'minus', 'list', 'big']);
    expect(rows).toEqual([
      { event_userid: '1.10', at: null, minus: null, list: null, big: null },
      {
        event_userid: '9007199254740993',
        at: '1970-01-01T00:00:00.000Z',
        minus: '-0',
        list: '[1,{"a":2}]',
        big: null,
      },
      { event_userid: null, at: null, minus: null, list: null, big: '123456789012345678901234567890' },
    ]);
    expect(numbers).toEqual([0, 1, 3]);
    expect(failures.map(({ row, code, offset }) => [row, code, offset])).toEqual([
      [2, 'UNEXPECTED_END', 5],
      [4, 'NULL_PAYLOAD', 0],
    ]);
  });

  test.each<[string, object]>([
    ['"a" is NaN', { a: Number.NaN }],
    ['"a" is Infinity', { b: 1, c: { a: Number.POSITIVE_INFINITY } }],
    ['"a" is an invalid date', { a: new Date(Number.NaN) }],
    ['"a" is a Map, whose content JSON cannot say', { a: new Map() }],
    ['"a" is a Buffer, whose content JSON cannot say', { a: Buffer.of(1) }],
    ['"a" is a function', { a: () => 1 }],
    ['the row is a Set, whose content JSON cannot say', new Set([1])],
  ])('that JSON cannot say are failures: %s', (message, row) => {
    const { rows, failures } = flattenRows([row, { ok: 1 }]);
    expect(rows).toEqual([{ ok: '1' }]);
    expect(failures).toEqual([
      { row: 0, code: 'NOT_JSON', offset: 0, message: `row 0 cannot be said in JSON: ${message}` },
    ]);
  });

  test('that UTF-8 cannot hold are failures, not texts with other characters', () => {
    const texts = ['{"a":"\ud800"}', '{"é\udc00":1}', '{"a":"\\ud800"}', '{"a":"\ud83d\ude00"}'];
    const { rows, failures, drift } = flattenRows(texts);
    expect(rows).toEqual([{ a: '"\\ud800"' }, { a: '\u{1f600}' }]);
    expect(failures.map(({ row, code, offset }) => [row, code, offset])).toEqual([
      [0, 'INVALID_UTF8', 6],
      [1, 'INVALID_UTF8', 4],
    ]);
    expect(drift.map(({ kind }) => kind)).toContain('LONE_SURROGATE');
    const contract: ValueContract = { columns: { a: { type: 'string' } } };
    expect(validateRows(contract, texts).unparsed.map(({ row, code }) => [row, code])).toEqual([
      [0, 'INVALID_UTF8'],
      [1, 'INVALID_UTF8'],
    ]);
  });

  test('that become nothing are failures', () => {
    const rows = [{ toJSON: () => undefined }, { a: new ArrayBuffer(1) }, { a: 1 }];
    const { failures } = flattenRows(rows);
    expect(failures.map(({ row, code, message }) => [row, code, message.split(': ')[1]])).toEqual([
      [0, 'NOT_JSON', 'the row is undefined'],
      [1, 'NOT_JSON', '"a" is a ArrayBuffer, whose content JSON cannot say'],
    ]);
  });

  test('with a cycle are failures too', () => {
    const row: Record<string, unknown> = {};
    row['self'] = row;
    expect(flattenRows([row]).failures).toMatchObject([{ row: 0, code: 'NOT_JSON' }]);
  });

  test('of a stream come in parts', async () => {
    const lines = ['{"a":1}', '{', '{"b":2}', '{"a":3,"c":1}', '{"a":4}'];
    const parts = await all(flattenRows(oneByOne(lines), { batchRows: 2, maxColumns: 2 }));
    expect(parts.map(({ rows }) => rows)).toEqual([
      [{ a: '1' }],
      [
        { a: null, b: '2', _overflow: null },
        { a: '3', b: null, _overflow: '{"$.c":1}' },
      ],
      [{ a: '4', b: null, _overflow: null }],
    ]);
    expect(parts.map(({ numbers }) => numbers)).toEqual([[0], [2, 3], [4]]);
    expect(parts.flatMap(({ failures }) => failures.map(({ row }) => row))).toEqual([1]);
    expect(await codeOf(() => all(flattenRows(oneByOne(lines), { batchRows: 0 })))).toBe('OPTION_INVALID');
    expect(await codeOf(() => all(flattenRows(oneByOne(lines), { signal: AbortSignal.abort() })))).toBe(
      'ABORTED',
    );
  });

  test('are validated to the values that a table gives back', async () => {
    const types = [
      'string',
      'boolean',
      'int',
      'long',
      'float',
      'double',
      'decimal(6,3)',
      'date',
      'time',
      'timestamp',
      'timestamptz',
      'uuid',
      'binary',
    ] as const;
    const values: Record<(typeof types)[number], unknown> = {
      string: 'ä',
      boolean: true,
      int: -5,
      long: 2n ** 62n,
      float: 0.5,
      double: 1e300,
      'decimal(6,3)': '-0.005',
      date: '0001-01-01',
      time: '23:59:59.999999',
      timestamp: '1969-12-31T23:59:59.000001',
      timestamptz: '2026-01-31T23:30:00.123456+01:00',
      uuid: '123e4567-e89b-12d3-a456-426614174000',
      binary: 'AQID',
    };
    const names = types.map((type) => type.replaceAll(/\W/g, '_'));
    const columns = Object.fromEntries(types.map((type, index) => [names[index]!, { type }]));
    const row = Object.fromEntries(types.map((type, index) => [names[index]!, values[type]]));
    const { rows, failures } = validateRows({ columns }, [row, {}]);
    expect(failures).toEqual([]);
    const table = await new MemoryCatalog().createTable(
      { namespace: 'n', name: 't' },
      { schema: { fields: types.map((type, index) => ({ name: names[index]!, type })) } },
    );
    const written = await table.append(batchFromRows(table.schema(), rows));
    const read = await all(written.table.scan().rows());
    expect(read).toEqual(rows.map((each) => ({ ...each })));
    expect(Object.values(read[1]!).every((value) => value === null)).toBe(true);
    expect(rows[0]).toMatchObject({ timestamptz: '2026-01-31T22:30:00.123456Z', decimal_6_3_: '-0.005' });
  });

  test('that break the contract are told from those that are no JSON object', () => {
    const { rows, numbers, failures, unparsed } = validateRows(CONTRACT, [
      '{',
      { user: { id: 1 }, amount: '1.50', other: { ignored: true } },
      { user: { id: 1.5 } },
    ]);
    expect(rows).toEqual([{ user: 1n, amount: '1.50', kind: 'a' }]);
    expect(numbers).toEqual([1]);
    expect(failures).toMatchObject([{ row: 2, failures: [{ column: 'user', code: 'CAST_NOT_INTEGER' }] }]);
    expect(unparsed).toMatchObject([{ row: 0, code: 'UNEXPECTED_END', offset: 1 }]);
  });

  test('of a stream are validated in parts', async () => {
    const lines = ['{"user":{"id":1}}', '{}', '[', '{"user":{"id":2}}'];
    const parts = await all(validateRows(CONTRACT, oneByOne(lines), { batchRows: 3 }));
    expect(parts.map(({ numbers }) => numbers)).toEqual([[0], [3]]);
    expect(parts.flatMap(({ failures }) => failures.map(({ row }) => row))).toEqual([1]);
    expect(parts.flatMap(({ unparsed }) => unparsed.map(({ row }) => row))).toEqual([2]);
  });
});

describe('what is wrong with the call', () => {
  const batch = batchOf({ a: ['1'] });

  test.each<[string, () => unknown]>([
    ['CONTRACT_INVALID', () => validate({ columns: { a: { type: 'varchar' as never } } }, batch)],
    ['CONTRACT_INVALID', () => validateRows({ columns: { a: { type: 'int', default: 'x' } } }, [])],
    [
      'CONTRACT_INVALID',
      () => validate({ columns: { a: { type: 'int' }, b: { type: 'int', path: '$.a' } } }, batch),
    ],
    ['PATH_INVALID', () => validate({ columns: { a: { type: 'int', path: '$..a' } } }, batch)],
    ['MASKING_KEY_MISSING', () => validate({ columns: { a: { type: 'string', sensitive: 'hash' } } }, batch)],
    ['COLUMN_MISSING', () => validate({ columns: { a: { type: 'string', path: 'topic_name' } } }, batch)],
    ['COLUMN_MISSING', () => validate({ columns: {} }, batch, { keep: ['b'] })],
    ['OPTION_INVALID', () => validate({ columns: { a: { type: 'int' } } }, batch, { keep: ['a'] })],
    ['ABORTED', () => all(validate({ columns: {} }, [batch], { signal: AbortSignal.abort() }))],
    ['ABORTED', () => validateRows({ columns: {} }, [], { signal: AbortSignal.abort() })],
    ['OPTION_INVALID', () => all(validate({ columns: {} }, 5 as unknown as RecordBatch[]))],
    ['OPTION_INVALID', () => all(validate({ columns: {} }, null as unknown as RecordBatch[]))],
    ['OPTION_INVALID', () => validate(null as never, batch)],
    ['OPTION_INVALID', () => validate({} as never, batch)],
    ['OPTION_INVALID', () => validate({ columns: [] as never }, batch)],
    ['OPTION_INVALID', () => validate({ columns: {} }, batch, null as never)],
    ['OPTION_INVALID', () => validate({ columns: {} }, batch, { keep: 'a' as never })],
    ['CONTRACT_INVALID', () => validate({ columns: { a: null as never } }, batch)],
    ['CONTRACT_INVALID', () => validate({ columns: { a: 'int' as never } }, batch)],
    ['OPTION_INVALID', () => validateRows(undefined as never, [])],
    ['OPTION_INVALID', () => validateRows({ columns: {} }, '{"a":1}' as never)],
    ['OPTION_INVALID', () => validateRows({ columns: {} }, null as never)],
    ['OPTION_INVALID', () => validateRows({ columns: {} }, [], null as never)],
    ['OPTION_INVALID', () => flattenRows('{"a":1}' as never)],
    ['OPTION_INVALID', () => flattenRows(Buffer.from('{"a":1}') as never)],
    ['OPTION_INVALID', () => flattenRows({ a: 1 } as never)],
    ['OPTION_INVALID', () => flattenRows(null as never)],
    ['OPTION_INVALID', () => flattenRows(undefined as never)],
    ['OPTION_INVALID', () => flattenRows([], null as never)],
  ])('is %s', async (code, work) => {
    expect(await codeOf(work)).toBe(code);
  });
});
