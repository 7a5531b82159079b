import type { TopicRow } from '@lean-ops/core';

/** A topic's state before a rebuild, which gets it back afterwards: an operator's pause stays a pause. */
type StateBefore = Pick<TopicRow, 'state' | 'stateReason'>;

const PREFIX = 'rebuild; before: ';

/** The reason that a topic under rebuild carries: it outlives the execution that wrote it. */
export function rebuildReason(
  { state, stateReason }: StateBefore,
  rebuild: { readonly execution: string; readonly requestedBy: string },
): string {
  return `${PREFIX}${JSON.stringify({ state, reason: stateReason, execution: rebuild.execution, by: rebuild.requestedBy })}`;
}

/** Reads {@link rebuildReason}; a reason of another kind leaves the topic paused, for somebody to look at. */
export function stateBefore(reason: string | null): StateBefore {
  if (reason?.startsWith(PREFIX)) {
    try {
      const { state, reason: before } = JSON.parse(reason.slice(PREFIX.length)) as {
        state?: unknown;
        reason?: unknown;
      };
      if (state === 'enabled' || state === 'paused') {
        return { state, stateReason: typeof before === 'string' ? before : null };
      }
    } catch {
      // As any other reason.
    }
  }
  return {
    state: 'paused',
    stateReason: `its state before a rebuild is not known (${reason ?? 'no reason'})`,
  };
}
