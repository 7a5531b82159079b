import { Utf8, vectorFromArray } from 'apache-arrow';
import { describe, expect, it, vi } from 'vitest';
import type { DriftEntry } from '../drift/drift.js';
import { CurateError } from '../error.js';
import { pathHash } from '../path/json-path.js';
import { Flattener } from './flattener.js';
import { KeyNode } from './key-trie.js';
import { readOverflow } from './overflow.js';
import type { FlattenedBatch, FlattenOptions } from './types.js';
import { utf8Column, utf8ColumnOf } from './utf8-column.js';

function flatten(rows: readonly string[], options: FlattenOptions = {}): FlattenedBatch {
  return new Flattener(options).flatten(utf8ColumnOf(rows));
}

/** Rows as objects of column name → text, nulls left out. */
function rowsOf({ columns, rowCount }: FlattenedBatch): Record<string, string>[] {
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(
      columns.flatMap(({ name, vector }) => (vector.isValid(row) ? [[name, vector.get(row)!]] : [])),
    ),
  );
}

function flattened(...rows: string[]): Record<string, string>[] {
  return rowsOf(flatten(rows));
}

function kinds(drift: readonly DriftEntry[]): string[] {
  return drift.map(({ kind }) => kind).filter((kind) => kind !== 'COLUMN_ADDED');
}

describe('values', () => {
  it('are the text of the JSON token: numbers keep every digit', () => {
    expect(
      flattened(
        '{"a":1.10,"b":9007199254740993,"c":-0,"d":1e400,"e":1234567890123456789012345678901234567890}',
      ),
    ).toEqual([
      {
        a: '1.10',
        b: '9007199254740993',
        c: '-0',
        d: '1e400',
        e: '1234567890123456789012345678901234567890',
      },
    ]);
  });

  it('are unescaped strings, booleans by name, and null for null', () => {
    const batch = flatten(['{"s":"a\\n\\u00e9\\ud83d\\ude00\\/","t":true,"f":false,"n":null,"e":""}']);
    expect(rowsOf(batch)).toEqual([{ s: 'a\né😀/', t: 'true', f: 'false', e: '' }]);
    expect(batch.columns.map(({ name }) => name)).toEqual(['s', 't', 'f', 'n', 'e']);
  });

  it('are JSON text, byte for byte, for arrays and empty objects', () => {
    expect(flattened('{"a":[1, {"b" : 1.10}],"o":{},"p":{ },"q":[]}')).toEqual([
      { a: '[1, {"b" : 1.10}]', o: '{}', p: '{ }', q: '[]' },
    ]);
  });

  it('stay raw tokens where a string holds a lone surrogate, with drift', () => {
    const batch = flatten(['{"a":"x\\ud800y"}', '{"a":"\\udc00"}']);
    expect(rowsOf(batch)).toEqual([{ a: '"x\\ud800y"' }, { a: '"\\udc00"' }]);
    expect(batch.drift).toContainEqual({
      kind: 'LONE_SURROGATE',
      column: 'a',
      path: '$.a',
      sample: null,
      count: 2,
      firstRow: 0,
    });
  });

  it('of an object in one row and a scalar in another have a column each', () => {
    const batch = flatten(['{"a":1}', '{"a":{"b":2}}', '{"a":null}', '{"a":[]}']);
    expect(rowsOf(batch)).toEqual([{ a: '1' }, { a_b: '2' }, {}, { a: '[]' }]);
  });

  it('are followed down to the depth limit and kept as JSON text below', () => {
    const batch = flatten(['{"a":{"b":{"c":{"d":{"e":{"f": 1}}}}},"x":{"y":2}}']);
    expect(rowsOf(batch)).toEqual([{ a_b_c_d_e: '{"f": 1}', x_y: '2' }]);
    expect(batch.drift).toContainEqual({
      kind: 'DEPTH_LIMIT',
      column: 'a_b_c_d_e',
      path: '$.a.b.c.d.e',
      sample: null,
      count: 1,
      firstRow: 0,
    });
    expect(rowsOf(flatten(['{"a":{"b":1}}'], { maxDepth: 1 }))).toEqual([{ a: '{"b":1}' }]);
  });

  it('are found 500 levels down when the limit allows', () => {
    const text = `${'{"k":'.repeat(500)}7${'}'.repeat(500)}`;
    const [column] = flatten([text], { maxDepth: 500 }).columns;
    expect(column?.vector.get(0)).toBe('7');
    expect(column?.name).toHaveLength(128);
  });

  it('are read from every part of a sliced or chunked vector', () => {
    const whole = vectorFromArray(['{"a":0}', null, '{"a":2}', '{"a":3}'], new Utf8());
    const flattener = new Flattener();
    expect(rowsOf(flattener.flatten(utf8Column(whole.slice(1))))).toEqual([{ a: '2' }, { a: '3' }]);
    const chunked = whole.slice(1, 3).concat(whole);
    expect(rowsOf(flattener.flatten(utf8Column(chunked))).map(({ a }) => a)).toEqual(['2', '0', '2', '3']);
  });
});

