import type { Table as ArrowTable, RecordBatch } from 'apache-arrow';
import type { Expression } from '../expression/expression.js';
import type { RowLayout } from '../parquet/encode/encode-rows.js';
import type { EncodedRows } from '../parquet/encode/encoded-rows.js';
import type { PartitionChange } from '../partition/partition-change.js';
import type { Schema } from '../schema/schema.js';
import type { SchemaChange } from '../schema/schema-change.js';
import type { Table } from '../table/table.js';
import type { NewField } from '../type/iceberg-type.js';
import type { RowLike } from '../type/plain-row.js';

/**
 * Rows to write, as Arrow or as objects. Columns are matched by name; absent optional columns become null, unknown
 * ones are refused.
 */
export type ArrowInput =
  | ArrowTable
  | RecordBatch
  | Iterable<RecordBatch | RowLike>
  | AsyncIterable<RecordBatch | RowLike>;

/** Property changes: `null` removes a property. */
export type PropertyChanges = Readonly<Record<string, string | null>>;

/** Ids of the snapshot that one commit attempt is about to add. */
export interface WrittenSnapshot {
  snapshotId: bigint;
  sequenceNumber: bigint;
}

/** How a transaction commits. */
export interface TransactionOptions {
  /** Extra entries of the snapshot summary. */
  summary?: Readonly<Record<string, string>>;
  /** Table properties set in the same commit; the function form is called per attempt with that attempt's ids and needs a snapshot. */
  properties?: PropertyChanges | ((written: WrittenSnapshot) => PropertyChanges);
  /** Runs on the refreshed table at every attempt, before staging; what it throws ends the commit without retry. */
  check?: (fresh: Table) => void;
  /** Adds a snapshot even when no file changes. Default `false`. */
  emptySnapshot?: boolean;
  /** The branch to commit to; it must exist (`REF_NOT_FOUND`). Default `main`. */
  branch?: string;
  /** Adds the snapshot without moving the branch, to be audited and then published (`publish`, `cherryPick`). Default `false`. */
  stageOnly?: boolean;
  /** Id under which a staged snapshot is published later (summary entry `wap.id`). */
  wapId?: string;
  /**
   * What other commits may do meanwhile. Default: the table property `write.delete.isolation-level` for deletes,
   * `write.update.isolation-level` for overwrites, else `serializable`: the result is as if the commits had come one
   * after the other. `snapshot`: rows that others add meanwhile may escape a filter.
   */
  isolation?: 'snapshot' | 'serializable';
  /**
   * The rows that the changes were worked out from: another commit that deletes such rows meanwhile, or under
   * `serializable` adds some, is a conflict.
   */
  conflictFilter?: Expression;
  signal?: AbortSignal | undefined;
  /** Attempts after the first, on definite conflicts only. Default: the catalog's retry options (4). */
  retries?: number;
}

/** Rows to delete by place: a data file's path as `_file` gives it, and zero-based row positions as `_pos` gives them. */
export interface PositionDeletes {
  file: string;
  positions: Iterable<bigint | number>;
}

/** What a commit did. Ids are `null` where no snapshot was added. */
export interface CommitResult {
  table: Table;
  snapshotId: bigint | null;
  sequenceNumber: bigint | null;
  /** Commit attempts made, the successful one included; 0 when there was nothing to commit. */
  attempts: number;
}

/**
 * How rows are deleted: `merge-on-read` writes their positions beside the data files, which is fast to write;
 * `copy-on-write` writes the data files anew without them, which is fast to read.
 */
export type RowMode = 'merge-on-read' | 'copy-on-write';

/**
 * `equality-deletes` writes the keys themselves: no row is looked for, and every later read compares. The columns that
 * the table is partitioned by must be in the key.
 */
export type KeyMode = RowMode | 'equality-deletes';

/** Which rows to delete by key, and how. */
export interface KeyOptions {
  /**
   * Names of the columns that identify a row; they must be primitive and never null in the data given. Default: the
   * identifier fields of the table's schema.
   */
  key?: readonly string[];
  /** Default: the table property `write.delete.mode` (`write.merge.mode` for an upsert), else merge-on-read. */
  mode?: KeyMode;
}

/** How rows are deleted by place. */
export interface PositionOptions {
  /** Default: the table property `write.delete.mode`, else merge-on-read. */
  mode?: RowMode | undefined;
}

/** Which rows to delete by a filter, and how. */
export interface FilterOptions {
  /** Rows for which it is true are deleted; those for which SQL does not know stay. */
  filter: Expression;
  /** Default: the table property `write.delete.mode` (`write.update.mode` for an overwrite), else merge-on-read. */
  mode?: RowMode;
}

/**
 * A set of changes that is committed as one.
 *
 * Files are written when a method is called (prepare); `commit` stages and publishes. Methods are called one after
 * another, not concurrently.
 */
export interface Transaction {
  /** The schema that rows are written with, changes made so far included. */
  schema(): Schema;
  /** Adds columns with new ids; a column that is already there with the same type is left alone. */
  addColumns(columns: readonly NewField[]): this;
  /**
   * Changes the schema; rows written afterwards have the new one. Another commit that changes the same columns first is
   * a `COMMIT_CONFLICT`.
   */
  updateSchema(change: (change: SchemaChange) => unknown): this;
  /** Changes the partitioning of the files written afterwards. */
  updatePartitioning(change: (change: PartitionChange) => unknown): this;
  /** How writers are to sort rows within files: `['ts desc', 'id']`; `[]` for not at all. */
  replaceSortOrder(sortBy: readonly string[]): this;
  /** Required columns that identify a row together, nested ones by their path; `[]` for none. */
  setIdentifierFields(paths: readonly string[]): this;
  /** There is no way back. To be called before rows are written. Throws `UNSUPPORTED_FORMAT_VERSION`. */
  upgradeFormatVersion(formatVersion: 2 | 3): this;
  setProperties(properties: PropertyChanges): this;
  append(data: ArrowInput): Promise<this>;
  /**
   * What rows have to be encoded by (`encodeRows`) for {@link appendEncoded}; `null` where the table has columns of other
   * types than text, long, timestamp and lists of longs, or a sort order: then `append`.
   */
  rowLayout(): RowLayout | null;
  /** Appends rows that were encoded before, perhaps in other threads. They are refused where they do not fit the table. */
  appendEncoded(rows: AsyncIterable<EncodedRows> | Iterable<EncodedRows>): Promise<this>;
  /**
   * The commit fails with `COMMIT_CONFLICT` when one of the data files is no longer live; copy-on-write also when others
   * delete rows of one meanwhile.
   */
  deletePositions(deletes: readonly PositionDeletes[], options?: PositionOptions): Promise<this>;
  /** Replaces the rows that have the given rows' keys. Keys must be unique in `data`. */
  upsert(data: ArrowInput, options: KeyOptions): Promise<this>;
  deleteKeys(keys: ArrowInput, options: KeyOptions): Promise<this>;
  /**
   * Deletes rows by a filter; data files all rows of which match are removed unread. The commit fails with
   * `COMMIT_CONFLICT` when others move the rows to other files, or, under `serializable`, add rows that may match.
   */
  delete(options: FilterOptions): Promise<this>;
  /**
   * Replaces the rows that match a filter by the given ones, which need not match. Conflicts are those of `delete`, and
   * deletes by others from data files that hold matching rows.
   */
  overwrite(data: ArrowInput, options: FilterOptions): Promise<this>;
  commit(): Promise<CommitResult>;
  /** Deletes the files prepared so far. */
  abort(): Promise<void>;
}
