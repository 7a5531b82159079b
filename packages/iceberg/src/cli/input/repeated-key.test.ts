import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJsonExactly } from './exact-number.js';
import { repeatedKey } from './repeated-key.js';

const found = (text: string): string | null => repeatedKey(text, parseJsonExactly(text));

test.each([
  ['{"id":1,"id":2}', 'id'],
  ['{"id":1,"id":1}', 'id'],
  ['{"a":{"b":1,"c":[{"d":1, "d" :2}]}}', 'd'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"a\\"":1,"x":"a","a\\"":2}', 'a"'],
  ['{"":1,"":2}', ''],
  ['{"n":12345678901234567890,"n":1}', 'n'],
])('%s has a key twice', (text, key) => {
  expect(found(text)).toBe(key);
});

test.each([
  '{}',
  '{"a":{"a":{"a":1}},"b":{"a":2}}',
  '[{"a":1},{"a":2}]',
  '{"a":"\\\\","b":"\\":","c":"{\\"a\\":1,\\"a\\":2}"}',
  '{"n":12345678901234567890,"text":"2026-11-23T10:00:00Z"}',
  '{"__proto__":1,"a":2}',
])('%s has none', (text) => {
  expect(found(text)).toBeNull();
});

test('no value that was written by JSON.stringify has a key twice; with one more at its beginning it has', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4 }), fc.boolean(), (value, spaced) => {
      const text = JSON.stringify(value, null, spaced ? 2 : undefined);
      expect(found(text)).toBeNull();
      const [key] = Object.keys(JSON.parse(text) as object);
      if (key !== undefined) expect(found(`{${JSON.stringify(key)}:0,${text.slice(1)}`)).toBe(key);
    }),
  );
});
