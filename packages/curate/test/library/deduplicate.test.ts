import { deduplicate, deduplicateRows, flatten } from '@lean-ops/curate';
import { MemoryCatalog } from '@lean-ops/iceberg';
import {
  Bool,
  DateDay,
  Decimal,
  Dictionary,
  Float64,
  Int32,
  Int64,
  Table,
  TimestampMicrosecond,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadPayloadHash } from '../../src/payload-hash.js';
import { all, batchOf, codeOf, cut, oneByOne, rowsOf } from './batches.js';

const kept = async (...call: Parameters<typeof deduplicate>): Promise<unknown[]> =>
  (await all(deduplicate(...call))).flatMap(({ batch }) => rowsOf(batch));

describe('the first row of each id', () => {
  test('stays, and comes out as it is read', async () => {
    const batch = batchOf({
      id: ['a', 'b', 'a', null, null, ' ', 'b'],
      n: ['1', '2', '3', '4', '5', '6', '7'],
    });
    const parts = await all(deduplicate(oneByOne(cut(batch, [2, 2])), { id: 'id' }));
    expect(parts.map((part) => [[...part.rows], [...part.copies], [...part.superseded]])).toEqual([
      [[0, 1], [], []],
      [[3], [2], []],
      [[4, 5], [6], []],
    ]);
    expect(parts.flatMap((part) => rowsOf(part.batch).map(({ n }) => n))).toEqual(['1', '2', '4', '5', '6']);
  });

  test('is told by several columns, each by itself', async () => {
    const batch = batchOf({ a: ['a', 'ab', 'a'], b: ['bc', 'c', 'bc'] });
    expect(await kept(batch, { id: ['a', 'b'] })).toHaveLength(2);
  });

  test('is told by the payload too where that is asked for', async () => {
    const batch = batchOf({ id: ['a', 'a', 'a', 'a'], body: ['{}', '{ }', '{}', null] });
    expect(await kept(batch, { id: 'id', payload: 'body' })).toEqual([
      { id: 'a', body: '{}' },
      { id: 'a', body: '{ }' },
      { id: 'a', body: null },
    ]);
  });

  test.each([
    ['int', vectorFromArray([1, 2, 1, null], new Int32()), 3],
    ['long', vectorFromArray([1n, 2n ** 62n, 2n ** 62n, 1n], new Int64()), 2],
    ['boolean', vectorFromArray([true, false, true, null], new Bool()), 3],
    ['date', vectorFromArray([new Date(0), new Date(86_400_000), new Date(0), null], new DateDay()), 3],
    ['timestamp', vectorFromArray([1, 2, 1, null], new TimestampMicrosecond()), 3],
    [
      'decimal',
      vectorFromArray([Uint32Array.of(1, 0, 0, 0), Uint32Array.of(0, 1, 0, 0)], new Decimal(2, 30, 128)),
      2,
    ],
    ['dictionary', vectorFromArray(['x', 'y', 'x', null], new Dictionary(new Utf8(), new Int32())), 3],
  ])('may be a column of %s', async (_name, id, count) => {
    expect(await kept(batchOf({ id }), { id: 'id' })).toHaveLength(count);
    expect(await kept(cut(batchOf({ id }), [1, 1]), { id: 'id' })).toHaveLength(count);
  });
});

