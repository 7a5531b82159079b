import { expect, it } from 'vitest';
import { Flattener } from '../flatten/flattener.js';
import { utf8ColumnOf } from '../flatten/utf8-column.js';
import { planEvolution } from './plan-evolution.js';

it('adds what is new, in the order of first sight, and nothing that is there', () => {
  const flattener = new Flattener({ columns: [{ name: 'b', path: '$.b' }] });
  flattener.flatten(utf8ColumnOf(['{"z":1,"b":2,"c":{"d":3}}']));
  expect(planEvolution([{ name: 'b', path: '$.b' }], flattener.columns)).toEqual({
    add: [
      { name: 'z', path: '$.z' },
      { name: 'c_d', path: '$.c.d' },
    ],
  });
  expect(planEvolution(flattener.columns, flattener.columns)).toEqual({ add: [] });
});
