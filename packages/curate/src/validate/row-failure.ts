import type { CastCode } from '../cast/cast-result.js';

/** Why a column fails a row. Stable: it is stored in `curated.{topic}_errors`. */
export type FailureCode =
  /** A critical data element is absent or null. */
  | 'CDE_MISSING'
  /** A critical data element that must not be blank is. */
  | 'CDE_BLANK'
  | `CAST_${CastCode}`
  | 'ENUM_UNKNOWN'
  | 'BELOW_MIN'
  | 'ABOVE_MAX'
  | 'PATTERN_MISMATCH';

/** One fault of one column. The message never holds a sensitive value. */
export interface ColumnFailure {
  readonly column: string;
  readonly code: FailureCode;
  readonly message: string;
}

/** Everything that is wrong with one row, in the order of the contract's columns. */
export interface RowFailures {
  /** Row of the batch. */
  readonly row: number;
  readonly failures: readonly ColumnFailure[];
}
