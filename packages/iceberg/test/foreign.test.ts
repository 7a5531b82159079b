import { describe, expect, test } from 'vitest';
import { eq, isNull, type NestedField } from '../src/index.js';
import { deletionVectorTable } from './support/deletion-vector-table.js';
import { type ForeignFile, foreignTable, openForeign, parquet, rowsOf } from './support/foreign-table.js';

const ID = { id: 1, name: 'id', required: false, type: 'long' } as const;
const NAME = { id: 2, name: 'name', required: false, type: 'string' } as const;
const DELETE_PATH = { id: 2147483546, name: 'file_path', required: true, type: 'string' } as const;
const DELETE_POS = { id: 2147483545, name: 'pos', required: true, type: 'long' } as const;
const LOCATION = 's3://elsewhere/t';

async function dataFile(
  fields: readonly NestedField[],
  rows: readonly Record<string, unknown>[],
  more: Partial<ForeignFile> = {},
): Promise<ForeignFile> {
  return {
    path: 'data/a.parquet',
    bytes: await parquet(fields, rows),
    rows: rows.length,
    sequence: 1,
    ...more,
  };
}

async function equalityDelete(
  fields: readonly NestedField[],
  rows: readonly Record<string, unknown>[],
  more: Partial<ForeignFile> = {},
): Promise<ForeignFile> {
  const file = await dataFile(fields, rows, {
    path: `data/eq-${fields.map((field) => field.id).join('-')}.parquet`,
  });
  const extra = { equality_ids: fields.map((field) => field.id) };
  return { ...file, sequence: 2, content: 'equality-deletes', extra, ...more };
}

const people = [
  { id: 1n, name: 'a' },
  { id: 2n, name: 'b' },
  { id: 3n, name: null },
  { id: null, name: 'd' },
];

describe('equality deletes', () => {
  test('remove equal rows, null equal to null, in several sets of columns at once', async () => {
    const table = foreignTable({
      fields: [ID, NAME],
      files: [
        await dataFile([ID, NAME], people),
        await equalityDelete([ID], [{ id: 1n }, { id: null }]),
        await equalityDelete(
          [ID, NAME],
          [
            { id: 3n, name: null },
            { id: 2n, name: 'other' },
          ],
        ),
      ],
    });
    const opened = await openForeign(table);
    expect(await rowsOf(opened)).toEqual([{ id: 2n, name: 'b' }]);
    expect(await rowsOf(opened, { columns: ['name'] })).toEqual([{ name: 'b' }]);
    expect(await opened.scan().count()).toBe(1);
    expect(await opened.scan({ filter: eq('id', 1) }).count()).toBe(0);
  });

  test('concern only older data, not data of their own commit', async () => {
    const table = foreignTable({
      fields: [ID, NAME],
      files: [
        await dataFile([ID, NAME], people, { sequence: 2 }),
        await equalityDelete([ID], [{ id: 1n }], { sequence: 2 }),
      ],
    });
    expect(await (await openForeign(table)).scan().count()).toBe(4);
  });

  test('of a partition concern that partition; those of no partition concern all', async () => {
    const specs = [
      { 'spec-id': 0, fields: [] },
      { 'spec-id': 1, fields: [{ 'source-id': 2, 'field-id': 1000, name: 'name', transform: 'identity' }] },
    ];
    const at = (name: string): Partial<ForeignFile> => ({
      specId: 1,
      partition: { name },
      path: `data/${name}`,
    });
    const rows = [{ id: 1n }, { id: 2n }, { id: 3n }];
    const table = foreignTable({
      fields: [ID, NAME],
      specs,
      files: [
        await dataFile([ID], rows, at('x')),
        await dataFile([ID], rows, at('y')),
        await equalityDelete([ID], [{ id: 1n }], { specId: 1, partition: { name: 'x' } }),
        await equalityDelete([ID], [{ id: 2n }], { path: 'data/everywhere.parquet' }),
      ],
    });
    const opened = await openForeign(table);
    expect(await rowsOf(opened)).toEqual([
      { id: 3n, name: 'x' },
      { id: 1n, name: 'y' },
      { id: 3n, name: 'y' },
    ]);
    expect(await opened.scan({ filter: eq('name', 'x') }).count()).toBe(1);
  });

  test('compare by a column that was dropped since', async () => {
    const table = foreignTable({
      fields: [NAME],
      olderSchemas: [{ type: 'struct', 'schema-id': 1, fields: [ID, NAME] }],
      files: [await dataFile([ID, NAME], people), await equalityDelete([ID], [{ id: 2n }])],
    });
    expect(await rowsOf(await openForeign(table))).toEqual([{ name: 'a' }, { name: null }, { name: 'd' }]);
  });

  test('compare across a widening and by a leaf of a struct', async () => {
    const leaf = (type: 'int' | 'long'): NestedField => ({ id: 5, name: 'n', required: false, type });
    const struct = (type: 'int' | 'long'): NestedField => ({
      id: 4,
      name: 's',
      required: false,
      type: { type: 'struct', fields: [leaf(type)] },
    });
    const table = foreignTable({
      fields: [struct('long')] as never,
      files: [
        await dataFile([struct('int')], [{ s: { n: 1 } }, { s: { n: 2 } }, { s: null }]),
        await equalityDelete([struct('long')], [{ s: { n: 2n } }, { s: null }], {
          extra: { equality_ids: [5] },
        }),
      ],
    });
    expect(await rowsOf(await openForeign(table))).toEqual([{ s: { n: 1n } }]);
  });

  test('that name a column no schema has are refused', async () => {
    const table = foreignTable({
      fields: [ID],
      files: [
        await dataFile([ID], [{ id: 1n }]),
        await equalityDelete([ID], [{ id: 1n }], { extra: { equality_ids: [77] } }),
      ],
    });
    await expect(rowsOf(await openForeign(table))).rejects.toMatchObject({ code: 'INVALID_METADATA' });
  });
});

