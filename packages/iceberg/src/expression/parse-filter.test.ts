import { expect, test } from 'vitest';
import { IcebergError } from '../error.js';
import { and, eq, gt, gtEq, isIn, isNull, not, notEq, notIn, notNull, or, startsWith } from './expression.js';
import { parseFilter } from './parse-filter.js';

test.each([
  ['a = 1', eq('a', 1)],
  ["a = 1 and b > 'x'", and(eq('a', 1), gt('b', 'x'))],
  ["a = 1 OR b != 'it''s' AND c is null", or(eq('a', 1), and(notEq('b', "it's"), isNull('c')))],
  ['(a = 1 or a = 2) and not b is not null', and(or(eq('a', 1), eq('a', 2)), not(notNull('b')))],
  ['id in (1, 9007199254740993)', isIn('id', [1, 9007199254740993n])],
  ["c not in ('x')", notIn('c', ['x'])],
  ['"odd name" >= -1.5', gtEq('odd name', -1.5)],
  ["name like 'ab%'", startsWith('name', 'ab')],
  ['flag = TRUE', eq('flag', true)],
])('reads %s', (text, expression) => {
  expect(parseFilter(text)).toEqual(expression);
});

test.each(['', 'a', 'a =', 'a = 1 b', 'a = b', '(a = 1', "a like '%x'", 'a ; 1', "a = 'open"])(
  'refuses %j, saying where',
  (text) => {
    expect(() => parseFilter(text)).toThrow(IcebergError);
    expect(() => parseFilter(text)).toThrow(/at character \d+/);
  },
);
