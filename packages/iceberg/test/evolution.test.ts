import { beforeEach, describe, expect, test } from 'vitest';
import {
  batchFromRows,
  type CreateTableOptions,
  eq,
  gtEq,
  MemoryCatalog,
  type SchemaChange,
  type Table,
} from '../src/index.js';

const ID = { namespace: 'n', name: 't' };
let catalog: MemoryCatalog;
let table: Table;

const OPTIONS: CreateTableOptions = {
  schema: {
    fields: [
      { name: 'id', type: 'int', required: true },
      { name: 'name', type: 'string' },
      { name: 'price', type: 'decimal(9, 2)' },
      { name: 'ratio', type: 'float' },
      { name: 'day', type: 'date' },
      {
        name: 'place',
        type: {
          type: 'struct',
          fields: [
            { name: 'city', type: 'string' },
            { name: 'zip', type: 'int' },
          ],
        },
      },
      {
        name: 'tags',
        type: { type: 'list', element: { type: 'struct', fields: [{ name: 'k', type: 'string' }] } },
      },
      {
        name: 'props',
        type: {
          type: 'map',
          key: { type: 'struct', fields: [{ name: 'k', type: 'int' }] },
          value: { type: 'struct', fields: [{ name: 'v', type: 'int' }] },
        },
      },
    ],
  },
};

const create = async (options: Partial<CreateTableOptions> = {}): Promise<void> => {
  catalog = new MemoryCatalog({ sleep: async () => undefined });
  table = await catalog.createTable(ID, { ...OPTIONS, ...options });
};
beforeEach(() => create());

const evolve = async (change: (change: SchemaChange) => unknown): Promise<Table> => {
  table = (await (await table.refresh()).updateSchema(change)).table;
  return table;
};
const append = async (...rows: Record<string, unknown>[]): Promise<void> => {
  table = (await table.append(batchFromRows(table.schema(), rows))).table;
};
const rows = async (options: Parameters<Table['scan']>[0] = {}): Promise<Record<string, unknown>[]> => {
  const found: Record<string, unknown>[] = [];
  for await (const row of table.scan(options).rows()) found.push(row);
  return found.sort((left, right) => Number(left['id']) - Number(right['id']));
};
const names = (): string[] => table.schema().fields.map(({ name }) => name);
const refused = (code: string) => expect.objectContaining({ name: 'IcebergError', code });

