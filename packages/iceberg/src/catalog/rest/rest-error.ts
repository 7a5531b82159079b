import { IcebergError, type IcebergErrorCode } from '../../error.js';
import type { RestFetch } from './rest-auth.js';

/** An answer of the server that is no success, or a success that cannot be read (then `status` is below 300). */
export class RestFailure extends Error {
  readonly status: number;
  /** The exception the server names, `NoSuchTableException` for example. */
  readonly type: string;
  /** Least pause before another try, in milliseconds, where the server asks for one. */
  readonly pauseMs: number | undefined;

  constructor(options: {
    status: number;
    type: string;
    message: string;
    pauseMs?: number | undefined;
    cause?: unknown;
  }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RestFailure';
    this.status = options.status;
    this.type = options.type;
    this.pauseMs = options.pauseMs;
  }
}

/** No answer came: what was asked, of whom, and why as far down as it is known. Neither user nor query is shown. */
class RestUnreachable extends Error {
  readonly method: string;
  readonly url: string;

  constructor(method: string, url: string, cause: unknown) {
    const { origin, pathname } = new URL(url);
    super(`${method} ${origin}${pathname} failed: ${reasonOf(cause)}`, { cause });
    this.name = 'RestUnreachable';
    this.method = method;
    this.url = `${origin}${pathname}`;
  }
}

/** The error of a request without an answer, which says what it was; errors that are typed already pass through. */
export function unanswered(method: string, url: string, cause: unknown): unknown {
  const isNamed = cause instanceof IcebergError || cause instanceof RestUnreachable;
  return isNamed ? cause : new RestUnreachable(method, url, cause);
}

/** A `fetch` whose failures say which request failed, and why: its own say no more than `fetch failed`. */
export function namingRequests(fetch: RestFetch): RestFetch {
  return async (url, init) => {
    const failed = (cause: unknown): unknown =>
      init.signal?.aborted ? cause : unanswered(init.method, url, cause);
    try {
      const answer = await fetch(url, init);
      const text = (): Promise<string> =>
        answer.text().catch((cause: unknown) => {
          throw failed(cause);
        });
      return { status: answer.status, headers: answer.headers, text };
    } catch (cause) {
      throw failed(cause);
    }
  };
}

/** Reads the error document of the REST specification; other bodies are quoted. */
export function failureOf(status: number, text: string, retryAfter: string | null, now: number): RestFailure {
  let type = '';
  let message = text.trim().slice(0, 500) || `status ${status}`;
  try {
    const { error } = JSON.parse(text) as { error?: { type?: unknown; message?: unknown } };
    if (typeof error?.type === 'string') type = error.type;
    if (typeof error?.message === 'string') message = error.message;
  } catch {
    // No JSON: a proxy, or a load balancer.
  }
  return new RestFailure({ status, type, message, pauseMs: pauseOf(retryAfter, now) });
}

function pauseOf(retryAfter: string | null, now: number): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = Number(retryAfter);
  const pause = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - now;
  return pause > 0 ? pause : undefined;
}

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof IcebergError) return error.code === 'CATALOG_FAILED' && error.retryable;
  if (!(error instanceof RestFailure)) return true;
  return error.status >= 500 || error.status === 429 || error.status === 408 || error.status < 300;
}

/** Whether the server certainly did nothing. Answers of 5xx, answers that cannot be read and no answer leave it open. */
export function isRefusal(error: unknown): boolean {
  // Raised before anything was sent: authentication, endpoints.
  if (error instanceof IcebergError) return error.code !== 'ABORTED';
  return error instanceof RestFailure && error.status >= 300 && error.status < 500 && error.status !== 408;
}

const BY_TYPE: Readonly<Record<string, IcebergErrorCode>> = {
  NoSuchNamespaceException: 'NAMESPACE_NOT_FOUND',
  NoSuchTableException: 'TABLE_NOT_FOUND',
  NamespaceNotEmptyException: 'NAMESPACE_NOT_EMPTY',
};

const BY_STATUS: Readonly<Record<number, IcebergErrorCode>> = {
  400: 'INVALID_ARGUMENT',
  401: 'NOT_AUTHENTICATED',
  403: 'ACCESS_DENIED',
  405: 'UNSUPPORTED_FEATURE',
  406: 'UNSUPPORTED_FEATURE',
  419: 'NOT_AUTHENTICATED',
  422: 'INVALID_ARGUMENT',
  501: 'UNSUPPORTED_FEATURE',
};

/**
 * The typed error of a failed request. `byStatus` says what 404 and 409 mean for it. A refusal carries
 * `outcome: 'not-written'`.
 */
export function restFailed(
  action: string,
  cause: unknown,
  options: {
    byStatus?: Readonly<Record<number, IcebergErrorCode>>;
    context?: Readonly<Record<string, unknown>>;
  } = {},
): IcebergError {
  if (cause instanceof IcebergError) return cause;
  const outcome = isRefusal(cause) ? { outcome: 'not-written' } : {};
  if (!(cause instanceof RestFailure)) {
    return new IcebergError(`The catalog could not ${action}: ${reasonOf(cause)}.`, {
      code: 'CATALOG_FAILED',
      retryable: true,
      context: {
        ...options.context,
        ...(cause instanceof RestUnreachable ? { method: cause.method, url: cause.url } : {}),
      },
      cause,
    });
  }
  const code =
    (cause.status === 404 || cause.status === 409 ? BY_TYPE[cause.type] : undefined) ??
    options.byStatus?.[cause.status] ??
    BY_STATUS[cause.status] ??
    'CATALOG_FAILED';
  return new IcebergError(
    `The catalog could not ${action} (${cause.status} ${cause.type}): ${cause.message}`,
    {
      code,
      retryable: isTransient(cause),
      context: { ...options.context, status: cause.status, type: cause.type, ...outcome },
      cause,
    },
  );
}

/**
 * `fetch` itself says no more than that it failed; why is in its cause, or that one's, whose own text may be empty: of a
 * name with several addresses, each has an error.
 */
function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const { message, cause } = failure;
  const { code } = failure as { code?: unknown };
  const own = [message, typeof code === 'string' && !message.includes(code) ? code : '']
    .filter(Boolean)
    .join(' ');
  const below =
    failure instanceof AggregateError && message === ''
      ? [...new Set(failure.errors.map(reasonOf))].join('; ')
      : cause === undefined || failure instanceof RestUnreachable
        ? ''
        : reasonOf(cause);
  if (below === '' || own.includes(below)) return own;
  return own === '' || below.includes(own) ? below : `${own}: ${below}`;
}
