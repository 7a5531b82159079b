import type { ArchiveKind, ErrorTracker, TrackedStatus } from '@lean-ops/core';
import { type DeadLetterFilter, selectDeadLetters } from './select.js';

/** Dead letters that have everything in common but their message. */
export interface DeadLetterStats {
  readonly topic: string;
  readonly kind: ArchiveKind;
  readonly errorClass: string;
  readonly errorCode: string;
  readonly status: TrackedStatus;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly oldest: number;
  readonly newest: number;
  /** The most often that one of them was replayed. */
  readonly mostReplays: number;
}

/** How many dead letters there are of each kind, the most frequent first. */
export async function deadLetterStats(
  tracker: ErrorTracker,
  filter: DeadLetterFilter = {},
): Promise<DeadLetterStats[]> {
  const groups = new Map<string, DeadLetterStats>();
  for await (const record of selectDeadLetters(tracker, filter)) {
    const { topic, kind, errorClass, errorCode, status, firstSeenAt, replays } = record;
    const group = JSON.stringify([topic, kind, errorClass, errorCode, status]);
    const known = groups.get(group);
    groups.set(group, {
      topic,
      kind,
      errorClass,
      errorCode,
      status,
      count: (known?.count ?? 0) + 1,
      oldest: Math.min(known?.oldest ?? firstSeenAt, firstSeenAt),
      newest: Math.max(known?.newest ?? firstSeenAt, firstSeenAt),
      mostReplays: Math.max(known?.mostReplays ?? 0, replays),
    });
  }
  return [...groups.entries()]
    .sort(([left, a], [right, b]) => b.count - a.count || (left < right ? -1 : 1))
    .map(([, stats]) => stats);
}