describe('a schema change', () => {
  test('is read by id: old rows under new names, in new places, with wider types', async () => {
    await append({ id: 1, name: 'a', price: '1.50', ratio: 0.5, place: { city: 'x', zip: 7 } });
    await evolve((change) =>
      change
        .renameColumn('name', 'title')
        .renameColumn('place.city', 'town')
        .widenColumn('id', 'long')
        .widenColumn('price', 'decimal(12, 2)')
        .widenColumn('ratio', 'double')
        .addColumn('place.country', 'string', { before: 'zip', doc: 'ISO code' })
        .moveColumn('title', { first: true })
        .dropColumn('day')
        .addColumn('note', 'string', { after: 'id' }),
    );
    expect(names()).toEqual(['title', 'id', 'note', 'price', 'ratio', 'place', 'tags', 'props']);
    await append({ id: 2n ** 40n, title: 'b', place: { town: 'y', country: 'fr', zip: 8 } });
    expect(await rows({ columns: ['id', 'title', 'note', 'price', 'ratio', 'place'] })).toEqual([
      {
        id: 1n,
        title: 'a',
        note: null,
        price: '1.50',
        ratio: 0.5,
        place: { town: 'x', country: null, zip: 7 },
      },
      {
        id: 2n ** 40n,
        title: 'b',
        note: null,
        price: null,
        ratio: null,
        place: { town: 'y', country: 'fr', zip: 8 },
      },
    ]);
    expect(await rows({ columns: ['id'], filter: eq('id', 1) })).toEqual([{ id: 1n }]);
  });

  test('reaches into lists and map values, never into map keys', async () => {
    await append({ id: 1, tags: [{ k: 'a' }], props: new Map([[{ k: 1 }, { v: 2 }]]) });
    await evolve((change) =>
      change
        .addColumn('tags.element.x', 'int')
        .renameColumn('props.value.v', 'w')
        .widenColumn('props.value.w', 'long')
        .makeOptional('tags.element'),
    );
    const [row] = await rows({ columns: ['tags', 'props'] });
    expect(row!['tags']).toEqual([{ k: 'a', x: null }]);
    expect([...(row!['props'] as Map<unknown, unknown>).values()]).toEqual([{ w: 2n }]);
    for (const work of [
      (change: SchemaChange) => change.widenColumn('props.key.k', 'long'),
      (change: SchemaChange) => change.renameColumn('props.key.k', 'l'),
      (change: SchemaChange) => change.dropColumn('props.key'),
      (change: SchemaChange) => change.dropColumn('tags.element'),
      (change: SchemaChange) => change.renameColumn('tags.element', 'x'),
    ])
      await expect(evolve(work)).rejects.toEqual(refused('INCOMPATIBLE_EVOLUTION'));
  });

  test('never uses a field id again', async () => {
    await append({ id: 1, name: 'old' });
    await evolve((change) => change.dropColumn('name'));
    await evolve((change) => change.addColumn('name', 'string'));
    expect(await rows({ columns: ['name'] })).toEqual([{ name: null }]);
    await evolve((change) => change.dropColumn('name').addColumn('name', 'int'));
    expect(
      new Set(table.metadata.schemas.map(({ fields }) => fields.find(({ name }) => name === 'name')?.id))
        .size,
    ).toBe(4);
  });

  test('that brings back an old schema takes the old one', async () => {
    const { currentSchemaId, schemas } = table.metadata;
    await evolve((change) => change.renameColumn('name', 'title'));
    await evolve((change) => change.renameColumn('title', 'name'));
    expect([table.metadata.currentSchemaId, table.metadata.schemas.length]).toEqual([
      currentSchemaId,
      schemas.length + 1,
    ]);
  });

  test('that changes nothing commits nothing', async () => {
    const { attempts } = await table.updateSchema((change) => change.setDoc('id', null));
    expect(attempts).toBe(0);
  });

  test.each<[string, (change: SchemaChange) => unknown, string]>([
    ['a column that is not there', (change) => change.dropColumn('nope'), 'COLUMN_NOT_FOUND'],
    ['a nested field that is not there', (change) => change.dropColumn('place.nope'), 'COLUMN_NOT_FOUND'],
    ['a name that is taken', (change) => change.addColumn('name', 'string'), 'INCOMPATIBLE_EVOLUTION'],
    [
      'renaming to a name that is taken',
      (change) => change.renameColumn('name', 'id'),
      'INCOMPATIBLE_EVOLUTION',
    ],
    ['a reserved name', (change) => change.addColumn('_row_id', 'long'), 'INVALID_NAME'],
    ['an empty name', (change) => change.renameColumn('name', ''), 'INVALID_NAME'],
    [
      'a required column',
      (change) => change.addColumn('x', 'int', { required: true }),
      'INCOMPATIBLE_EVOLUTION',
    ],
    ['narrowing', (change) => change.widenColumn('ratio', 'int'), 'INCOMPATIBLE_EVOLUTION'],
    ['another scale', (change) => change.widenColumn('price', 'decimal(12, 3)'), 'INCOMPATIBLE_EVOLUTION'],
    [
      'a smaller precision',
      (change) => change.widenColumn('price', 'decimal(8, 2)'),
      'INCOMPATIBLE_EVOLUTION',
    ],
    [
      'a date to a timestamp before version 3',
      (change) => change.widenColumn('day', 'timestamp'),
      'INCOMPATIBLE_EVOLUTION',
    ],
    ['a nested type', (change) => change.widenColumn('place', 'string'), 'INCOMPATIBLE_EVOLUTION'],
    ['adding to a column that is no struct', (change) => change.addColumn('name.x', 'int'), 'TYPE_MISMATCH'],
    ['adding to a list itself', (change) => change.addColumn('tags.x', 'int'), 'TYPE_MISMATCH'],
    [
      'a default before version 3',
      (change) => change.addColumn('x', 'int', { initialDefault: 1 }),
      'UNSUPPORTED_FORMAT_VERSION',
    ],
    ['a type of version 3', (change) => change.addColumn('x', 'timestamp_ns'), 'UNSUPPORTED_FEATURE'],
    [
      'a neighbour of another struct',
      (change) => change.moveColumn('place.city', { after: 'id' }),
      'COLUMN_NOT_FOUND',
    ],
    ['moving beside itself', (change) => change.moveColumn('name', { after: 'name' }), 'COLUMN_NOT_FOUND'],
    [
      'adding and dropping at once',
      (change) => change.addColumn('x', 'int').dropColumn('x'),
      'INVALID_ARGUMENT',
    ],
    ['the last field of a struct', (change) => change.dropColumn('props.value.v'), 'INCOMPATIBLE_EVOLUTION'],
  ])('%s is refused, and nothing is committed', async (_what, change, code) => {
    await expect(evolve(change)).rejects.toEqual(refused(code));
    expect((await table.refresh()).metadataLocation).toBe(table.metadataLocation);
  });

  test('keeps what partitions, sorts and identifies', async () => {
    await create({
      partitionBy: ['bucket(4, id)', 'place.zip'],
      sortBy: ['name desc'],
      identifierFields: ['id'],
    });
    expect(table.spec().fields.map(({ name }) => name)).toEqual(['id_bucket', 'place.zip']);
    for (const path of ['id', 'name', 'place', 'place.zip'])
      await expect(evolve((change) => change.dropColumn(path))).rejects.toEqual(
        refused('INCOMPATIBLE_EVOLUTION'),
      );
    await expect(evolve((change) => change.makeOptional('id'))).rejects.toEqual(refused('INVALID_ARGUMENT'));
    await evolve((change) => change.renameColumn('id', 'key').widenColumn('key', 'long'));
    await append({ key: 5n, name: 'a', place: { city: 'x', zip: 3 } });
    expect(await rows({ columns: ['key'], filter: eq('key', 5) })).toEqual([{ key: 5n }]);
    await expect(table.setIdentifierFields(['name'])).rejects.toEqual(refused('INVALID_ARGUMENT'));
    table = (await table.setIdentifierFields([])).table;
    table = (await table.replaceSortOrder([])).table;
    expect(table.metadata.defaultSortOrderId).toBe(0);
    await evolve((change) => change.dropColumn('name'));
    expect(await rows({ columns: ['key'] })).toEqual([{ key: 5n }]);
  });

  test('takes properties and the name mapping that name columns along', async () => {
    await create({
      properties: {
        'write.metadata.metrics.column.name': 'none',
        'write.metadata.metrics.column.place.city': 'full',
        'write.parquet.bloom-filter-enabled.column.day': 'true',
        'schema.name-mapping.default': JSON.stringify([
          { 'field-id': 1, names: ['id'] },
          { 'field-id': 2, names: ['name'] },
        ]),
      },
    });
    await evolve((change) =>
      change
        .renameColumn('name', 'title')
        .renameColumn('place', 'where')
        .dropColumn('day')
        .addColumn('name', { type: 'list', element: 'int' }),
    );
    expect(table.properties).toEqual({
      'write.metadata.metrics.column.title': 'none',
      'write.metadata.metrics.column.where.city': 'full',
      'schema.name-mapping.default': expect.any(String),
    });
    expect(JSON.parse(table.properties['schema.name-mapping.default']!)).toEqual([
      { 'field-id': 1, names: ['id'] },
      { 'field-id': 2, names: ['title'] },
      { 'field-id': 17, names: ['name'], fields: [{ 'field-id': 18, names: ['element'] }] },
    ]);
  });
});

