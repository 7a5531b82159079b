import { IcebergError } from '../../error.js';
import { invalidMetadata, isRecord, textMapField } from '../../metadata/json-fields.js';
import type { RestClient } from './rest-client.js';

/** Served by every server that does not say which endpoints it has (REST specification, `ConfigResponse`). */
const DEFAULT_ENDPOINTS: readonly string[] = [
  'GET /v1/{prefix}/namespaces',
  'POST /v1/{prefix}/namespaces',
  'GET /v1/{prefix}/namespaces/{namespace}',
  'DELETE /v1/{prefix}/namespaces/{namespace}',
  'GET /v1/{prefix}/namespaces/{namespace}/tables',
  'POST /v1/{prefix}/namespaces/{namespace}/tables',
  'GET /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'POST /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}',
  'POST /v1/{prefix}/namespaces/{namespace}/register',
  'POST /v1/{prefix}/tables/rename',
];

/** Names that fill an endpoint's template. `namespace` has its levels separated by dots. */
export interface EndpointNames {
  readonly namespace?: string;
  readonly table?: string;
}

/** What a server says of itself, merged with what the caller set. */
export class RestConfig {
  /** Defaults, overlaid with the caller's properties, overlaid with the server's overrides. */
  readonly properties: Readonly<Record<string, string>>;
  /** Whether the server recognises a repeated request by its `Idempotency-Key`. */
  readonly idempotencyKeys: boolean;
  readonly #endpoints: ReadonlySet<string>;
  readonly #separator: string;

  private constructor(json: unknown, properties: Readonly<Record<string, string>>) {
    if (!isRecord(json)) throw invalidMetadata('a configuration of the catalog', json);
    this.properties = {
      ...textMapField(json, 'defaults'),
      ...properties,
      ...textMapField(json, 'overrides'),
    };
    this.idempotencyKeys = typeof json['idempotency-key-lifetime'] === 'string';
    const endpoints = json['endpoints'];
    this.#endpoints = new Set(Array.isArray(endpoints) ? endpoints.map(String) : DEFAULT_ENDPOINTS);
    const separator = this.properties['namespace-separator'] ?? '%1F';
    this.#separator = decodeURIComponent(separator);
  }

  static async load(
    client: RestClient,
    warehouse: string | undefined,
    properties: Readonly<Record<string, string>>,
  ): Promise<RestConfig> {
    return new RestConfig(
      await client.send({ method: 'GET', path: '/v1/config', query: { warehouse } }),
      properties,
    );
  }

  has(endpoint: string): boolean {
    return this.#endpoints.has(endpoint);
  }

  /** Path of an endpoint such as `GET /v1/{prefix}/namespaces`. Throws `UNSUPPORTED_FEATURE` where the server lacks it. */
  path(endpoint: string, names: EndpointNames = {}): string {
    if (!this.#endpoints.has(endpoint)) {
      throw new IcebergError(
        `The catalog does not offer "${endpoint}"; its configuration lists the endpoints it has.`,
        { code: 'UNSUPPORTED_FEATURE', context: { endpoint, outcome: 'not-written' } },
      );
    }
    // The prefix comes encoded, as the server wants it in the path.
    const prefix = this.properties['prefix'];
    return endpoint
      .slice(endpoint.indexOf(' ') + 1)
      .replace('/{prefix}', prefix === undefined || prefix === '' ? '' : `/${prefix}`)
      .replace('{namespace}', () => encodeURIComponent(this.namespaceText(names.namespace ?? '')))
      .replace('{table}', () => encodeURIComponent(names.table ?? ''));
  }

  /** A namespace as one text, its levels joined as the server wants it (by the unit separator unless it says otherwise). */
  namespaceText(namespace: string): string {
    return namespace.split('.').join(this.#separator);
  }
}