describe('the newest row of each key', () => {
  const times = (...values: (string | null)[]): (string | null)[] => values;

  test('is newest as an instant, not as text, and null is lowest', async () => {
    const batch = batchOf({
      key: ['a', 'a', 'b', 'b', 'c', 'c'],
      at: times(
        '2026-01-01T02:00:00+05:00',
        '2025-12-31T22:00:00Z',
        null,
        '1970-01-01T00:00:00Z',
        'soon',
        null,
      ),
    });
    const [part] = await all(deduplicate(batch, { key: 'key', orderBy: ['at'] }));
    expect([...part!.rows]).toEqual([1, 3, 5]);
    expect([...part!.superseded]).toEqual([0, 2, 4]);
    expect(part!.drift).toEqual([
      { kind: 'INVALID_ORDER_VALUE', column: 'at', path: null, count: 1, sample: null, firstRow: 4 },
    ]);
  });

  test('compares instants below the microsecond, and units of the epoch', async () => {
    const fine = batchOf({
      key: ['a', 'a'],
      at: ['2026-01-01T00:00:00.0000002Z', '2026-01-01T00:00:00.0000001Z'],
    });
    expect(await kept(fine, { key: 'key', orderBy: ['at'] })).toEqual([rowsOf(fine)[0]]);
    const epoch = batchOf({ key: ['a', 'a'], at: ['1000000001', '1000000000.5'] });
    expect(await kept(epoch, { key: 'key', orderBy: [{ column: 'at', epoch: 'seconds' }] })).toEqual([
      rowsOf(epoch)[0],
    ]);
  });

  test('compares texts as the type says', async () => {
    const batch = batchOf({ key: ['a', 'a'], rev: ['10', '9'] });
    expect(await kept(batch, { key: 'key', orderBy: [{ column: 'rev', type: 'long' }] })).toEqual([
      rowsOf(batch)[0],
    ]);
    expect(await kept(batch, { key: 'key', orderBy: [{ column: 'rev', type: 'string' }] })).toEqual([
      rowsOf(batch)[1],
    ]);
  });

  test.each([
    ['int', vectorFromArray([-1, 5, 3], new Int32())],
    ['long', vectorFromArray([-1n, 2n ** 62n, 3n], new Int64())],
    ['double', vectorFromArray([Number.NaN, 2.5, -1], new Float64())],
    ['boolean', vectorFromArray([null, true, false], new Bool())],
    ['timestamp', vectorFromArray([-1, 5, 3], new TimestampMillisecond('UTC'))],
    [
      'decimal',
      vectorFromArray(
        [
          Uint32Array.of(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff),
          Uint32Array.of(0, 1, 0, 0),
          Uint32Array.of(7, 0, 0, 0),
        ],
        new Decimal(0, 38, 128),
      ),
    ],
  ])('compares columns of %s by value', async (_name, rev) => {
    const batch = batchOf({ key: ['a', 'a', 'a'], rev });
    const [part] = await all(deduplicate(batch, { key: 'key', orderBy: ['rev'] }));
    expect([...part!.rows]).toEqual([1]);
  });

  test('is by id where the order is equal, then by payload, then the later row', async () => {
    const hash = await loadPayloadHash();
    const [less, greater] = ['{}', '{ }'].sort((left, right) =>
      hash(Buffer.from(left)) < hash(Buffer.from(right)) ? -1 : 1,
    );
    const batch = batchOf({ key: ['a', 'a'], id: ['y', 'x'], body: ['{}', '{}'] });
    expect(await kept(batch, { key: 'key', id: 'id' })).toEqual([rowsOf(batch)[0]]);
    expect(await kept(batch, { key: 'key' })).toEqual([rowsOf(batch)[1]]);
    for (const body of [
      [less!, greater!],
      [greater!, less!],
    ]) {
      const reused = batchOf({ key: ['a', 'a'], id: ['x', 'x'], body });
      expect(await kept(reused, { key: 'key', id: 'id', payload: 'body' })).toMatchObject([
        { body: greater },
      ]);
    }
  });

  test('goes by id where the key is null or blank, and never folds what nothing identifies', async () => {
    const batch = batchOf({
      key: [null, null, ' ', 'x', null, null],
      id: ['x', 'y', 'z', 'w', null, null],
    });
    expect(await kept(batch, { key: 'key', id: 'id' })).toHaveLength(6);
    expect(await kept(batch, { key: 'key' })).toHaveLength(6);
  });

  test('copies of a loser are copies, not superseded', async () => {
    const batch = batchOf({ key: ['a', 'a', 'a'], id: ['1', '2', '1'], rev: ['1', '2', '1'] });
    const [part] = await all(
      deduplicate(batch, { id: 'id', key: 'key', orderBy: [{ column: 'rev', type: 'int' }] }),
    );
    expect([[...part!.rows], [...part!.copies], [...part!.superseded]]).toEqual([[1], [2], [0]]);
  });

  test('reads tables, arrays, scans and whatever a function opens, and flattens behind', async () => {
    const batch = batchOf({ key: ['a', 'a', 'b'], json_payload: ['{"v":1}', '{"v":2}', '{"v":3}'] });
    const catalog = new MemoryCatalog();
    const created = await catalog.createTable(
      { namespace: 'n', name: 't' },
      {
        schema: {
          fields: [
            { name: 'key', type: 'string' },
            { name: 'json_payload', type: 'string' },
          ],
        },
      },
    );
    const { table } = await created.append([batch]);
    const inputs = [new Table([batch]), cut(batch, [1]), table.scan(), () => oneByOne(cut(batch, [2]))];
    for (const input of inputs) {
      const flat = await all(flatten(deduplicate(input, { key: 'key' })));
      expect(flat.flatMap((part) => rowsOf(part.batch))).toEqual([
        { key: 'a', v: '2' },
        { key: 'b', v: '3' },
      ]);
    }
  });

  test('cannot be told of an input that is read once', async () => {
    const batch = batchOf({ key: ['a'] });
    expect(await codeOf(() => kept(oneByOne([batch]), { key: 'key' }))).toBe('SOURCE_NOT_REPEATABLE');
    expect(await codeOf(() => kept([batch].values(), { key: 'key' }))).toBe('SOURCE_NOT_REPEATABLE');
  });

  test('notices an input that is another one the second time', async () => {
    const first = batchOf({ key: ['a', 'b'] });
    for (const second of [
      batchOf({ key: ['a'] }),
      batchOf({ key: ['b', 'a'] }),
      batchOf({ key: ['a', 'b', 'c'] }),
    ]) {
      const given = [first, second];
      expect(await codeOf(() => kept(() => [given.shift()!], { key: 'key' }))).toBe('SOURCE_UNSTABLE');
    }
    const spent = oneByOne([first]);
    const hidden = { [Symbol.asyncIterator]: () => spent };
    expect(await codeOf(() => kept(hidden, { key: 'key' }))).toBe('SOURCE_UNSTABLE');
  });
});