describe('version 3', () => {
  test('adds required columns with a default, which old rows and rows to come have', async () => {
    await append({ id: 1 });
    const transaction = table.transaction().upgradeFormatVersion(3);
    transaction.updateSchema((change) =>
      change
        .addColumn('kind', 'string', { required: true, initialDefault: 'old', writeDefault: 'new' })
        .addColumn('place.code', 'int', { initialDefault: 7 })
        .widenColumn('day', 'timestamp'),
    );
    table = (await transaction.commit()).table;
    expect(table.metadata.formatVersion).toBe(3);
    await append({ id: 2, place: {} }, { id: 3, kind: 'x', place: { code: null } });
    expect(await rows({ columns: ['id', 'kind', 'place'] })).toEqual([
      { id: 1, kind: 'old', place: null },
      { id: 2, kind: 'new', place: { city: null, zip: null, code: 7 } },
      { id: 3, kind: 'x', place: { city: null, zip: null, code: null } },
    ]);
    await evolve((change) => change.setWriteDefault('kind', 'newer'));
    await append({ id: 4 });
    expect((await rows({ columns: ['kind'], filter: eq('id', 4) }))[0]).toEqual({ kind: 'newer' });
    expect(await rows({ columns: ['id'], filter: eq('kind', 'old') })).toEqual([{ id: 1 }]);
  });

  test('does not turn a date into a timestamp where that would change partition values', async () => {
    await create({ formatVersion: 3, partitionBy: ['bucket(4, day)'] });
    await expect(evolve((change) => change.widenColumn('day', 'timestamp'))).rejects.toEqual(
      refused('INCOMPATIBLE_EVOLUTION'),
    );
    await create({ formatVersion: 3, partitionBy: ['month(day)'] });
    await append({ id: 1, day: '2026-11-23' });
    await evolve((change) => change.widenColumn('day', 'timestamp'));
    await append({ id: 2, day: '2026-12-01T10:00:00.000001' });
    expect(await rows({ columns: ['id'], filter: gtEq('day', '2026-11-24T00:00:00') })).toEqual([{ id: 2 }]);
    expect(await rows({ columns: ['id'], filter: gtEq('day', '2026-11-23T00:00:00') })).toHaveLength(2);
  });

  test('is upgraded to before rows are written, and there is no way back', async () => {
    const transaction = await table.transaction().append(batchFromRows(table.schema(), [{ id: 1 }]));
    expect(() => transaction.upgradeFormatVersion(3)).toThrow(refused('INVALID_ARGUMENT'));
    await transaction.abort();
    table = (await table.upgradeFormatVersion(3)).table;
    await expect(table.upgradeFormatVersion(2)).rejects.toEqual(refused('UNSUPPORTED_FORMAT_VERSION'));
    expect((await table.upgradeFormatVersion(3)).attempts).toBe(0);
  });
});

