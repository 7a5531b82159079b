import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, isDecimalText, sameDecimal } from './decimal-text.js';

describe('decimal texts', () => {
  it.each([
    ['1', '2'],
    ['-2', '-1'],
    ['-1', '0'],
    ['0', '0.0001'],
    ['9', '10'],
    ['0.9', '0.91'],
    ['-0.91', '-0.9'],
    ['9007199254740992', '9007199254740993'],
    ['99e-1', '1e1'],
    ['-1e999999', '1e-999999'],
    ['1e-999999', '1e999999'],
  ])('%s is below %s', (left, right) => {
    expect(compareDecimals(left, right)).toBe(-1);
    expect(compareDecimals(right, left)).toBe(1);
    expect(sameDecimal(left, right)).toBe(false);
  });

  it.each([
    ['1.10', '11e-1'],
    ['-0', '0.000'],
    ['0e9', '0'],
    ['+5', '05.0'],
    ['1000', '1e3'],
  ])('%s is %s', (left, right) => {
    expect(compareDecimals(left, right)).toBe(0);
    expect(sameDecimal(left, right)).toBe(true);
  });

  it.each(['', '.', '-', '1,5', '0x10', 'NaN', '1e', '1e1234567'])('%s is none', (text) => {
    expect(isDecimalText(text)).toBe(false);
  });

  it('compare as whole numbers do, whatever the power of ten', () => {
    const number = fc.record({
      digits: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      exponent: fc.nat(12),
    });
    const text = (each: { digits: bigint; exponent: number }): string =>
      `${each.digits}e${each.exponent - 6}`;
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [left, right] = [one, other].map(({ digits, exponent }) => digits * 10n ** BigInt(exponent));
        expect(compareDecimals(text(one), text(other))).toBe(left! < right! ? -1 : left! > right! ? 1 : 0);
      }),
    );
  });

  it('of huge exponents take no time', () => {
    const begun = performance.now();
    for (let count = 0; count < 10_000; count += 1) compareDecimals('-1e999999', '1e-999999');
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
