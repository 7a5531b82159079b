import type { LeaseStore } from '@lean-ops/core';
import { leaseFromJson } from '../shared/lease.js';
import { asTask } from '../shared/task.js';

export interface ReleaseLeaseDependencies {
  readonly leases: LeaseStore;
}

export interface ReleaseLeaseInput {
  readonly topic_name: string;
  /** What acquire-lease returned. */
  readonly claim: { readonly status: string; readonly lease?: unknown };
}

/** Gives up a topic's lease after its tables are done; without effect where it was lost or never acquired. */
export function createHandler(
  dependencies: ReleaseLeaseDependencies,
): (input: ReleaseLeaseInput) => Promise<{ released: boolean }> {
  return (input) =>
    asTask(async () => {
      if (input.claim.status !== 'acquired') return { released: false };
      await dependencies.leases.release(leaseFromJson(input.claim.lease));
      return { released: true };
    });
}
