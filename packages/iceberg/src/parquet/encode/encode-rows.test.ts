import {
  type DataType,
  Field,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compactTexts,
  encodeColumns,
  encodeRows,
  MemoryCatalog,
  type NewField,
  partitionCodes,
  partitionRows,
  type Table,
} from '../../index.js';

const FIELDS: readonly NewField[] = [
  { name: 'id', type: 'long', required: true },
  { name: 'name', type: 'string', required: true },
  { name: 'note', type: 'string' },
  { name: 'at', type: 'timestamptz' },
  { name: 'count', type: 'long' },
  { name: 'seen', type: { type: 'list', element: 'long', elementRequired: true } },
];

interface Row {
  id: bigint;
  name: string;
  note: string | null;
  at: bigint | null;
  count: bigint | null;
  seen: bigint[] | null;
}

function longs(
  values: readonly (bigint | null)[],
  type: DataType = new Int64(),
): ReturnType<typeof makeData> {
  const nullBitmap = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, row) => {
    if (value !== null) nullBitmap[row >> 3]! |= 1 << (row & 7);
  });
  return makeData({
    type,
    length: values.length,
    nullCount: values.filter((value) => value === null).length,
    nullBitmap,
    data: BigInt64Array.from(values, (value) => value ?? 0n),
  } as never);
}

function batchOf(rows: readonly Row[]): RecordBatch {
  const lists = vectorFromArray(
    rows.map(({ seen }) => seen),
    new List(new Field('element', new Int64(), true)),
  ).data[0]!;
  const seen = makeData({
    type: new List(new Field('element', new Int64(), false)),
    length: rows.length,
    nullCount: lists.nullCount,
    nullBitmap: lists.nullBitmap,
    valueOffsets: lists.valueOffsets,
    child: longs(rows.flatMap((row) => row.seen ?? [])),
  } as never);
  const columns = {
    id: longs(rows.map(({ id }) => id)),
    name: vectorFromArray(
      rows.map(({ name }) => name),
      new Utf8(),
    ).data[0]!,
    note: vectorFromArray(
      rows.map(({ note }) => note),
      new Utf8(),
    ).data[0]!,
    at: longs(
      rows.map(({ at }) => at),
      new TimestampMicrosecond('UTC'),
    ),
    count: longs(rows.map(({ count }) => count)),
    seen,
  };
  const fields = Object.entries(columns).map(([name, data]) => new Field(name, data.type as DataType, true));
  return new RecordBatch(
    new Schema(fields),
    makeData({
      type: new Struct(fields),
      length: rows.length,
      nullCount: 0,
      children: Object.values(columns) as never,
    }),
  );
}

async function readBack(table: Table): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const row of table.scan().rows()) rows.push(row);
  return rows.sort((left, right) => Number((left['id'] as bigint) - (right['id'] as bigint)));
}

/** The same rows, once through the encoder and once through the general writer. */
async function bothWays(
  rows: readonly Row[],
  {
    partitionBy = [],
    chosen,
    compact = false,
  }: { partitionBy?: string[]; chosen?: Int32Array; compact?: boolean } = {},
): Promise<{ encoded: Table; general: Table }> {
  const catalog = new MemoryCatalog();
  const create = (name: string): Promise<Table> =>
    catalog.createTable({ namespace: 'a', name }, { schema: { fields: FIELDS }, partitionBy });
  const kept = chosen === undefined ? rows : Array.from(chosen, (row) => rows[row]!);
  const general = await (await create('general')).append(batchOf(kept));
  const transaction = (await create('encoded')).transaction();
  const batch = batchOf(rows);
  const parts = encodeRows(transaction.rowLayout()!, compact ? compacted(batch) : batch, chosen ?? null);
  await transaction.appendEncoded(structuredClone(parts));
  const encoded = await transaction.commit();
  return { encoded: encoded.table, general: general.table };
}

