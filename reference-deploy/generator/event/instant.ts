/** An RFC 3339 instant with six fractional digits, in UTC or at an offset. `micros` counts from 1970-01-01T00:00:00Z. */
export function instantText(micros: number, offsetMinutes = 0): string {
  const milliseconds = Math.floor(micros / 1000);
  const local = new Date(milliseconds + offsetMinutes * 60_000).toISOString();
  const fraction = String(micros - milliseconds * 1000).padStart(3, '0');
  if (offsetMinutes === 0) return `${local.slice(0, -1)}${fraction}Z`;
  const minutes = Math.abs(offsetMinutes);
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  const rest = String(minutes % 60).padStart(2, '0');
  return `${local.slice(0, -1)}${fraction}${offsetMinutes < 0 ? '-' : '+'}${hours}:${rest}`;
}

/** `YYYY-MM` of an instant, in UTC. */
export function monthOf(micros: number): string {
  return new Date(Math.floor(micros / 1000)).toISOString().slice(0, 7);
}
