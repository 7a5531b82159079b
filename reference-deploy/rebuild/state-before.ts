import type { TopicRow } from '@lean-ops/core';

/** A topic's state before a rebuild, which gets it back afterwards: an operator's pause stays a pause. */
type StateBefore = Pick<TopicRow, 'state' | 'stateReason' | 'stateBy' | 'stateSince'>;

const PREFIX = 'rebuild; before: ';

/** The reason that a topic under rebuild carries: it outlives the execution that wrote it. */
export function rebuildReason(
  { state, stateReason: reason, stateBy, stateSince }: StateBefore,
  execution: string,
): string {
  return `${PREFIX}${JSON.stringify({ state, reason, stateBy, stateSince, execution })}`;
}

/** Who wrote a {@link rebuildReason}; null for a reason of another kind. */
export function executionOf(reason: string | null): string | null {
  const { execution } = membersOf(reason) ?? {};
  return typeof execution === 'string' ? execution : null;
}

function membersOf(reason: string | null): Record<string, unknown> | null {
  if (reason === null || !reason.startsWith(PREFIX)) return null;
  try {
    return JSON.parse(reason.slice(PREFIX.length)) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** Reads {@link rebuildReason}; a reason of another kind leaves the topic paused, for somebody to look at. */
export function stateBefore(reason: string | null): StateBefore {
  const { state, reason: stateReason, stateBy, stateSince } = membersOf(reason) ?? {};
  if (state === 'enabled' || state === 'paused') {
    return {
      state,
      stateReason: typeof stateReason === 'string' ? stateReason : null,
      stateBy: typeof stateBy === 'string' ? stateBy : null,
      stateSince: typeof stateSince === 'number' ? stateSince : null,
    };
  }
  return {
    state: 'paused',
    stateReason: `its state before a rebuild is not known (${reason ?? 'no reason'})`,
    stateBy: 'rebuild',
    stateSince: null,
  };
}
