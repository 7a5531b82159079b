import { expect, test } from 'vitest';
import type { NestedField } from '../type/iceberg-type.js';
import { partIds, pruneField, structPath } from './prune-field.js';

const field = (id: number, name: string, type: NestedField['type']): NestedField => ({
  id,
  name,
  required: false,
  type,
});
const INNER = field(3, 'inner', { type: 'struct', fields: [field(4, 'a', 'int'), field(5, 'b', 'int')] });
const COLUMN: NestedField = {
  ...field(1, 'column', { type: 'struct', fields: [field(2, 'x', 'double'), INNER] }),
  initialDefault: [1.5, [7, 8]],
  writeDefault: [2.5, null],
};

test('defaults, which hold values by place, are pruned with the fields', () => {
  expect(pruneField(COLUMN, new Set([5]))).toEqual({
    ...field(1, 'column', {
      type: 'struct',
      fields: [field(3, 'inner', { type: 'struct', fields: [field(5, 'b', 'int')] })],
    }),
    initialDefault: [[8]],
    writeDefault: [null],
  });
});

test('a field of which nothing is left out is the same, by whatever ids', () => {
  const parts = new Set<number>();
  partIds(COLUMN, parts);
  expect([...parts]).toEqual([2, 4, 5]);
  for (const ids of [parts, new Set([1]), new Set([2, 3])]) expect(pruneField(COLUMN, ids)).toBe(COLUMN);
  expect(pruneField(COLUMN, new Set([6]))).toBeNull();
});

test('a field is found through structs, and not in lists', () => {
  const list = field(6, 'list', { type: 'list', elementId: 7, element: INNER.type, elementRequired: true });
  expect(structPath([list, COLUMN], 5)).toEqual({ column: COLUMN, places: [1, 1] });
  expect(structPath([list], 5)).toBeNull();
});
