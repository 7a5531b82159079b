import { expect, test } from 'vitest';
import { Flattener } from './flattener.js';
import { readOverflow } from './overflow.js';
import { utf8ColumnOf } from './utf8-column.js';

const found = (...paths: string[]) =>
  paths.map((path) => ({ keys: path.split('.'), firstRow: 0, values: 1 }));

test('columns that were found elsewhere are taken up in their order', () => {
  const flattener = new Flattener({ columns: [{ name: 'a', path: '$.a' }] });
  expect(flattener.adopt(found('b.c', 'a', 'B.C'))?.names).toEqual([
    'b_c',
    'a',
    expect.stringMatching(/^b_c_/),
  ]);
  expect(flattener.columns.map(({ path }) => path)).toEqual(['$.a', '$.b.c', '$.B.C']);
});

test('columns for which there is no room leave nothing behind', () => {
  const rows = utf8ColumnOf(['{"x":1,"y":{"z":1},"y":{"z":2,"z":3}}']);
  const flattener = new Flattener({ maxColumns: 1 });
  expect(flattener.adopt(found('x', 'y', 'y.z'))).toBeNull();
  const { columns, overflow, drift } = flattener.flatten(rows);
  expect(columns.map(({ path }) => path)).toEqual(['$.x']);
  expect([...readOverflow(overflow!.get(0)!)]).toEqual([['$.y.z', '3']]);
  // As a flattener says it that was never asked.
  expect(drift).toEqual(new Flattener({ maxColumns: 1 }).flatten(rows).drift);
});

test('governed columns take up room that others then lack', () => {
  const flattener = new Flattener({
    maxColumns: 2,
    columns: [{ name: 'a', path: '$.a' }],
    contractPaths: ['$.g'],
  });
  expect(flattener.adopt(found('g', 'x'))).toBeNull();
  expect(flattener.adopt(found('g'))?.names).toEqual(['g']);
  expect(flattener.adopt(found('x'))).toBeNull();
});
