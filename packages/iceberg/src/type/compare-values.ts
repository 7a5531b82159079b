import { compareBytes } from '../util/bytes.js';
import type { Value } from './value.js';

/**
 * Order of two values of one type: numbers and bigints by size (−0 before +0, NaN last), text by code point (which is
 * the order of its UTF-8 bytes), bytes unsigned, `false` before `true`.
 */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareNumbers(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) {
    if (left !== 0) return 0;
    return (Object.is(left, -0) ? 0 : 1) - (Object.is(right, -0) ? 0 : 1);
  }
  return (Number.isNaN(left) ? 1 : 0) - (Number.isNaN(right) ? 1 : 0);
}

/** UTF-16 order differs from code point order only where exactly one side is a surrogate. */
function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    const aSurrogate = a >= 0xd800 && a <= 0xdfff;
    const bSurrogate = b >= 0xd800 && b <= 0xdfff;
    if (aSurrogate !== bSurrogate) return aSurrogate ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}
