import type { Utf8, Vector } from 'apache-arrow';
import type { DriftEntry } from '../drift/drift.js';
import type { ParseFailure } from './parse-failure.js';
import type { Utf8Column } from './utf8-column.js';

/** A payload column and the JSON path whose values it holds. */
export interface ColumnPath {
  readonly name: string;
  /** As {@link formatPath} writes it. */
  readonly path: string;
}

export interface FlattenOptions {
  /** Levels of nesting that become columns, 1–1,000; objects below stay JSON text. Default 5. */
  readonly maxDepth?: number;
  /** Payload columns per table before values go to `_overflow`. Default 2,000. */
  readonly maxColumns?: number;
  /** Columns the table already has: their names are kept for ever. */
  readonly columns?: readonly ColumnPath[];
  /** Names payload columns may not take (the envelope's). Names with a leading `_` are never taken. */
  readonly reserved?: readonly string[];
  /** Paths that always get a column, even past `maxColumns`. */
  readonly contractPaths?: readonly string[];
}

/** A flattened column: the text of each row's value at `path`, null where the row has none. */
export interface FlattenedColumn extends ColumnPath {
  readonly vector: Vector<Utf8>;
}

export interface FlattenedBatch {
  readonly rowCount: number;
  /** Row of the payload column behind each output row: rows that do not parse are left out. */
  readonly rows: Int32Array;
  /** Every column known so far, in table order, those without a value in this batch included. */
  readonly columns: readonly FlattenedColumn[];
  /** JSON object of path → JSON value for what found no column; null when no row has any. */
  readonly overflow: Vector<Utf8> | null;
  readonly failures: readonly ParseFailure[];
  readonly drift: readonly DriftEntry[];
}

/** Validation of a whole payload column, with the text of a few paths picked up on the way. */
export interface Extraction {
  readonly failures: readonly ParseFailure[];
  /** One per path asked for, aligned with the payload rows; null where absent, null, or the row does not parse. */
  readonly columns: readonly Utf8Column[];
}

/** A column that rows flattened elsewhere have. */
export interface FoundColumn {
  /** Keys from the root of the payload. */
  readonly keys: readonly string[];
  /** Row in which it was first seen. */
  readonly firstRow: number;
  /** Values that are not null. */
  readonly values: number;
}
