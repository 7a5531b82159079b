/** What an error carries besides its message. */
export interface LeanOpsErrorOptions<Code extends string> {
  /** Stable, upper-case code that programs may match on. */
  code: Code;
  /** Whether the same call may succeed later without anyone changing anything. Default `false`. */
  retryable?: boolean;
  /** Values a reader of the log needs: topic, table, file, row, snapshot… */
  context?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/**
 * Base of every error that lean-ops throws on purpose.
 *
 * The message says what was wrong, with which value, where, and what to do about it; programs match on
 * {@link LeanOpsError.code}, never on the message.
 *
 * @example
 * try { await run(); } catch (error) {
 *   if (error instanceof LeanOpsError && error.code === 'LEASE_LOST') return;
 *   throw error;
 * }
 */
export class LeanOpsError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly retryable: boolean;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(message: string, options: LeanOpsErrorOptions<Code>) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.context = options.context ?? {};
  }
}

/** Codes of the errors that `@lean-ops/core` itself throws. */
export type CoreErrorCode =
  | 'CONTRACT_INVALID'
  | 'CONTRACT_UNREADABLE'
  | 'TOPIC_NAME_INVALID'
  | 'TOPIC_NAME_COLLISION'
  | 'STATE_STORE_VERSION'
  | 'STATE_STORE_UNREADABLE'
  | 'STATE_STORE_BUSY'
  | 'STATE_ITEM_TOO_LARGE'
  | 'TRACKED_ERROR_NOT_FOUND'
  | 'TOPIC_NOT_REGISTERED';

/** Errors of `@lean-ops/core`: contracts, topic names, state stores. */
export class CoreError extends LeanOpsError<CoreErrorCode> {}
