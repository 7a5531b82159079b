import type { StateStore } from '@lean-ops/core';
import { leaseFromJson } from '../shared/lease.js';
import { asTask, textField } from '../shared/task.js';

export interface ReleaseLeaseDependencies {
  readonly state: Pick<StateStore, 'leases' | 'rounds'>;
}

export interface ReleaseLeaseInput {
  readonly topic_name: string;
  /** What acquire-lease returned. */
  readonly claim: {
    readonly status: string;
    readonly lease?: unknown;
    readonly schedule?: unknown;
    readonly claimed_at?: unknown;
  };
  /** How the topic's jobs answered last; none where it was no round of the pipeline. */
  readonly statuses?: readonly string[];
}

export interface ReleaseLeaseResult {
  readonly topic_name: string;
  readonly released: boolean;
  /** `unfinished`: a job would go on if it had more turns; the next round does. */
  readonly outcome: 'succeeded' | 'unfinished';
}

/**
 * Gives up a topic's lease after its tables are done; without effect where it was lost or never acquired. A round that left
 * nothing to do is kept of a topic that does not run in every round: its next one is reckoned from it.
 */
export function createHandler(
  dependencies: ReleaseLeaseDependencies,
): (input: ReleaseLeaseInput) => Promise<ReleaseLeaseResult> {
  const { state } = dependencies;
  return (input) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const { claim, statuses } = input;
      const released = claim.status === 'acquired';
      if (released) await state.leases.release(leaseFromJson(claim.lease));
      const startedAt = scheduledRound(claim);
      if (startedAt !== null && statuses?.every((status) => status === 'done' || status === 'none'))
        await state.rounds.put(topic, startedAt);
      const outcome = statuses?.includes('continue') ? 'unfinished' : 'succeeded';
      return { topic_name: topic, released, outcome };
    });
}

/** When the round of a topic began that does not run in every one. */
function scheduledRound({ status, schedule, claimed_at: at }: ReleaseLeaseInput['claim']): number | null {
  if (status !== 'acquired' || typeof at !== 'number') return null;
  return schedule === undefined || schedule === 'every-round' ? null : at;
}
