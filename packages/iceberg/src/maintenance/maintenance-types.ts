import type { StoredFile } from '../storage/storage.js';
import type { Table } from '../table/table.js';

/** How far maintenance has come: files read to find out what to do, or files deleted. */
export interface MaintenanceProgress {
  readonly phase: 'reading' | 'deleting';
  readonly done: number;
  readonly total: number;
}

export interface ExpireOptions {
  /**
   * Snapshots from before this time may go (a date, or milliseconds since 1970). Default: the table property
   * `history.expire.max-snapshot-age-ms` ago (5 days). A branch with a limit of its own keeps to that.
   */
  olderThan?: Date | number;
  /** Newest snapshots of every branch to keep. Default: the table property `history.expire.min-snapshots-to-keep` (1). */
  retainLast?: number;
  /** Snapshots to expire by name; without `olderThan` and `retainLast` nothing else is expired. */
  snapshotIds?: readonly bigint[];
  /** Whether files that no snapshot needs any more are deleted. Default `true`. */
  deleteFiles?: boolean;
  /** Only finds out what would go. Default `false`. */
  dryRun?: boolean;
  /** Also removes partition specs and schemas that nothing retained refers to. Default `false`. */
  cleanMetadata?: boolean;
  signal?: AbortSignal | undefined;
  /** Attempts after the first, on definite conflicts only. Default: the catalog's retry options (4). */
  retries?: number;
  onProgress?: (progress: MaintenanceProgress) => void;
}

/** Counts of files by kind. */
export interface ExpiredFiles {
  dataFiles: number;
  /** Position and equality delete files, and files of deletion vectors. */
  deleteFiles: number;
  manifests: number;
  manifestLists: number;
  statisticsFiles: number;
  /** Versions older than an hour that left the log, where `write.metadata.delete-after-commit.enabled` is set. */
  metadataFiles: number;
}

export interface ExpireResult {
  table: Table;
  expiredSnapshotIds: readonly bigint[];
  removedRefs: readonly string[];
  /** What was deleted, or with `dryRun` would be. */
  deleted: Readonly<ExpiredFiles>;
  /** The same files by path. */
  files: readonly string[];
  /** Files that could not be deleted, or could not be read to find what they name. `removeOrphanFiles` finds them later. */
  failed: readonly string[];
}

export interface OrphanOptions {
  /** Only files last changed before this time are removed (a date, or milliseconds since 1970). Default: 3 days ago. */
  olderThan?: Date | number;
  /** A folder of the table to look through, as metadata would name it. Default: the table's whole folder. */
  location?: string;
  /** Allows `olderThan` within the last hour, where files of commits under way are. Default `false`. */
  force?: boolean;
  /** Only finds out what would go. Default `false`. */
  dryRun?: boolean;
  /** Calls that delete at a time. Default 4. */
  maxConcurrency?: number;
  signal?: AbortSignal | undefined;
  onProgress?: (progress: MaintenanceProgress) => void;
}

export interface OrphanResult {
  /** Files that nothing refers to, removed or, with `dryRun`, to be removed. */
  orphans: readonly StoredFile[];
  /** How many of them were deleted; 0 with `dryRun`. */
  deleted: number;
  /** Bytes of the deleted files; with `dryRun` of all orphans. */
  bytes: number;
  /** Orphans that could not be deleted. */
  failed: readonly string[];
}

export interface RewriteManifestsOptions {
  /** Only manifests of this partition spec. Default: those of every spec, each kept to itself. */
  specId?: number;
  /** Names of partition fields by which entries are brought together. Default: all fields of the spec, in its order. */
  clusterBy?: readonly string[];
  /** Default `main`. */
  branch?: string;
  /** Extra entries of the snapshot's summary. */
  summary?: Readonly<Record<string, string>>;
  /** Runs on the refreshed table at every attempt; what it throws ends the work. */
  check?: (fresh: Table) => void;
  signal?: AbortSignal | undefined;
  /** Attempts after the first, on definite conflicts only. Default: the catalog's retry options (4). */
  retries?: number;
}

export interface RewriteManifestsResult {
  table: Table;
  /** Manifests that were replaced. */
  rewritten: number;
  /** Manifests written in their place. */
  added: number;
  /** `null` where there was nothing to do. */
  snapshotId: bigint | null;
}
