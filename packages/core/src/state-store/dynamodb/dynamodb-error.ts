import { CoreError } from '../../error.js';

interface ServiceError {
  readonly name?: string;
  readonly message?: string;
  readonly CancellationReasons?: readonly { readonly Code?: string; readonly Message?: string }[];
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const asServiceError = (error: unknown): ServiceError => (error ?? {}) as ServiceError;

/** Reasons for which a transaction is worth reading and trying again. */
const LOST_RACES = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

export function isConditionFailure(error: unknown): boolean {
  return asServiceError(error).name === 'ConditionalCheckFailedException';
}

/** Another request had the item in hand; nothing was done. */
export function isConflict(error: unknown): boolean {
  const { name } = asServiceError(error);
  return name === 'TransactionConflictException' || name === 'TransactionInProgressException';
}

/** A transaction that was cancelled because others were faster: what it was based on is to be read again. */
export function isLostRace(error: unknown): boolean {
  const { name, CancellationReasons = [] } = asServiceError(error);
  if (name !== 'TransactionCanceledException') return false;
  const codes = CancellationReasons.map(({ Code = 'None' }) => Code).filter((code) => code !== 'None');
  return codes.length > 0 && codes.every((code) => LOST_RACES.has(code));
}

/** The error of a call as the store throws it; its cause keeps the SDK's. */
export function dynamoDbFailed(action: string, table: string, cause: unknown): unknown {
  if (cause instanceof CoreError) return cause;
  const { name = 'Error', message = String(cause) } = asServiceError(cause);
  const context = { table, action, error: name };
  if (isAborted(cause)) return cause;
  if (isTransient(cause)) {
    return new CoreError(
      `state table ${table} did not take the call "${action}" (${name}: ${message}): try again`,
      { code: 'STATE_STORE_BUSY', retryable: true, context, cause },
    );
  }
  return new CoreError(
    `state table ${table} cannot be used for "${action}" (${name}: ${message}): check that it exists with the keys of this release, and that its use is allowed`,
    { code: 'STATE_STORE_UNREADABLE', context, cause },
  );
}

const isAborted = (error: unknown): boolean => asServiceError(error).name === 'AbortError';

/** Everything but what the service says is wrong with the request: throttling, failures of its own, the network. */
function isTransient(error: unknown): boolean {
  const { name = '', CancellationReasons, $metadata } = asServiceError(error);
  if (CancellationReasons !== undefined) {
    return CancellationReasons.every(({ Code }) => Code !== 'ValidationError' && Code !== 'AccessDenied');
  }
  if (name === 'CredentialsProviderError') return false;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return !(error instanceof TypeError);
  return status >= 500 || status === 429 || /Throttl|Throughput|LimitExceeded|InProgress|Conflict/.test(name);
}