describe('keys', () => {
  it('are the same key however they are escaped', () => {
    const batch = flatten(['{"\\u0061":1}', '{"a":2}', '{"a":1,"\\u0061":3}']);
    expect(rowsOf(batch)).toEqual([{ a: '1' }, { a: '2' }, { a: '3' }]);
    expect(batch.columns).toHaveLength(1);
    expect(kinds(batch.drift)).toEqual(['DUPLICATE_KEY']);
  });

  it('given twice in one object: the last one wins, whatever the earlier one left', () => {
    const batch = flatten([
      '{"a":1,"a":2}',
      '{"a":{"b":1,"c":2},"a":{"c":3}}',
      '{"a":{"b":1},"a":5}',
      '{"a":5,"a":{"b":1}}',
      '{"a":1,"x":9,"a":null}',
      '{"a":{"b":{"c":1}},"a":{"b":{"d":2}},"a":{"b":{"c":3}}}',
    ]);
    expect(rowsOf(batch)).toEqual([
      { a: '2' },
      { a_c: '3' },
      { a: '5' },
      { a_b: '1' },
      { x: '9' },
      { a_b_c: '3' },
    ]);
    expect(batch.drift.find(({ kind }) => kind === 'DUPLICATE_KEY')).toMatchObject({
      path: '$.a',
      count: 7,
      firstRow: 0,
    });
  });

  it('of nested objects may repeat from one object to the next', () => {
    expect(kinds(flatten(['{"a":{"x":1},"b":{"x":2}}', '{"a":{"x":3},"b":{"x":4}}']).drift)).toEqual([]);
  });

  it('with lone surrogates are told apart and have a readable path', () => {
    const batch = flatten(['{"\\ud800":1,"\\ud801":2,"\\uD800":3}']);
    // The second of the two equal keys is the one that counts, and stands last.
    expect(batch.columns.map(({ path }) => path)).toEqual(["$['\\ud801']", "$['\\ud800']"]);
    expect(batch.columns.map(({ vector }) => vector.get(0))).toEqual(['2', '3']);
  });

  it('given twice leave no column of a value that does not count, and stand where the last one does', () => {
    const names = (payload: string) => flatten([payload]).columns.map(({ name }) => name);
    expect(names('{"a":{"b":1},"a":2}')).toEqual(['a']);
    expect(names('{"a":2,"a":{"b":1}}')).toEqual(['a_b']);
    expect(names('{"a":null,"a":{"b":null}}')).toEqual(['a_b']);
    expect(names('{"a":1,"b":2,"a":3}')).toEqual(['b', 'a']);
    expect(names('{"o":{"x":1,"y":{"z":2}},"n":0,"o":{"y":{"z":3}}}')).toEqual(['n', 'o_y_z']);
  });

  it('that need escapes are not taken for the raw bytes that look like them', () => {
    const flattener = new Flattener();
    flattener.flatten(utf8ColumnOf(['{"a\\"b":1,"c\\\\d":2}']));
    const { failures, columns } = flattener.flatten(utf8ColumnOf(['{"a"b":1}', '{"a\\"b":3,"c\\\\d":4}']));
    expect(failures).toEqual([{ row: 0, reason: 'UNEXPECTED_CHARACTER', offset: 4 }]);
    expect(columns.map(({ vector }) => vector.get(0))).toEqual(['3', '4']);
  });
});

