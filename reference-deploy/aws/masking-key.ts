import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsError } from './error.js';

/** Fewer could be found by trying. */
const LEAST_BYTES = 16;

/**
 * The key of columns with `sensitive: hash`, as a secret keeps it: its bytes, or its text in UTF-8.
 *
 * @throws {AwsError} `MASKING_KEY_INVALID` for a secret without a value or of fewer than 16 bytes.
 */
export async function readMaskingKey(
  client: Pick<SecretsManagerClient, 'send'>,
  secretId: string,
): Promise<Uint8Array> {
  const { SecretBinary, SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  const key = SecretBinary ?? new TextEncoder().encode(SecretString ?? '');
  if (key.length >= LEAST_BYTES) return key;
  throw new AwsError(
    `the secret ${secretId} holds ${key.length} bytes, a masking key needs ${LEAST_BYTES} or more: put random bytes into it before the first run`,
    { code: 'MASKING_KEY_INVALID', context: { secretId, bytes: key.length } },
  );
}
