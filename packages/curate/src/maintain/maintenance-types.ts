import type { Clock, Logger, OpsOutbox } from '@lean-ops/core';
import type { Catalog } from '@lean-ops/iceberg';
import type { HandOver, LayerNames } from '../job.js';

/** A topic's tables, what reads a table before it: so that a source's expiry sees what its readers still hold. */
export const MAINTAINED_TABLES = ['errors', 'curated', 'parse_errors', 'standardized', 'raw'] as const;

export type MaintainedTable = (typeof MAINTAINED_TABLES)[number];

/** What a table is kept to. The table's own properties (`history.expire.*`, `write.*`) hold where nothing is said. */
export interface MaintenancePolicy {
  /** Age from which a snapshot may go, milliseconds. Default: the table's `history.expire.max-snapshot-age-ms` (5 days). */
  readonly snapshotAgeMs?: number;
  /** Small data files of one partition that are worth writing anew together. Default 5. */
  readonly minInputFiles?: number;
  /** Delete files on one data file from which it is written anew. Default 10. */
  readonly deleteFileThreshold?: number;
  /** Size of the files written, bytes. Default: the table's `write.target-file-size-bytes` (128 MiB). */
  readonly targetFileBytes?: number;
  /** Bytes written anew in one commit, so that each fits one function's time. Default 512 MiB. */
  readonly groupBytes?: number;
  /** Manifests from which they are put together. Default 20. */
  readonly maxManifests?: number;
  /** Age from which a file that no snapshot names is removed, milliseconds; an hour at least. Default 7 days. */
  readonly orphanAgeMs?: number;
  /** Every so many days a table's folder is listed for such files, not all tables on one day. Default 7. */
  readonly orphanEveryDays?: number;
}

/** What both the plan and the work need. */
export interface MaintenanceScope {
  readonly catalog: Catalog;
  /** Table-safe topic. */
  readonly topic: string;
  /** Whether the topic is curated: if so, Standardized keeps what Curated has not read, even before its first run. */
  readonly hasContract: boolean;
  readonly clock: Clock;
  readonly names?: Partial<LayerNames>;
  readonly policy?: MaintenancePolicy;
  readonly signal?: AbortSignal;
}

export interface MaintainOptions extends MaintenanceScope {
  readonly table: MaintainedTable;
  /** From the topic's lease: a table that was written under a higher one refuses the work. */
  readonly fencingToken: bigint;
  readonly outbox: OpsOutbox;
  /** Appears in `ops.job_runs`. */
  readonly runId: string;
  readonly logger?: Logger;
  /** Default: as long as it takes. */
  readonly handOver?: HandOver;
}

/** What one table needs. */
export interface TableMaintenance {
  readonly table: MaintainedTable;
  /** `namespace.name`. */
  readonly name: string;
  /** Data files that are too small, too large or have too many deletes, with what would be worth writing anew. */
  readonly filesToRewrite: number;
  readonly bytesToRewrite: number;
  /** Delete files that this would apply for good. */
  readonly deleteFilesToApply: number;
  readonly manifests: number;
  readonly snapshots: number;
  /** Old enough, and nobody has to read from them. */
  readonly snapshotsToExpire: number;
  /** Old enough, but a reader has not come that far, or might go back there. */
  readonly snapshotsHeldBack: number;
  /** Why nothing may be written anew or expire; null where nothing is in the way. */
  readonly heldBackBy: string | null;
  /** Whether files that no snapshot names are looked for today. */
  readonly orphansDue: boolean;
  /** Whether any of it is worth a call. */
  readonly isNeeded: boolean;
}

/** What was done for one table. */
export interface MaintenanceReport {
  readonly name: string;
  /** False where the time was over first: what is committed stands, and the same call goes on from there. */
  readonly finished: boolean;
  readonly rewrittenFiles: number;
  readonly addedFiles: number;
  readonly appliedDeleteFiles: number;
  readonly rewrittenManifests: number;
  readonly expiredSnapshots: number;
  /** Files that expired snapshots alone needed. */
  readonly deletedFiles: number;
  readonly orphans: number;
  readonly orphanBytes: number;
  readonly heldBackBy: string | null;
  readonly durationMs: number;
}
