import { LeanOpsError } from '@lean-ops/core';

/** Codes of the errors that `@lean-ops/curate` throws. Rows that fail are data, not errors: they never throw. */
export type CurateErrorCode =
  /** A text is not a JSON path of the form that lean-ops writes. */
  | 'PATH_INVALID'
  /** An option has a value outside its range. */
  | 'OPTION_INVALID'
  /** A column that should hold text has another type. */
  | 'COLUMN_TYPE_MISMATCH'
  /** A batch lacks a column that a job or a contract needs. */
  | 'COLUMN_MISSING'
  /** A column of one batch would pass the 2 GiB that Arrow's 32-bit offsets can address. */
  | 'BATCH_TOO_LARGE'
  /** A contract names a type, path, bound, pattern or default that cannot be used. */
  | 'CONTRACT_INVALID'
  /** A contract hashes a column and no masking key was given. */
  | 'MASKING_KEY_MISSING'
  /** Another run moved the watermark between reading it and committing. */
  | 'WATERMARK_MOVED'
  /** A table was written under a higher fencing token: the lease of this run is over. */
  | 'LEASE_LOST'
  /** A table has content but no watermark that can be trusted. */
  | 'WATERMARK_DETACHED'
  /** The snapshot a watermark names is no part of the source's history. */
  | 'SOURCE_DETACHED'
  /** Two tables of a topic belong to different rebuilds. */
  | 'GENERATION_MISMATCH'
  /** A table's columns do not fit what the job writes. */
  | 'TABLE_SCHEMA_MISMATCH'
  /** A table lacks columns of the contract, or has others: only a deploy changes them. */
  | 'CONTRACT_NOT_DEPLOYED'
  /** The contract's key, order, partitioning or flatten limits are not those the table was built with. */
  | 'RESET_REQUIRED'
  /** RAW lacks rows that Standardized was made of: a rebuild would lose them. */
  | 'RAW_GAP'
  /** Rebuilt tables do not add up, and were not published. */
  | 'REBUILD_NOT_BALANCED'
  /** Another rebuild of the topic has to be finished or abandoned first. */
  | 'REBUILD_UNDER_WAY'
  /** The topic is in no rebuild. */
  | 'REBUILD_NONE'
  /** Too many rows of a run failed, and the contract says to stop. Nothing was written. */
  | 'SPIKE_HALTED'
  /** A file of a table is damaged or gone. Nothing was committed. */
  | 'FILE_UNREADABLE'
  /** RAW, or an input that is read twice, does not give the same rows twice. */
  | 'SOURCE_UNSTABLE'
  /** An input that has to be read twice can be read once only. */
  | 'SOURCE_NOT_REPEATABLE'
  /** A worker thread of the run ended or crashed. Nothing was committed. */
  | 'WORKER_LOST'
  /** More rows than a call was told to hold in memory. */
  | 'TOO_MANY_ROWS'
  /** A schema change would break rows that are there, and none of it was made. */
  | 'EVOLUTION_REFUSED'
  /** The signal that a function was given has been aborted; its reason is the cause. */
  | 'ABORTED';

/** Errors of `@lean-ops/curate`. */
export class CurateError extends LeanOpsError<CurateErrorCode> {}
