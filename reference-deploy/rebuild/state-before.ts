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

/** Reads {@link rebuildReason}; a reason of another kind leaves the topic paused, for somebody to look at. */
export function stateBefore(reason: string | null): StateBefore {
  if (reason?.startsWith(PREFIX)) {
    try {
      const before = JSON.parse(reason.slice(PREFIX.length)) as Record<string, unknown>;
      const { state, reason: stateReason, stateBy, stateSince } = before;
      if (state === 'enabled' || state === 'paused') {
        return {
          state,
          stateReason: typeof stateReason === 'string' ? stateReason : null,
          stateBy: typeof stateBy === 'string' ? stateBy : null,
          stateSince: typeof stateSince === 'number' ? stateSince : null,
        };
      }
    } catch {
      // As any other reason.
    }
  }
  return {
    state: 'paused',
    stateReason: `its state before a rebuild is not known (${reason ?? 'no reason'})`,
    stateBy: 'rebuild',
    stateSince: null,
  };
}
