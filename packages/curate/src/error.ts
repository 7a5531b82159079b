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
  | 'MASKING_KEY_MISSING';

/** Errors of `@lean-ops/curate`. */
export class CurateError extends LeanOpsError<CurateErrorCode> {}
