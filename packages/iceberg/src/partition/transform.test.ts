import { describe, expect, test } from 'vitest';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { toValue } from '../type/literal.js';
import { murmur3 } from './murmur3.js';
import { parseTransform, transformFunction } from './transform.js';

const apply = (transform: string, type: PrimitiveType, literal: unknown): unknown =>
  transformFunction(parseTransform(transform), type)(toValue(type, literal, 'c'));

describe('the 32-bit hash gives the values of the specification (Appendix B)', () => {
  const huge = 2 ** 31 - 1;
  const cases: [PrimitiveType, unknown, number][] = [
    ['int', 34, 2017239379],
    ['long', 34n, 2017239379],
    ['decimal(9, 2)', '14.20', -500754589],
    ['date', '2017-11-16', -653330422],
    ['time', '22:31:08', -662762989],
    ['timestamp', '2017-11-16T22:31:08', -2047944441],
    ['timestamp', '2017-11-16T22:31:08.000001', -1207196810],
    ['timestamptz', '2017-11-16T14:31:08-08:00', -2047944441],
    ['timestamp_ns', '2017-11-16T22:31:08.000001001', -1207196810],
    ['string', 'iceberg', 1210000089],
    ['uuid', 'f79c3e09-677c-4bbd-a479-3f349cb785e7', 1488055340],
    ['fixed[4]', Uint8Array.of(0, 1, 2, 3), -188683207],
    ['binary', Uint8Array.of(0, 1, 2, 3), -188683207],
  ];
  test.each(cases)('%s %s', (type, literal, hash) => {
    // A bucket count of 2^31 - 1 leaves all but the sign of the hash to be seen.
    expect(apply(`bucket[${huge}]`, type, literal)).toBe((hash & 0x7fffffff) % huge);
  });

  test('of bytes that do not fill a block', () => {
    expect(murmur3(new Uint8Array(0))).toBe(0);
    expect(murmur3(Buffer.from('iceberg'))).toBe(1210000089);
  });
});

test('truncation rounds towards minus infinity and cuts text by code points', () => {
  expect(apply('truncate[10]', 'int', -1)).toBe(-10);
  expect(apply('truncate[10]', 'long', -11n)).toBe(-20n);
  expect(apply('truncate[50]', 'decimal(9, 2)', '-0.01')).toBe(-50n);
  expect(apply('truncate[2]', 'string', '😀😀😀')).toBe('😀😀');
  expect(apply('truncate[1]', 'binary', Uint8Array.of(7, 8))).toEqual(Uint8Array.of(7));
});

test('truncation of the least integers wraps around, as in the reference implementation', () => {
  expect(apply('truncate[10]', 'int', -2147483648)).toBe(2147483646);
  expect(apply('truncate[1000]', 'long', -(2n ** 63n))).toBe(2n ** 63n - 192n);
});

test('date parts before 1970 fall into the earlier unit', () => {
  expect(apply('year', 'timestamptz', '1969-12-31T23:59:59.999999Z')).toBe(-1);
  expect(apply('month', 'timestamptz', '1969-12-31T23:59:59.999999Z')).toBe(-1);
  expect(apply('day', 'timestamptz', '1969-12-31T23:59:59.999999Z')).toBe(-1);
  expect(apply('hour', 'timestamptz', '1969-12-31T23:59:59.999999Z')).toBe(-1);
  expect(apply('month', 'date', '2017-12-01')).toBe(575);
});

test('an unknown transform can be read past but not written with', () => {
  expect(parseTransform('zorder[3]')).toEqual({ name: 'unknown', text: 'zorder[3]' });
  expect(() => apply('zorder[3]', 'int', 1)).toThrow(/not known/);
});
