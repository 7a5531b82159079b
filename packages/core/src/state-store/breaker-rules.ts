import type { BreakerRow, OutcomeCounts } from '../ports/breaker-store.js';

/** What every breaker store refuses and forgets: kept in one place so that they agree. */

export const MINUTE_MS = 60_000;
const KEPT_MS: number = 60 * MINUTE_MS;

/** Whether the row may take the place of the stored one: nobody wrote in between, nor anyone with a higher token. */
export function mayReplace(stored: BreakerRow | null, row: BreakerRow): boolean {
  return stored === null ? row.revision === 0 : stored.revision === row.revision && stored.token <= row.token;
}

/** Start of the oldest minute that is kept while minutes like the given one are being counted. */
export function forgottenBefore(minute: number): number {
  return minute - KEPT_MS;
}

export function addCounts(left: OutcomeCounts, right: OutcomeCounts): OutcomeCounts {
  return {
    ...left,
    messages: left.messages + right.messages,
    failures: left.failures + right.failures,
    accepted: left.accepted + right.accepted,
    sinkFailures: left.sinkFailures + right.sinkFailures,
  };
}

export function compareCounts(left: OutcomeCounts, right: OutcomeCounts): number {
  return left.minute - right.minute || (left.topic < right.topic ? -1 : 1);
}