describe('column names', () => {
  it.each<[string, string]>([
    ['{"event":{"userId":1}}', 'event_userid'],
    ['{"we.ird key":1}', 'we_ird_key'],
    ['{"é😀":1}', 'p__'],
    ['{"1st":1}', '_1st'],
    ['{"_id":1}', 'p_id'],
    ['{"_metadata":{"source":1}}', 'p_metadata_source'],
    ['{"":1}', 'p_'],
    ['{"a":{"":1}}', 'a_'],
  ])('of %s is %s', (row, name) => {
    expect(flatten([row]).columns.map((column) => column.name)).toEqual([name]);
  });

  it('above 128 bytes are cut and end in a hash of the path', () => {
    const key = 'k'.repeat(200);
    const [column] = flatten([`{"${key}":1}`]).columns;
    expect(column?.name).toBe(`${'k'.repeat(121)}_${pathHash(`$.${key}`).slice(0, 6)}`);
  });

  it('that collide never meet: the later path gets a hash, and drift says so', () => {
    const batch = flatten(['{"a":{"b":1},"a_b":2,"userId":3,"userid":4,"A":{"B":5}}']);
    const hashed = (name: string, path: string) => `${name}_${pathHash(path).slice(0, 6)}`;
    expect(rowsOf(batch)).toEqual([
      {
        a_b: '1',
        [hashed('a_b', '$.a_b')]: '2',
        userid: '3',
        [hashed('userid', '$.userid')]: '4',
        [hashed('a_b', '$.A.B')]: '5',
      },
    ]);
    expect(
      batch.drift.filter(({ kind }) => kind === 'NAME_COLLISION').map(({ path, sample }) => [path, sample]),
    ).toEqual([
      ['$.a_b', 'a_b'],
      ['$.userid', 'userid'],
      ['$.A.B', 'a_b'],
    ]);
  });

  it('find another name even where the hashed one is taken', () => {
    const taken = `x_${pathHash('$.X').slice(0, 6)}`;
    const [, , third] = flatten([`{"x":1,"${taken}":2,"X":3}`]).columns;
    expect(third?.name).toBe(`x_${pathHash('$.X').slice(0, 8)}`);
  });

  it('never take an envelope name', () => {
    const batch = flatten(['{"message_id":"x"}'], { reserved: ['message_id'] });
    expect(batch.columns[0]?.name).toBe(`message_id_${pathHash('$.message_id').slice(0, 6)}`);
    expect(kinds(batch.drift)).toEqual(['NAME_COLLISION']);
  });

  it('are kept for ever: a later run with the table’s columns names every path alike', () => {
    const first = new Flattener();
    first.flatten(utf8ColumnOf(['{"a_b":1}', '{"a":{"b":2}}']));
    const second = new Flattener({ columns: first.columns });
    const batch = second.flatten(utf8ColumnOf(['{"new":0,"a":{"b":3},"a_b":4}']));
    expect(second.columns.slice(0, 2)).toEqual(first.columns);
    expect(rowsOf(batch)).toEqual([{ a_b: '4', [first.columns[1]!.name]: '3', new: '0' }]);
    expect(batch.drift.map(({ kind, column }) => [kind, column])).toEqual([['COLUMN_ADDED', 'new']]);
  });

  it('are dated by the row of the input, whatever failed before it', () => {
    const { drift } = flatten(['{"a":', '{}', '{"userId":1}', '{"userid":2}']);
    expect(drift.map(({ kind, column, firstRow }) => [kind, column, firstRow])).toEqual([
      ['COLUMN_ADDED', 'userid', 2],
      ['COLUMN_ADDED', expect.stringMatching(/^userid_[0-9a-f]{6}$/), 3],
      ['NAME_COLLISION', expect.stringMatching(/^userid_[0-9a-f]{6}$/), 3],
    ]);
  });

  it('come in the order of first sight, the table’s own first', () => {
    const flattener = new Flattener({ columns: [{ name: 'z', path: '$.z' }] });
    flattener.flatten(utf8ColumnOf(['{"b":1,"a":2}', '{"c":3,"z":4}']));
    expect(flattener.columns.map(({ name }) => name)).toEqual(['z', 'b', 'a', 'c']);
  });
});

