import type { Clock, LeaseStore, OpsOutbox } from '@lean-ops/core';
import { flushOps, type LayerNames } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { OPS_RESOURCE } from '../shared/lease.js';
import { asTask, textField } from '../shared/task.js';

/** Where tests interrupt the flush. */
type FlushHooks = NonNullable<Parameters<typeof flushOps>[0]['hooks']>;

export interface FlushOpsDependencies {
  readonly catalog: Catalog;
  readonly outbox: OpsOutbox;
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly names?: Partial<LayerNames>;
  readonly hooks?: FlushHooks;
  readonly leaseTtlMs: number;
}

export interface FlushOpsInput {
  readonly execution_id: string;
}

export interface FlushOpsResult {
  /** `held`: another execution is appending; what waits goes with its round or the next. */
  readonly status: 'flushed' | 'held';
  /** Rows appended per table. */
  readonly appended: Readonly<Record<string, number>>;
}

/** Appends what waits in the outbox to the `ops` tables: one writer at a time, whatever the number of topics. */
export function createHandler(
  dependencies: FlushOpsDependencies,
): (input: FlushOpsInput) => Promise<FlushOpsResult> {
  const { catalog, outbox, leases, clock, names = {}, leaseTtlMs, hooks } = dependencies;
  return (input) =>
    asTask(async () => {
      const owner = textField(input, 'execution_id');
      const lease = await leases.acquire({ resource: OPS_RESOURCE, owner, ttlMs: leaseTtlMs });
      if (lease === null) return { status: 'held', appended: {} };
      try {
        const { appended } = await flushOps({
          catalog,
          outbox,
          clock,
          names,
          ...(hooks === undefined ? {} : { hooks }),
        });
        return { status: 'flushed', appended };
      } finally {
        await leases.release(lease);
      }
    });
}
