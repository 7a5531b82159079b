import type { GlueCommandSender } from '../../catalog/glue/glue-client.js';
import type { AwsCredentials } from '../../catalog/rest/sig-v4.js';
import type { S3CommandSender } from '../../storage/s3/s3-client.js';
import type { S3ClientSettings } from '../../storage/s3/s3-client-settings.js';
import type { CommandContext } from '../command-context.js';
import { optionalPackage } from './optional-package.js';

type Context = Pick<CommandContext, 'clients'>;

/** Settings of an S3 client whose credentials may have to be fetched anew. */
export type S3Settings = Omit<S3ClientSettings, 'credentials'> & {
  credentials?: AwsCredentials | (() => Promise<AwsCredentials>);
};

/** An S3 client; what the settings leave out comes from the SDK's default chains. */
export async function s3Client({ clients }: Context, settings: S3Settings): Promise<S3CommandSender> {
  if (clients?.s3 !== undefined) {
    const { credentials, ...others } = settings;
    return clients.s3(typeof credentials === 'object' ? { ...others, credentials } : others);
  }
  const { S3Client } = await s3Package('Files on S3 need');
  return new S3Client(settings);
}

export async function glueClient(
  { clients }: Context,
  settings: { region?: string },
): Promise<GlueCommandSender> {
  if (clients?.glue !== undefined) return clients.glue(settings);
  const { GlueClient } = await optionalPackage(
    '@aws-sdk/client-glue',
    'Tables of the Glue Data Catalog need',
    () => import('@aws-sdk/client-glue'),
  );
  return new GlueClient(settings);
}

/** Credentials of the SDK's default chain, asked for whenever a request is signed. */
export async function defaultCredentials(): Promise<() => Promise<AwsCredentials>> {
  const { S3Client } = await s3Package('Signed requests need');
  // Every client resolves credentials and region alike; this one is likely to be there.
  const client = new S3Client({});
  return () => client.config.credentials();
}

function s3Package(use: string): Promise<typeof import('@aws-sdk/client-s3')> {
  return optionalPackage('@aws-sdk/client-s3', use, () => import('@aws-sdk/client-s3'));
}
