import type { CheckpointStore, Clock, Logger, Metrics, OpsOutbox, TopicContract } from '@lean-ops/core';
import type { Catalog, RowMode } from '@lean-ops/iceberg';

/** Namespaces of the layers. */
export interface LayerNames {
  /** Default `raw`. */
  readonly raw: string;
  /** Default `standardized`. */
  readonly standardized: string;
  /** Default `curated`. */
  readonly curated: string;
  /** Default `ops`. */
  readonly ops: string;
}

/** Where a job may be interrupted: before and after each of its commits, and before what follows them. */
export type JobPoint =
  | 'parse-errors:before-commit'
  | 'parse-errors:after-commit'
  | 'standardized:before-commit'
  | 'standardized:after-commit'
  | 'standardized:after-checkpoint'
  | 'errors:before-commit'
  | 'errors:after-commit'
  | 'curated:before-commit'
  | 'curated:after-commit'
  | 'curated:after-checkpoint';

/** What a test or an operator's tool may hook into. */
export interface JobHooks {
  at?(point: JobPoint): Promise<void> | void;
}

/** The time a run has. One that would not finish in it commits a prefix of its source's snapshots and says so. */
export interface HandOver {
  /** Milliseconds that are left for commits; no step is begun that is likely to take longer, but for the first. */
  remainingMs(): number;
  /** Aborted when the time is over: what has not been committed by then is dropped, and the run ends well. */
  readonly signal?: AbortSignal;
}

/** Everything a job needs. Nothing is read from the environment. */
export interface JobOptions {
  readonly catalog: Catalog;
  /** Table-safe topic. */
  readonly topic: string;
  /** Null: defaults, and the topic stops at Standardized. */
  readonly contract: TopicContract | null;
  /** From the topic's lease; a table that was written under a higher one refuses this run. */
  readonly fencingToken: bigint;
  readonly clock: Clock;
  readonly outbox: OpsOutbox;
  readonly checkpoints: CheckpointStore;
  /** Appears in snapshot summaries and `ops.job_runs`. */
  readonly runId: string;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly names?: Partial<LayerNames>;
  /** Key of `sensitive: hash` columns. */
  readonly maskingKey?: Uint8Array;
  /** Source snapshot to stop at. Default the source's current one. */
  readonly upTo?: bigint;
  readonly signal?: AbortSignal;
  /** Default: as long as it takes. */
  readonly handOver?: HandOver;
  /**
   * Decides again what stands in the layer's error table, once everything else is read: after a fix of lean-ops itself,
   * of a masking key, of anything but the contract, under whose next version errors are judged again anyway. Default
   * false.
   */
  readonly reviewErrors?: boolean;
  readonly hooks?: JobHooks;
  /** Source rows per commit at most, cut at snapshot boundaries: bounds memory. Default 1,000,000. */
  readonly maxRowsPerCommit?: number;
  /** Bytes of values that are kept in memory until they are written, so that their rows are read once. Default 512 MiB. */
  readonly cacheBytes?: number;
  /**
   * Threads in which the payloads of the Standardized job are looked into and encoded; the tables are the same with any
   * number. 0 for none. Default: one less than there are processors, up to 3, begun when there is enough to do; none where the
   * package was bundled without its worker module.
   */
  readonly workers?: number;
  /**
   * How rows that were replaced leave their data files. `merge-on-read` writes their positions beside the files (a
   * deletion vector per file where the table is of format version 3): fast to write. `copy-on-write` writes the files
   * anew without them: fast to read, and the next layer reads the rewritten rows again, only to pass over them.
   * Default: each table's property `write.delete.mode`, else merge-on-read.
   */
  readonly deleteMode?: RowMode;
}

/** What both reports have in common. Snapshot ids are those of the source and target tables. */
export interface RunReport {
  readonly topic: string;
  readonly runId: string;
  /** Commits made to the layer's table; 0 when there was nothing to do. */
  readonly commits: number;
  /** Source snapshot the table had reached before, null at the beginning. */
  readonly from: bigint | null;
  /** Source snapshot it has reached now. */
  readonly to: bigint | null;
  /** Snapshot of the layer's table after the run. */
  readonly snapshotId: bigint | null;
  /** Source rows read. */
  readonly rowsRead: number;
  /** False where the time was over first: what is committed stands, and the same job goes on from there. */
  readonly finished: boolean;
  /** Rows of the source snapshots that were not reached, as their summaries count them. */
  readonly rowsLeft: number;
  /** Errors of earlier runs that were decided again. */
  readonly reviewed: number;
  /** Those of them that are errors no more. */
  readonly mended: number;
  /** Wall-clock milliseconds on the injected clock. */
  readonly durationMs: number;
}

export interface StandardizeReport extends RunReport {
  readonly layer: 'standardized';
  /** Rows that repeat a version seen before. */
  readonly copies: number;
  /** Versions that are not the current one of their key after this run, of those read or replaced by it. */
  readonly superseded: number;
  /** Distinct messages newly put into `standardized.{topic}_parse_errors`. */
  readonly parseErrors: number;
  readonly inserted: number;
  readonly updated: number;
  readonly columnsAdded: number;
}

export interface CurateReport extends RunReport {
  readonly layer: 'curated';
  /** Keys inserted. */
  readonly inserted: number;
  /** Keys whose row was replaced. */
  readonly updated: number;
  /** Keys whose row was deleted: superseded by a failing version, or gone from Standardized. */
  readonly deleted: number;
  /** Versions that failed. */
  readonly failed: number;
  /** Versions that were in Curated already. */
  readonly skipped: number;
  /** Whether more rows failed than the contract's threshold allows. */
  readonly spike: boolean;
}
