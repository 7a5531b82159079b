import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExactNumber, integerOf, parseJsonExactly, plainNumber } from './exact-number.js';

it('keeps every digit of numbers that a double would round, wherever they stand', () => {
  expect(parseJsonExactly('{"a":[9223372036854775807],"b":0.1,"c":1234567890.1234567890}')).toEqual({
    a: [new ExactNumber('9223372036854775807')],
    b: 0.1,
    c: new ExactNumber('1234567890.1234567890'),
  });
  expect(parseJsonExactly('{"text":"12345678901234567890"}')).toEqual({ text: '12345678901234567890' });
});

it.each([
  ['1.5e3', '1500.0'],
  ['-12.34e-4', '-0.001234'],
  ['1E2', '100.0'],
  ['.5', '0.5'],
  ['7', '7.0'],
  ['1e9999', null],
  ['1e99999', null],
  ['', null],
  ['abc', null],
])('%s is %s without an exponent', (text, plain) => {
  expect(plainNumber(text)).toBe(plain);
});

it.each([
  ['2.0', 2n],
  ['1e3', 1000n],
  ['-9223372036854775808', -9223372036854775808n],
  ['1.5', null],
  ['1e-1', null],
])('%s is the integer %s', (text, integer) => {
  expect(integerOf(text)).toBe(integer);
});

it('a number is the same with and without its exponent', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const plain = plainNumber(String(value));
      expect(Number(plain)).toBe(value === 0 ? Number(plain) : value);
    }),
    { seed: 7, numRuns: 300 },
  );
});
