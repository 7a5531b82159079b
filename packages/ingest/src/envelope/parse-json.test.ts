import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from './parse-json.js';

/** The keys of the one-member object at `key`, after an object of the same shape with the key `before`. */
function keyAfter(before: string, key: string): string | undefined {
  parseJson(`{"first":1,"${before}":2}`);
  return Object.keys(parseJson(`{"first":1,"${key}":2}`) as object)[1];
}

test.each([
  ['\\\\', '\\n', '\n'],
  ['a\\\\', 'a\\u0062', 'ab'],
  ['payloa\\\\', 'payloa\\u0064', 'payload'],
  ['\\u005c', '\\u0064', 'd'],
])('a key spelled with escapes is itself, whatever was read before: %s, %s', (before, key, meant) => {
  expect(keyAfter(before, key)).toBe(meant);
});

test('keys are themselves at every level that is looked into, and in every order', () => {
  const wrapped = (key: string): string => `{"_metadata":{"a":1,"${key}":{"${key}":"x"}},"b":[{"${key}":1}]}`;
  parseJson(wrapped('idempotency_ke\\\\'));
  expect(parseJson(wrapped('idempotency_ke\\u0079'))).toMatchObject({
    _metadata: { a: 1, idempotency_key: { idempotency_key: 'x' } },
  });
});

test('the last of equal keys counts, however they are spelled, and __proto__ is a key', () => {
  expect(parseJson('{"a":1,"\\u0061":2}')).toEqual({ a: 2 });
  expect(parseJson('{"\\u0061":1,"a":{"b":2}}')).toEqual({ a: { b: 2 } });
  const value = parseJson('{"__proto__":{"x":1},"\\u0061":2}') as object;
  expect(Object.keys(value)).toEqual(['__proto__', 'a']);
  expect('x' in value).toBe(false);
});

test('what is no JSON is refused as JSON.parse refuses it', () => {
  expect(() => parseJson('{"\\u0061":1,}')).toThrow(SyntaxError);
});

test('nesting of any depth is read', () => {
  const depth = 100_000;
  const deep = (open: string, close: string): string =>
    `{"\\u0061":${open.repeat(depth)}1${close.repeat(depth)}}`;
  expect(parseJson(deep('[', ']'))).toHaveProperty('a');
  expect(parseJson(deep('{"b":', '}'))).toHaveProperty('a');
});

test('without such keys before, everything is what JSON.parse gives', () => {
  const text = fc.json().map((json) => json.replaceAll('a', '\\u0061').replaceAll('"b', '"\\u0062'));
  fc.assert(
    fc.property(text, (json) => {
      let expected: unknown;
      try {
        expected = JSON.parse(json);
      } catch {
        return;
      }
      expect(parseJson(json)).toEqual(expected);
    }),
    { numRuns: 500, seed: 3 },
  );
});
