import type { CastCode } from './cast-result.js';
import { numberText, withoutTrailingZeros } from './number-text.js';

/** A decimal number without zeros at either end: ±digits × 10^-scale; no digits for zero. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly scale: number;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Exponents beyond this are outside every type; without a limit ten bytes could ask for gigabytes of zeros. */
const MAX_EXPONENT = 100_000;

/** The value of a number as JSON writes it; null where its exponent is out of every range. */
export function parseDecimal(spelled: string): Decimal | null {
  const [, sign, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(spelled) ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = withoutTrailingZeros(all);
  if (digits === '') return { negative: sign === '-', digits, scale: 0 };
  const power = Number(exponent);
  if (Math.abs(power) > MAX_EXPONENT) return null;
  return { negative: sign === '-', digits, scale: fraction.length - power - (all.length - digits.length) };
}

/**
 * Decimal: the exact value, as the unscaled integer (`12.3` at scale 2 is `1230n`).
 *
 * Zeros beyond the scale lose nothing and are accepted (`12.340` at scale 2), and so is an exponent (`1e-2`); any other
 * digit beyond the scale is a failure.
 */
export function castDecimal(text: Uint8Array, precision: number, scale: number): bigint | CastCode {
  const number = numberText(text);
  if (typeof number === 'string') return number;
  const decimal = parseDecimal(number.spelled);
  if (decimal === null) return 'OUT_OF_RANGE';
  if (decimal.digits === '') return 0n;
  if (decimal.digits.length - decimal.scale > precision - scale) return 'OUT_OF_RANGE';
  if (decimal.scale > scale) return 'SCALE_EXCEEDED';
  const unscaled = BigInt(decimal.digits) * 10n ** BigInt(scale - decimal.scale);
  return decimal.negative ? -unscaled : unscaled;
}

/** Below zero when `value × 10^-scale` is less than the decimal. */
export function compareToDecimal(value: bigint, scale: number, bound: Decimal): number {
  const boundDigits = BigInt(bound.digits === '' ? '0' : bound.digits) * (bound.negative ? -1n : 1n);
  const left = value * 10n ** BigInt(Math.max(0, bound.scale - scale));
  const right = boundDigits * 10n ** BigInt(Math.max(0, scale - bound.scale));
  return left < right ? -1 : left > right ? 1 : 0;
}
