import type { Schema as ArrowSchema, RecordBatch } from 'apache-arrow';
import type { BloomFilter } from './bloom-filter.js';
import type { BloomFilterPlace, ColumnParts, ParquetFooter } from './parquet-footer.js';
import type { RowGroupRows } from './row-group-rows.js';

/** What to read of a row group. */
export interface RowGroupRequest {
  /** Top-level columns. */
  readonly columns: readonly string[];
  /** Those of them that are wanted in part only. */
  readonly parts?: ColumnParts;
  /** Rows at a time. */
  readonly batchSize: number;
}

/** An open Parquet file, read row group by row group. Call `close` when done: it may hold wasm memory. */
export interface ParquetReader {
  readonly path: string;
  readonly schema: ArrowSchema;
  /** Rows of each row group. */
  readonly rowGroups: readonly number[];
  /** Of a file whose row groups may be passed over by their statistics. */
  readonly footer?: ParquetFooter;
  /** Top-level columns of one row group, to be read piece by piece. Throws `CORRUPT_FILE`. */
  openRowGroup(index: number, options: RowGroupRequest): RowGroupRows;
  /** Reads top-level columns of one row group at once. Throws `CORRUPT_FILE`. */
  readRowGroup(index: number, options: RowGroupRequest): Promise<RecordBatch[]>;
  /**
   * The Bloom filter at a place the footer names; `null` for one of an unknown kind. Of files that are read in ranges.
   * Throws `CORRUPT_FILE`.
   */
  readBloomFilter?(place: BloomFilterPlace): Promise<BloomFilter | null>;
  close(): void;
}
