import type { LeaseStore } from '@lean-ops/core';
import { leaseFromJson } from '../shared/lease.js';
import { asTask, textField } from '../shared/task.js';

export interface ReleaseLeaseDependencies {
  readonly leases: LeaseStore;
}

export interface ReleaseLeaseInput {
  readonly topic_name: string;
  /** What acquire-lease returned. */
  readonly claim: { readonly status: string; readonly lease?: unknown };
  /** How the topic's jobs answered last. Default: they are done. */
  readonly statuses?: readonly string[];
}

export interface ReleaseLeaseResult {
  readonly topic_name: string;
  readonly released: boolean;
  /** `unfinished`: a job would go on if it had more turns; the next round does. */
  readonly outcome: 'succeeded' | 'unfinished';
}

/** Gives up a topic's lease after its tables are done; without effect where it was lost or never acquired. */
export function createHandler(
  dependencies: ReleaseLeaseDependencies,
): (input: ReleaseLeaseInput) => Promise<ReleaseLeaseResult> {
  return (input) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const { claim, statuses = [] } = input;
      const released = claim.status === 'acquired';
      if (released) await dependencies.leases.release(leaseFromJson(claim.lease));
      const outcome = statuses.includes('continue') ? 'unfinished' : 'succeeded';
      return { topic_name: topic, released, outcome };
    });
}
