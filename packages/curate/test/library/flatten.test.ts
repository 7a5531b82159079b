import { collect, flatten } from '@lean-ops/curate';
import {
  Binary,
  Dictionary,
  Field,
  Int32,
  Int64,
  LargeUtf8,
  List,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  Utf8View,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8ColumnOf, utf8Vector } from '../../src/flatten/utf8-column.js';
import { all, batchOf, codeOf, cut, oneByOne, rowsOf, textsOf } from './batches.js';

describe('flatten', () => {
  test('puts kept columns first, then one text column per path, and names the rows that fail', async () => {
    const batch = batchOf({
      id: vectorFromArray([10n, 11n, 12n, 13n], new Int64()),
      json_payload: ['{"event":{"userId":1.10}}', '{"a":', null, '{"event":{"userId":"x"},"z":[1]}'],
    });
    const [part, ...rest] = await all(flatten(batch));
    expect(rest).toEqual([]);
    expect(rowsOf(part!.batch)).toEqual([
      { id: 10n, event_userid: '1.10', z: null },
      { id: 13n, event_userid: 'x', z: '[1]' },
    ]);
    expect([...part!.rows]).toEqual([0, 3]);
    expect(part!.columns).toEqual([
      { name: 'event_userid', path: '$.event.userId' },
      { name: 'z', path: '$.z' },
    ]);
    expect(part!.failures).toEqual([
      {
        row: 1,
        code: 'UNEXPECTED_END',
        offset: 5,
        message: 'the payload of row 1 is not a JSON object: it ends before the object does, at byte 5',
      },
      {
        row: 2,
        code: 'NULL_PAYLOAD',
        offset: 0,
        message: 'the payload of row 2 is not a JSON object: there is none (null), at byte 0',
      },
    ]);
    expect(rowsOf(part!.failed)).toEqual([
      { id: 11n, json_payload: '{"a":' },
      { id: 12n, json_payload: null },
    ]);
  });

  test('counts rows over all batches, and its schema only grows', async () => {
    const parts = await all(
      flatten(
        oneByOne([textsOf(['{"a":1}', '{']), textsOf([]), textsOf(['[]', '{"b":2}']), textsOf(['{"a":3}'])]),
      ),
    );
    expect(parts.map(({ batch }) => batch.schema.fields.map(({ name }) => name))).toEqual([
      ['a'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(parts.map(({ rows }) => [...rows])).toEqual([[0], [3], [4]]);
    expect(
      parts.flatMap(({ failures }) => failures.map(({ row, code, offset }) => [row, code, offset])),
    ).toEqual([
      [1, 'UNEXPECTED_END', 1],
      [2, 'NOT_AN_OBJECT', 0],
    ]);
    expect(
      parts.flatMap(({ drift }) => drift.map(({ kind, path, firstRow }) => [kind, path, firstRow])),
    ).toEqual([
      ['COLUMN_ADDED', '$.a', 0],
      ['COLUMN_ADDED', '$.b', 3],
    ]);
  });

  test('keeps the names of columns that it is given', async () => {
    const [first] = await all(flatten(textsOf(['{"userId":1}'])));
    const [second] = await all(flatten(textsOf(['{"userid":2,"userId":3}']), { columns: first!.columns }));
    expect(second!.columns[0]).toEqual({ name: 'userid', path: '$.userId' });
    expect(second!.columns[1]!.name).toMatch(/^userid_[0-9a-f]{6}$/);
    expect(Object.values(rowsOf(second!.batch)[0]!)).toEqual(['3', '2']);
  });

  test('gives payload columns other names than those of kept columns', async () => {
    const [part] = await all(flatten(batchOf({ body: ['{"id":1}'], id: ['x'] }), { payload: 'body' }));
    const [row] = rowsOf(part!.batch);
    expect(row!['id']).toBe('x');
    expect(part!.columns[0]!.name).toMatch(/^id_[0-9a-f]{6}$/);
    expect(part!.drift.map(({ kind }) => kind)).toContain('NAME_COLLISION');
  });

  test('with a fixed schema puts every other value into _overflow, in every part', async () => {
    const parts = await all(
      flatten([textsOf(['{"a":1}']), textsOf(['{"a":2,"b":{"c":1.50}}'])], {
        schema: 'fixed',
        columns: [{ name: 'a', path: '$.a' }],
      }),
    );
    expect(parts.flatMap(({ batch }) => rowsOf(batch))).toEqual([
      { a: '1', _overflow: null },
      { a: '2', _overflow: '{"$.b.c":1.50}' },
    ]);
    expect(parts[0]!.batch.schema.fields.map(String)).toEqual(parts[1]!.batch.schema.fields.map(String));
  });

  test('a column that only later batches have is never dropped in silence', async () => {
    const first = batchOf({ id: ['1'], json_payload: ['{"a":1}'] });
    const later = batchOf({ id: ['2'], extra: ['E'], json_payload: ['{"a":2}'] });
    const parts: string[][] = [];
    const work = async (): Promise<void> => {
      for await (const { batch } of flatten([first, later])) parts.push(batch.schema.names as string[]);
    };
    await expect(work()).rejects.toMatchObject({
      code: 'COLUMN_MISSING',
      message: expect.stringMatching(/"extra".+the batches before it do not have.+"keep"/),
      context: { column: 'extra', option: 'keep' },
    });
    expect(parts).toEqual([['id', 'a']]);
    const named = await all(flatten([first, later], { keep: ['id'] }));
    expect(named.map(({ batch }) => batch.schema.names)).toEqual([
      ['id', 'a'],
      ['id', 'a'],
    ]);
  });

  test('once there is an overflow its column stays', async () => {
    const parts = await all(flatten([textsOf(['{"a":1,"b":2}']), textsOf(['{"a":3}'])], { maxColumns: 1 }));
    expect(parts.flatMap(({ batch }) => rowsOf(batch))).toEqual([
      { a: '1', _overflow: '{"$.b":2}' },
      { a: '3', _overflow: null },
    ]);
  });

  test('keeps objects below the depth limit as JSON text', async () => {
    const [part] = await all(flatten(textsOf(['{"a":{"b":{"c":1}}}']), { maxDepth: 2 }));
    expect(rowsOf(part!.batch)).toEqual([{ a_b: '{"c":1}' }]);
  });

  test('a given column below the depth limit makes none of what stands beside it', async () => {
    const batch = batchOf({
      json_payload: ['{"a":{"b":{"c":1,"d":2,"e":{"f":3},"c":4}}}', '{"a":{"b":{"d":2}}}'],
    });
    const columns = [
      { name: 'x', path: '$.a.b.c' },
      { name: 'y', path: '$.a.b.e.f' },
    ];
    const [grown] = await all(flatten(batch, { maxDepth: 2, columns }));
    expect(rowsOf(grown!.batch)).toEqual([
      { x: '4', y: '3', a_b: '{"c":1,"d":2,"e":{"f":3},"c":4}' },
      { x: null, y: null, a_b: '{"d":2}' },
    ]);
    const [fixed] = await all(flatten(batch, { maxDepth: 2, columns, schema: 'fixed' }));
    expect(rowsOf(fixed!.batch)).toEqual([
      { x: '4', y: '3', _overflow: '{"$.a.b":{"c":1,"d":2,"e":{"f":3},"c":4}}' },
      { x: null, y: null, _overflow: '{"$.a.b":{"d":2}}' },
    ]);
    expect(fixed!.drift.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'DEPTH_LIMIT $.a.b',
      'DUPLICATE_KEY $.a.b.c',
      'COLUMN_LIMIT null',
    ]);
  });

  test.each([
    [
      'Binary',
      (texts: string[]) =>
        vectorFromArray(
          texts.map((text) => Buffer.from(text)),
          new Binary(),
        ),
    ],
    ['LargeUtf8', (texts: string[]) => vectorFromArray(texts, new LargeUtf8())],
    ['Utf8View', (texts: string[]) => vectorFromArray(texts, new Utf8View())],
    ['a dictionary', (texts: string[]) => vectorFromArray(texts, new Dictionary(new Utf8(), new Int32()))],
  ])('reads payloads of %s', async (_name, vectorOf) => {
    const texts = ['{"long":"more than twelve bytes"}', '{', '{"b":2}', '{"b":2}'];
    const parts = await all(flatten(cut(batchOf({ body: vectorOf(texts) }), [1]), { payload: 'body' }));
    expect(parts.flatMap(({ batch }) => rowsOf(batch))).toEqual([
      { long: 'more than twelve bytes' },
      { long: null, b: '2' },
      { long: null, b: '2' },
    ]);
    expect(parts.flatMap(({ failures }) => failures.map(({ row, offset }) => [row, offset]))).toEqual([
      [1, 1],
    ]);
  });

  test('cuts a batch that has more payload than a part may have', async () => {
    const large = (size: number): string => `{"a":"${'x'.repeat(size)}"}`;
    const payloads = [large(40 << 20), '{"a":1}', '{', large(40 << 20), large(70 << 20), '{"a":2}'];
    // Arrow's own builder takes seconds for such texts.
    const vector = utf8Vector(utf8ColumnOf(payloads));
    const parts = await all(flatten(batchOf({ json_payload: vector })));
    expect(parts.map(({ rows }) => [...rows])).toEqual([[0, 1], [3], [4], [5]]);
    expect(parts.map(({ failures }) => failures.map(({ row }) => row))).toEqual([[2], [], [], []]);
    expect(
      parts.map(({ batch }) =>
        batch
          .getChild('a')!
          .toArray()
          .map((text: string) => text.length),
      ),
    ).toEqual([[40 << 20, 1], [40 << 20], [70 << 20], [1]]);
  });

  test('finds bytes that are no UTF-8, and where', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')]);
    const [part] = await all(
      flatten(batchOf({ b: vectorFromArray([bytes], new Binary()) }), { payload: 'b' }),
    );
    expect(part!.failures).toMatchObject([{ row: 0, code: 'INVALID_UTF8', offset: 6 }]);
  });

  test('takes a table, an IPC stream, batches one by one, and its own parts', async () => {
    const table = new Table([textsOf(['{"a":"{\\"b\\":1}"}']), textsOf(['{"a":"{\\"b\\":2}"}'])]);
    const expected = [{ a: '{"b":1}' }, { a: '{"b":2}' }];
    for (const input of [table, tableFromIPC(tableToIPC(table)), table.batches, oneByOne(table.batches)]) {
      expect((await all(flatten(input))).flatMap(({ batch }) => rowsOf(batch))).toEqual(expected);
    }
    const twice = flatten(flatten(table), { payload: 'a' });
    expect((await all(twice)).flatMap(({ batch }) => rowsOf(batch))).toEqual([{ b: '1' }, { b: '2' }]);
  });

  test('tells a chain what was left out, and waits', async () => {
    const told: unknown[] = [];
    const chain = flatten(textsOf(['{', '{"a":1}']), {
      onFailures: async (failures, failed) => {
        await Promise.resolve();
        told.push([failures.length, rowsOf(failed)]);
      },
    });
    await all(chain);
    expect(told).toEqual([[1, [{ json_payload: '{' }]]]);
  });

  test('is the same however the rows come in batches', async () => {
    const document = fc.oneof(
      { weight: 5, arbitrary: fc.json({ maxDepth: 3 }) },
      {
        weight: 5,
        arbitrary: fc
          .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.jsonValue({ maxDepth: 2 }))
          .map((value) => JSON.stringify(value)),
      },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.constant(null) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { maxLength: 30 }),
        fc.array(fc.nat(6), { maxLength: 8 }),
        async (documents, sizes) => {
          const batch = batchOf({
            place: vectorFromArray([...documents.keys()], new Int32()),
            json_payload: documents,
          });
          const [whole, parts] = [await all(flatten(batch)), await all(flatten(cut(batch, sizes)))];
          const table = (await collect(flatten(cut(batch, sizes)))).toArray().map((row) => ({ ...row }));
          const flat = whole.flatMap((part) => rowsOf(part.batch));
          expect(table).toEqual(flat);
          expect(parts.flatMap(({ rows }) => [...rows])).toEqual(flat.map((row) => row['place']));
          expect(parts.flatMap(({ failures }) => failures)).toEqual(
            whole.flatMap(({ failures }) => failures),
          );
          expect(parts.at(-1)?.columns).toEqual(whole.at(-1)?.columns);
          expect(parts.flatMap(({ failed }) => rowsOf(failed))).toEqual(
            whole.flatMap(({ failed }) => rowsOf(failed)),
          );
        },
      ),
      { seed: 7, numRuns: 150 },
    );
  });
});

