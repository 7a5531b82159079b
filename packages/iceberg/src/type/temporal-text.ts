/**
 * Exact conversion between ISO 8601 text and the integers that dates and times are stored as. `Date` is used only for
 * whole days and seconds, for it holds milliseconds.
 */

const DATE = /^([+-]?\d{4,6})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
const TIMESTAMP =
  /^([+-]?\d{4,6}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|z|[+-]\d{2}:?\d{2})?$/;
const MS_PER_DAY = 86_400_000;

/** Days since 1970-01-01, or `null` where the text is no valid date. */
export function parseDate(text: string): number | null {
  const match = DATE.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return Math.round(date.getTime() / MS_PER_DAY);
}

/** Nanoseconds since midnight, or `null`. */
export function parseTimeNanos(text: string): bigint | null {
  const match = TIME.exec(text);
  if (!match) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? '0')];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const nanos = BigInt((match[4] ?? '').padEnd(9, '0') || '0');
  return BigInt(hours * 3600 + minutes * 60 + seconds) * 1_000_000_000n + nanos;
}

/** Nanoseconds since 1970-01-01T00:00Z and whether the text named a zone, or `null`. */
export function parseTimestampNanos(text: string): { nanos: bigint; zoned: boolean } | null {
  const match = TIMESTAMP.exec(text);
  if (!match) return null;
  const days = parseDate(match[1]!);
  const time = parseTimeNanos(match[2]!);
  if (days === null || time === null) return null;
  const nanos = BigInt(days) * 86_400_000_000_000n + time;
  const zone = match[3];
  if (zone === undefined) return { nanos, zoned: false };
  if (zone === 'Z' || zone === 'z') return { nanos, zoned: true };
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  const offset = BigInt(zone.startsWith('-') ? -minutes : minutes) * 60_000_000_000n;
  return { nanos: nanos - offset, zoned: true };
}

/** ISO text of a day; years outside 0 to 9999 have a sign and six digits or more, as in ECMAScript. */
export function formatDate(days: number): string {
  const { year, month, day } = civilDate(days);
  const plain = String(Math.abs(year));
  const text =
    year >= 0 && year <= 9999 ? plain.padStart(4, '0') : `${year < 0 ? '-' : '+'}${plain.padStart(6, '0')}`;
  return `${text}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/**
 * Year, month (1 to 12) and day of a count of days since 1970-01-01 in the proleptic Gregorian calendar. `Date` would
 * do, but ends some 270,000 years from 1970, and a 64-bit timestamp does not.
 */
export function civilDate(days: number): { year: number; month: number; day: number } {
  // Counted from 0000-03-01, so that the leap day ends a year and 400 years are always 146,097 days.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** `HH:MM:SS` with `digits` decimals, from a count of 10^-digits seconds since midnight. */
export function formatTime(value: bigint, digits: 6 | 9): string {
  const unit = 10n ** BigInt(digits);
  const seconds = Number(value / unit);
  const fraction = (value % unit).toString().padStart(digits, '0');
  const part = (count: number): string => String(count).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}.${fraction}`;
}

/** ISO text of a timestamp with `digits` decimals; a zoned one ends in `Z`. */
export function formatTimestamp(value: bigint, options: { digits: 6 | 9; zoned: boolean }): string {
  const zone = options.zoned ? 'Z' : '';
  if (options.digits === 6) {
    const micros = Number(value);
    if (Number.isSafeInteger(micros)) return formatMicros(micros, zone);
  }
  const perDay = 86_400n * 10n ** BigInt(options.digits);
  const days = floorDiv(value, perDay);
  return `${formatDate(Number(days))}T${formatTime(value - days * perDay, options.digits)}${zone}`;
}

const MICROS_PER_DAY = 86_400_000_000;
const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, index) =>
  String(index).padStart(2, '0'),
);
/** Rows that follow each other are mostly of one day. */
let lastDay = { days: 0, text: '1970-01-01' };

/** The usual case, in numbers instead of bigints: years 1685 to 2255. */
function formatMicros(micros: number, zone: string): string {
  const days = Math.floor(micros / MICROS_PER_DAY);
  if (days !== lastDay.days) lastDay = { days, text: formatDate(days) };
  const ofDay = micros - days * MICROS_PER_DAY;
  const seconds = Math.floor(ofDay / 1_000_000);
  const fraction = ofDay - seconds * 1_000_000;
  const minutes = Math.floor(seconds / 60);
  const high = Math.floor(fraction / 10_000);
  const middle = Math.floor(fraction / 100) % 100;
  return `${lastDay.text}T${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}.${TWO_DIGITS[high]}${TWO_DIGITS[middle]}${TWO_DIGITS[fraction % 100]}${zone}`;
}

/** Division that rounds towards minus infinity, so that instants before 1970 fall into the right day. */
export function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