/** The same batch, texts of few values with a dictionary. */
function compacted(batch: RecordBatch): RecordBatch {
  const children = batch.data.children.map((data) =>
    data.type instanceof Utf8 ? compactTexts(data as never) : data,
  );
  const fields = batch.schema.fields.map(
    (field, position) => new Field(field.name, children[position]!.type as DataType, true),
  );
  return new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length: batch.numRows, nullCount: 0, children: children as never }),
  );
}

/** Some columns of a batch. */
function only(batch: RecordBatch, names: readonly string[]): RecordBatch {
  const fields = batch.schema.fields.filter(({ name }) => names.includes(name));
  const children = fields.map((field) => batch.data.children[batch.schema.fields.indexOf(field)]!);
  return new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length: batch.numRows, nullCount: 0, children }),
  );
}

const row = fc.record({
  name: fc.oneof(
    fc.constantFrom('a', 'b', '', 'ä', '\u{1f600}'),
    fc.string({ maxLength: 80 }).filter((text) => text.isWellFormed()),
  ),
  note: fc.option(
    fc.constantFrom('x', 'y', 'a rather long text, longer than the sixty-four bytes of a bound, it is'),
  ),
  at: fc.option(fc.bigInt({ min: -(2n ** 50n), max: 2n ** 52n })),
  count: fc.option(fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n))),
  seen: fc.option(fc.array(fc.constantFrom(1n, -1n, 7n), { maxLength: 4 })),
});

const numbered = (rows: readonly Omit<Row, 'id'>[]): Row[] =>
  rows.map((fields, index) => ({ id: BigInt(index), ...fields }));

