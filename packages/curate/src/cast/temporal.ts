import { readClock, readDate, readFraction } from './calendar.js';
import type { CastCode, CastOptions } from './cast-result.js';
import { isBlank, parseInstant, readInstant, wholeMicros } from './instant.js';

const DATE_LENGTH = 10;

/** `YYYY-MM-DD`: days since 1970-01-01. A date with a time is refused: the time would be lost. */
export function castDate(text: Uint8Array): number | CastCode {
  if (isBlank(text)) return 'BLANK';
  const date = readDate(text, 0);
  if (text.length !== DATE_LENGTH || date === 'MALFORMED') return 'MALFORMED';
  return date === 'OUT_OF_RANGE' ? date : date.days;
}

/** `HH:MM:SS[.fraction]`: microseconds since midnight. */
export function castTime(text: Uint8Array): bigint | CastCode {
  if (isBlank(text)) return 'BLANK';
  const clock = readClock(text, 0);
  if (typeof clock === 'string') return clock;
  if (clock.end !== text.length) return isZone(text, clock.end) ? 'ZONE_UNEXPECTED' : 'MALFORMED';
  if (clock.leap) return 'LEAP_SECOND';
  const { micros, beyond } = readFraction(text, clock.fractionStart, clock.end);
  return beyond === '' ? BigInt(clock.seconds) * 1_000_000n + BigInt(micros) : 'FRACTION_TOO_FINE';
}

function isZone(text: Uint8Array, at: number): boolean {
  return /^(?:[Zz]|[+-]\d\d:\d\d)$/.test(Buffer.from(text.subarray(at)).toString('latin1'));
}

/** Timestamp with zone: microseconds since 1970-01-01T00:00:00Z. See {@link parseInstant}. */
export function castTimestamptz(text: Uint8Array, options: CastOptions): bigint | CastCode {
  return parseInstant(text, options);
}

/**
 * Timestamp without zone: microseconds of the wall-clock time since 1970-01-01T00:00:00.
 *
 * A zone in the text would be lost and is refused, unless `assumeUtc` says that the column is in UTC: then the instant
 * is taken there. Numbers of the epoch are UTC.
 */
export function castTimestamp(text: Uint8Array, options: CastOptions): bigint | CastCode {
  const read = readInstant(text, options);
  if (typeof read === 'string') return read;
  return read.zone === 'offset' && options.assumeUtc !== true ? 'ZONE_UNEXPECTED' : wholeMicros(read);
}
