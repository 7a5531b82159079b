import type { TableRequirement } from '../metadata/requirement.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import type { NewSchema } from '../schema/schema.js';
import type { Table } from '../table/table.js';
import type { AbortOptions } from '../util/abortable.js';

/** Name of a table; a namespace may have several levels, separated by dots. */
export interface TableIdentifier {
  namespace: string;
  name: string;
}

export interface CreateTableOptions extends AbortOptions {
  schema: NewSchema;
  /** `col`, `year(col)`, `month(col)`, `day(col)`, `hour(col)`, `bucket(16, col)`, `truncate(4, col)`. */
  partitionBy?: readonly string[];
  /** `col`, `col desc`, `col asc nulls last`, `bucket(16, col)`: how writers are to sort rows within files. */
  sortBy?: readonly string[];
  /** Required columns that identify a row together, nested ones by their path. */
  identifierFields?: readonly string[];
  properties?: Readonly<Record<string, string>>;
  /** Default 2. */
  formatVersion?: 2 | 3;
}

/** One change of a table: applied if all requirements hold on the newest metadata. */
export interface TableCommit {
  identifier: TableIdentifier;
  requirements: readonly TableRequirement[];
  updates: readonly TableUpdate[];
  /**
   * The metadata the change was made for, where it may rest on more than the requirements can say (properties, for
   * example). A catalog that swaps a pointer itself refuses a table that has moved on.
   */
  baseLocation?: string;
}

/** Metadata together with where it stands. */
export interface LoadedMetadata {
  metadata: TableMetadata;
  metadataLocation: string;
}

/**
 * Names tables and swaps their metadata atomically. Every implementation runs `catalogContract` of
 * `@lean-ops/iceberg/testing`.
 *
 * Every call takes a `signal` and throws `ABORTED` when it fires. One that fires while a change is being sent leaves open
 * whether it was made: `createTable` and `commitTable` then throw `COMMIT_STATE_UNKNOWN`; of a table that `dropTable` was
 * to drop some files may be left.
 */
export interface Catalog {
  /** Throws `TABLE_ALREADY_EXISTS`. */
  createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
  /** Throws `TABLE_NOT_FOUND`. */
  loadTable(identifier: TableIdentifier, options?: AbortOptions): Promise<Table>;
  tableExists(identifier: TableIdentifier, options?: AbortOptions): Promise<boolean>;
  /** Tables right in a namespace (`NAMESPACE_NOT_FOUND` where it is absent), or all tables; sorted by name. */
  listTables(namespace?: string, options?: AbortOptions): Promise<TableIdentifier[]>;
  /** Forgets a table; `purge` also deletes the files below its folder that are no other table's. Throws `TABLE_NOT_FOUND`. */
  dropTable(identifier: TableIdentifier, options?: { purge?: boolean } & AbortOptions): Promise<void>;
  /**
   * The low-level commit. Throws `COMMIT_CONFLICT` when a requirement fails or another commit came first (nothing was
   * changed), and `COMMIT_STATE_UNKNOWN` when it cannot be told whether the change was made.
   */
  commitTable(commit: TableCommit, options?: AbortOptions): Promise<LoadedMetadata>;
}
