import { expect, test } from 'vitest';
import { columnOf } from './column-text.js';

const of = (text: string): unknown => columnOf('--column', text);

test.each([
  ['id long required', { name: 'id', type: 'long', required: true }],
  ['"unit price" decimal(12, 2)', { name: 'unit price', type: 'decimal(12, 2)' }],
  ['key fixed[16]', { name: 'key', type: 'fixed[16]' }],
  ['tags list<string>', { name: 'tags', type: { type: 'list', element: 'string', elementRequired: false } }],
  [
    'place struct<lat: double required, "the lon":double, deep: list<struct<n: decimal(5,2)> required>> required',
    {
      name: 'place',
      required: true,
      type: {
        type: 'struct',
        fields: [
          { name: 'lat', type: 'double', required: true },
          { name: 'the lon', type: 'double' },
          {
            name: 'deep',
            type: {
              type: 'list',
              element: { type: 'struct', fields: [{ name: 'n', type: 'decimal(5,2)' }] },
              elementRequired: true,
            },
          },
        ],
      },
    },
  ],
  [
    'props map<string, list<long>>',
    {
      name: 'props',
      type: {
        type: 'map',
        key: 'string',
        value: { type: 'list', element: 'long', elementRequired: false },
        valueRequired: false,
      },
    },
  ],
])('%s', (text, column) => {
  expect(of(text)).toEqual(column);
});

test.each([
  ['id', 'write NAME TYPE'],
  ['a struct<b long>', 'cannot be read from "b long>" on'],
  ['a list<string', 'cannot be read at its end'],
  ['a list<string>>', 'cannot be read from ">" on'],
  ['a map<string>', 'cannot be read from ">" on'],
  ['a struct<>', '--schema'],
])('%s is refused', (text, message) => {
  expect(() => of(text)).toThrow(message);
});
