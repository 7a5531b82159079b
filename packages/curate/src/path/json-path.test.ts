import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CurateError } from '../error.js';
import { formatPath, parsePath, pathHash } from './json-path.js';

describe('a JSON path', () => {
  it.each<[readonly string[], string]>([
    [[], '$'],
    [['a', 'b-c', 'd_1'], '$.a.b-c.d_1'],
    [['we.ird'], "$['we.ird']"],
    [[''], "$['']"],
    [["it's", 'back\\slash'], "$['it\\'s']['back\\\\slash']"],
    [['\n', '\ud800'], "$['\\u000a']['\\ud800']"],
    [['😀'], "$['😀']"],
  ])('of %j is written %s and read back', (keys, text) => {
    expect(formatPath(keys)).toBe(text);
    expect(parsePath(text)).toEqual(keys);
  });

  it('takes double quotes when it is read', () => {
    expect(parsePath('$["a b"].c')).toEqual(['a b', 'c']);
  });

  it.each(['', 'a.b', '$a', '$.', '$.a.', "$['a", "$['a'", '$[0]', '$.a b'])('is not %j', (text) => {
    expect(() => parsePath(text)).toThrow(CurateError);
  });

  it('survives any keys, lone surrogates included, as well-formed text', () => {
    const keys = fc.array(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
    );
    fc.assert(
      fc.property(keys, (each) => {
        const text = formatPath(each);
        expect(text.isWellFormed()).toBe(true);
        expect(parsePath(text)).toEqual(each);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('has a hash that any engine can repeat', () => {
    expect(pathHash('$.a')).toHaveLength(64);
    expect(pathHash('$.a')).not.toBe(pathHash('$.b'));
  });
});
