/*
 * Dates, times of day and offsets on bytes: proleptic Gregorian calendar, years 0001–9999, as RFC 3339 writes them.
 * Readers return a number, negative when the bytes are not what they should be.
 */

export const MICROS_PER_SECOND = 1_000_000n;
export const MICROS_PER_DAY: bigint = 86_400n * MICROS_PER_SECOND;

/** Bytes do not spell the thing at all. */
const MALFORMED = -1;
/** Well spelled, but the calendar or clock has no such thing. */
const IMPOSSIBLE = -2;

const DASH = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365] as const;
/** Days from 0000-03-01 to 1970-01-01, less what the formula below counts for 1970. */
const EPOCH_DAY = 719_162;

/** `count` ASCII digits at `at`. */
export function digitsAt(text: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index++) {
    const digit = (text[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return MALFORMED;
    value = value * 10 + digit;
  }
  return value;
}

/** Days since 1970-01-01 plus {@link EPOCH_DAY} (so never negative) of `YYYY-MM-DD` at `at`. */
function dayNumber(text: Uint8Array, at: number): number {
  const year = digitsAt(text, at, 4);
  const month = digitsAt(text, at + 5, 2);
  const day = digitsAt(text, at + 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[at + 4] !== DASH || text[at + 7] !== DASH) return MALFORMED;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (year === 0 || month < 1 || month > 12 || day < 1) return IMPOSSIBLE;
  const lengthOfMonth =
    DAYS_BEFORE_MONTH[month]! - DAYS_BEFORE_MONTH[month - 1]! + (leap && month === 2 ? 1 : 0);
  if (day > lengthOfMonth) return IMPOSSIBLE;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  return before * 365 + leapDays + DAYS_BEFORE_MONTH[month - 1]! + (leap && month > 2 ? 1 : 0) + day - 1;
}

/** A date: days since 1970-01-01, or why there is none. */
export function readDate(text: Uint8Array, at: number): { days: number } | 'MALFORMED' | 'OUT_OF_RANGE' {
  const number = dayNumber(text, at);
  return number === MALFORMED
    ? 'MALFORMED'
    : number === IMPOSSIBLE
      ? 'OUT_OF_RANGE'
      : { days: number - EPOCH_DAY };
}

/** Whether a day (since 1970-01-01) is the last of its month: where a leap second may be. */
export function isLastOfMonth(days: number): boolean {
  return new Date((days + 1) * 86_400_000).getUTCDate() === 1;
}

/** A time of day: whole seconds since midnight (60 in the seconds kept apart), fraction digits, and where it ends. */
export interface ClockTime {
  /** Seconds since midnight; a leap second counts as the second before it. */
  readonly seconds: number;
  readonly leap: boolean;
  /** Where the digits after the point start and end; equal when there are none. */
  readonly fractionStart: number;
  readonly end: number;
}

/** `HH:MM:SS` with an optional fraction at `at`. */
export function readClock(text: Uint8Array, at: number): ClockTime | 'MALFORMED' | 'OUT_OF_RANGE' {
  const hour = digitsAt(text, at, 2);
  const minute = digitsAt(text, at + 3, 2);
  const second = digitsAt(text, at + 6, 2);
  if (hour < 0 || minute < 0 || second < 0 || text[at + 2] !== COLON || text[at + 5] !== COLON)
    return 'MALFORMED';
  if (hour > 23 || minute > 59 || second > 60) return 'OUT_OF_RANGE';
  let end = at + 8;
  let fractionStart = end;
  if (text[end] === POINT) {
    fractionStart = ++end;
    while (digitsAt(text, end, 1) >= 0) end++;
    if (end === fractionStart) return 'MALFORMED';
  }
  const leap = second === 60;
  return { seconds: hour * 3_600 + minute * 60 + (leap ? 59 : second), leap, fractionStart, end };
}

/** The first six digits of a fraction as microseconds, and the digits beyond without trailing zeros. */
export function readFraction(
  text: Uint8Array,
  start: number,
  end: number,
): { micros: number; beyond: string } {
  const micros = digitsAt(text, start, Math.min(6, end - start)) * 10 ** Math.max(0, 6 - (end - start));
  let last = end;
  while (last > start + 6 && text[last - 1] === 0x30) last--;
  return {
    micros,
    beyond: last > start + 6 ? Buffer.from(text.subarray(start + 6, last)).toString('latin1') : '',
  };
}