describe('rows encoded before', () => {
  test('are the same in the table as rows of the general writer, bounds and counts included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.boolean(),
        async (fields, compact) => {
          const { encoded, general } = await bothWays(numbered(fields), { compact });
          expect(await readBack(encoded)).toEqual(await readBack(general));
          expect(await fileFacts(encoded)).toEqual(await fileFacts(general));
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  test('keep many values over several pages, with and without a dictionary', async () => {
    const rows = numbered(
      Array.from({ length: 50_000 }, (_, index) => ({
        name: `value ${index % 50_001} of many`,
        note: index % 7 === 0 ? null : `kind ${(index * 7919) % 300}`,
        at: index % 3 === 0 ? null : BigInt(index) * 1_000_000n,
        count: index < 30_000 ? null : 5n,
        seen: index % 1000 === 0 ? [BigInt(index), 1n] : null,
      })),
    );
    const { encoded, general } = await bothWays(rows);
    expect(await readBack(encoded)).toEqual(await readBack(general));
    expect(await fileFacts(encoded)).toEqual(await fileFacts(general));
  });

  test('may be some rows of a batch, and of several partitions', async () => {
    const rows = numbered(
      Array.from({ length: 1000 }, (_, index) => ({
        name: `n${index}`,
        note: index % 5 === 0 ? null : `part ${index % 3}`,
        at: BigInt(index % 4) * 86_400_000_000n,
        count: BigInt(index),
        seen: [],
      })),
    );
    const chosen = Int32Array.from({ length: 400 }, (_, index) => index * 2 + 1);
    for (const compact of [false, true]) {
      const { encoded, general } = await bothWays(rows, {
        partitionBy: ['note', 'day(at)'],
        chosen,
        compact,
      });
      expect(await readBack(encoded)).toEqual(await readBack(general));
      expect(await fileFacts(encoded)).toEqual(await fileFacts(general));
    }
  });

  test('may have their columns in several batches, those of the partitioning among them', async () => {
    const rows = numbered(
      Array.from({ length: 300 }, (_, index) => ({
        name: `n${index}`,
        note: index % 5 === 0 ? null : `part ${index % 3}`,
        at: BigInt(index % 4) * 86_400_000_000n,
        count: BigInt(index),
        seen: [],
      })),
    );
    const catalog = new MemoryCatalog();
    const partitionBy = ['note', 'day(at)'];
    const table = await catalog.createTable(
      { namespace: 'a', name: 'parted' },
      { schema: { fields: FIELDS }, partitionBy },
    );
    const layout = table.transaction().rowLayout()!;
    const [left, right] = [
      only(batchOf(rows), ['id', 'note', 'seen']),
      only(batchOf(rows), ['name', 'at', 'count']),
    ];
    for (const chosen of [
      null,
      Int32Array.from({ length: 100 }, (_, index) => index * 3),
      new Int32Array(0),
    ]) {
      const codes = partitionCodes(layout, left, chosen);
      expect(codes.map((known) => known !== null)).toEqual([true, false]);
      const others = partitionCodes(layout, right, chosen);
      const all = structuredClone(codes).map((known, field) => known ?? others[field]!);
      const parts = partitionRows(layout, { rows: chosen, count: rows.length }, all).map((part) => ({
        rowCount: part.rows?.length ?? rows.length,
        partition: part.partition,
        columns: [left, right].flatMap((batch) => encodeColumns(layout, batch, part.rows)),
      }));
      const whole = encodeRows(layout, batchOf(rows), chosen);
      const byName = ({ columns, ...part }: (typeof whole)[number]): unknown => ({
        ...part,
        columns: columns.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
      });
      expect(parts.map(byName)).toEqual(whole.map(byName));
    }
  });

  test('columns that join later are null in the rows before them', async () => {
    const catalog = new MemoryCatalog();
    const table = await catalog.createTable({ namespace: 'a', name: 't' }, { schema: { fields: FIELDS } });
    const transaction = table.transaction();
    const rows = numbered([{ name: 'a', note: null, at: null, count: null, seen: null }]);
    const early = encodeRows(transaction.rowLayout()!, batchOf(rows));
    transaction.addColumns([{ name: 'later', type: 'string' }]);
    await transaction.appendEncoded(early);
    const committed = await transaction.commit();
    expect(await readBack(committed.table)).toMatchObject([{ id: 0n, name: 'a', later: null }]);
  });

  test('are refused where they do not fit the table, and a null in a required column is', async () => {
    const catalog = new MemoryCatalog();
    const fields: NewField[] = [
      { name: 'id', type: 'long', required: true },
      { name: 'name', type: 'long' },
    ];
    const other = await catalog.createTable({ namespace: 'a', name: 't' }, { schema: { fields } });
    const rows = numbered([{ name: 'a', note: null, at: null, count: null, seen: null }]);
    const parts = encodeRows({ required: ['id'], specId: 0, partition: [] }, batchOf(rows));
    await expect(other.transaction().appendEncoded(parts)).rejects.toThrow(/no column|name/);
    expect(() => encodeRows({ required: ['note'], specId: 0, partition: [] }, batchOf(rows))).toThrow(
      /"note" is required/,
    );
  });

  test('a table that is to be sorted, or has columns of other types, has no layout', async () => {
    const catalog = new MemoryCatalog();
    const double = await catalog.createTable(
      { namespace: 'a', name: 'd' },
      { schema: { fields: [{ name: 'x', type: 'double' }] } },
    );
    expect(double.transaction().rowLayout()).toBeNull();
    const sorted = await catalog.createTable(
      { namespace: 'a', name: 's' },
      { schema: { fields: FIELDS }, sortBy: ['id'] },
    );
    expect(sorted.transaction().rowLayout()).toBeNull();
  });
});

/** What manifests say of a table's files, besides their names and sizes. */
async function fileFacts(table: Table): Promise<unknown> {
  const tasks = await table.scan().planFiles();
  return tasks
    .map(({ dataFile: { file } }) => ({
      partition: file.partition,
      recordCount: file.recordCount,
      valueCounts: file.valueCounts,
      nullValueCounts: file.nullValueCounts,
      lowerBounds: hexMap(file.lowerBounds),
      upperBounds: hexMap(file.upperBounds),
    }))
    .sort((left, right) => String(left.partition).localeCompare(String(right.partition)));
}

function hexMap(bounds: ReadonlyMap<number, Uint8Array> | undefined): [number, string][] {
  return [...(bounds ?? [])]
    .map(([id, bytes]): [number, string] => [id, Buffer.from(bytes).toString('hex')])
    .sort(([left], [right]) => left - right);
}
