import type { RestAuth } from '../../catalog/rest/rest-auth.js';
import type { RestCatalog } from '../../catalog/rest/rest-catalog.js';
import type { RestTableAccess } from '../../catalog/rest/rest-storage.js';
import type { AwsCredentials } from '../../catalog/rest/sig-v4.js';
import type { Storage } from '../../storage/storage.js';
import type { CommandContext } from '../command-context.js';
import { UsageError } from '../usage-error.js';
import type { AddressOptions } from './address-options.js';
import { AddressStorage } from './address-storage.js';
import { defaultCredentials, type S3Settings } from './aws-clients.js';
import type { Address } from './parse-address.js';

type RestAddress = Address & { kind: 'rest' };

/** The catalog of a `rest+https:` address. */
export async function restCatalog(
  address: RestAddress,
  options: AddressOptions,
  context: CommandContext,
  settings: S3Settings,
): Promise<RestCatalog> {
  const { RestCatalog } = await import('../../catalog/rest/rest-catalog.js');
  const warehouse = address.query.get('warehouse') ?? options.warehouse;
  const auth = await authOf(address, options);
  const { s3ClientSettings } = await import('../../storage/s3/s3-client-settings.js');
  return new RestCatalog({
    uri: address.uri,
    ...(warehouse !== undefined && { warehouse }),
    ...(auth !== undefined && { auth }),
    ...(options.header !== undefined && { headers: options.header }),
    ...(context.clients?.fetch !== undefined && { fetch: context.clients.fetch }),
    ...(context.now !== undefined && { now: context.now }),
    storage: (access): Storage => {
      const { credentials, ...vended } = s3ClientSettings(access.config);
      // What the user says of the store counts for more: the server may know it under another name.
      const region = settings.region ?? vended.region;
      return new AddressStorage(context, {
        ...vended,
        ...settings,
        ...(region !== undefined && { region }),
        ...(credentials !== undefined && { credentials: renewed(access, s3ClientSettings) }),
      });
    },
  });
}

async function authOf(address: RestAddress, options: AddressOptions): Promise<RestAuth | undefined> {
  const given = [
    options.token && '--token',
    options.credential && '--credential',
    options.signing && '--signing',
  ];
  const several = given.filter((name) => name !== undefined && name !== '');
  if (several.length > 1) throw new UsageError(`${several.join(' and ')} were given together; give one`);
  if (options.token !== undefined) {
    const { bearer } = await import('../../catalog/rest/rest-auth.js');
    return bearer(options.token);
  }
  if (options.credential !== undefined) return clientCredentials(address, options, options.credential);
  const { service, region } = signingOf(address, options);
  if (service === undefined) return undefined;
  if (region === undefined) throw new UsageError('signed requests need a region; give --region');
  const { sigV4 } = await import('../../catalog/rest/sig-v4.js');
  return sigV4({ service, region, credentials: await defaultCredentials() });
}

async function clientCredentials(
  address: RestAddress,
  options: AddressOptions,
  credential: string,
): Promise<RestAuth> {
  const at = credential.indexOf(':');
  if (at === -1) throw new UsageError('--credential: give client-id:client-secret');
  const tokenUri = address.query.get('oauth2-uri') ?? options.oauth2Uri;
  const scope = address.query.get('scope') ?? options.scope;
  const { oauth2 } = await import('../../catalog/rest/oauth2.js');
  return oauth2({
    clientId: credential.slice(0, at),
    clientSecret: credential.slice(at + 1),
    ...(tokenUri !== undefined && { tokenUri }),
    ...(scope !== undefined && { scope }),
  });
}

/** AWS's own endpoints say by their host what their requests are signed for. */
function signingOf(address: RestAddress, options: AddressOptions): { service?: string; region?: string } {
  const host = /^(glue|s3tables)\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(new URL(address.uri).hostname);
  const service = options.signing ?? address.query.get('signing') ?? host?.[1];
  const region = options.region ?? address.query.get('region') ?? host?.[2];
  return { ...(service !== undefined && { service }), ...(region !== undefined && { region }) };
}

/** The vended credentials, asked for again when the SDK finds that they have expired. */
function renewed(
  access: RestTableAccess,
  settingsOf: (config: Readonly<Record<string, string>>) => { credentials?: AwsCredentials },
): () => Promise<AwsCredentials> {
  let first = true;
  return async () => {
    const config = first ? access.config : await access.reload();
    first = false;
    const { credentials } = settingsOf(config);
    if (credentials === undefined) throw new Error('the catalog no longer vends credentials for the table');
    const expires = Number(config['s3.session-token-expires-at-ms']);
    return Number.isFinite(expires) ? { ...credentials, expiration: new Date(expires) } : credentials;
  };
}
