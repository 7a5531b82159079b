import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** Calls a function and waits for its answer; rejects with an error of the name and the message that it threw. */
export async function invoke(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  input: unknown,
): Promise<unknown> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'RequestResponse',
      Payload: Buffer.from(JSON.stringify(input), 'utf8'),
    }),
  );
  const text = Payload === undefined ? '' : Buffer.from(Payload).toString('utf8');
  const answer: unknown = text === '' ? null : JSON.parse(text);
  if (FunctionError === undefined) return answer;
  const { errorType, errorMessage } = (answer ?? {}) as { errorType?: unknown; errorMessage?: unknown };
  const error = new Error(`${functionName}: ${String(errorMessage ?? FunctionError)}`);
  error.name = typeof errorType === 'string' ? errorType : FunctionError;
  throw error;
}