describe('the partitioning', () => {
  beforeEach(() =>
    create({
      schema: {
        fields: [
          { name: 'id', type: 'int' },
          { name: 'ts', type: 'timestamp' },
        ],
      },
      partitionBy: ['day(ts)'],
    }),
  );
  const repartition = async (change: Parameters<Table['updatePartitioning']>[0]): Promise<void> => {
    table = (await table.updatePartitioning(change)).table;
  };
  const fields = (): [string, string, number][] =>
    table.spec().fields.map(({ name, transform, fieldId }) => [name, transform, fieldId]);
  const at = (hour: number): string => `2026-11-23T${String(hour).padStart(2, '0')}:00:00`;

  test('changes for new files; all are found and pruned by their own', async () => {
    await append({ id: 1, ts: at(1) }, { id: 2, ts: at(13) });
    await repartition((change) =>
      change.removeField('day(ts)').addField('hour(ts)').addField('bucket(2, id)', 'shard'),
    );
    expect(fields()).toEqual([
      ['ts_hour', 'hour', 1001],
      ['shard', 'bucket[2]', 1002],
    ]);
    await append({ id: 3, ts: at(2) }, { id: 4, ts: at(14) });
    expect(await rows({ columns: ['id'], filter: gtEq('ts', at(12)) })).toEqual([{ id: 2 }, { id: 4 }]);
    expect(await rows({ columns: ['id'], filter: eq('id', 3) })).toEqual([{ id: 3 }]);
    const widened = await table.updateSchema((change) => change.widenColumn('id', 'long'));
    table = widened.table;
    await append({ id: 2n ** 40n, ts: at(3) });
    expect(await rows({ columns: ['id'], filter: eq('id', 4) })).toEqual([{ id: 4n }]);
  });

  test('uses ids of older fields and equal specs again', async () => {
    await repartition((change) => change.removeField('ts_day').addField('hour(ts)'));
    await repartition((change) => change.removeField('hour(ts)').addField('day(ts)'));
    expect([fields(), table.metadata.defaultSpecId]).toEqual([[['ts_day', 'day', 1000]], 0]);
    await repartition((change) => change.addField('hour(ts)'));
    expect([fields(), table.metadata.defaultSpecId]).toEqual([
      [
        ['ts_day', 'day', 1000],
        ['ts_hour', 'hour', 1001],
      ],
      2,
    ]);
    await repartition((change) => change.removeField('ts_day').addField('day(ts)'));
    expect(table.metadata.defaultSpecId).toBe(3);
    expect(table.metadata.lastPartitionId).toBe(1001);
  });

  test('names are unique and can be changed', async () => {
    await repartition((change) => change.renameField('ts_day', 'd').addField('id', 'id'));
    expect(fields()).toEqual([
      ['d', 'day', 1000],
      ['id', 'identity', 1001],
    ]);
    await append({ id: 1, ts: at(1) });
    expect(await rows({ columns: ['id'], filter: eq('id', 1) })).toEqual([{ id: 1 }]);
  });

  test.each<[string, Parameters<Table['updatePartitioning']>[0], string]>([
    ['the same field again', (change) => change.addField('day(ts)'), 'INVALID_ARGUMENT'],
    ['the same name again', (change) => change.addField('bucket(4, id)', 'ts_day'), 'INVALID_ARGUMENT'],
    ['the name of another column', (change) => change.addField('bucket(4, id)', 'ts'), 'INVALID_ARGUMENT'],
    [
      'two divisions of time at once',
      (change) => change.addField('year(ts)').addField('hour(ts)'),
      'INVALID_ARGUMENT',
    ],
    ['removing what is not there', (change) => change.removeField('nope'), 'INVALID_ARGUMENT'],
    [
      'removing what it adds',
      (change) => change.addField('hour(ts)').removeField('ts_hour'),
      'INVALID_ARGUMENT',
    ],
    ['renaming what is not there', (change) => change.renameField('nope', 'x'), 'INVALID_ARGUMENT'],
    ['a transform that does not fit', (change) => change.addField('day(id)'), 'INVALID_ARGUMENT'],
    ['a column that is not there', (change) => change.addField('nope'), 'COLUMN_NOT_FOUND'],
  ])('%s is refused', async (_what, change, code) => {
    await expect(table.updatePartitioning(change)).rejects.toEqual(refused(code));
  });
});

