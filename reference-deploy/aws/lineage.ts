import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { JobDependencies } from '../handlers/shared/job.js';
import { httpEmitter } from '../lineage/lineage-emitter.js';
import { secretsClient } from './clients.js';
import { optionalVariable, readEnvironment } from './environment.js';

/**
 * Where `LEAN_OPS_LINEAGE` says that OpenLineage events go; nothing where it says nothing. `LEAN_OPS_LINEAGE_SECRET` names
 * the secret that holds the server's key.
 */
export function lineageSetting(): Pick<JobDependencies<never>, 'lineage'> {
  const url = optionalVariable('LEAN_OPS_LINEAGE');
  if (url === null) return {};
  const { project, environment } = readEnvironment(['project', 'environment']);
  const secret = optionalVariable('LEAN_OPS_LINEAGE_SECRET');
  const apiKey = secret === null ? {} : { apiKey: () => readText(secretsClient(), secret) };
  return { lineage: { emitter: httpEmitter({ url, ...apiKey }), namespace: `${project}-${environment}` } };
}

async function readText(client: Pick<SecretsManagerClient, 'send'>, secretId: string): Promise<string> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  if (SecretString !== undefined && SecretString !== '') return SecretString;
  throw new Error(`the secret ${secretId} holds no text: put the key of the lineage server into it`);
}