interface Item {
  key: string | null;
  id: string | null;
  at: string | null;
}

const item: fc.Arbitrary<Item> = fc.record({
  key: fc.option(fc.constantFrom('a', 'b', 'c')),
  id: fc.option(fc.constantFrom('1', '2', '3', '4', '5')),
  at: fc.option(
    fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '2026-01-02T00:00:00Z', 'never'),
  ),
});

/** The rules in their plainest form. */
function model(rows: readonly Item[]): number[] {
  const places = [...rows.keys()];
  const first = places.filter(
    (place) => rows[place]!.id === null || rows.findIndex(({ id }) => id === rows[place]!.id) === place,
  );
  const entity = ({ key, id }: Item, place: number): string =>
    key !== null ? `k${key}` : id !== null ? `m${id}` : `row${place}`;
  const time = ({ at }: Item): number => (at === null || at === 'never' ? -1 : Date.parse(at));
  return first.filter((place) =>
    first.every((other) => {
      if (other === place || entity(rows[other]!, other) !== entity(rows[place]!, place)) return true;
      const [left, right] = [rows[place]!, rows[other]!];
      if (time(left) !== time(right)) return time(left) > time(right);
      const [leftId, rightId] = [left.id ?? '', right.id ?? ''];
      return leftId === rightId ? place > other : leftId > rightId;
    }),
  );
}

test('any rows in any batches give what the plain rules give, as do plain objects', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 25 }),
      fc.array(fc.nat(5), { maxLength: 6 }),
      async (rows, sizes) => {
        const rules = { id: 'id', key: 'key', orderBy: ['at'] };
        const batch = batchOf({
          key: rows.map(({ key }) => key),
          id: rows.map(({ id }) => id),
          at: rows.map(({ at }) => at),
        });
        const parts = await all(deduplicate(cut(batch, sizes), rules));
        const expected = model(rows);
        expect(parts.flatMap((part) => [...part.rows])).toEqual(expected);
        const counted = parts.flatMap((part) => [...part.rows, ...part.copies, ...part.superseded]);
        expect(counted.sort((left, right) => left - right)).toEqual([...rows.keys()]);
        expect((await deduplicateRows(rows, rules)).numbers).toEqual(expected);
      },
    ),
    { seed: 11, numRuns: 300 },
  );
});

