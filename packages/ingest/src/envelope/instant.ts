const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

export interface Instant {
  /** Microseconds since 1970-01-01T00:00:00Z, rounded down. */
  readonly micros: bigint;
  /** Whether nothing but zeros stood beyond the microseconds. */
  readonly exact: boolean;
}

/**
 * Reads a date and time with offset (RFC 3339, any offset and number of fraction digits) as an instant.
 *
 * A time without an offset is no instant, and gives null like any other text. Second 60 is the start of the next
 * minute.
 */
export function parseInstant(text: string): Instant | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match as unknown as string[];
  const midnight = midnightOf(Number(year), Number(month), Number(day));
  const isTimeOfDay = Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 60;
  const isOffset = Number(offsetHour) <= 23 && Number(offsetMinute) <= 59;
  if (midnight === null || !isTimeOfDay || !isOffset) return null;
  const offsetMinutes = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const seconds =
    midnight / 1000 + (Number(hour) * 60 + Number(minute) - offsetMinutes) * 60 + Number(second);
  const micros = fraction === '' ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0'));
  return { micros: BigInt(seconds) * 1_000_000n + BigInt(micros), exact: !/[1-9]/.test(fraction.slice(6)) };
}

/** Milliseconds of a day's start, or null for a day the calendar does not have. */
function midnightOf(year: number, month: number, day: number): number | null {
  // Date.UTC reads years below 100 as 19xx.
  const shifted = new Date(Date.UTC(year + 400, month - 1, day));
  const exists = shifted.getUTCMonth() === month - 1 && shifted.getUTCDate() === day;
  // The calendar repeats every 400 years, which are 146,097 days.
  return exists ? shifted.getTime() - 146_097 * 86_400_000 : null;
}