describe('rows that do not parse', () => {
  it('are left out whole, and leave neither column nor drift behind', () => {
    const flattener = new Flattener();
    const batch = flattener.flatten(
      utf8ColumnOf([
        '{"a":1}',
        '{"a":2,"new":{"x":1},"a":3',
        null,
        '[1]',
        '{"a":"\\ud800","a":4,"b":}',
        '{"a":5}',
      ]),
    );
    expect(batch.failures).toEqual([
      { row: 1, reason: 'UNEXPECTED_END', offset: 26 },
      { row: 2, reason: 'NULL_PAYLOAD', offset: 0 },
      { row: 3, reason: 'NOT_AN_OBJECT', offset: 0 },
      { row: 4, reason: 'UNEXPECTED_CHARACTER', offset: 24 },
    ]);
    expect([...batch.rows]).toEqual([0, 5]);
    expect(rowsOf(batch)).toEqual([{ a: '1' }, { a: '5' }]);
    expect(flattener.columns.map(({ name }) => name)).toEqual(['a']);
    expect(kinds(batch.drift)).toEqual([]);
  });

  it('take nothing from the good row before them, whether they were scanned or not', () => {
    const payloads = utf8ColumnOf([
      '{"a":1}',
      null,
      '{"a":2}',
      Buffer.of(0xff),
      '{"a":3}',
      '[]',
      '{"a":4}',
      '{"a":9',
      null,
      '{"b":5}',
      '',
    ]);
    const flattener = new Flattener();
    expect(rowsOf(flattener.flatten(payloads))).toEqual([
      { a: '1' },
      { a: '2' },
      { a: '3' },
      { a: '4' },
      { b: '5' },
    ]);
    const [column] = flattener.extract(payloads, ['$.a']).columns;
    expect(Buffer.from(column!.data).toString()).toBe('1234');
  });

  it('do not shift the others when rows are selected', () => {
    const payloads = utf8ColumnOf(['{"a":0}', '{"a":1}', '{', '{"a":3}']);
    const batch = new Flattener().flatten(payloads, Int32Array.of(1, 2, 3));
    expect([...batch.rows]).toEqual([1, 3]);
    expect(rowsOf(batch)).toEqual([{ a: '1' }, { a: '3' }]);
  });
});

describe('the column limit', () => {
  const rows = ['{"a":1,"b":{"c":1.10,"d":"x\\u00e9"},"e":[1]}', '{"a":2,"b":{"c":null}}', '{"a":3}'];

  it('sends what found no column to _overflow, under its path, token for token', () => {
    const batch = flatten(rows, { maxColumns: 1 });
    expect(rowsOf(batch)).toEqual([{ a: '1' }, { a: '2' }, { a: '3' }]);
    expect([0, 1, 2].map((row) => batch.overflow?.get(row))).toEqual([
      '{"$.b.c":1.10,"$.b.d":"x\\u00e9","$.e":[1]}',
      '{"$.b.c":null}',
      null,
    ]);
    expect([...readOverflow(batch.overflow!.get(0)!)]).toEqual([
      ['$.b.c', '1.10'],
      ['$.b.d', 'xé'],
      ['$.e', '[1]'],
    ]);
    expect(batch.drift).toContainEqual({
      kind: 'COLUMN_LIMIT',
      column: '_overflow',
      path: null,
      sample: '$.b.c',
      count: 4,
      firstRow: 0,
    });
  });

  it('counts a key of more than 1,024 bytes as one that finds no column, however it is spelled', () => {
    const longest = 'é'.repeat(512);
    const tooLong = `${longest}x`;
    const batch = flatten([
      `{"${longest}":1,"${tooLong}":{"a":2}}`,
      `{"${tooLong.replaceAll('é', '\\u00e9')}":3,"${longest.replaceAll('é', '\\u00e9')}":4}`,
    ]);
    expect(batch.columns.map(({ path }) => path)).toEqual([`$['${longest}']`]);
    expect(batch.columns[0]!.vector.toArray()).toEqual(['1', '4']);
    expect([...readOverflow(batch.overflow!.get(0)!)]).toEqual([[`$['${tooLong}'].a`, '2']]);
    expect([...readOverflow(batch.overflow!.get(1)!)]).toEqual([[`$['${tooLong}']`, '3']]);
    const [drift] = flatten([`{"${'k'.repeat(900_000)}":5}`]).drift;
    expect(drift).toMatchObject({ kind: 'COLUMN_LIMIT', count: 1, sample: `$.${'k'.repeat(998)}` });
  });

  it('never applies to paths the contract names', () => {
    const batch = flatten(rows, { maxColumns: 1, contractPaths: ['$.b.d', '$.e'] });
    expect(rowsOf(batch)[0]).toEqual({ a: '1', b_d: 'xé', e: '[1]' });
    expect(batch.overflow?.get(0)).toBe('{"$.b.c":1.10}');
  });

  it('never applies to the column at the depth limit that holds a contract path', () => {
    const batch = flatten(['{"a":1,"b":{"c":{"d":2}}}'], {
      maxColumns: 1,
      maxDepth: 2,
      contractPaths: ['$.b.c.d'],
    });
    expect(rowsOf(batch)[0]).toEqual({ a: '1', b_c: '{"d":2}' });
    expect(batch.overflow).toBeNull();
  });

  it('holds across runs', () => {
    const flattener = new Flattener({ columns: [{ name: 'a', path: '$.a' }], maxColumns: 1 });
    expect(flattener.flatten(utf8ColumnOf(rows)).columns).toHaveLength(1);
  });

  it('keeps the depth limit and the last of duplicate keys', () => {
    const batch = flatten(
      ['{"x":{"y":{"z":1}},"x":{"w":{"v":{}},"w":2}}', '{"a":1,"a":{"b":2},"a":{"c":3}}'],
      { maxColumns: 0, maxDepth: 2 },
    );
    expect(batch.overflow?.get(0)).toBe('{"$.x.w":2}');
    expect(batch.overflow?.get(1)).toBe('{"$.a.c":3}');
    expect(flatten(['{"x":{"y":{"z":1}}}'], { maxColumns: 0, maxDepth: 2 }).overflow?.get(0)).toBe(
      '{"$.x.y":{"z":1}}',
    );
    expect(kinds(batch.drift)).toContain('DUPLICATE_KEY');
  });

  it('takes back what overflowed under a key that is given again', () => {
    const options: FlattenOptions = { maxColumns: 1, columns: [{ name: 'a_b', path: '$.a.b' }] };
    const batch = flatten(
      ['{"a":{"zz":1},"a":{"b":2}}', '{"a":5,"a":{"b":2}}', '{"a":{"b":2},"a":5}'],
      options,
    );
    expect(rowsOf(batch)).toEqual([{ a_b: '2' }, { a_b: '2' }, {}]);
    expect([0, 1, 2].map((row) => batch.overflow?.get(row) ?? null)).toEqual([null, null, '{"$.a":5}']);
  });
});

