import { parseExactJson, printExactJson } from '../../util/exact-json.js';
import { isAborted, type RemoteCalls } from '../../util/remote-calls.js';
import type { RestAuthSession, RestFetch } from './rest-auth.js';
import { failureOf, isTransient, RestFailure, unanswered } from './rest-error.js';

/** One request, its path below the catalog's address. */
export interface RestRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface RestClientOptions {
  uri: string;
  fetch: RestFetch;
  calls: RemoteCalls;
  session: RestAuthSession | null;
  headers: Readonly<Record<string, string>>;
  now: () => number;
}

/** Sends requests and reads JSON answers exactly. Failures are {@link RestFailure} or what `fetch` throws. */
export class RestClient {
  readonly #options: RestClientOptions;

  constructor(options: RestClientOptions) {
    this.#options = options;
  }

  /** Sends a request that may safely be made twice until it is answered. */
  async send(request: RestRequest): Promise<unknown> {
    try {
      return await this.#options.calls.run((signal) => this.#attempt(request, signal), {
        retryable: (error) => !isAborted(error) && isTransient(error),
        pauseMs: (error) => (error instanceof RestFailure ? error.pauseMs : undefined),
        signal: request.signal,
      });
    } catch (cause) {
      throw this.#named(request, cause);
    }
  }

  /** Sends a request once. */
  async once(request: RestRequest): Promise<unknown> {
    try {
      return await this.#options.calls.once((signal) => this.#attempt(request, signal), request.signal);
    } catch (cause) {
      throw this.#named(request, cause);
    }
  }

  /** Waits before attempt `attempt + 1`; `false` when there is to be none. */
  async pause(attempt: number, cause: unknown, signal: AbortSignal | undefined): Promise<boolean> {
    const atLeastMs = cause instanceof RestFailure ? (cause.pauseMs ?? 0) : 0;
    return await this.#options.calls.pause(attempt, atLeastMs, signal);
  }

  /** A time limit knows nothing of the request that it ended. */
  #named({ method, path }: RestRequest, cause: unknown): unknown {
    return cause instanceof RestFailure ? cause : unanswered(method, `${this.#options.uri}${path}`, cause);
  }

  async #attempt(request: RestRequest, signal: AbortSignal): Promise<unknown> {
    const { uri, fetch, session, now } = this.#options;
    const url = new URL(`${uri}${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) url.searchParams.append(name, value);
    const body = request.body === undefined ? undefined : printExactJson(request.body);
    const plain = {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...this.#options.headers,
      ...request.headers,
    };
    for (let renewed = false; ; renewed = true) {
      const auth = (await session?.headers({ method: request.method, url, body, headers: plain })) ?? {};
      const answer = await fetch(url.href, {
        method: request.method,
        headers: { ...plain, ...auth },
        signal,
        // A redirected POST would arrive as a GET.
        redirect: request.method === 'GET' ? 'follow' : 'manual',
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      if (answer.status >= 200 && answer.status < 300) return parseAnswer(answer.status, text);
      const expired = answer.status === 401 || answer.status === 419;
      if (expired && !renewed && (await session?.renew?.(auth))) continue;
      throw failureOf(answer.status, text, answer.headers.get('retry-after'), now());
    }
  }
}

function parseAnswer(status: number, text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw new RestFailure({ status, type: '', message: 'the answer is not valid JSON', cause });
  }
}
