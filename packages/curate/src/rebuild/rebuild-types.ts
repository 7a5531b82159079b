import type { Journal, JournalStore } from '@lean-ops/core';
import type { JobOptions, JobPoint } from '../job.js';
import type { Scratch } from '../reconcile/dealt-rows.js';

/** The tables of a topic that a rebuild makes anew, in the order they are published. */
export const REBUILT_TABLES = ['standardized', 'curated', 'parseErrors', 'errors'] as const;
export type RebuiltTable = (typeof REBUILT_TABLES)[number];

/** How far a rebuild has got; `published`: only what is left over remains to be cleared away. */
export type RebuildStep = 'standardize' | 'curate' | 'audit' | 'publish' | 'published' | 'abandon';

/** Where a rebuild may be interrupted besides the points of the jobs. */
export type RebuildPoint =
  | JobPoint
  | 'rebuild:begun'
  | 'rebuild:created'
  | 'rebuild:carried'
  | 'rebuild:standardized'
  | 'rebuild:curated'
  | 'rebuild:audited'
  | `rebuild:before-${RebuiltTable}`
  | `rebuild:after-${RebuiltTable}`
  | 'rebuild:published'
  | 'rebuild:restored'
  | 'rebuild:cleared'
  | 'abandon:begun'
  | `abandon:after-${RebuiltTable}`
  | 'abandon:restored';

/** How far a rebuild is, told after every commit. */
export interface RebuildProgress {
  readonly topic: string;
  readonly step: RebuildStep;
  /** Source rows of this step that are dealt with, by the summaries of their snapshots. */
  readonly rows: number;
  readonly totalRows: number;
  /** Of this call, in this step; null before the first commit. */
  readonly rowsPerSecond: number | null;
  /** Milliseconds that are left of this step at that rate; null where nothing is known. */
  readonly remainingMs: number | null;
}

/** Everything that abandoning a rebuild needs. */
export interface AbandonOptions
  extends Pick<JobOptions, 'catalog' | 'topic' | 'fencingToken' | 'clock' | 'logger' | 'names' | 'signal'> {
  readonly journals: JournalStore;
  /** Gives the topic its state back; called once the tables are restored, before the journal goes. It may be called again. */
  readonly restored?: (journal: Journal) => Promise<void>;
  readonly hooks?: { at?(point: RebuildPoint): Promise<void> | void };
}

/** Everything a rebuild needs. The caller holds the topic's lease and keeps the rounds away. */
export interface RebuildOptions
  extends AbandonOptions,
    Pick<
      JobOptions,
      | 'contract'
      | 'outbox'
      | 'checkpoints'
      | 'runId'
      | 'maskingKey'
      | 'handOver'
      | 'maxRowsPerCommit'
      | 'cacheBytes'
      | 'workers'
    > {
  /** Names the folder of the new files. */
  readonly random: { uuid(): string };
  /** Rows of Standardized that RAW does not have any more are carried over. Default false: such a rebuild is refused. */
  readonly acceptRawGap?: boolean;
  /** How long the tags keep what was before, milliseconds. Default 7 days. */
  readonly keepOldMs?: number;
  /** Where rows of the audit wait packed. Default: in memory. */
  readonly scratch?: Scratch;
  readonly onProgress?: (progress: RebuildProgress) => void;
}

export interface RebuildReport {
  readonly topic: string;
  /** `continue`: the time was over first; the same call goes on. */
  readonly status: 'done' | 'continue';
  readonly step: RebuildStep;
  /** Number of the new tables. */
  readonly generation: number;
  readonly contractVersion: string | null;
  /** RAW snapshot that was read up to; null where RAW has none. */
  readonly rawSnapshotId: bigint | null;
  /** Rows that the new tables were published with; null as long as they are not. */
  readonly rows: Readonly<Record<RebuiltTable, number | null>>;
  /** Rows carried over from the old Standardized. */
  readonly carried: number;
  /** Commits of this call to the new tables. 0 with `continue`: too many rows per commit for its time. */
  readonly commits: number;
  /** Tags that keep what was before, by `namespace.name`. */
  readonly tags: Readonly<Record<string, string>>;
}