describe('position deletes and deletion vectors', () => {
  const positionDelete = async (
    path: string,
    positions: readonly number[],
    more: Partial<ForeignFile> = {},
  ) => ({
    ...(await dataFile(
      [DELETE_PATH, DELETE_POS],
      positions.map((pos) => ({ file_path: `${LOCATION}/${path}`, pos: BigInt(pos) })),
    )),
    path: `data/pos-${positions.join('-')}.parquet`,
    sequence: 2,
    content: 'position-deletes' as const,
    ...more,
  });

  test('many position delete files of one data file are applied together', async () => {
    const table = foreignTable({
      fields: [ID],
      files: [
        await dataFile(
          [ID],
          Array.from({ length: 8 }, (_, id) => ({ id })),
        ),
        await positionDelete('data/a.parquet', [5, 0]),
        await positionDelete('data/a.parquet', [5, 3], {
          extra: { referenced_data_file: `${LOCATION}/data/a.parquet` },
        }),
        await positionDelete('data/other.parquet', [1]),
        await positionDelete('data/a.parquet', [7], { sequence: 0 }),
      ],
    });
    const ids = (await rowsOf(await openForeign(table))).map((row) => (row as { id: bigint }).id);
    expect(ids).toEqual([1n, 2n, 4n, 6n, 7n]);
  });

  test('vectors in one Puffin file each remove the rows of their own data file', async () => {
    const table = await deletionVectorTable(
      new Map([
        ['-a', [0, 1, 2, 9]],
        ['-b', [4]],
      ]),
    );
    const opened = await openForeign(table);
    const ids = (await rowsOf(opened)).map((row) => Number((row as { id: bigint }).id));
    expect(ids).toEqual([3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 5, 6, 7, 8, 9]);
  });

  test('a vector takes the place of older position deletes', async () => {
    const older = await positionDelete('data/rows.parquet', [8]);
    const table = await deletionVectorTable(new Map([['', [1]]]), [older]);
    expect(await (await openForeign(table)).scan().count()).toBe(9);
  });
});