describe('in one transaction', () => {
  test('rows written after a change have the new schema and partitioning', async () => {
    await append({ id: 1, name: 'a' });
    const transaction = table.transaction();
    transaction.updateSchema((change) => change.addColumn('region', 'string').dropColumn('day'));
    transaction.updatePartitioning((change) => change.addField('region'));
    transaction.replaceSortOrder(['region', 'id desc']).setIdentifierFields(['id']);
    await transaction.append(batchFromRows(transaction.schema(), [{ id: 2, region: 'eu' }]));
    table = (await transaction.commit()).table;
    expect(await rows({ columns: ['id', 'region'], filter: eq('region', 'eu') })).toEqual([
      { id: 2, region: 'eu' },
    ]);
    expect(table.currentSnapshot()!.schemaId).toBe(table.metadata.currentSchemaId);
    expect(table.schema().identifierFieldIds).toEqual([1]);
    expect(table.metadata.sortOrders.at(-1)!.fields).toHaveLength(2);
    expect((await catalog.loadTable(ID)).metadata).toEqual(table.metadata);
  });
});

describe('competing changes', () => {
  test('of different columns are both made where no file depends on them', async () => {
    const [left, right] = [table.transaction(), table.transaction()];
    left.updateSchema((change) => change.addColumn('a', 'int'));
    right.updateSchema((change) => change.addColumn('b', 'int').renameColumn('name', 'title'));
    await left.commit();
    table = (await right.commit()).table;
    expect(names()).toEqual(expect.arrayContaining(['a', 'b', 'title']));
    expect(new Set(table.schema().fields.map(({ id }) => id)).size).toBe(names().length);
  });

  test('of the same column are a conflict', async () => {
    const changes: ((change: SchemaChange) => unknown)[] = [
      (change) => change.renameColumn('name', 'a'),
      (change) => change.dropColumn('name'),
      (change) => change.renameColumn('name', 'b'),
    ];
    const [rename, drop, again] = changes.map((change) => table.transaction().updateSchema(change));
    await rename!.commit();
    await expect(drop!.commit()).rejects.toEqual(refused('COMMIT_CONFLICT'));
    await expect(again!.commit()).rejects.toEqual(refused('COMMIT_CONFLICT'));
  });

  test('never apply to another column of the same name', async () => {
    const rename = table.transaction().updateSchema((change) => change.renameColumn('name', 'x'));
    await evolve((change) => change.dropColumn('name').addColumn('name', 'int'));
    await expect(rename.commit()).rejects.toEqual(refused('COMMIT_CONFLICT'));
  });

  test('with files written for field ids that another commit has taken are a conflict', async () => {
    const transaction = table.transaction().updateSchema((change) => change.addColumn('a', 'int'));
    await transaction.append(batchFromRows(table.schema(), [{ id: 1 }]));
    await evolve((change) => change.addColumn('b', 'int'));
    await expect(transaction.commit()).rejects.toEqual(refused('COMMIT_CONFLICT'));
  });

  test('of the partitioning under files, or of the version, are a conflict', async () => {
    const transaction = table.transaction().updatePartitioning((change) => change.addField('name'));
    await transaction.append(batchFromRows(table.schema(), [{ id: 1 }]));
    const plain = await table.transaction().append(batchFromRows(table.schema(), [{ id: 2 }]));
    await table.updatePartitioning((change) => change.addField('bucket(3, id)'));
    await expect(transaction.commit()).rejects.toEqual(refused('COMMIT_CONFLICT'));
    // Files of the old partitioning still fit.
    table = (await plain.commit()).table;
    expect(await rows({ columns: ['id'] })).toEqual([{ id: 2 }]);
    const late = await table.transaction().append(batchFromRows(table.schema(), [{ id: 3 }]));
    await table.upgradeFormatVersion(3);
    await expect(late.commit()).rejects.toEqual(refused('COMMIT_CONFLICT'));
  });
});
