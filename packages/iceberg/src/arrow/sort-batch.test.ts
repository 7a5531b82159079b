import { describe, expect, test } from 'vitest';
import type { Schema } from '../schema/schema.js';
import { parseSortBy } from '../sort-order/parse-sort-by.js';
import type { NestedField } from '../type/iceberg-type.js';
import { batchFromRows } from './batch-from-rows.js';
import { concatBatches } from './concat-batches.js';
import { rowsOf } from './rows-of.js';
import { sortBatch, sortKeys } from './sort-batch.js';

const optional = (id: number, name: string, type: NestedField['type']): NestedField => ({
  id,
  name,
  type,
  required: false,
});

const SCHEMA: Schema = {
  schemaId: 0,
  fields: [
    optional(1, 'id', 'long'),
    optional(2, 'text', 'string'),
    optional(3, 'score', 'double'),
    optional(4, 'flag', 'boolean'),
    optional(5, 'amount', 'decimal(10, 2)'),
    optional(6, 'place', {
      type: 'struct',
      fields: [optional(7, 'zip', 'int'), optional(8, 'city', 'string')],
    }),
    optional(9, 'tags', { type: 'list', elementId: 10, element: 'string', elementRequired: false }),
    optional(11, 'map', {
      type: 'map',
      keyId: 12,
      key: 'string',
      valueId: 13,
      value: 'int',
      valueRequired: false,
    }),
    optional(14, 'code', 'fixed[3]'),
  ],
};

function sorted(rows: readonly Record<string, unknown>[], ...sortBy: string[]): Record<string, unknown>[] {
  const batch = batchFromRows(SCHEMA, rows);
  const keys = sortKeys(SCHEMA, parseSortBy(SCHEMA, sortBy));
  return [...rowsOf(sortBatch(batch, keys), SCHEMA.fields)];
}

describe('rows are sorted', () => {
  test('by several columns, each in its direction, equal rows as they came', () => {
    const rows = [
      { id: 2, text: 'b' },
      { id: 1, text: 'b' },
      { id: 1, text: 'a' },
      { id: 2, text: 'a', flag: true },
      { id: 2, text: 'a', flag: false },
    ];
    const ids = sorted(rows, 'text', 'id desc').map((row) => [row['text'], row['id'], row['flag']]);
    expect(ids).toEqual([
      ['a', 2n, true],
      ['a', 2n, false],
      ['a', 1n, null],
      ['b', 2n, null],
      ['b', 1n, null],
    ]);
  });

  test('with nulls first or last', () => {
    const rows = [{ id: 1 }, { id: null }, { id: 0 }];
    const ids = (...sortBy: string[]) => sorted(rows, ...sortBy).map((row) => row['id']);
    expect(ids('id')).toEqual([null, 0n, 1n]);
    expect(ids('id asc nulls last')).toEqual([0n, 1n, null]);
    expect(ids('id desc')).toEqual([1n, 0n, null]);
    expect(ids('id desc nulls first')).toEqual([null, 1n, 0n]);
  });

  test('text by code point, numbers with NaN above all', () => {
    const texts = ['\u{1F600}', '\uFFFD', 'a', 'Z'].map((text) => ({ text }));
    expect(sorted(texts, 'text').map((row) => row['text'])).toEqual(['Z', 'a', '\uFFFD', '\u{1F600}']);
    const scores = [Number.NaN, 0, -0, Number.POSITIVE_INFINITY, -1].map((score) => ({ score }));
    expect(sorted(scores, 'score').map((row) => row['score'])).toEqual([
      -1,
      -0,
      0,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });

  test('by a transform', () => {
    const rows = [{ text: 'bx' }, { text: 'az' }, { text: 'by' }, { text: 'ay' }];
    expect(sorted(rows, 'truncate(1, text) desc').map((row) => row['text'])).toEqual([
      'bx',
      'by',
      'az',
      'ay',
    ]);
  });

  test('by a field of a struct, null where the struct is', () => {
    const rows = [{ place: { zip: 2 } }, { place: null }, { place: { zip: 1 } }];
    const batch = batchFromRows(SCHEMA, rows);
    const field = { transform: 'identity', sourceId: 7, direction: 'asc', nullOrder: 'nulls-first' };
    const keys = sortKeys(SCHEMA, { orderId: 1, fields: [field] });
    const zips = [...rowsOf(sortBatch(batch, keys), SCHEMA.fields)].map(
      (row) => (row['place'] as { zip: number } | null)?.zip ?? null,
    );
    expect(zips).toEqual([null, 1, 2]);
  });

  test('unless the column is not there', () => {
    const field = { transform: 'identity', sourceId: 99, direction: 'asc', nullOrder: 'nulls-first' };
    expect(() => sortKeys(SCHEMA, { orderId: 1, fields: [field] })).toThrow(/column with id 99/);
  });
});

test('batches are joined with every value and every null, slices among them', () => {
  const rows = Array.from({ length: 40 }, (_, index) =>
    index % 7 === 3
      ? {}
      : {
          id: index,
          text: `text ${index}`.repeat(index % 3),
          score: index / 2,
          flag: index % 2 === 0,
          amount: `${index}.50`,
          place: index % 5 === 0 ? null : { zip: index, city: index % 4 === 0 ? null : `city ${index}` },
          tags:
            index % 6 === 0
              ? null
              : Array.from({ length: index % 4 }, (_, at) => (at === 2 ? null : `t${at}`)),
          map: new Map(Array.from({ length: index % 3 }, (_, at) => [`k${at}`, at === 1 ? null : index])),
          code: Uint8Array.of(index, 1, 2),
        },
  );
  const all = batchFromRows(SCHEMA, rows);
  const expected = [...rowsOf(all, SCHEMA.fields)];
  for (const cuts of [
    [0, 40],
    [0, 1, 40],
    [0, 9, 9, 23, 40],
    Array.from({ length: 41 }, (_, index) => index),
  ]) {
    const parts = cuts.slice(1).map((end, index) => all.slice(cuts[index]!, end));
    const joined = concatBatches(parts);
    expect(joined.numRows).toBe(40);
    expect([...rowsOf(joined, SCHEMA.fields)]).toEqual(expected);
  }
});
