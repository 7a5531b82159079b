import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { CALL_LIMITS, clientSettings } from './clients.js';

/** The ARN that AWS knows the caller by, which needs no permission; null where nobody says. */
export async function callerArn(
  settings: STSClientConfig = {},
  client: Pick<STSClient, 'send'> = new STSClient({ ...clientSettings(CALL_LIMITS.control), ...settings }),
): Promise<string | null> {
  try {
    return (await client.send(new GetCallerIdentityCommand({}))).Arn ?? null;
  } catch {
    return null;
  }
}
