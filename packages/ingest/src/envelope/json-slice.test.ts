import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memberSlice, sliceAt } from './json-slice.js';

function cut(text: string, name: string): string | null {
  const slice = memberSlice(text, name);
  return slice === null ? null : text.slice(slice.start, slice.end);
}

describe('memberSlice', () => {
  test.each([
    ['{"a":1}', '1'],
    [' \n{ "a" :\t{"b": [1, "}"]} , "c":2}', '{"b": [1, "}"]}'],
    ['{"b":{"a":1},"a":2}', '2'],
    ['{"b":"\\"a\\":9","a":"x\\\\"}', '"x\\\\"'],
    ['{"a":9007199254740993.10}', '9007199254740993.10'],
    ['{"a":-1e5\n}', '-1e5'],
    ['{"\\u0061":true}', 'true'],
    ['{"a":1,"a":[2],"b":3}', '[2]'],
    ['{"aa":1,"\\u0061a":3,"a":2}', '2'],
    ['{"a":""}', '""'],
    ['{"a":{}}', '{}'],
  ])('finds a in %s', (text, expected) => {
    expect(cut(text, 'a')).toBe(expected);
  });

  test('gives null where the object has no such member', () => {
    expect(cut('{}', 'a')).toBeNull();
    expect(cut('{"b":{"a":1}}', 'a')).toBeNull();
  });

  test('finds members along a path, and the last of several objects of one name', () => {
    const text = '{"m":{"k":1},"m":{"k":{"x":2.0}}}';
    const slice = sliceAt(text, ['m', 'k', 'x'])!;
    expect(text.slice(slice.start, slice.end)).toBe('2.0');
    expect(sliceAt(text, ['m', 'z', 'x'])).toBeNull();
  });

  test('a hundred thousand levels of nesting are skipped without recursion', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(cut(`{"b":${deep},"a":7}`, 'a')).toBe('7');
  });

  test('always cuts what JSON.parse reads, whatever stands around it', () => {
    const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
    const members = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue(), space), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(members, space, (entries, outer) => {
        const written = entries.map(
          ([key, value, gap]) =>
            `${gap}${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(value, null, gap)}${gap}`,
        );
        const text = `${outer}{${written.join(',')}}${outer}`;
        const parsed = new Map(entries.map(([key]) => [key, JSON.parse(text)[key]]));
        for (const [key, value] of parsed) expect(JSON.parse(cut(text, key)!)).toEqual(value);
      }),
    );
  });
});
