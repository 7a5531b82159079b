import { expect, test } from 'vitest';
import { parseExactJson, printExactJson } from './exact-json.js';

test('64-bit integers survive a round trip digit for digit', () => {
  const text =
    '{"a":9223372036854775807,"b":[-9223372036854775808,9007199254740993],"c":1.5,"d":9007199254740991}';
  const parsed = parseExactJson(text) as Record<string, unknown>;
  expect(parsed['a']).toBe(9223372036854775807n);
  expect(parsed['d']).toBe(9007199254740991);
  expect(printExactJson(parsed)).toBe(text);
});

test('numbers that are no integers stay numbers', () => {
  expect(parseExactJson('[1e300, 0.1]')).toEqual([1e300, 0.1]);
});
