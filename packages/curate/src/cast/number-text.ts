import { scanNumber } from '../flatten/scanner.js';
import type { CastCode } from './cast-result.js';
import { isBlank } from './instant.js';

/** Digits without the zeros at their end. A regular expression would look at a run of zeros once per zero. */
export function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

/** The text when it is a number as JSON writes numbers, else why not. */
export function numberText(text: Uint8Array): { spelled: string; whole: boolean } | CastCode {
  if (isBlank(text)) return 'BLANK';
  if (scanNumber(text, 0, text.length) !== text.length) return 'MALFORMED';
  const spelled = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1');
  return { spelled, whole: !/[.eE]/.test(spelled) };
}
