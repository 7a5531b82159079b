const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Days between one round and the next: events that are held back arrive after days, and after months. */
const GAPS_IN_DAYS = [1, 1, 28, 60] as const;

/** Monday 2025-01-06T00:00:00Z: far enough back that no round lies in the future. */
export const DEFAULT_START_MS: number = Date.UTC(2025, 0, 6);

/** When a round begins, milliseconds since the epoch. Its messages are sent within an hour. */
function roundStartMs(startMs: number, round: number): number {
  let days = 0;
  for (let passed = 0; passed < round; passed += 1) days += GAPS_IN_DAYS[passed % GAPS_IN_DAYS.length] ?? 0;
  return startMs + days * DAY_MS;
}

/** When a round is over and its jobs run. */
export function roundEndMs(startMs: number, round: number): number {
  return roundStartMs(startMs, round) + HOUR_MS + 60_000;
}

/** When the event at `position` of `size` in a round is sent. */
export function sentMs(startMs: number, round: number, position: number, size: number): number {
  return roundStartMs(startMs, round) + Math.floor((position / Math.max(size, 1)) * HOUR_MS);
}
