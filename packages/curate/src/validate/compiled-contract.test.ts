import type { ContractColumn, TopicContract } from '@lean-ops/core';
import {
  Field,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Timestamp,
  TimeUnit,
  Utf8,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { CurateError } from '../error.js';
import { Flattener } from '../flatten/flattener.js';
import type { ColumnPath, FlattenOptions } from '../flatten/types.js';
import { utf8ColumnOf } from '../flatten/utf8-column.js';
import { type AppliedContract, compileContract } from './compiled-contract.js';
import { contractPaths } from './contract-paths.js';

const maskingKey = Buffer.from('key');

function contractOf(
  columns: Record<string, ContractColumn>,
  rest: Partial<TopicContract> = {},
): TopicContract {
  return { topic: 'events', version: '1.0.0', owner: 'test', columns, ...rest };
}

/** Payloads flattened, beside two envelope columns: rows as the Curated job reads them. */
function standardized(
  payloads: readonly string[],
  options: FlattenOptions = {},
): { batch: RecordBatch; columns: readonly ColumnPath[] } {
  const { columns, overflow, rowCount } = new Flattener(options).flatten(utf8ColumnOf(payloads));
  const publishTime = new Vector([
    makeData({
      type: new Timestamp(TimeUnit.MICROSECOND, 'UTC'),
      length: rowCount,
      nullCount: 0,
      data: BigInt64Array.from({ length: rowCount }, (_, row) => BigInt(row) - 1n),
    }),
  ]);
  const vectors: [string, Vector][] = [
    [
      'message_id',
      vectorFromArray(
        Array.from({ length: rowCount }, (_, row) => `m-${row}`),
        new Utf8(),
      ),
    ],
    ['publish_time', publishTime],
    ...columns.map(({ name, vector }): [string, Vector] => [name, vector]),
    ...(overflow === null ? [] : [['_overflow', overflow] as [string, Vector]]),
  ];
  const schema = new Schema(vectors.map(([name, vector]) => new Field(name, vector.type, true)));
  const data = makeData({
    type: new Struct(schema.fields),
    length: rowCount,
    nullCount: 0,
    children: vectors.map(([, vector]) => vector.data[0]!),
  });
  return { batch: new RecordBatch(schema, data), columns };
}

function applied(
  columns: Record<string, ContractColumn>,
  payloads: readonly string[],
  rest: Partial<TopicContract> = {},
): AppliedContract {
  const input = standardized(payloads, rest.flatten ?? {});
  return compileContract(contractOf(columns, rest), input.columns, { maskingKey }).apply(input.batch);
}

function valuesOf(result: AppliedContract, name: string): unknown[] {
  const vector = result.columns.find((column) => column.name === name)!.vector;
  return Array.from({ length: vector.length }, (_, row) => vector.get(row));
}

function codesOf(result: AppliedContract): [number, ...string[]][] {
  return result.failures.map(({ row, failures }) => [
    row,
    ...failures.map(({ column, code }) => `${column} ${code}`),
  ]);
}

describe('resolving a column', () => {
  it('takes the first present of path and aliases, by the path and not by the name', () => {
    const result = applied(
      { id: { type: 'int', path: '$.applicationId', aliases: ['$.appId', '$.old.id'] } },
      [
        '{"applicationId":1,"appId":2}',
        '{"appId":2,"old":{"id":3}}',
        '{"old":{"id":3}}',
        '{"applicationId":null,"appId":4}',
        '{"x":1}',
      ],
    );
    expect(valuesOf(result, 'id')).toEqual([1, 2, 3, 4, null]);
  });

  it('looks under its own name by default, and in the envelope for a path without $', () => {
    const result = applied(
      {
        amount: { type: 'long' },
        id: { type: 'string', path: 'message_id' },
        at: { type: 'timestamptz', path: 'publish_time' },
      },
      ['{"amount":1}', '{"amount":2}'],
    );
    expect(valuesOf(result, 'amount')).toEqual([1n, 2n]);
    expect(valuesOf(result, 'id')).toEqual(['m-0', 'm-1']);
    expect([...(result.columns[2]!.vector.data[0]!.values as BigInt64Array)]).toEqual([-1n, 0n]);
  });

  it('finds what stands in _overflow', () => {
    const input = standardized(['{"a":1,"b":{"c":"7"}}', '{"a":1}'], { maxColumns: 1 });
    const contract = contractOf({ c: { type: 'int', path: '$.b.c' } });
    expect(valuesOf(compileContract(contract, input.columns).apply(input.batch), 'c')).toEqual([7, null]);
  });

  it('takes what stands at the depth limit as it is kept: an object as its text', () => {
    const payloads = ['{"a":{"b":{"c": 1.10}}}', '{"a":{"b":3}}', '{"a":2}', '{"z":1,"a":{"b":{"c":4}}}'];
    const flatten = { maxDepth: 2 };
    const result = applied({ b: { type: 'string', path: '$.a.b' } }, payloads, { flatten });
    expect(valuesOf(result, 'b')).toEqual(['{"c": 1.10}', '3', null, '{"c":4}']);
    const input = standardized(payloads, { maxColumns: 0, maxDepth: 2 });
    const contract = contractOf({ b: { type: 'string', path: '$.a.b' } }, { flatten });
    expect(valuesOf(compileContract(contract, input.columns).apply(input.batch), 'b')).toEqual(
      valuesOf(result, 'b'),
    );
  });

  it.each<[string, Partial<TopicContract>]>([
    ["the contract's column c names $.a.b.c, which is 3 levels deep, and flatten.maxDepth is 2", {}],
    [
      "the contract's column d names $.a.b.c, which is",
      { columns: { d: { type: 'int', aliases: ['$.a.b.c'] } } },
    ],
    ["the contract's key names $.a.b.c, which is", { columns: {}, key: '$.a.b["c"]' }],
    ["the contract's orderBy names $.a.b.c, which is", { columns: {}, orderBy: ['publish_time', '$.a.b.c'] }],
  ])('refuses what stands below the depth limit: %s', (message, rest) => {
    const columns = { c: { type: 'int', path: '$.a.b.c' } } as const;
    const contract = { ...contractOf(columns, { flatten: { maxDepth: 2 } }), ...rest };
    // Even where a batch has a column of that path.
    expect(() => compileContract(contract, [{ name: 'a_b_c', path: '$.a.b.c' }])).toThrow(message);
    expect(() =>
      compileContract({ ...contract, flatten: { maxDepth: 3 } }, [{ name: 'a_b_c', path: '$.a.b.c' }]),
    ).not.toThrow();
  });

  it('names every payload path that must have a column', () => {
    const contract = contractOf(
      {
        a: { type: 'int' },
        b: { type: 'int', path: "$['x.y']", aliases: ['$.z'] },
        m: { type: 'string', path: 'message_id' },
      },
      { key: '$.id' },
    );
    expect(contractPaths(contract)).toEqual(['$.a', "$['x.y']", '$.z', '$.id', '$.last_updated_ts']);
  });
});

describe('checks', () => {
  it('report every failing column of a row, and pass the others', () => {
    const result = applied(
      {
        id: { type: 'int', cde: true },
        amount: { type: 'decimal(10,2)', min: 0, max: '99.5' },
        kind: { type: 'string', enum: ['a', 'b'], pattern: '[a-z]' },
      },
      [
        '{"id":1,"amount":1.5,"kind":"a"}',
        '{"amount":12.345,"kind":"c"}',
        '{"id":"x","amount":-0.01,"kind":"ZZ"}',
        '{"id":2,"amount":99.51}',
        '{"id":3,"amount":99.50}',
      ],
    );
    expect([...result.passed]).toEqual([0, 4]);
    expect(codesOf(result)).toEqual([
      [1, 'id CDE_MISSING', 'amount CAST_SCALE_EXCEEDED', 'kind ENUM_UNKNOWN'],
      [2, 'id CAST_MALFORMED', 'amount BELOW_MIN', 'kind ENUM_UNKNOWN', 'kind PATTERN_MISMATCH'],
      [3, 'amount ABOVE_MAX'],
    ]);
    expect(result.failures[0]!.failures[1]!.message).toBe(
      'amount: "12.345" has more decimals than decimal(10,2)',
    );
    expect(valuesOf(result, 'id')).toEqual([1, 3]);
  });

  it.each([0, 1])('show long values up to a whole character', (shift) => {
    const result = applied({ kind: { type: 'string', enum: ['a'] } }, [
      JSON.stringify({ kind: `${'x'.repeat(shift)}${'😀'.repeat(60)}` }),
    ]);
    const { message } = result.failures[0]!.failures[0]!;
    expect(message).toContain('😀');
    expect(message.isWellFormed()).toBe(true);
  });

  it('count null as missing for a CDE, and blank too where it says nonblank', () => {
    const rows = ['{"a":null}', '{"a":""}', '{"a":" \u00a0"}', '{"a":"x"}'];
    expect(codesOf(applied({ a: { type: 'string', cde: true } }, rows))).toEqual([[0, 'a CDE_MISSING']]);
    expect(codesOf(applied({ a: { type: 'string', cde: 'nonblank' } }, rows))).toEqual([
      [0, 'a CDE_MISSING'],
      [1, 'a CDE_BLANK'],
      [2, 'a CDE_BLANK'],
    ]);
  });

  it('match a pattern against the whole value, in linear time', () => {
    const result = applied({ a: { type: 'string', pattern: '(x+x+)+y' } }, [
      `{"a":"${'x'.repeat(20_000)}"}`,
      '{"a":"xxy"}',
      '{"a":"xxyz"}',
    ]);
    expect([...result.passed]).toEqual([1]);
  });

  it('compare bounds by type', () => {
    const rows = ['{"d":"2026-01-01","t":"2026-01-01T00:00:00+01:00","f":0.5,"l":9007199254740993,"s":"b"}'];
    const bounds = (d: string, t: string, f: number, l: string, s: string) =>
      applied(
        {
          d: { type: 'date', min: d },
          t: { type: 'timestamptz', min: t },
          f: { type: 'double', min: f },
          l: { type: 'long', min: l },
          s: { type: 'string', min: s },
        },
        rows,
      );
    expect(codesOf(bounds('2026-01-01', '2025-12-31T23:00:00Z', 0.5, '9007199254740993', 'b'))).toEqual([]);
    expect(
      codesOf(bounds('2026-01-02', '2025-12-31T23:00:00.000001Z', 0.6, '9007199254740993.5', 'bb')),
    ).toEqual([[0, 'd BELOW_MIN', 't BELOW_MIN', 'f BELOW_MIN', 'l BELOW_MIN', 's BELOW_MIN']]);
  });

  it('compare floats with the bound as a float holds it', () => {
    const column: ContractColumn = { type: 'float', min: 0.7, max: '0.7' };
    expect(codesOf(applied({ f: column }, ['{"f":0.7}', '{"f":0.6999}', '{"f":0.7001}']))).toEqual([
      [1, 'f BELOW_MIN'],
      [2, 'f ABOVE_MAX'],
    ]);
  });

  it('turn an unknown enum value into null where the contract says so, with drift', () => {
    const column: ContractColumn = { type: 'string', enum: ['a'], onUnknown: 'null' };
    const result = applied({ kind: column }, ['{"kind":"a"}', '{"kind":"z"}']);
    expect(valuesOf(result, 'kind')).toEqual(['a', null]);
    expect(result.drift).toEqual([
      { kind: 'UNKNOWN_ENUM', column: 'kind', path: '$.kind', sample: null, count: 1, firstRow: 1 },
    ]);
    expect(codesOf(applied({ kind: { ...column, cde: true } }, ['{"kind":"z"}']))).toEqual([
      [0, 'kind CDE_MISSING'],
    ]);
  });
});

describe('defaults', () => {
  it('fill what is absent or null', () => {
    const result = applied({ id: { type: 'int', default: -1, cde: true } }, [
      '{"id":5}',
      '{"id":null}',
      '{"x":1}',
    ]);
    expect(valuesOf(result, 'id')).toEqual([5, -1, -1]);
  });

  it('that fill a formerly seen path in every row of the run are drift', () => {
    const contract = contractOf({ id: { type: 'int', default: 0 }, fresh: { type: 'int', default: 0 } });
    const seen = [{ name: 'id', path: '$.id' }];
    const all = compileContract(contract, seen);
    const input = standardized(['{"id":null}', '{"id":null}']);
    all.apply(input.batch);
    expect(all.runDrift()).toEqual([
      { kind: 'DEFAULT_FILLS_ALL', column: 'id', path: '$.id', count: 2, sample: null, firstRow: 0 },
    ]);
    all.apply(standardized(['{"id":3}']).batch);
    expect(all.runDrift()).toEqual([]);
  });
});

describe('a column most of whose values do not cast any more', () => {
  const values = (...texts: readonly string[]): string[] => texts.map((text) => `{"id":${text}}`);

  it('is drift, with what they look like and no value', () => {
    const compiled = compileContract(contractOf({ id: { type: 'int' } }), [{ name: 'id', path: '$.id' }]);
    compiled.apply(standardized(values('1', '2', '3', '4')).batch);
    compiled.apply(standardized(values(...Array.from({ length: 6 }, (_, id) => `"A-${id}"`))).batch);
    expect(compiled.runDrift()).toEqual([
      { kind: 'TYPE_CHANGED', column: 'id', path: '$.id', count: 6, sample: 'text', firstRow: 0 },
    ]);
  });

  it('is none where most cast, or too few are known', () => {
    const compiled = compileContract(contractOf({ id: { type: 'int' } }), [{ name: 'id', path: '$.id' }]);
    compiled.apply(standardized(values('"x"', '"y"')).batch);
    expect(compiled.runDrift()).toEqual([]);
    compiled.apply(standardized(values(...Array.from({ length: 20 }, (_, id) => String(id)))).batch);
    expect(compiled.runDrift()).toEqual([]);
  });
});

describe('sensitive columns', () => {
  const columns: Record<string, ContractColumn> = {
    id: { type: 'int' },
    ssn: { type: 'string', sensitive: 'hash', pattern: '\\d{3}-\\d{2}-\\d{4}' },
    card: { type: 'long', path: '$.pay.card', sensitive: 'last4' },
    name: { type: 'string', sensitive: 'redact' },
    secret: { type: 'int', path: '$.secret', aliases: ['$.oldSecret'], sensitive: 'drop' },
  };
  const good = '{"id":1,"ssn":"123-45-6789","pay":{"card":4111111111111111},"name":"Ann","secret":7}';

  it('are masked in Curated, as text whatever their type, and dropped where the contract says drop', () => {
    const input = standardized([good]);
    const compiled = compileContract(contractOf(columns), input.columns, { maskingKey });
    expect(compiled.columns).toEqual([
      { name: 'id', type: 'int' },
      { name: 'ssn', type: 'string' },
      { name: 'card', type: 'string' },
      { name: 'name', type: 'string' },
    ]);
    const result = compiled.apply(input.batch);
    expect(valuesOf(result, 'ssn')[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(valuesOf(result, 'card')).toEqual(['****1111']);
    expect(valuesOf(result, 'name')).toEqual(['***']);
    expect(result.columns.map(({ name }) => name)).not.toContain('secret');
  });

  it('never show in messages or in the masked row, wherever they stand', () => {
    const rows = [
      '{"id":"ID-BAD","ssn":"SSN-BAD","pay":{"card":"CARD-BAD"},"name":"NAME-BAD","secret":"SECRET-BAD"}',
      '{"id":"ID-BAD","ssn":{"part":"SSN-BAD"},"pay":[{"card":"CARD-BAD"}],"name":["NAME-BAD"],"oldSecret":"SECRET-BAD"}',
    ];
    for (const maxColumns of [2_000, 1, 0]) {
      const input = standardized(rows, { maxColumns });
      const result = compileContract(contractOf(columns), input.columns, { maskingKey }).apply(input.batch);
      expect(result.failures.map(({ row }) => row)).toEqual([0, 1]);
      const shown = JSON.stringify([result.failures, result.masked(0), result.masked(1)]);
      expect(shown).toContain('ID-BAD');
      for (const value of ['SSN-BAD', 'CARD-BAD', 'NAME-BAD', 'SECRET-BAD'])
        expect(shown).not.toContain(value);
    }
  });

  it('are masked in the error row as in Curated, beside everything else as text', () => {
    const result = applied(columns, [good]);
    expect(result.masked(0)).toEqual({
      message_id: 'm-0',
      publish_time: '1969-12-31T23:59:59.999999Z',
      id: '1',
      ssn: valuesOf(result, 'ssn')[0],
      pay_card: '****1111',
      name: '***',
    });
  });

  it('hide an envelope column that repeats the value', () => {
    const result = applied({ ssn: { type: 'string', sensitive: 'redact' } }, ['{"ssn":"m-0"}']);
    expect(result.masked(0)['message_id']).toBe('***');
  });

  it('hide a payload value that a hidden envelope column was taken from', () => {
    const columns: Record<string, ContractColumn> = {
      who: { type: 'string', path: 'message_id', sensitive: 'drop' },
    };
    for (const maxColumns of [2_000, 0]) {
      const input = standardized(['{"messageId":"m-0","other":"m-1"}'], { maxColumns });
      const shown = compileContract(contractOf(columns), input.columns).apply(input.batch).masked(0);
      expect(JSON.stringify(shown)).not.toContain('m-0');
      expect(JSON.stringify(shown)).toContain('m-1');
    }
  });
});

describe('typed vectors', () => {
  it('hold every type as Iceberg writes it', () => {
    const result = applied(
      {
        b: { type: 'boolean' },
        i: { type: 'int' },
        l: { type: 'long' },
        f: { type: 'float' },
        d: { type: 'double' },
        m: { type: 'decimal(38,2)' },
        day: { type: 'date' },
        time: { type: 'time' },
        ts: { type: 'timestamp' },
        tz: { type: 'timestamptz' },
        u: { type: 'uuid' },
        x: { type: 'binary' },
        s: { type: 'string' },
      },
      [
        '{"b":true,"i":-5,"l":9007199254740993,"f":0.1,"d":0.1,"m":-1.5,"day":"1969-12-31","time":"00:00:01","ts":"1970-01-01T00:00:01","tz":"1970-01-01T01:00:01+01:00","u":"123e4567-e89b-12d3-a456-426614174000","x":"aGk=","s":"é"}',
        '{"b":null}',
      ],
    );
    const raw = (name: string) => result.columns.find((column) => column.name === name)!.vector;
    expect(result.columns.map(({ vector }) => String(vector.type))).toEqual([
      'Bool',
      'Int32',
      'Int64',
      'Float32',
      'Float64',
      'Decimal[38e+2]',
      'Date32<DAY>',
      'Time64<MICROSECOND>',
      'Timestamp<MICROSECOND>',
      'Timestamp<MICROSECOND, UTC>',
      'FixedSizeBinary[16]',
      'Binary',
      'Utf8',
    ]);
    for (const { vector } of result.columns)
      expect([vector.length, vector.isValid(0), vector.isValid(1)]).toEqual([2, true, false]);
    expect([raw('b').get(0), raw('i').get(0), raw('l').get(0), raw('d').get(0), raw('s').get(0)]).toEqual([
      true,
      -5,
      9007199254740993n,
      0.1,
      'é',
    ]);
    expect(raw('f').get(0)).toBe(Math.fround(0.1));
    expect(raw('m').data[0]!.values.slice(0, 4)).toEqual(
      Uint32Array.of(0xffffff6a, 0xffffffff, 0xffffffff, 0xffffffff),
    );
    expect(raw('day').data[0]!.values[0]).toBe(-1);
    for (const name of ['time', 'ts', 'tz']) expect(raw(name).data[0]!.values[0]).toBe(1_000_000n);
    expect(Buffer.from(raw('u').get(0)).toString('hex')).toBe('123e4567e89b12d3a456426614174000');
    expect(Buffer.from(raw('x').get(0)).toString()).toBe('hi');
  });

  it('hold the passed rows only, in their order', () => {
    const result = applied({ s: { type: 'string', cde: true } }, [
      '{"s":"a"}',
      '{"x":1}',
      '{"s":"ccc"}',
      '{"s":""}',
    ]);
    expect([...result.passed]).toEqual([0, 2, 3]);
    expect(valuesOf(result, 's')).toEqual(['a', 'ccc', '']);
  });
});

describe('a contract that cannot be used', () => {
  it.each<[string, Record<string, ContractColumn>]>([
    ['a type that does not exist', { a: { type: 'decimal(40,2)' } }],
    ['a path that is none', { a: { type: 'int', path: '$a' } }],
    ['a path named twice', { a: { type: 'int', path: '$.x' }, b: { type: 'int', aliases: ["$['x']"] } }],
    ['a bound of another type', { a: { type: 'int', min: 'zero' } }],
    ['a bound for a type without order', { a: { type: 'boolean', max: 1 } }],
    ['a pattern that RE2 refuses', { a: { type: 'string', pattern: '(?=x)' } }],
    ['a default of another type', { a: { type: 'int', default: 1.5 } }],
    ['a default out of range', { a: { type: 'int', default: -1, min: 0 } }],
    ['a default outside the enum', { a: { type: 'string', default: 'z', enum: ['a'], onUnknown: 'null' } }],
    ['a name of ours', { _a: { type: 'int' } }],
  ])('is refused: %s', (_, columns) => {
    expect(() => compileContract(contractOf(columns), [])).toThrow(CurateError);
  });

  it('is refused without the key its hashes need', () => {
    expect(() => compileContract(contractOf({ a: { type: 'string', sensitive: 'hash' } }), [])).toThrow(
      /maskingKey/,
    );
  });

  it('stops at a batch that lacks a column it reads', () => {
    const compiled = compileContract(contractOf({ a: { type: 'int' } }), [{ name: 'a', path: '$.a' }]);
    expect(() => compiled.apply(standardized(['{"b":1}']).batch)).toThrow(/no column "a"/);
  });
});
