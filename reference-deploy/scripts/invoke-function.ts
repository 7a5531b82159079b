import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DeployError, type DeployErrorCode } from './deploy-error.js';

/**
 * Calls a function of the deployment and waits for its answer; null where it has none.
 *
 * @throws {DeployError} with the code and what the function said, where it failed.
 */
export async function invokeFunction(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  { payload = {}, code }: { readonly payload?: object; readonly code: DeployErrorCode },
): Promise<Readonly<Record<string, unknown>> | null> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({
      FunctionName: functionName,
      Payload: new TextEncoder().encode(JSON.stringify(payload)),
    }),
  );
  const answer = new TextDecoder().decode(Payload);
  if (FunctionError === undefined) return answer === '' ? null : JSON.parse(answer);
  throw new DeployError(`${functionName} failed: ${answer}`, {
    code,
    retryable: true,
    context: { functionName, answer },
  });
}
