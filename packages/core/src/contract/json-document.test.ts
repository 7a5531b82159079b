import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import type { ContractDocument } from './document.js';
import { readDocument } from './document.js';
import { readJsonDocument } from './json-document.js';

const pathsOf = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
  value === null || typeof value !== 'object'
    ? [path]
    : [path, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))];

it('finds values, names and spellings where the YAML parser finds them', () => {
  const spaced = fc.tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'));
  fc.assert(
    fc.property(spaced, ([value, indent]) => {
      const text = JSON.stringify({ top: value, 'odd "key"': [value] }, null, indent);
      const fast = readJsonDocument(text) as ContractDocument;
      // A comment makes it YAML.
      const slow = readDocument(`${text} # end`, 'c.yaml');
      expect(fast.value).toEqual(JSON.parse(text));
      for (const path of [...pathsOf(fast.value), ['nowhere'], ['top', 'nowhere', 3]]) {
        expect(fast.positionOf(path)).toEqual(slow.positionOf(path));
        if (path.length > 0) expect(fast.positionOfKey(path)).toEqual(slow.positionOfKey(path));
        expect(fast.sourceOf(path)).toEqual(slow.sourceOf(path));
      }
    }),
    { numRuns: 100, seed: 21 },
  );
});

it('keeps the order in which members are written, and the digits of numbers', () => {
  const document = readJsonDocument('{"b":1.10,"1":9007199254740993}')!;
  expect(document.keysOf([])).toEqual(['b', '1']);
  expect([document.sourceOf(['b']), document.sourceOf(['1'])]).toEqual(['1.10', '9007199254740993']);
});

test.each([
  '{"a":1,"a":2}',
  '{"a":{"b":1,"\\u0062":2}}',
  '{',
  'a: 1',
  '',
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
])('leaves to the YAML parser what is not plain JSON: %#', (text) => {
  expect(readJsonDocument(text)).toBeNull();
});
