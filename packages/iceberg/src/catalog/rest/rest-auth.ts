/** What of a request an authentication may look at. */
export interface RestAuthRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the catalog lends its authentication. */
export interface RestAuthContext {
  readonly fetch: RestFetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Address of the catalog, without a slash at the end. */
  readonly uri: string;
}

/** Authentication at work: one per catalog. */
export interface RestAuthSession {
  /** Headers to add to a request. */
  headers(request: RestAuthRequest): Promise<Record<string, string>>;
  /**
   * Called once for a request that was answered 401 or 419, with the headers it carried; `true` when the request is
   * worth sending again.
   */
  renew?(refused: Readonly<Record<string, string>>): Promise<boolean>;
}

/** A way to authenticate: {@link bearer}, {@link oauth2}, {@link sigV4}, or your own. */
export type RestAuth = (context: RestAuthContext) => RestAuthSession;

/** The part of `fetch` that is used. */
export type RestFetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    signal?: AbortSignal;
    redirect?: 'follow' | 'manual';
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

/**
 * A bearer token, or a function that gives the present one; the function is asked again after a refusal.
 *
 * @example
 * new RestCatalog({ uri, auth: bearer(token) })
 */
export function bearer(token: string | (() => string | Promise<string>)): RestAuth {
  return () => ({
    headers: async () => ({
      authorization: `Bearer ${typeof token === 'function' ? await token() : token}`,
    }),
    renew: async (refused) =>
      typeof token === 'function' && `Bearer ${await token()}` !== refused['authorization'],
  });
}
