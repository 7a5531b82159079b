import { type Data, DataType, makeData } from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pruneField, structPath } from '../schema/prune-field.js';
import type { Schema } from '../schema/schema.js';
import type { NestedField } from '../type/iceberg-type.js';
import { arrowSchema, arrowType } from './arrow-schema.js';
import { batchFromRows } from './batch-from-rows.js';
import { buildColumn } from './build-column.js';
import { columnReader } from './column-reader.js';
import { rowsOf } from './rows-of.js';
import { narrowData, structLeaf } from './struct-data.js';
import { makeBatch } from './take.js';

const field = (id: number, name: string, type: NestedField['type']): NestedField => ({
  id,
  name,
  required: false,
  type,
});
const INNER = field(3, 'inner', {
  type: 'struct',
  fields: [field(4, 'flag', 'boolean'), field(5, 'text', 'string'), field(6, 'n', 'long')],
});
const ITEMS = field(7, 'items', {
  type: 'list',
  elementId: 8,
  elementRequired: false,
  element: { type: 'struct', fields: [field(9, 'a', 'int'), field(10, 'b', 'int')] },
});
const COLUMN = field(1, 'column', { type: 'struct', fields: [field(2, 'x', 'double'), INNER, ITEMS] });
const SCHEMA: Schema = { schemaId: 0, fields: [COLUMN] };

interface Row {
  column: {
    x: number | null;
    inner: { flag: boolean | null; text: string | null; n: bigint | null } | null;
    items: ({ a: number; b: number } | null)[] | null;
  } | null;
}

const row: fc.Arbitrary<Row> = fc.record({
  column: fc.option(
    fc.record({
      x: fc.option(fc.integer()),
      inner: fc.option(
        fc.record({
          flag: fc.option(fc.boolean()),
          text: fc.option(fc.constantFrom('', 'a', 'ä')),
          n: fc.option(fc.bigInt({ min: -5n, max: 5n })),
        }),
      ),
      items: fc.option(fc.array(fc.option(fc.record({ a: fc.nat(9), b: fc.nat(9) })), { maxLength: 3 })),
    }),
  ),
});
/** Rows, of which a slice is looked at. */
const sliced = fc
  .tuple(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(40), fc.nat(40))
  .map(([rows, from, to]) => ({
    rows,
    from: Math.min(from, to, rows.length),
    to: Math.min(Math.max(from, to), rows.length),
  }));

const columnOf = ({ rows, from, to }: { rows: Row[]; from: number; to: number }): Data =>
  batchFromRows(SCHEMA, rows).slice(from, to).data.children[0] as Data;

test('a field of a struct is null where it or a struct around it is, in slices too', () => {
  fc.assert(
    fc.property(sliced, (given) => {
      const expected = given.rows.slice(given.from, given.to);
      const read = (id: number, type: 'double' | 'boolean' | 'string' | 'long'): unknown[] => {
        const leaf = structLeaf(columnOf(given), structPath([COLUMN], id)!.places);
        const valueAt = columnReader(leaf, type);
        const values = expected.map((_, index) => valueAt(index));
        expect(leaf.nullCount).toBe(values.filter((value) => value === null).length);
        return values;
      };
      expect(read(2, 'double')).toEqual(expected.map(({ column }) => column?.x ?? null));
      expect(read(4, 'boolean')).toEqual(expected.map(({ column }) => column?.inner?.flag ?? null));
      expect(read(5, 'string')).toEqual(expected.map(({ column }) => column?.inner?.text ?? null));
      expect(read(6, 'long')).toEqual(expected.map(({ column }) => column?.inner?.n ?? null));
    }),
    { seed: 3, numRuns: 200 },
  );
});

test('a struct is narrowed to some of its fields, those of list elements too, with every row as it was', () => {
  fc.assert(
    fc.property(sliced, fc.subarray([2, 3, 4, 5, 7, 9, 10], { minLength: 1 }), (given, ids) => {
      const pruned = pruneField(COLUMN, new Set(ids))!;
      const data = narrowData(columnOf(given), COLUMN.type, pruned.type);
      const batch = makeBatch(arrowSchema({ schemaId: 0, fields: [pruned] }), [data], given.to - given.from);
      expect(DataType.isStruct(data.type)).toBe(true);
      const has = (...wanted: number[]): boolean => wanted.some((id) => ids.includes(id));
      const pick = (value: object, kept: Record<string, boolean>): object =>
        Object.fromEntries(Object.entries(value).filter(([name]) => kept[name]));
      const expected = given.rows.slice(given.from, given.to).map(({ column }) => {
        if (column === null) return { column };
        const inner = column.inner && pick(column.inner, { flag: has(3, 4), text: has(3, 5), n: has(3) });
        const both = has(7);
        const items =
          column.items?.map((item) => item && pick(item, { a: both || has(9), b: both || has(10) })) ?? null;
        const all = { x: column.x, inner, items };
        return { column: pick(all, { x: has(2), inner: has(3, 4, 5), items: has(7, 9, 10) }) };
      });
      expect([...rowsOf(batch, [pruned])]).toEqual(expected);
    }),
    { seed: 4, numRuns: 200 },
  );
});

test('a value below a null struct, as some writers leave it there, is null', () => {
  const type = { type: 'struct' as const, fields: [field(2, 'flag', 'boolean'), field(3, 'n', 'long')] };
  const children = [
    buildColumn('boolean', [true, true, false, null]),
    buildColumn('long', [1n, 2n, 3n, null]),
  ];
  const nullBitmap = Uint8Array.of(0b1101);
  const data = makeData({
    type: arrowType(type),
    length: 4,
    nullCount: 1,
    nullBitmap,
    children,
  } as never) as Data;
  const values = (of: Data, place: number, kind: 'boolean' | 'long'): unknown[] => {
    const read = columnReader(structLeaf(of, [place]), kind);
    return Array.from({ length: of.length }, (_, row) => read(row));
  };
  expect(values(data, 0, 'boolean')).toEqual([true, null, false, null]);
  expect(values(data, 1, 'long')).toEqual([1n, null, 3n, null]);
  expect(structLeaf(data, [1]).nullCount).toBe(2);
  expect(values(data.slice(1, 2) as Data, 0, 'boolean')).toEqual([null, false]);
  expect(values(data.slice(1, 2) as Data, 1, 'long')).toEqual([null, 3n]);
});
