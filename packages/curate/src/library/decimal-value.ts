import type { Data } from 'apache-arrow';

/** The unscaled value of a decimal column in a row: two's complement, least significant word first. */
export function decimalAt({ values, stride }: Data, row: number): bigint {
  const words = values as Uint32Array;
  let value = 0n;
  for (let word = stride - 1; word >= 0; word--) value = (value << 32n) | BigInt(words[row * stride + word]!);
  return BigInt.asIntN(stride * 32, value);
}

/** @param unscaled The value times ten to the scale, which may be negative. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  if (scale < 0) return String(unscaled * 10n ** BigInt(-scale));
  const negative = unscaled < 0n;
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${negative ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}