describe('what is wrong with the call', () => {
  test.each<[string, () => unknown]>([
    ['COLUMN_MISSING', () => all(flatten(textsOf(['{}']), { payload: 'body' }))],
    ['COLUMN_MISSING', () => all(flatten(textsOf(['{}']), { keep: ['id'] }))],
    [
      'COLUMN_TYPE_MISMATCH',
      () => all(flatten(batchOf({ json_payload: vectorFromArray([1], new Int32()) }))),
    ],
    ['OPTION_INVALID', () => all(flatten(textsOf(['{}']), { maxDepth: 0 }))],
    ['OPTION_INVALID', () => all(flatten(batchOf({ json_payload: ['{}'], _overflow: ['x'] })))],
    ['OPTION_INVALID', () => all(flatten(textsOf(['{}']), { schema: 'fixed', contractPaths: ['$.a'] }))],
    ['OPTION_INVALID', () => all(flatten([{ json_payload: '{}' }] as never))],
    ['OPTION_INVALID', () => all(flatten('{}' as never))],
    ['PATH_INVALID', () => all(flatten(textsOf(['{}']), { contractPaths: ['a.b'] }))],
    ['OPTION_INVALID', () => all(flatten(textsOf(['{}']), null as never))],
    ['OPTION_INVALID', () => all(flatten(null as never))],
    ['OPTION_INVALID', () => all(flatten(textsOf(['{}']), { keep: 'id' as never }))],
    ['OPTION_INVALID', () => all(flatten(textsOf(['{}']), { schema: 'fix' as never }))],
    ['OPTION_INVALID', () => collect(textsOf(['{}']), { maxRows: Number.NaN })],
    ['OPTION_INVALID', () => collect(textsOf(['{}']), null as never)],
    ['OPTION_INVALID', () => collect(undefined as never)],
  ])('is %s', async (code, work) => {
    expect(await codeOf(work)).toBe(code);
  });

  test('names the column and the option', async () => {
    await expect(all(flatten(textsOf(['{}']), { payload: 'body' }))).rejects.toThrow(
      'a batch has no column "body", which the option "payload" names: it has json_payload',
    );
  });

  test('an aborted signal ends it, with the reason as cause, and closes the input', async () => {
    const controller = new AbortController();
    let closed = false;
    async function* endless(): AsyncGenerator<ReturnType<typeof textsOf>> {
      try {
        for (;;) yield textsOf(['{"a":1}']);
      } finally {
        closed = true;
      }
    }
    let parts = 0;
    const work = async (): Promise<void> => {
      for await (const _ of flatten(endless(), { signal: controller.signal }))
        if (++parts === 3) controller.abort(new Error('enough'));
    };
    await expect(work()).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
    expect([parts, closed]).toEqual([3, true]);
  });

  test('what the input throws goes through', async () => {
    async function* broken(): AsyncGenerator<ReturnType<typeof textsOf>> {
      yield textsOf(['{}']);
      throw new Error('disk gone');
    }
    await expect(all(flatten(broken()))).rejects.toThrow('disk gone');
  });
});

