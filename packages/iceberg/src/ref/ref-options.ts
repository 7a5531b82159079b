import { IcebergError } from '../error.js';
import type { CommitOptions } from '../transaction/commit-metadata.js';

/** How long a branch keeps its snapshots and itself; expiry goes by it. What is left out is the table's default. */
export interface BranchRetention {
  minSnapshotsToKeep?: number;
  maxSnapshotAgeMs?: number;
  maxRefAgeMs?: number;
}

/** How long a tag keeps its snapshot. Default: for ever. */
export interface TagRetention {
  maxRefAgeMs?: number;
}

export interface CreateBranchOptions extends CommitOptions, BranchRetention {
  /** Default: the current snapshot of this table value. */
  snapshotId?: bigint;
}

export interface CreateTagOptions extends CommitOptions, TagRetention {
  /** Default: the current snapshot of this table value. */
  snapshotId?: bigint;
}

export interface ReplaceBranchOptions extends CommitOptions, BranchRetention {
  /** Default: the snapshot it points to. */
  snapshotId?: bigint;
}

export interface ReplaceTagOptions extends CommitOptions, TagRetention {
  /** Default: the snapshot it points to. */
  snapshotId?: bigint;
}

/** The retention that options ask for. Throws `INVALID_ARGUMENT`. */
export function retentionOf(name: string, options: BranchRetention): BranchRetention {
  const { minSnapshotsToKeep, maxSnapshotAgeMs, maxRefAgeMs } = options;
  const given = Object.entries({ minSnapshotsToKeep, maxSnapshotAgeMs, maxRefAgeMs }).filter(
    ([, value]) => value !== undefined,
  );
  for (const [option, value] of given) {
    if (Number.isSafeInteger(value) && (value as number) > 0) continue;
    throw new IcebergError(`The ${option} of "${name}" is ${value}; give a whole number above 0.`, {
      code: 'INVALID_ARGUMENT',
      context: { ref: name, [option]: value },
    });
  }
  return Object.fromEntries(given);
}
