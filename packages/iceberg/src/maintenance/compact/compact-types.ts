import type { Expression } from '../../expression/expression.js';
import type { Table } from '../../table/table.js';

/** How far a compaction has come: groups of files written anew, and their bytes before. */
export interface CompactProgress {
  readonly groupsDone: number;
  readonly groups: number;
  readonly bytesDone: number;
  readonly bytes: number;
}

export interface CompactOptions {
  /**
   * `bin-pack` (the default) writes rows anew in the order they have; `sort` sorts the rows of every group, which takes
   * about twice its decoded size in memory.
   */
  strategy?: 'bin-pack' | 'sort';
  /** What to sort by, as in `createTable`. Default: the table's sort order. */
  sortBy?: readonly string[];
  /** Only data files that may hold rows matching this; they are written anew as a whole. */
  filter?: Expression;
  /**
   * For tables that readers follow by `afterSequenceNumber`: the sequence number they have all reached. Only data files
   * up to it are written anew, and the new ones do not come after it, so that no reader meets their rows again. Default:
   * every file, and new ones count as written by the branch's head.
   */
  readUpTo?: bigint;
  /** Size of the files to write. Default: the table property `write.target-file-size-bytes` (128 MiB). */
  targetFileBytes?: number;
  /** Files smaller than this are chosen. Default: 75 % of the target. */
  minFileBytes?: number;
  /** Files larger than this are chosen. Default: 180 % of the target. */
  maxFileBytes?: number;
  /** Files in a group that make it worth the work, where none is chosen for its size or deletes alone. Default 5. */
  minInputFiles?: number;
  /** A data file to which this many delete files apply is chosen. Default: none is for that. */
  deleteFileThreshold?: number;
  /** A data file of which this share of rows is deleted by position is chosen. Default 0.3. */
  deleteRatioThreshold?: number;
  /** Chooses every file. Default `false`. */
  rewriteAll?: boolean;
  /** Also removes delete files that apply to no data file any more. Default `true`. */
  removeDanglingDeletes?: boolean;
  /** Commits in several steps; a group that fails does not undo the others. Default `false`. */
  partialProgress?: boolean;
  /** Commits at most, with `partialProgress`. Default 10. */
  maxCommits?: number;
  /** Bytes of the files written anew together. Default: 100 GiB, for `sort` the target size. */
  maxGroupBytes?: number;
  /**
   * Only finds out what would be written anew: the result counts the files chosen, their bytes, and the delete files
   * that would be applied; nothing is added or committed. Default `false`.
   */
  dryRun?: boolean;
  /** Default `main`. */
  branch?: string;
  /** Extra entries of the summary of every snapshot. */
  summary?: Readonly<Record<string, string>>;
  /** Runs on the refreshed table at every attempt of every commit; what it throws ends the compaction. */
  check?: (fresh: Table) => void;
  signal?: AbortSignal | undefined;
  /** Attempts of every commit after the first, on definite conflicts only. Default: the catalog's retry options (4). */
  retries?: number;
  onProgress?: (progress: CompactProgress) => void;
}

/** A group of data files that was not compacted. */
export interface FailedGroup {
  error: unknown;
  /** Paths of its data files, which are as they were. */
  files: readonly string[];
}

export interface CompactResult {
  table: Table;
  /** Data files. */
  rewrittenFiles: number;
  addedFiles: number;
  rewrittenBytes: number;
  addedBytes: number;
  /** Delete files (and deletion vectors) that were applied or applied to nothing. */
  removedDeleteFiles: number;
  commits: number;
  /** With `partialProgress`; without it the first failure is thrown. */
  failedGroups: readonly FailedGroup[];
}
