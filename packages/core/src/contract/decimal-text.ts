/** A decimal number as sign and digits, and the power of ten of its last digit. */
interface ExactDecimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Reads a decimal text exactly; null for anything else. */
function exactDecimal(text: string): ExactDecimal | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const digits = `${whole}${fraction}`.replace(/0+$/, '');
  const dropped = whole.length + fraction.length - digits.length;
  const magnitude = BigInt(digits === '' ? '0' : digits);
  return {
    digits: sign === '-' ? -magnitude : magnitude,
    exponent: magnitude === 0n ? 0 : Number(exponent) - fraction.length + dropped,
  };
}

/** Whether a text is a decimal number. */
export function isDecimalText(text: string): boolean {
  return exactDecimal(text) !== null;
}

/** Whether two decimal texts are the same number: `1.10` and `11e-1` are, `9007199254740993` and `…992` are not. */
export function sameDecimal(left: string, right: string): boolean {
  const one = exactDecimal(left);
  const other = exactDecimal(right);
  return one !== null && other !== null && one.digits === other.digits && one.exponent === other.exponent;
}

/** Less than zero, zero or more, as the left number is below, equal to or above the right one. Both must be decimal. */
export function compareDecimals(left: string, right: string): number {
  const one = exactDecimal(left)!;
  const other = exactDecimal(right)!;
  const exponent = Math.min(one.exponent, other.exponent);
  const difference =
    one.digits * 10n ** BigInt(one.exponent - exponent) -
    other.digits * 10n ** BigInt(other.exponent - exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