describe('columns', () => {
  test('found by name mapping where a file has no ids, nested ones too', async () => {
    const point: NestedField = {
      id: 3,
      name: 'point',
      required: false,
      type: { type: 'struct', fields: [{ id: 4, name: 'x', required: false, type: 'int' }] },
    };
    const tags: NestedField = {
      id: 5,
      name: 'tags',
      required: false,
      type: { type: 'list', elementId: 6, elementRequired: false, element: 'string' },
    };
    const stored: NestedField[] = [
      { ...ID, name: 'old_id' },
      {
        ...point,
        name: 'point',
        type: { type: 'struct', fields: [{ id: 4, name: 'px', required: false, type: 'int' }] },
      },
      tags,
    ];
    const rows = [{ old_id: 1n, point: { px: 7 }, tags: ['u', null] }];
    const mapping = [
      { 'field-id': 1, names: ['id', 'old_id'] },
      { 'field-id': 3, names: ['point'], fields: [{ 'field-id': 4, names: ['px'] }] },
      { 'field-id': 5, names: ['tags'], fields: [{ 'field-id': 6, names: ['element'] }] },
    ];
    const table = foreignTable({
      fields: [
        ID,
        point,
        {
          id: 5,
          name: 'tags',
          required: false,
          type: { type: 'list', 'element-id': 6, 'element-required': false, element: 'string' },
        },
      ] as never,
      properties: { 'schema.name-mapping.default': JSON.stringify(mapping) },
      files: [
        {
          path: 'data/a.parquet',
          bytes: await parquet(stored, rows, { withoutIds: true }),
          rows: 1,
          sequence: 1,
        },
      ],
    });
    expect(await rowsOf(await openForeign(table))).toEqual([{ id: 1n, point: { x: 7 }, tags: ['u', null] }]);
  });

  test('that a file lacks have their initial default, nested ones too', async () => {
    const stored: NestedField = {
      id: 3,
      name: 'point',
      required: false,
      type: { type: 'struct', fields: [{ id: 4, name: 'x', required: false, type: 'int' }] },
    };
    const y = { id: 7, name: 'y', required: false, type: 'int', 'initial-default': 5 };
    const table = foreignTable({
      formatVersion: 3,
      fields: [
        ID,
        {
          id: 3,
          name: 'point',
          required: false,
          type: { type: 'struct', fields: [{ id: 4, name: 'x', required: false, type: 'int' }, y] },
        },
        { id: 8, name: 'note', required: false, type: 'string', 'initial-default': 'none' },
      ],
      files: [
        await dataFile(
          [ID, stored],
          [
            { id: 1n, point: { x: 1 } },
            { id: 2n, point: null },
          ],
        ),
      ],
    });
    const opened = await openForeign(table);
    expect(await rowsOf(opened)).toEqual([
      { id: 1n, point: { x: 1, y: 5 }, note: 'none' },
      { id: 2n, point: null, note: 'none' },
    ]);
    expect(await opened.scan({ filter: eq('note', 'none') }).count()).toBe(2);
    expect(await opened.scan({ filter: isNull('note') }).count()).toBe(0);
  });

  test('widened since a file was written are read in the wider type', async () => {
    const field = (id: number, name: string, type: string) => ({ id, name, required: false, type });
    const now = [
      field(1, 'n', 'long'),
      field(2, 'f', 'double'),
      field(3, 'm', 'decimal(20, 2)'),
      field(4, 'd', 'timestamp'),
      field(5, 'dn', 'timestamp_ns'),
    ];
    const then = [
      field(1, 'n', 'int'),
      field(2, 'f', 'float'),
      field(3, 'm', 'decimal(9, 2)'),
      field(4, 'd', 'date'),
      field(5, 'dn', 'date'),
    ] as NestedField[];
    const row = { n: -5, f: 0.5, m: '1.25', d: '1969-12-31', dn: '2024-02-29' };
    const table = foreignTable({
      formatVersion: 3,
      fields: now,
      files: [await dataFile(then, [row, { n: null, f: null, m: null, d: null, dn: null }])],
    });
    expect(await rowsOf(await openForeign(table))).toEqual([
      { n: -5n, f: 0.5, m: '1.25', d: '1969-12-31T00:00:00.000000', dn: '2024-02-29T00:00:00.000000000' },
      { n: null, f: null, m: null, d: null, dn: null },
    ]);
  });

  test('of names that differ in case only are different columns', async () => {
    const fields: NestedField[] = [ID, { ...NAME, name: 'ID' }];
    const table = foreignTable({
      fields: fields as never,
      files: [await dataFile(fields, [{ id: 1n, ID: 'upper' }])],
    });
    expect(await rowsOf(await openForeign(table), { columns: ['ID'] })).toEqual([{ ID: 'upper' }]);
  });

  test('of row lineage in a file are no obstacle', async () => {
    const lineage: NestedField = { id: 2147483540, name: '_row_id', required: false, type: 'long' };
    const table = foreignTable({
      formatVersion: 3,
      fields: [ID],
      files: [await dataFile([ID, lineage], [{ id: 1n, _row_id: 9n }], { extra: { first_row_id: 9n } })],
    });
    expect(await rowsOf(await openForeign(table))).toEqual([{ id: 1n }]);
  });
});

describe('what cannot be read is refused', () => {
  test.each(['ORC', 'AVRO'])('%s data files', async (format) => {
    const table = foreignTable({ fields: [ID], files: [await dataFile([ID], [{ id: 1n }], { format })] });
    await expect(rowsOf(await openForeign(table))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FILE_FORMAT',
      context: { file: `${LOCATION}/data/a.parquet`, format },
    });
  });

  test('encrypted data files', async () => {
    const extra = { key_metadata: Buffer.from([1]) };
    const table = foreignTable({ fields: [ID], files: [await dataFile([ID], [{ id: 1n }], { extra })] });
    await expect(rowsOf(await openForeign(table))).rejects.toMatchObject({ code: 'UNSUPPORTED_FEATURE' });
  });

  test.each(['tensor', 'geometry{}'])('tables with a column of the type %s', async (type) => {
    const table = foreignTable({ formatVersion: 3, fields: [ID], files: [] });
    const text = new TextDecoder()
      .decode(table.files.get(table.metadataLocation)!)
      .replace('"long"', `"${type}"`);
    table.files.set(table.metadataLocation, new TextEncoder().encode(text));
    await expect(openForeign(table)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FEATURE',
      context: { type },
    });
  });

  test('an unknown transform hides no rows', async () => {
    const specs = [
      { 'spec-id': 0, fields: [{ 'source-id': 1, 'field-id': 1000, name: 'p', transform: 'zorder[3]' }] },
    ];
    const table = foreignTable({
      fields: [ID],
      specs,
      files: [await dataFile([ID], [{ id: 1n }, { id: 2n }], { partition: { p: 'cell' } })],
    });
    expect(await rowsOf(await openForeign(table), { filter: eq('id', 2) })).toEqual([{ id: 2n }]);
  });
});
