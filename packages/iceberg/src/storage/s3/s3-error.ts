import { IcebergError } from '../../error.js';
import { isAborted } from '../../util/remote-calls.js';

/** The parts of an SDK error that decisions are made on. */
interface ServiceError {
  readonly name?: string;
  readonly Code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const asServiceError = (error: unknown): ServiceError => (error ?? {}) as ServiceError;

export function statusOf(error: unknown): number | undefined {
  return asServiceError(error).$metadata?.httpStatusCode;
}

export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404 && !isNamed(error, 'NoSuchBucket', 'NoSuchUpload');
}

export function isNamed(error: unknown, ...names: string[]): boolean {
  const { name, Code } = asServiceError(error);
  return names.includes(name ?? '') || names.includes(Code ?? '');
}

/** Another writer was first (`If-None-Match: *` failed). */
export function isLost(error: unknown): boolean {
  return statusOf(error) === 412 || isNamed(error, 'PreconditionFailed');
}

/** Whether the same request may succeed later: throttling, failures of the service, of the network, time-outs. */
export function isTransient(error: unknown): boolean {
  if (isAborted(error)) return false;
  const status = statusOf(error);
  if (status === undefined) return !(error instanceof IcebergError) && !isConfigurationError(error);
  return (
    status >= 500 ||
    status === 429 ||
    // Two conditional writes met; neither was made, and the request may be sent again.
    status === 409 ||
    // A body that stopped short of its length.
    status < 300 ||
    isNamed(error, 'RequestTimeout', 'SlowDown', 'RequestTimeTooSkewed')
  );
}

/** Whether the service certainly did nothing: it refused, and no earlier try of the SDK's own may have got through. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  const tries = asServiceError(error).$metadata?.attempts ?? 1;
  if (isConfigurationError(error)) return true;
  return status !== undefined && status >= 400 && status < 500 && tries === 1;
}

/** No credentials or no region: the request was never sent. */
function isConfigurationError(error: unknown): boolean {
  return (
    isNamed(error, 'CredentialsProviderError') ||
    /region is missing/i.test(asServiceError(error).message ?? '')
  );
}

/** The typed error of a failed call. */
export function s3Failed(
  action: string,
  path: string,
  cause: unknown,
  outcome?: 'not-written',
): IcebergError {
  if (cause instanceof IcebergError) return cause;
  const status = statusOf(cause);
  const { name = 'Error', message = String(cause) } = asServiceError(cause);
  const context = {
    path,
    error: name,
    ...(status === undefined ? {} : { status }),
    ...(outcome === undefined ? {} : { outcome }),
  };
  if (status === 401 || status === 403) {
    return new IcebergError(
      `The S3 object ${path} could not be ${action}: access was denied (${name}). Check the credentials and the bucket's policy; without s3:ListBucket an absent object looks denied too.`,
      { code: 'ACCESS_DENIED', context, cause },
    );
  }
  return new IcebergError(`The S3 object ${path} could not be ${action}: ${name}: ${message}.`, {
    code: 'STORAGE_FAILED',
    retryable: isTransient(cause),
    context,
    cause,
  });
}
