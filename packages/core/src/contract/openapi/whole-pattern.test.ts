import { expect, it } from 'vitest';
import { wholePattern } from './whole-pattern.js';

it.each([
  ['^abc$', 'abc'],
  ['^(?:a|b)$', 'a|b'],
  ['^(?:a)(?:b)$', '(?:a)(?:b)'],
  ['^a|b$', '(?s:.*)(?:^a|b$)(?s:.*)'],
  ['^[|)]$', '[|)]'],
  ['^(a|b)c$', '(a|b)c'],
  ['^a\\$', '(?s:.*)(?:^a\\$)(?s:.*)'],
  ['^a\\\\$', 'a\\\\'],
  ['^a)(b$', '(?s:.*)(?:^a)(b$)(?s:.*)'],
  ['abc', '(?s:.*)(?:abc)(?s:.*)'],
  ['^abc', '(?s:.*)(?:^abc)(?s:.*)'],
])('%s matches whole values as %s', (anywhere, whole) => {
  expect(wholePattern(anywhere)).toBe(whole);
});
