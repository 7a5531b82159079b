import { IcebergError, type IcebergErrorCode } from '../../error.js';

interface ServiceError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const asServiceError = (error: unknown): ServiceError => (error ?? {}) as ServiceError;

export function isNamed(error: unknown, ...names: string[]): boolean {
  return names.includes(asServiceError(error).name ?? '');
}

/** Whether Glue certainly did nothing: it refused, and no earlier try of the SDK's own may have got through. */
export function isRefusal(error: unknown): boolean {
  const { $metadata: metadata } = asServiceError(error);
  if (isNamed(error, 'CredentialsProviderError')) return true;
  const status = metadata?.httpStatusCode;
  // Glue reports time-outs and failures of its own as 400 too, by name.
  if (isNamed(error, 'InternalServiceException', 'OperationTimeoutException')) return false;
  return status !== undefined && status >= 400 && status < 500 && (metadata?.attempts ?? 1) === 1;
}

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof IcebergError || isNamed(error, 'CredentialsProviderError')) return false;
  const status = asServiceError(error).$metadata?.httpStatusCode;
  if (status === undefined || status >= 500 || status === 429) return true;
  return isNamed(
    error,
    'InternalServiceException',
    'OperationTimeoutException',
    'ThrottlingException',
    'ResourceNotReadyException',
  );
}

const CODES: Readonly<Record<string, IcebergErrorCode>> = {
  AccessDeniedException: 'ACCESS_DENIED',
  ExpiredTokenException: 'NOT_AUTHENTICATED',
  UnrecognizedClientException: 'NOT_AUTHENTICATED',
  InvalidSignatureException: 'NOT_AUTHENTICATED',
  CredentialsProviderError: 'NOT_AUTHENTICATED',
  InvalidInputException: 'INVALID_ARGUMENT',
};

/** The typed error of a failed call. `byName` says what an error of Glue means for it. */
export function glueFailed(
  action: string,
  cause: unknown,
  context: Readonly<Record<string, unknown>>,
  byName: Readonly<Record<string, IcebergErrorCode>> = {},
): IcebergError {
  if (cause instanceof IcebergError) return cause;
  const { name = 'Error', message = String(cause) } = asServiceError(cause);
  return new IcebergError(`Glue could not ${action}: ${name}: ${message}.`, {
    code: byName[name] ?? CODES[name] ?? 'CATALOG_FAILED',
    retryable: isTransient(cause),
    context: { ...context, error: name, ...(isRefusal(cause) ? { outcome: 'not-written' } : {}) },
    cause,
  });
}
