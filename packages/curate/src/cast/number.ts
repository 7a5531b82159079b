import type { CastCode } from './cast-result.js';
import { type Decimal, parseDecimal } from './decimal.js';
import { numberText } from './number-text.js';

const INT_MAX = 2_147_483_647n;
const LONG_MAX = 9_223_372_036_854_775_807n;
/** Digits that tell any two doubles, or floats, apart: more would be lost. */
const DOUBLE_DIGITS = 17;
const FLOAT_DIGITS = 9;
const LEAST_NORMAL_DOUBLE = 2.2250738585072014e-308;
const LEAST_NORMAL_FLOAT = 1.1754943508222875e-38;
const LONGEST_LONG = 20;

/** 32-bit whole number: an integer literal, so `3.0` and `3e2` are refused although their values are whole. */
export function castInt(text: Uint8Array): number | CastCode {
  const value = castWhole(text, INT_MAX);
  return typeof value === 'bigint' ? Number(value) : value;
}

/** 64-bit whole number, written like {@link castInt}'s. */
export function castLong(text: Uint8Array): bigint | CastCode {
  return castWhole(text, LONG_MAX);
}

function castWhole(text: Uint8Array, max: bigint): bigint | CastCode {
  const number = numberText(text);
  if (typeof number === 'string') return number;
  if (!number.whole) return 'NOT_INTEGER';
  if (number.spelled.length > LONGEST_LONG) return 'OUT_OF_RANGE';
  const value = BigInt(number.spelled);
  return value > max || value < -max - 1n ? 'OUT_OF_RANGE' : value;
}

/**
 * Double: the nearest value, where the text does not say more than a double can hold.
 *
 * Refused are whole numbers that would change (`9007199254740993`, however it is spelled), more than 17 significant digits, numbers too large
 * and numbers that would become zero. A decimal fraction such as `0.1` has no exact double: the nearest one, which
 * prints as `0.1` again, is what the type means.
 */
export function castDouble(text: Uint8Array): number | CastCode {
  return castFloating(text, (value) => value, DOUBLE_DIGITS, LEAST_NORMAL_DOUBLE);
}

/** Float: as {@link castDouble}, with 9 significant digits. */
export function castFloat(text: Uint8Array): number | CastCode {
  return castFloating(text, Math.fround, FLOAT_DIGITS, LEAST_NORMAL_FLOAT);
}

function castFloating(
  text: Uint8Array,
  round: (value: number) => number,
  digits: number,
  leastNormal: number,
): number | CastCode {
  const number = numberText(text);
  if (typeof number === 'string') return number;
  const value = round(Number(number.spelled));
  if (!Number.isFinite(value)) return 'OUT_OF_RANGE';
  const decimal = parseDecimal(number.spelled);
  // Only an exponent far outside every range gives null, and that is zero or infinite as a double.
  if (decimal === null) return value === 0 ? 'OUT_OF_RANGE' : value;
  if (value === 0) return decimal.digits === '' ? value : 'OUT_OF_RANGE';
  // Whole by value, not by spelling: 9007199254740993.0 would become another whole number too.
  const hasFraction = decimal.scale > 0;
  const isClose = hasFraction && decimal.digits.length <= digits && Math.abs(value) >= leastNormal;
  return isClose || isExact(decimal, value) || isShortest(decimal, value, round, digits)
    ? value
    : 'PRECISION_EXCEEDED';
}

/** Whether a whole decimal is the very value. */
function isExact({ negative, digits, scale }: Decimal, value: number): boolean {
  if (scale > 0 || !Number.isInteger(value)) return false;
  const whole = BigInt(digits) * 10n ** BigInt(-scale);
  return BigInt(value) === (negative ? -whole : whole);
}

/** Whether the decimal is the shortest that stands for this value: what programs print. */
function isShortest(
  { digits, scale }: Decimal,
  value: number,
  round: (value: number) => number,
  most: number,
): boolean {
  for (let precision = 1; precision <= most; precision++) {
    const printed = value.toExponential(precision - 1);
    if (round(Number(printed)) !== value) continue;
    const shortest = parseDecimal(printed);
    return shortest?.digits === digits && shortest.scale === scale;
  }
  return false;
}
