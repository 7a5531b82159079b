import { expect, test } from 'vitest';
import { IcebergError } from '../error.js';
import {
  and,
  eq,
  gt,
  gtEq,
  isIn,
  isNaN as isNan,
  isNull,
  lt,
  ltEq,
  not,
  notEq,
  notIn,
  notNaN,
  notNull,
  or,
  startsWith,
} from './expression.js';
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
  ['flag', eq('flag', true)],
  [
    'not flag and (other or "third one")',
    and(not(eq('flag', true)), or(eq('other', true), eq('third one', true))),
  ],
  ['place.lat = 1.5', eq('place.lat', 1.5)],
  ['"place.lat" = 1.5', eq('place.lat', 1.5)],
  ['"a ""b"""."c d".e is null', isNull('a "b".c d.e')],
  ['a."b.c" < 1 and a.b."c".d = 2', and(lt('a.b.c', 1), eq('a.b.c.d', 2))],
  ['x between 1 and 5 and y = 2', and(and(gtEq('x', 1), ltEq('x', 5)), eq('y', 2))],
  ["x NOT BETWEEN 'a' AND 'b'", not(and(gtEq('x', 'a'), ltEq('x', 'b')))],
  ['between between 1 and 2', and(gtEq('between', 1), ltEq('between', 2))],
  ['x is nan or x is not NaN', or(isNan('x'), notNaN('x'))],
])('reads %s', (text, expression) => {
  expect(parseFilter(text)).toEqual(expression);
});

test.each([
  '',
  'a b',
  'a not',
  'a and',
  'a =',
  'a = 1 b',
  'a = b',
  '(a = 1',
  "a like '%x'",
  'a ; 1',
  "a = 'open",
  'a is 1',
  'a between 1',
  'a between 1 or 2',
  'a . b = 1',
  '"a" "b" = 1',
])('refuses %j, saying where', (text) => {
  expect(() => parseFilter(text)).toThrow(IcebergError);
  expect(() => parseFilter(text)).toThrow(/at character \d+/);
});

test.each(['a in ()', 'a not in ( )'])('%s is told to need a value', (text) => {
  expect(() => parseFilter(text)).toThrow(/at character \d+: a list needs at least one value/);
});
