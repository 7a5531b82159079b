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

export function formatDate(days: number): string {
  return new Date(days * MS_PER_DAY).toISOString().split('T')[0]!;
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
  const perDay = 86_400n * 10n ** BigInt(options.digits);
  const days = floorDiv(value, perDay);
  return `${formatDate(Number(days))}T${formatTime(value - days * perDay, options.digits)}${options.zoned ? 'Z' : ''}`;
}

/** Division that rounds towards minus infinity, so that instants before 1970 fall into the right day. */
export function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
