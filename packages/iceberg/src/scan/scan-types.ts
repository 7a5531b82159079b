import type { Table as ArrowTable, RecordBatch } from 'apache-arrow';
import type { Expression } from '../expression/expression.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import type { TimeTravelOptions } from './select-snapshot.js';

export interface ScanOptions extends TimeTravelOptions {
  /**
   * Columns to return, in this order; default all of the schema. A path such as `place.lat` gives the struct with that
   * field only; several paths into a column give it once. Also `_file` (string), `_pos` (long), `_spec_id` (int), and of
   * version 3 `_row_id` and `_last_updated_sequence_number` (long; null for rows that have no lineage).
   */
  columns?: readonly string[];
  filter?: Expression;
  /**
   * Only rows of data files whose data sequence number is above this; deletes are applied. A compaction or copy-on-write
   * change writes older rows into new files: they come once more.
   */
  afterSequenceNumber?: bigint;
  /**
   * Only rows of these data files, named as {@link TableScan.planFiles} names them; others and unknown names are passed
   * over. For work that is done in parts.
   */
  files?: ReadonlySet<string>;
  /** Stop after this many rows. */
  limit?: number;
  /** Rows per batch at most. Default 32,768. */
  batchSize?: number;
  signal?: AbortSignal | undefined;
}

export interface IncrementalScanOptions
  extends Omit<ScanOptions, 'snapshotId' | 'asOf' | 'afterSequenceNumber' | 'files'> {
  /** Exclusive; absent means from the beginning of the table. */
  fromSnapshotId?: bigint;
  /** Inclusive; default the newest snapshot of `ref`. Not together with `ref`. */
  toSnapshotId?: bigint;
  /** A branch or tag to read up to; default the current snapshot. */
  ref?: string;
}

export interface ChangelogScanOptions extends IncrementalScanOptions {
  /**
   * Columns that name a row. A row that a snapshot removed and one that it added with the same key are then
   * `update_before` and `update_after`. Default: none, so that they are `delete` and `insert`.
   */
  key?: readonly string[];
}

/** One data file to read, with the delete files that may apply to it and the filter left to evaluate. */
export interface FileScanTask {
  dataFile: ManifestEntry;
  deleteFiles: readonly ManifestEntry[];
  residual: Expression;
}

/** A planned read. Iterating gives Arrow record batches with the columns in the requested order. */
export interface TableScan extends AsyncIterable<RecordBatch> {
  planFiles(): Promise<FileScanTask[]>;
  toArrow(): Promise<ArrowTable>;
  /**
   * Rows as plain objects: long → `bigint`; date, timestamp → ISO text with microseconds; time → ISO text;
   * decimal → decimal text; uuid → text; binary, fixed → `Uint8Array`. `Row` says what the caller knows of them; it is
   * not checked.
   *
   * @example
   * for await (const { id } of table.scan().rows<{ id: bigint; status: string | null }>()) take(id);
   */
  rows<Row extends object = Record<string, unknown>>(): AsyncIterable<Row>;
  count(): Promise<number>;
}
