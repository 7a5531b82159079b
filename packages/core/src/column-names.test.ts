import { expect, test } from 'vitest';
import { ColumnNames } from './column-names.js';
import { pathHash } from './path-text.js';

/** Every name that a path could get by its hash alone, down to those that are nothing but it. */
function namesOf(preferred: string, path: string): string[] {
  const hash = pathHash(path);
  const digits = Array.from({ length: 30 }, (_, index) => hash.slice(0, 6 + 2 * index));
  return [
    preferred,
    ...digits.map((some) => `${preferred}_${some}`),
    `${preferred.slice(0, -1)}_${hash}`,
    `_${hash}`,
  ];
}

test('a path whose names are all taken gets one of its own all the same', () => {
  const names = new ColumnNames(namesOf('a_b', '$.a.b'));
  const first = names.assign(['a', 'b'], '$.a.b');
  expect(first).toEqual({ name: expect.stringMatching(/^a_b_[0-9a-f]{64}$/), collidedWith: 'a_b' });
  expect(names.assign(['a', 'b'], '$.a.b').name).not.toBe(first.name);
  expect(new ColumnNames(namesOf('a_b', '$.a.b')).assign(['a', 'b'], '$.a.b')).toEqual(first);
});

test('names get six digits of the hash, and two more each time that is taken', () => {
  const hash = pathHash('$.a.b');
  const names = new ColumnNames(['a_b']);
  for (const digits of [6, 8, 10]) {
    expect(names.assign(['a', 'b'], '$.a.b').name).toBe(`a_b_${hash.slice(0, digits)}`);
  }
});

test('no name is longer than 128 bytes', () => {
  const keys = ['x'.repeat(300)];
  const names = new ColumnNames([]);
  for (let time = 0; time < 40; time++) expect(names.assign(keys, '$.x').name).toHaveLength(128);
});
