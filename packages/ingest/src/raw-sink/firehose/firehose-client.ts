import type { PutRecordBatchCommand } from '@aws-sdk/client-firehose';

/** What is needed of a client: the `FirehoseClient` of `@aws-sdk/client-firehose` is one. */
export interface FirehoseCommandSender {
  // A method, so that the overloads of the SDK's own `send` fit.
  send(command: PutRecordBatchCommand, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}
