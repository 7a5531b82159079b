const NANOS_PER_DAY = 86_400_000_000_000n;

/** ISO text of a count of days since 1970-01-01; the count itself where it is further than `Date` reaches. */
export function formatDate(days: number): string {
  const date = new Date(days * 86_400_000);
  return Number.isNaN(date.getTime()) ? `day ${days}` : date.toISOString().replace(/T.*$/, '');
}

/** ISO text of nanoseconds since midnight: six decimals, nine where there are any beyond. */
export function formatTime(nanos: bigint): string {
  const seconds = Number(nanos / 1_000_000_000n);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const fraction = String(nanos % 1_000_000_000n).padStart(9, '0');
  return `${clock}.${fraction.endsWith('000') ? fraction.slice(0, 6) : fraction}`;
}

/** ISO text, without zone, of nanoseconds since 1970-01-01T00:00. */
export function formatTimestamp(nanos: bigint): string {
  const inDay = ((nanos % NANOS_PER_DAY) + NANOS_PER_DAY) % NANOS_PER_DAY;
  return `${formatDate(Number((nanos - inDay) / NANOS_PER_DAY))}T${formatTime(inDay)}`;
}
