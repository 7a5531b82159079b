import {
  digitsAt,
  isLastOfMonth,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  readClock,
  readDate,
  readFraction,
} from './calendar.js';
import type { CastCode, CastOptions } from './cast-result.js';
import { withoutTrailingZeros } from './number-text.js';

/**
 * An instant, or a wall-clock time read as if it were UTC: exact, however many digits it has.
 *
 * `beyond` orders instants within one microsecond: the digits after the sixth, without trailing zeros. In a leap second
 * it starts with `~`, which sorts behind every digit, and `micros` is the last microsecond of the second before.
 */
export interface ExactInstant {
  /** Whole microseconds since 1970-01-01T00:00:00Z. */
  readonly micros: bigint;
  readonly beyond: string;
}

/** Where an instant's zone came from. */
export type Zone = 'offset' | 'none' | 'epoch';

const LEAP = '~';
/** 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z: what four-digit years can say. */
const FIRST_MICROS = -719_162n * MICROS_PER_DAY;
const END_MICROS = 2_932_897n * MICROS_PER_DAY;

const EPOCH_DIGITS = { seconds: 6, millis: 3, micros: 0 } as const;

/** Below zero when `left` is earlier than `right`. */
export function compareInstants(left: ExactInstant, right: ExactInstant): number {
  if (left.micros !== right.micros) return left.micros < right.micros ? -1 : 1;
  return left.beyond < right.beyond ? -1 : left.beyond > right.beyond ? 1 : 0;
}

/**
 * Reads an instant for ordering: RFC 3339 with any offset and any fraction, leap seconds included, and numbers in the
 * `epoch` unit.
 *
 * RFC 3339 is taken at its word: date, `T` or `t` or a space, time with seconds, then `Z`, `z` or `±HH:MM`. Years are
 * 0001–9999. A time without zone needs `assumeUtc`.
 *
 * @returns the instant, or the code of what is wrong.
 * @example parseInstantExact(Buffer.from('2026-01-31T23:30:00.1234567+01:00'));
 * // { micros: 1769898600123456n, beyond: '7' }
 */
export function parseInstantExact(text: Uint8Array, options: CastOptions = {}): ExactInstant | CastCode {
  const read = readInstant(text, options);
  if (typeof read === 'string') return read;
  return read.zone === 'none' && options.assumeUtc !== true ? 'ZONE_MISSING' : read;
}

/**
 * Reads an instant as a `timestamptz` holds it: microseconds since 1970-01-01T00:00:00Z.
 *
 * @returns the instant, or the code of what is wrong: also where microseconds would lose a digit.
 * @example parseInstant(Buffer.from('1970-01-01T00:00:01Z')); // 1000000n
 */
export function parseInstant(text: Uint8Array, options: CastOptions = {}): bigint | CastCode {
  const exact = parseInstantExact(text, options);
  return typeof exact === 'string' ? exact : wholeMicros(exact);
}

/** The microseconds of an instant, unless it has digits that they cannot hold. */
export function wholeMicros({ micros, beyond }: ExactInstant): bigint | CastCode {
  if (beyond === '') return micros;
  return beyond.startsWith(LEAP) ? 'LEAP_SECOND' : 'FRACTION_TOO_FINE';
}

