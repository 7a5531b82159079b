import { IcebergError } from '../../error.js';
import type { RestAuth, RestAuthContext, RestAuthSession } from './rest-auth.js';

/** Options of {@link oauth2}. */
export interface OAuth2Options {
  clientId: string;
  clientSecret: string;
  /** Where tokens are given out. Default: `<catalog>/v1/oauth/tokens`, which servers are moving away from. */
  tokenUri?: string;
  /** Default `catalog`. */
  scope?: string;
  /** Further fields of the token request, `audience` and `resource` for example. */
  parameters?: Readonly<Record<string, string>>;
  /** A token is replaced this long before it expires, or when a tenth of its life is left if that is shorter. Default 60,000. */
  refreshBeforeMs?: number;
}

interface Token {
  readonly value: string;
  /** Milliseconds since 1970 from when on it is not used any more. */
  readonly until: number;
}

/**
 * OAuth 2.0 client credentials. A token is asked for when first needed, replaced before it expires, and replaced once
 * when a request is refused with 401. Throws `NOT_AUTHENTICATED` where no token is given.
 */
export function oauth2(options: OAuth2Options): RestAuth {
  return (context) => new OAuth2Session(options, context);
}

class OAuth2Session implements RestAuthSession {
  readonly #options: OAuth2Options;
  readonly #context: RestAuthContext;
  #token: Promise<Token> | null = null;

  constructor(options: OAuth2Options, context: RestAuthContext) {
    this.#options = options;
    this.#context = context;
  }

  async headers(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${(await this.#current()).value}` };
  }

  async renew(refused: Readonly<Record<string, string>>): Promise<boolean> {
    // Another request may have replaced the token already.
    const token = await this.#token?.catch(() => null);
    if (token && refused['authorization'] === `Bearer ${token.value}`) this.#token = null;
    return true;
  }

  async #current(): Promise<Token> {
    let pending = this.#token;
    if (pending !== null) {
      const token = await pending;
      if (this.#context.now() < token.until) return token;
      if (this.#token === pending) this.#token = null;
    }
    // Requests that need a new token at the same time share one.
    pending = this.#token ??= this.#request();
    try {
      return await pending;
    } catch (error) {
      if (this.#token === pending) this.#token = null;
      throw error;
    }
  }

  async #request(): Promise<Token> {
    const { clientId, clientSecret, scope = 'catalog', parameters = {} } = this.#options;
    const tokenUri = this.#options.tokenUri ?? `${this.#context.uri}/v1/oauth/tokens`;
    const asked = this.#context.now();
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
      ...parameters,
    });
    const answer = await this.#context.fetch(tokenUri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: body.toString(),
    });
    const text = await answer.text();
    const json = parsed(text);
    const value = json['access_token'];
    if (answer.status !== 200 || typeof value !== 'string') {
      const reason = json['error_description'] ?? json['error'] ?? `status ${answer.status}`;
      throw new IcebergError(
        `${tokenUri} gave no token for client "${clientId}": ${typeof reason === 'string' ? reason : JSON.stringify(reason)}. Check the credentials and the scope "${scope}".`,
        {
          code: answer.status >= 500 ? 'CATALOG_FAILED' : 'NOT_AUTHENTICATED',
          retryable: answer.status >= 500,
          context: { tokenUri, status: answer.status, outcome: 'not-written' },
        },
      );
    }
    const seconds = Number(json['expires_in']);
    const life = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
    const margin = Math.min(this.#options.refreshBeforeMs ?? 60_000, life / 10);
    return { value, until: asked + life - margin };
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
