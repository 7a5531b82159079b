import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { eq, isNull, type NestedField } from '../src/index.js';
import { decodeThrift, encodeThrift, STRUCT, type ThriftStruct } from '../src/parquet/thrift-compact.js';
import { concatBytes } from '../src/util/bytes.js';
import { foreignTable, openForeign, parquet, rowsOf } from './support/foreign-table.js';

const ID: NestedField = { id: 1, name: 'id', required: true, type: 'long' };
const PADDING: NestedField = { id: 9, name: 'padding', required: false, type: 'binary' };

/** Fields of Parquet's `FileMetaData`, `SchemaElement` and `LogicalType`. */
const SCHEMA = 2;
const LOGICAL_TYPE = 10;
const VARIANT = 16;
const GEOMETRY = 17;

/** The file with its second column of a logical type: an empty struct in the union. */
function withLogicalType(file: Uint8Array, column: string, type: number): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getUint32(file.length - 8, true);
  const start = file.length - 8 - length;
  const footer = decodeThrift(file.subarray(start, start + length));
  const { items } = footer.get(SCHEMA)!.value as unknown as { items: ThriftStruct[] };
  const element = items.find((item) => Buffer.from(item.get(4)!.value as Uint8Array).toString() === column)!;
  element.set(LOGICAL_TYPE, {
    type: STRUCT,
    value: new Map([[type, { type: STRUCT, value: new Map() as ThriftStruct }]]) as ThriftStruct,
  });
  const bytes = encodeThrift(new Map([...footer].sort(([left], [right]) => left - right)));
  const tail = new Uint8Array(8);
  new DataView(tail.buffer).setUint32(0, bytes.length, true);
  tail.set(Buffer.from('PAR1'), 4);
  return concatBytes([file.subarray(0, start), bytes, tail]);
}

async function fileOf(type: 'variant' | 'geometry', padding: number): Promise<Uint8Array> {
  const binary = (id: number, name: string): NestedField => ({ id, name, required: true, type: 'binary' });
  const stored: NestedField =
    type === 'geometry'
      ? { id: 2, name: 'v', required: false, type: 'binary' }
      : {
          id: 2,
          name: 'v',
          required: false,
          type: { type: 'struct', fields: [binary(20, 'metadata'), binary(21, 'value')] },
        };
  const value =
    type === 'geometry' ? Uint8Array.of(1) : { metadata: Uint8Array.of(1), value: Uint8Array.of(0) };
  const rows = [1n, 2n, 3n].map((id) => ({
    id,
    v: id === 2n ? null : value,
    padding: new Uint8Array(randomBytes(padding)),
  }));
  const bytes = await parquet([ID, stored, PADDING], rows);
  return withLogicalType(bytes, 'v', type === 'geometry' ? GEOMETRY : VARIANT);
}

// Small files are decoded at once, others column by column.
for (const [kind, padding] of [
  ['small', 1],
  ['large', 600_000],
] as const) {
  test.each(['variant', 'geometry', 'geometry(srid:4326)', 'geography(OGC:CRS84, spherical)'])(
    `a table with a column of the type %s opens, and its other columns are read (${kind} file)`,
    async (type) => {
      const bytes = await fileOf(type === 'variant' ? type : 'geometry', padding);
      const fields = [ID, { id: 2, name: 'v', required: false, type }, PADDING];
      const table = await openForeign(
        foreignTable({
          formatVersion: 3,
          fields: fields as never,
          files: [{ path: 'data/a.parquet', bytes, rows: 3, sequence: 1 }],
        }),
      );
      expect(await rowsOf(table, { columns: ['id'] })).toEqual([{ id: 1n }, { id: 2n }, { id: 3n }]);
      expect(await rowsOf(table, { columns: ['id'], filter: eq('id', 2) })).toEqual([{ id: 2n }]);
      expect(await table.scan({ columns: [] }).count()).toBe(3);
      expect(table.schema().fields[1]!.type).toBe(type);
      const refused = { code: 'UNSUPPORTED_FEATURE', context: { column: 'v', type, table: 't' } };
      for (const work of [
        () => table.scan(),
        () => table.scan({ columns: ['v'] }),
        () => table.scan({ columns: ['id'], filter: isNull('v') }),
        () => table.changelogScan(),
      ]) {
        expect(work).toThrow(expect.objectContaining(refused));
      }
      let file: Record<string, unknown> | undefined;
      for await (const row of table.metadataTable('files').rows()) file = row;
      expect(Object.keys(file!['readable_metrics'] as object)).toEqual(['id', 'padding']);
    },
  );
}

test('one inside of a struct is refused with the column that holds it', async () => {
  const type = { type: 'struct', fields: [{ id: 3, name: 'x', required: false, type: 'variant' }] };
  const table = await openForeign(
    foreignTable({
      formatVersion: 3,
      fields: [ID, { id: 2, name: 's', required: false, type }] as never,
      files: [],
    }),
  );
  expect(() => table.scan({ columns: ['s'] })).toThrow(/Column "s" holds values of the type variant/);
  expect(await rowsOf(table, { columns: ['id'] })).toEqual([]);
});

test('a column of the type unknown is null in every row', async () => {
  const bytes = await parquet([ID], [{ id: 1n }, { id: 2n }]);
  const fields = [ID, { id: 2, name: 'u', required: false, type: 'unknown' }];
  const table = await openForeign(
    foreignTable({
      formatVersion: 3,
      fields: fields as never,
      files: [{ path: 'data/a.parquet', bytes, rows: 2, sequence: 1 }],
    }),
  );
  expect(await rowsOf(table)).toEqual([
    { id: 1n, u: null },
    { id: 2n, u: null },
  ]);
  expect(await rowsOf(table, { filter: isNull('u') })).toHaveLength(2);
  expect(await rowsOf(table, { columns: ['u'], filter: eq('id', 2) })).toEqual([{ u: null }]);
  const arrow = await table.scan().toArrow();
  expect(arrow.getChild('u')!.nullCount).toBe(2);
});
