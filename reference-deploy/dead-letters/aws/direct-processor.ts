import { createHash } from 'node:crypto';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Clock } from '@lean-ops/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { DeadLetterError } from '../error.js';
import type { ReplayMessage } from '../ports.js';
import { invoke } from './invoke.js';

export interface DirectProcessorOptions {
  readonly client: Pick<LambdaClient, 'send'>;
  /** Name of the deployed SQS processor. */
  readonly functionName: string;
  readonly clock: Clock;
}

/** Calls the SQS processor as its event source mapping would, with one message that no queue can carry. */
export class DirectProcessor {
  readonly #options: DirectProcessorOptions;

  constructor(options: DirectProcessorOptions) {
    this.#options = options;
  }

  /** Resolves when the message is in the stream, or in quarantine again. */
  async process(message: ReplayMessage): Promise<void> {
    const { client, functionName, clock } = this.#options;
    const event = sqsEvent(message, clock.now());
    const answer = (await invoke(client, functionName, event)) as SQSBatchResponse | null;
    if (answer?.batchItemFailures.length === 0) return;
    throw new DeadLetterError(`${functionName} handed the message back: see its log for the reason`, {
      code: 'REPLAY_INTERRUPTED',
      retryable: true,
      context: { functionName, deduplicationId: message.deduplicationId },
    });
  }
}

function sqsEvent({ queueArn, body, attributes, deduplicationId }: ReplayMessage, nowMs: number): SQSEvent {
  const record = {
    messageId: deduplicationId,
    receiptHandle: 'lean-ops-replay',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(nowMs),
      SenderId: 'lean-ops-replay',
      ApproximateFirstReceiveTimestamp: String(nowMs),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [
        name,
        { stringValue, dataType: 'String' as const },
      ]),
    ),
    md5OfBody: createHash('md5').update(body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  };
  return { Records: [record] };
}
