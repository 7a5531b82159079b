/** A decimal number as sign and digits, and the power of ten of its last digit. */
interface ExactDecimal {
  /** -1, 0 or 1. */
  readonly sign: number;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Reads a decimal text exactly; null for anything else. */
function exactDecimal(text: string): ExactDecimal | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, minus, whole = '', fraction = '', exponent = '0'] = match;
  const written = `${whole}${fraction}`;
  if (written === '') return null;
  let [start, end] = [0, written.length];
  while (start < end && written[start] === '0') start += 1;
  while (end > start && written[end - 1] === '0') end -= 1;
  const digits = written.slice(start, end);
  if (digits === '') return { sign: 0, digits, exponent: 0 };
  const dropped = written.length - end;
  return { sign: minus === '-' ? -1 : 1, digits, exponent: Number(exponent) - fraction.length + dropped };
}

/** Whether a text is a decimal number. */
export function isDecimalText(text: string): boolean {
  return exactDecimal(text) !== null;
}

/** Whether two decimal texts are the same number: `1.10` and `11e-1` are, `9007199254740993` and `…992` are not. */
export function sameDecimal(left: string, right: string): boolean {
  return isDecimalText(left) && isDecimalText(right) && compareDecimals(left, right) === 0;
}

/**
 * Less than zero, zero or more, as the left number is below, equal to or above the right one. Both must be decimal. Digit
 * by digit: `1e999999` is as quickly compared as `1`.
 */
export function compareDecimals(left: string, right: string): number {
  const one = exactDecimal(left)!;
  const other = exactDecimal(right)!;
  if (one.sign !== other.sign) return Math.sign(one.sign - other.sign);
  const [size, otherSize] = [one.digits.length + one.exponent, other.digits.length + other.exponent];
  if (size !== otherSize) return size < otherSize ? -one.sign : one.sign;
  // As long before the point as the other: as texts from the first digit on, for neither ends in a zero.
  if (one.digits === other.digits) return 0;
  return one.digits < other.digits ? -one.sign : one.sign;
}
