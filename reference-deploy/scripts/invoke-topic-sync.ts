import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DeployError } from './deploy-error.js';

/**
 * Makes the registry, the contracts and the RAW tables as the deployment wants them, now and not at the next turn of the
 * schedule. Returns what the function answered.
 *
 * @throws {DeployError} `TOPIC_SYNC_FAILED` with what the function said.
 */
export async function invokeTopicSync(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: functionName, Payload: new TextEncoder().encode('{}') }),
  );
  const answer = new TextDecoder().decode(Payload);
  if (FunctionError === undefined) return JSON.parse(answer === '' ? '{}' : answer);
  throw new DeployError(`${functionName} failed: ${answer}`, {
    code: 'TOPIC_SYNC_FAILED',
    retryable: true,
    context: { functionName, answer },
  });
}
