import type { TopicRow } from '@lean-ops/core';
import { timeText } from '../dlq/open.js';

/** A topic's state for people: `paused (ada: wrong units)`. */
export function stateText({ state, stateReason, stateBy }: TopicRow): string {
  if (stateReason === null) return state;
  return `${state} (${stateBy === null ? '' : `${stateBy}: `}${stateReason})`;
}

/** Who and what brought a topic into its state, and when, as commands print it. */
export function stateFields({ state, stateReason, stateBy, stateSince }: TopicRow): {
  readonly state: string;
  readonly since: string | null;
  readonly by: string | null;
  readonly reason: string | null;
} {
  const since = stateSince === null ? null : timeText(stateSince);
  return { state, since, by: stateBy, reason: stateReason };
}
