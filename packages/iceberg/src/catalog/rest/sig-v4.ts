import { IcebergError } from '../../error.js';
import type { RestAuth, RestAuthRequest } from './rest-auth.js';

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** Options of {@link sigV4}. */
export interface SigV4Options {
  /** `glue` for the REST endpoint of the Glue Data Catalog, `s3tables` for that of S3 Tables. */
  service: 'glue' | 's3tables' | (string & {});
  region: string;
  /** Credentials, or a function that gives the present ones (`fromNodeProviderChain()` of the SDK, for example). */
  credentials: AwsCredentials | (() => Promise<AwsCredentials>);
  /** Milliseconds since 1970, for the signature. Default: the catalog's clock. */
  now?: () => number;
}

type Signer = (request: RestAuthRequest, signingDate: Date) => Promise<Record<string, string>>;

/**
 * Requests signed with AWS Signature Version 4. Needs the packages `@smithy/signature-v4` and `@aws-crypto/sha256-js`,
 * which come with every AWS SDK or are installed beside this one; they are loaded on the first request.
 *
 * @example
 * new RestCatalog({
 *   uri: 'https://glue.eu-west-1.amazonaws.com/iceberg',
 *   warehouse: '123456789012',
 *   auth: sigV4({ service: 'glue', region: 'eu-west-1', credentials: fromNodeProviderChain() }),
 * })
 */
export function sigV4(options: SigV4Options): RestAuth {
  return (context) => {
    let signer: Promise<Signer> | null = null;
    return {
      headers: async (request) => {
        signer ??= loadSigner(options);
        return (await signer)(request, new Date((options.now ?? context.now)()));
      },
    };
  };
}

async function loadSigner(options: SigV4Options): Promise<Signer> {
  const { SignatureV4, Sha256 } = await loadLibraries();
  const signer = new SignatureV4({
    service: options.service,
    region: options.region,
    credentials: options.credentials,
    sha256: Sha256,
  });
  return async ({ method, url, body, headers }, signingDate) => {
    const query: Record<string, string[]> = {};
    for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
    const signed = await signer.sign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query,
        headers: { ...headers, host: url.host },
        ...(body === undefined ? {} : { body }),
      },
      { signingDate },
    );
    // The runtime sets the host header itself, to the same value.
    return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== 'host'));
  };
}

async function loadLibraries() {
  try {
    const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
      import('@smithy/signature-v4'),
      import('@aws-crypto/sha256-js'),
    ]);
    return { SignatureV4, Sha256 };
  } catch (cause) {
    throw new IcebergError(
      'Signing requests needs the packages @smithy/signature-v4 and @aws-crypto/sha256-js; install them.',
      { code: 'UNSUPPORTED_FEATURE', context: { outcome: 'not-written' }, cause },
    );
  }
}
