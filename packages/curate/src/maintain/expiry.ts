import type { Table } from '@lean-ops/iceberg';
import type { TableStanding } from './loaded-tables.js';
import type { MaintenancePolicy } from './maintenance-types.js';

/** Snapshots and references of a table that may go. */
export interface PlannedExpiry {
  readonly snapshotIds: readonly bigint[];
  /** Tags and branches that have outlived their own `max-ref-age-ms`. */
  readonly refs: readonly string[];
  /** Snapshots that are old enough and stay because of a reader. */
  readonly heldBack: number;
}

export interface ExpiryOptions {
  readonly policy: MaintenancePolicy;
  readonly standing: TableStanding;
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What retention would take, without what a reader may still need. What goes are always the oldest of a history: a
 * watermark's snapshot that is kept while newer ones are gone would look like one of another history.
 */
export async function planExpiry(table: Table, options: ExpiryOptions): Promise<PlannedExpiry> {
  const { policy, standing, nowMs, signal } = options;
  const { snapshotAgeMs } = policy;
  const { expiredSnapshotIds, removedRefs } = await table.expireSnapshots({
    dryRun: true,
    deleteFiles: false,
    ...(snapshotAgeMs === undefined ? {} : { olderThan: nowMs - snapshotAgeMs }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (standing.heldBackBy !== null) {
    return { snapshotIds: [], refs: [], heldBack: expiredSnapshotIds.length };
  }
  const { floor } = standing;
  const snapshotIds = expiredSnapshotIds.filter(
    (id) => floor === null || table.snapshot(id).sequenceNumber < floor,
  );
  return { snapshotIds, refs: removedRefs, heldBack: expiredSnapshotIds.length - snapshotIds.length };
}

export interface ExpiredCounts {
  readonly expiredSnapshots: number;
  readonly deletedFiles: number;
}

/** Expires what {@link planExpiry} found: by name, so that no commit in between changes the choice. */
export async function expire(table: Table, options: ExpiryOptions): Promise<ExpiredCounts> {
  const { snapshotIds, refs } = await planExpiry(table, options);
  const { signal } = options;
  const stop = signal === undefined ? {} : { signal };
  for (const ref of refs) await table.dropRef(ref, stop);
  if (snapshotIds.length === 0) return { expiredSnapshots: 0, deletedFiles: 0 };
  const { files } = await table.expireSnapshots({ snapshotIds, ...stop });
  return { expiredSnapshots: snapshotIds.length, deletedFiles: files.length };
}
