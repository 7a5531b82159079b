import { expect, test } from 'vitest';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import { rowsOf } from '../arrow/rows-of.js';
import { sortKeys } from '../arrow/sort-batch.js';
import type { Schema } from '../schema/schema.js';
import { parseSortBy } from '../sort-order/parse-sort-by.js';
import { type PartitionRows, SortBuffer } from './sort-buffer.js';

const SCHEMA: Schema = { schemaId: 0, fields: [{ id: 1, name: 'id', type: 'long', required: true }] };

test('rows are held back until there is too much of them; then the largest partition goes, sorted', () => {
  const buffer = new SortBuffer(sortKeys(SCHEMA, parseSortBy(SCHEMA, ['id'])), 64);
  const given: unknown[] = [];
  const take = (parts: Iterable<PartitionRows>): void => {
    for (const { key, rows } of parts)
      given.push([key, [...rowsOf(rows, SCHEMA.fields)].map((row) => Number(row['id']))]);
  };
  const add = (key: string, ...ids: number[]): void =>
    take(
      buffer.add({
        key,
        values: [],
        rows: batchFromRows(
          SCHEMA,
          ids.map((id) => ({ id })),
        ),
      }),
    );
  add('a', 5, 3, 4);
  add('b', 9, 1);
  add('a', 2);
  expect(given).toEqual([]);
  add('b', 8, 7, 6);
  expect(given).toEqual([['b', [1, 6, 7, 8, 9]]]);
  add('c', 3, 2, 1, 9, 8, 7, 6, 5, 4);
  expect(given.slice(1)).toEqual([['c', [1, 2, 3, 4, 5, 6, 7, 8, 9]]]);
  take(buffer.drain());
  expect(given.slice(2)).toEqual([['a', [2, 3, 4, 5]]]);
});
