/** Stable codes of the errors this package throws on purpose. Programs match on these, never on messages. */
export type IcebergErrorCode =
  | 'TABLE_NOT_FOUND'
  | 'TABLE_ALREADY_EXISTS'
  | 'COMMIT_CONFLICT'
  | 'COMMIT_STATE_UNKNOWN'
  | 'SNAPSHOT_NOT_FOUND'
  | 'SNAPSHOT_EXPIRED'
  | 'REF_NOT_FOUND'
  | 'REF_ALREADY_EXISTS'
  | 'COLUMN_NOT_FOUND'
  | 'TYPE_MISMATCH'
  | 'INCOMPATIBLE_EVOLUTION'
  | 'INVALID_NAME'
  | 'INVALID_METADATA'
  | 'CORRUPT_FILE'
  | 'FILE_NOT_FOUND'
  | 'UNSUPPORTED_FORMAT_VERSION'
  | 'UNSUPPORTED_FEATURE'
  | 'UNSUPPORTED_FILE_FORMAT'
  | 'INVALID_ARGUMENT'
  | 'REQUIRED_VALUE_MISSING'
  | 'STORAGE_FAILED'
  | 'LOCATION_OUTSIDE_TABLE'
  | 'NAMESPACE_NOT_FOUND'
  | 'NAMESPACE_ALREADY_EXISTS'
  | 'NAMESPACE_NOT_EMPTY'
  | 'NOT_AUTHENTICATED'
  | 'ACCESS_DENIED'
  | 'CATALOG_FAILED'
  | 'ABORTED';

/** What an error carries besides its message. */
export interface IcebergErrorOptions {
  code: IcebergErrorCode;
  /** Whether the same work, begun again on the newest table, may succeed without anyone changing anything. Default `false`. */
  retryable?: boolean;
  /** Table, file, snapshot, value: what a reader of the log needs. */
  context?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/**
 * The one error class of `@lean-ops/iceberg`.
 *
 * @example
 * try { await catalog.loadTable(id); } catch (error) {
 *   if (error instanceof IcebergError && error.code === 'TABLE_NOT_FOUND') return null;
 *   throw error;
 * }
 */
export class IcebergError extends Error {
  readonly code: IcebergErrorCode;
  readonly retryable: boolean;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(message: string, options: IcebergErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IcebergError';
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.context = options.context ?? {};
  }
}

/** Throws `ABORTED`, with the signal's reason as cause, when `signal` has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedBy(signal);
}

/** The error of work that a signal has ended. */
export function abortedBy(signal: AbortSignal, context?: Readonly<Record<string, unknown>>): IcebergError {
  return new IcebergError('The operation was aborted by its signal.', {
    code: 'ABORTED',
    ...(context === undefined ? {} : { context }),
    cause: signal.reason,
  });
}