test('with ids and payloads the order of the input does not matter', async () => {
  const message = fc.record({
    key: fc.constantFrom('a', 'b', null),
    id: fc.constantFrom('1', '2', '3'),
    at: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', null),
    body: fc.constantFrom('{}', '{ }', '[]'),
  });
  const rules = { id: 'id', key: 'key', orderBy: ['at'], payload: 'body' };
  // Copies are copies in everything: what else they say has to follow from id and payload.
  const consistent = fc.uniqueArray(message, { selector: ({ id, body }) => id + body, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(
      consistent,
      fc.array(fc.nat(8), { maxLength: 6 }),
      fc.nat(),
      async (given, repeated, turn) => {
        const rows = [...given, ...repeated.flatMap((place) => given[place] ?? [])];
        const cutAt = rows.length === 0 ? 0 : turn % rows.length;
        const turned = [...rows.slice(cutAt), ...rows.slice(0, cutAt)].toReversed();
        const contents = async (list: typeof rows): Promise<string[]> =>
          (await deduplicateRows(list, rules)).rows.map((row) => JSON.stringify(row)).sort();
        expect(await contents(turned)).toEqual(await contents(rows));
      },
    ),
    { seed: 13, numRuns: 300 },
  );
});

describe('deduplicateRows', () => {
  test('gives the very objects back', async () => {
    const rows = [
      { id: 1, at: new Date(5), n: 'old' },
      { id: 1n, at: new Date(6), n: 'new' },
      { id: '1', at: '1970-01-01T00:00:00Z', n: 'another' },
      { id: null, at: null, n: 'alone' },
      { id: undefined, at: null, n: 'alone too' },
    ];
    const { rows: stay, superseded } = await deduplicateRows(rows, { key: 'id', orderBy: ['at'] });
    expect(stay).toEqual(rows.slice(1));
    expect(stay[0]).toBe(rows[1]);
    expect(superseded).toEqual([0]);
  });

  test('orders numbers as numbers, and counts what is of another kind as null', async () => {
    const rows = [
      { key: 'a', rev: 9 },
      { key: 'a', rev: 10n },
      { key: 'a', rev: '2026-01-01T00:00:00Z' },
      { key: 'a', rev: Number.NaN },
      { key: 'a', rev: {} },
    ];
    const { numbers, drift } = await deduplicateRows(rows, { key: 'key', orderBy: ['rev'] });
    expect(numbers).toEqual([1]);
    expect(drift).toMatchObject([{ kind: 'INVALID_ORDER_VALUE', column: 'rev', count: 3, firstRow: 2 }]);
  });

  test('reads numbers as the type or the unit says', async () => {
    const rows = [
      { key: 'a', rev: 1_700_000_000 },
      { key: 'a', rev: '2026-01-01T00:00:00Z' },
    ];
    const order = [{ column: 'rev', epoch: 'seconds' as const }];
    expect((await deduplicateRows(rows, { key: 'key', orderBy: order })).numbers).toEqual([1]);
    expect((await deduplicateRows(rows.toReversed(), { key: 'key', orderBy: order })).numbers).toEqual([0]);
  });
});

describe('keys and ids of plain objects', () => {
  const places = async (ids: readonly unknown[]): Promise<readonly number[]> =>
    (
      await deduplicateRows(
        ids.map((id) => ({ id })),
        { id: 'id' },
      )
    ).numbers;

  test('are one number however it is written', async () => {
    expect(await places([0, -0, 0n])).toEqual([0]);
    expect(await places([1, 1n, 1.5])).toEqual([0, 2]);
    expect(await places([1e21, 10n ** 21n, 10n ** 21n + 1n])).toEqual([0, 2]);
    expect(await places([{ a: -0 }, { a: 0 }])).toEqual([0]);
  });

  test('may be bytes', async () => {
    expect(await places([Uint8Array.of(1), Buffer.of(1), Uint8Array.of(2), Uint8Array.of(1).buffer])).toEqual(
      [0, 2],
    );
    expect(await places([Buffer.from('a'), 'a', "x'61'"])).toEqual([0, 1, 2]);
    // As a column of bytes has it: blank is no id.
    expect(await places([Buffer.of(), Buffer.of(), Buffer.from(' '), Buffer.from(' ')])).toEqual([
      0, 1, 2, 3,
    ]);
  });

  test('are blank where those of a column are', async () => {
    const ids = ['\u00a0', '\u00a0', ' \t', ' \t', '\v\f', '\v\f'];
    expect(await places(ids)).toEqual([0, 2, 3, 4, 5]);
    const parts = await all(deduplicate(batchOf({ id: ids }), { id: 'id' }));
    expect(parts.flatMap(({ rows }) => [...rows])).toEqual([0, 2, 3, 4, 5]);
  });

  test('that JSON cannot say, or rows that are none, are the same as no other', async () => {
    expect(await places([Number.NaN, Number.NaN, new Map(), new Map(), Symbol.iterator])).toHaveLength(5);
    const rows = [null, undefined, { id: 1 }, { id: 1 }] as { id: number }[];
    expect((await deduplicateRows(rows, { id: 'id' })).numbers).toEqual([0, 1, 2]);
  });

  test('keep lone surrogates apart, in payloads and in orders too', async () => {
    expect(await places(['\ud800', '\ud801', '\ufffd', '\ud800'])).toEqual([0, 1, 2]);
    const bodies = ['\ud800', '\ud801', '\ufffd', '\ud800'].map((body) => ({ id: 1, body }));
    expect((await deduplicateRows(bodies, { id: 'id', payload: 'body' })).numbers).toEqual([0, 1, 2]);
    const orders = ['\ud801', '\ud800', '\ud7ff'].map((rev) => ({ id: 1, rev }));
    const orderBy = [{ column: 'rev', type: 'string' as const }];
    expect((await deduplicateRows(orders, { key: 'id', orderBy })).numbers).toEqual([0]);
  });

  test('with payloads that JSON cannot say are no copies', async () => {
    const rows = [new Map([[1, 1]]), new Map(), { a: 1 }, { a: 1 }].map((body) => ({ id: 1, body }));
    expect((await deduplicateRows(rows, { id: 'id', payload: 'body' })).numbers).toEqual([0, 1, 2]);
  });
});

describe('what is wrong with the call', () => {
  const batch = batchOf({ key: ['a'], x: vectorFromArray([1.5], new Float64()) });

  test.each<[string, () => unknown]>([
    ['OPTION_INVALID', () => kept(batch, {})],
    ['OPTION_INVALID', () => kept(batch, { id: 'key', orderBy: ['x'] })],
    ['OPTION_INVALID', () => kept(batch, { key: 'key', payload: 'x' })],
    ['OPTION_INVALID', () => kept(batch, { key: 'key', orderBy: [{ column: 'x', type: 'int' }] })],
    ['OPTION_INVALID', () => deduplicateRows([], {})],
    ['OPTION_INVALID', () => kept(batch, undefined as never)],
    ['OPTION_INVALID', () => kept(batch, null as never)],
    ['OPTION_INVALID', () => kept(null as never, { id: 'key' })],
    ['OPTION_INVALID', () => kept(batch, { id: 5 as never })],
    ['OPTION_INVALID', () => kept(batch, { id: ['key', 5 as never] })],
    ['OPTION_INVALID', () => kept(batch, { key: 'key', orderBy: 'x' as never })],
    ['OPTION_INVALID', () => kept(batch, { key: 'key', orderBy: [{ name: 'x' } as never] })],
    ['OPTION_INVALID', () => kept(batch, { id: 'key', payload: 5 as never })],
    ['OPTION_INVALID', () => deduplicateRows([], undefined as never)],
    ['OPTION_INVALID', () => deduplicateRows(null as never, { id: 'key' })],
    ['OPTION_INVALID', () => deduplicateRows('[]' as never, { id: 'key' })],
    ['OPTION_INVALID', () => deduplicateRows({ id: 1 } as never, { id: 'key' })],
    ['OPTION_INVALID', () => deduplicateRows(oneByOne([{ key: 1 }]) as never, { id: 'key' })],
    [
      'CONTRACT_INVALID',
      () => kept(batch, { key: 'key', orderBy: [{ column: 'key', type: 'varchar' as never }] }),
    ],
    ['COLUMN_MISSING', () => kept(batch, { key: 'nothing' })],
    ['COLUMN_MISSING', () => kept(batch, { key: 'key', orderBy: ['nothing'] })],
    ['COLUMN_TYPE_MISMATCH', () => kept(batch, { key: 'x' })],
    [
      'COLUMN_TYPE_MISMATCH',
      () => kept([batch, batchOf({ key: vectorFromArray([1], new Int32()) })], { key: 'key' }),
    ],
    ['ABORTED', () => kept(batch, { key: 'key', signal: AbortSignal.abort() })],
    ['ABORTED', () => deduplicateRows([], { key: 'key', signal: AbortSignal.abort() })],
  ])('is %s', async (code, work) => {
    expect(await codeOf(work)).toBe(code);
  });
});