describe('extraction', () => {
  it('gives the texts of a few paths, aligned with the rows', () => {
    const payloads = utf8ColumnOf([
      '{"x":0,"id":"a\\n","o":{"t":1.0}}',
      '{',
      '{"id":null}',
      '{"o":{"t":"z"},"id":7}',
    ]);
    const { columns, failures } = new Flattener().extract(payloads, ['$.o.t', '$.id', '$.o.t']);
    const texts = columns.map(({ data, offsets, validity }) =>
      [0, 1, 2, 3].map((row) =>
        validity === null || (validity[0]! >> row) & 1
          ? Buffer.from(data.subarray(offsets[row], offsets[row + 1])).toString()
          : null,
      ),
    );
    expect(texts).toEqual([
      ['1.0', null, null, 'z'],
      ['a\n', null, null, '7'],
      ['1.0', null, null, 'z'],
    ]);
    expect(failures.map(({ row }) => row)).toEqual([1]);
  });

  it('follows paths below the depth limit', () => {
    const { columns } = new Flattener({ maxDepth: 1 }).extract(utf8ColumnOf(['{"a":{"b":{"c":5}}}']), [
      '$.a.b.c',
      '$.a',
    ]);
    expect(columns.map(({ data }) => Buffer.from(data).toString())).toEqual(['5', '{"b":{"c":5}}']);
  });
});

describe('options and bookkeeping', () => {
  it.each<FlattenOptions>([{ maxDepth: 0 }, { maxDepth: 1.5 }, { maxDepth: 1_001 }, { maxColumns: -1 }])(
    'refuses %j',
    (options) => {
      expect(() => new Flattener(options)).toThrow(CurateError);
    },
  );

  it('knows which of the table’s columns had no value', () => {
    const flattener = new Flattener({
      columns: [
        { name: 'a', path: '$.a' },
        { name: 'b', path: '$.b' },
      ],
    });
    flattener.flatten(utf8ColumnOf(['{"a":1,"b":null}']));
    expect(flattener.vanished()).toEqual([{ name: 'b', path: '$.b' }]);
  });

  it('remembers no more keys than lead to columns, and some that were taken back', () => {
    const added = vi.spyOn(KeyNode.prototype, 'add');
    const flattener = new Flattener({ maxColumns: 10 });
    const rows = Array.from({ length: 20_000 }, (_, index) => `{"a":{"k${index}":1},"a":${index}}`);
    const { columns, overflow } = flattener.flatten(utf8ColumnOf([...rows, '{"b":1}']));
    expect(columns.map(({ path, vector }) => [path, vector.length - vector.nullCount])).toEqual([
      ['$.a', 20_000],
    ]);
    expect([...readOverflow(overflow!.get(20_000)!)]).toEqual([['$.b', '1']]);
    expect(added.mock.calls.length).toBeLessThan(2_000);
    added.mockRestore();
  });

  it('refuses a column that does not hold text', () => {
    expect(() => utf8Column(vectorFromArray([1, 2]))).toThrow(CurateError);
  });
});