/** Reads date and time with or without zone, or a number of the epoch. */
export function readInstant(
  text: Uint8Array,
  { epoch }: CastOptions,
): (ExactInstant & { readonly zone: Zone }) | CastCode {
  if (isBlank(text)) return 'BLANK';
  if (isNumber(text))
    return epoch === undefined ? 'EPOCH_UNIT_MISSING' : readEpoch(text, EPOCH_DIGITS[epoch]);
  const date = readDate(text, 0);
  const separator = text[10];
  if (date === 'MALFORMED' || (separator !== 0x54 && separator !== 0x74 && separator !== 0x20))
    return 'MALFORMED';
  const clock = readClock(text, 11);
  if (typeof clock === 'string') return clock;
  const offset = readOffset(text, clock.end);
  if (offset === 'MALFORMED') return offset;
  if (date === 'OUT_OF_RANGE' || offset === 'OUT_OF_RANGE') return 'OUT_OF_RANGE';
  const fraction = readFraction(text, clock.fractionStart, clock.end);
  const seconds = date.days * 86_400 + clock.seconds - offset.seconds;
  const start = BigInt(seconds) * MICROS_PER_SECOND;
  if (start < FIRST_MICROS || start >= END_MICROS) return 'OUT_OF_RANGE';
  if (!clock.leap)
    return { micros: start + BigInt(fraction.micros), beyond: fraction.beyond, zone: offset.zone };
  if (!isLeapSecondPossible(seconds)) return 'OUT_OF_RANGE';
  const digits = `${String(fraction.micros).padStart(6, '0')}${fraction.beyond}`;
  return { micros: start + 999_999n, beyond: LEAP + digits, zone: offset.zone };
}

/** Leap seconds follow 23:59:59 UTC on the last day of a month (RFC 3339, section 5.7). */
function isLeapSecondPossible(seconds: number): boolean {
  const day = Math.floor(seconds / 86_400);
  return seconds - day * 86_400 === 86_399 && isLastOfMonth(day);
}

function readOffset(
  text: Uint8Array,
  at: number,
): { seconds: number; zone: Zone } | 'MALFORMED' | 'OUT_OF_RANGE' {
  const sign = text[at];
  if (sign === undefined) return { seconds: 0, zone: 'none' };
  if (sign === 0x5a || sign === 0x7a)
    return text.length === at + 1 ? { seconds: 0, zone: 'offset' } : 'MALFORMED';
  const hours = digitsAt(text, at + 1, 2);
  const minutes = digitsAt(text, at + 4, 2);
  const spelled = (sign === 0x2b || sign === 0x2d) && text[at + 3] === 0x3a && text.length === at + 6;
  if (!spelled || hours < 0 || minutes < 0) return 'MALFORMED';
  if (hours > 23 || minutes > 59) return 'OUT_OF_RANGE';
  const seconds = hours * 3_600 + minutes * 60;
  return { seconds: sign === 0x2d ? -seconds : seconds, zone: 'offset' };
}

/** Digits with an optional sign and an optional fraction: no date begins so. */
function isNumber(text: Uint8Array): boolean {
  let at = text[0] === 0x2d ? 1 : 0;
  let points = 0;
  const start = at;
  for (; at < text.length; at++) {
    const byte = text[at]!;
    if (byte === 0x2e) points++;
    else if (byte < 0x30 || byte > 0x39) return false;
  }
  return points <= 1 && at > start && text[start] !== 0x2e && text[at - 1] !== 0x2e;
}

/** `units` of 10^-6 seconds: a number with `digits` decimals left to the microsecond. */
function readEpoch(text: Uint8Array, digits: number): (ExactInstant & { zone: Zone }) | CastCode {
  const spelled = Buffer.from(text).toString('latin1');
  const negative = spelled.startsWith('-');
  const [whole = '', fraction = ''] = spelled.slice(negative ? 1 : 0).split('.');
  if (whole.length > 1 && whole.startsWith('0')) return 'MALFORMED';
  if (whole.length > 18) return 'OUT_OF_RANGE';
  const magnitude = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  const beyond = withoutTrailingZeros(fraction.slice(digits));
  // Below zero the digits beyond count downwards: the microsecond before, and what is left up from there.
  const micros = negative ? -magnitude - (beyond === '' ? 0n : 1n) : magnitude;
  if (micros < FIRST_MICROS || micros >= END_MICROS) return 'OUT_OF_RANGE';
  return { micros, beyond: negative ? complement(beyond) : beyond, zone: 'epoch' };
}

/** The decimal digits of `1 - 0.<digits>`. */
function complement(digits: string): string {
  if (digits === '') return '';
  return (10n ** BigInt(digits.length) - BigInt(digits)).toString().padStart(digits.length, '0');
}

/** Whether a text has nothing but ASCII white space. */
export function isBlank(text: Uint8Array): boolean {
  for (const byte of text) if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) return false;
  return true;
}
