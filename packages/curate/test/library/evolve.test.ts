import { arrowColumns, type EvolvingColumn, evolve, flatten, validate } from '@lean-ops/curate';
import { MemoryCatalog, type NewField, type Table } from '@lean-ops/iceberg';
import {
  Bool,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  FixedSizeBinary,
  Float32,
  Int32,
  Int64,
  List,
  Schema,
  Struct,
  TimestampMillisecond,
  TimestampNanosecond,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { all, codeOf, rowsOf, textsOf } from './batches.js';

async function tableOf(fields: NewField[], formatVersion: 2 | 3 = 2): Promise<Table> {
  return await new MemoryCatalog().createTable(
    { namespace: 'n', name: 't' },
    { schema: { fields }, formatVersion },
  );
}

const typesOf = (table: Table): Record<string, unknown> =>
  Object.fromEntries(table.schema().fields.map(({ name, type }) => [name, type]));

describe('evolve', () => {
  test('adds what flattening found, with its path as doc, and the rows can be written', async () => {
    let table = await tableOf([{ name: 'id', type: 'string' }]);
    for (const payload of ['{"id":"x","event":{"userId":1}}', '{"id":"y","later":true}']) {
      for await (const { batch, columns } of flatten(textsOf([payload]))) {
        const evolution = evolve(table.schema(), columns);
        expect(evolution.refusals).toEqual([]);
        if (evolution.changes.length > 0)
          table = (await table.updateSchema((change) => evolution.apply(change))).table;
        table = (await table.append([batch])).table;
      }
    }
    expect(table.schema().fields.map(({ name, doc }) => [name, doc])).toEqual([
      ['id', undefined],
      ['event_userid', '$.event.userId'],
      ['later', '$.later'],
    ]);
    expect((await all(table.scan().rows())).map(({ id }) => id).sort()).toEqual(['x', 'y']);
  });

  test.each<[from: NewField['type'], to: NewField['type'], version: 2 | 3, outcome: string]>([
    ['int', 'int', 2, 'none'],
    ['int', 'long', 2, 'widen'],
    ['float', 'double', 2, 'widen'],
    ['decimal(10, 2)', 'decimal(12,2)', 2, 'widen'],
    ['decimal(10,2)', 'decimal(10, 2)', 2, 'none'],
    ['decimal(10,2)', 'decimal(8,2)', 2, 'none'],
    ['long', 'int', 2, 'none'],
    ['double', 'float', 2, 'none'],
    ['date', 'timestamp', 3, 'widen'],
    ['date', 'timestamp', 2, 'FORMAT_VERSION'],
    ['decimal(10,2)', 'decimal(12,3)', 2, 'SCALE_CHANGED'],
    ['string', 'int', 2, 'TYPE_CHANGED'],
    ['int', 'string', 2, 'TYPE_CHANGED'],
    ['int', 'double', 2, 'TYPE_CHANGED'],
    ['timestamp', 'timestamptz', 2, 'TYPE_CHANGED'],
    ['uuid', 'fixed[16]', 2, 'none'],
    [{ type: 'list', element: 'int' }, { type: 'list', element: 'int' }, 2, 'none'],
    [{ type: 'list', element: 'int' }, { type: 'list', element: 'string' }, 2, 'TYPE_CHANGED'],
    [{ type: 'list', element: 'int' }, 'string', 2, 'TYPE_CHANGED'],
    [{ type: 'map', key: 'string', value: 'int' }, { type: 'map', key: 'string', value: 'int' }, 2, 'none'],
  ])('of %j to %j in version %i is %s, as the table agrees', async (from, to, formatVersion, outcome) => {
    const table = await tableOf([{ name: 'a', type: from }], formatVersion);
    const evolution = evolve(table.schema(), [{ name: 'a', type: to }], { formatVersion });
    const found = evolution.refusals[0]?.code ?? evolution.changes[0]?.kind ?? 'none';
    expect(found).toBe(outcome);
    if (evolution.refusals.length > 0) {
      expect(evolution.refusals).toMatchObject([
        { column: 'a', message: expect.stringMatching(/^column a: .+; /) },
      ]);
      const code = await codeOf(() => table.updateSchema((change) => evolution.apply(change)));
      expect(code).toBe('EVOLUTION_REFUSED');
    } else if (evolution.changes.length > 0) {
      const { table: changed } = await table.updateSchema((change) => evolution.apply(change));
      expect(String(typesOf(changed)['a']).replaceAll(' ', '')).toBe(to);
    }
  });

  test('goes into structs', async () => {
    const table = await tableOf([
      { name: 'address', type: { type: 'struct', fields: [{ name: 'zip', type: 'int' }] } },
    ]);
    const column: EvolvingColumn = {
      name: 'address',
      type: {
        type: 'struct',
        fields: [
          { name: 'zip', type: 'long' },
          { name: 'city', type: 'string', doc: 'where' },
        ],
      },
    };
    const evolution = evolve(table.schema(), [column]);
    expect(evolution.changes).toEqual([
      { kind: 'widen', column: 'address.zip', from: 'int', to: 'long' },
      { kind: 'add', column: 'address.city', type: 'string', doc: 'where' },
    ]);
    const { table: changed } = await table.updateSchema((change) => evolution.apply(change));
    expect(evolve(changed.schema(), [column]).changes).toEqual([]);
  });

  test.each<[string, EvolvingColumn[], 2 | 3]>([
    ['REQUIRED_ADDED', [{ name: 'b', type: 'int', required: true }], 2],
    ['NAME_TAKEN', [{ name: 'A', type: 'int' }], 2],
    ['NAME_TWICE', [{ name: 'b' }, { name: 'b' }], 2],
    ['NAME_TAKEN', [{ name: 'b' }, { name: 'B' }], 2],
    ['FORMAT_VERSION', [{ name: 'b', type: 'timestamptz_ns' }], 2],
    ['FORMAT_VERSION', [{ name: 'b', type: { type: 'list', element: 'timestamp_ns' } }], 2],
  ])('refuses: %s', async (code, columns, formatVersion) => {
    const table = await tableOf([{ name: 'a', type: 'int' }], formatVersion);
    const { refusals, apply } = evolve(table.schema(), columns, { formatVersion });
    expect(refusals.map((refusal) => refusal.code)).toEqual([code]);
    const before = table.schema();
    await expect(table.updateSchema((change) => apply(change))).rejects.toMatchObject({
      code: 'EVOLUTION_REFUSED',
      context: { refusals },
    });
    expect(table.schema()).toEqual(before);
  });
});

test('columns of a contract evolve a table too', async () => {
  const table = await tableOf([{ name: 'amount', type: 'decimal(8,2)' }]);
  const { columns } = validate(
    { columns: { amount: { type: 'decimal(10,2)' }, at: { type: 'timestamptz' } } },
    textsOf([]),
  );
  expect(evolve(table.schema(), columns).changes).toEqual([
    { kind: 'widen', column: 'amount', from: 'decimal(8,2)', to: 'decimal(10,2)' },
    { kind: 'add', column: 'at', type: 'timestamptz' },
  ]);
});

describe('arrowColumns', () => {
  test('names the Iceberg type that holds every value, and the path', async () => {
    const fields = [
      new Field('text', new Utf8(), true),
      new Field('named', new Dictionary(new Utf8(), new Int32()), true),
      new Field('yes', new Bool(), true),
      new Field('small', new Uint32(), true),
      new Field('float', new Float32(), true),
      new Field('day', new DateDay(), true),
      new Field('at', new TimestampMillisecond('UTC'), true),
      new Field('wall', new TimestampNanosecond(), true),
      new Field('id', new FixedSizeBinary(16), true),
      new Field('list', new List(new Field('element', new Int64(), true)), true),
      new Field('struct', new Struct([new Field('x', new Int32(), false)]), true),
    ];
    expect(
      Object.fromEntries(arrowColumns(new Schema(fields)).map(({ name, type }) => [name, type])),
    ).toEqual({
      text: 'string',
      named: 'string',
      yes: 'boolean',
      small: 'long',
      float: 'float',
      day: 'date',
      at: 'timestamptz',
      wall: 'timestamp_ns',
      id: 'fixed[16]',
      list: { type: 'list', element: 'long', elementRequired: false },
      struct: { type: 'struct', fields: [{ name: 'x', type: 'int', required: true }] },
    });
    const [part] = await all(flatten(textsOf(['{"a":{"b":1}}'])));
    expect(arrowColumns(part!.batch.schema)).toEqual([{ name: 'a_b', type: 'string', path: '$.a.b' }]);
    expect(rowsOf(part!.batch)).toHaveLength(1);
  });

  test('refuses what no Iceberg type holds', async () => {
    const schema = new Schema([new Field('n', new Uint64(), true)]);
    expect(await codeOf(() => arrowColumns(schema))).toBe('COLUMN_TYPE_MISMATCH');
    const tens = new Schema([new Field('n', new Decimal(-1, 10, 128), true)]);
    expect(await codeOf(() => arrowColumns(tens))).toBe('COLUMN_TYPE_MISMATCH');
  });
});