describe('collect', () => {
  test('makes one table, with null where a column came later', async () => {
    const table = await collect(flatten([textsOf(['{"a":1}']), textsOf(['{"b":2}'])]));
    expect(table.toArray().map((row) => ({ ...row }))).toEqual([
      { a: '1', b: null },
      { a: null, b: '2' },
    ]);
  });

  test('refuses more rows than it is told, and columns that change', async () => {
    expect(await codeOf(() => collect(textsOf(['1', '2']), { maxRows: 1 }))).toBe('TOO_MANY_ROWS');
    const numbers = batchOf({ a: vectorFromArray([1], new Int32()) });
    expect(await codeOf(() => collect([textsOf(['1'], 'a'), numbers]))).toBe('COLUMN_TYPE_MISMATCH');
    expect(await codeOf(() => collect([numbers, textsOf(['1'], 'b')]))).toBe('COLUMN_TYPE_MISMATCH');
  });
});

test('columns of any type go along when rows between them fail', async () => {
  const lists = vectorFromArray([[1, 2], null, [], [3]], new List(new Field('element', new Int32(), true)));
  const batch = batchOf({ json_payload: ['{}', '{', '{', '{}'], lists });
  const [part] = await all(flatten(batch));
  const shown = rowsOf(part!.batch).map(({ lists: value }) =>
    value === null ? null : [...(value as Iterable<number>)],
  );
  expect(shown).toEqual([[1, 2], [3]]);
});
