import type { Clock, Logger } from '@lean-ops/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Queue, QueueStore, ReceivedMessage } from './queue-store.js';
import { sqsEvent } from './sqs-event.js';

export type SqsHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

export interface EventSourceMappingOptions {
  readonly queues: QueueStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly batchSize: number;
  readonly visibilityTimeoutMs: number;
  /** Null where nothing is redriven: the dead-letter queue itself. */
  readonly redrive: { readonly maxReceiveCount: number; readonly to: Queue } | null;
  readonly handler: SqsHandler;
  readonly at: (point: 'received' | 'handled' | 'acknowledged') => void | Promise<void>;
}

/** What one batch did. */
export interface BatchOutcome {
  readonly received: number;
  readonly acknowledged: number;
  readonly handedBack: number;
}

/** Lambda's event source mapping: receives a batch, calls the function, deletes what it did not report as failed. */
export class EventSourceMapping {
  readonly #options: EventSourceMappingOptions;

  constructor(options: EventSourceMappingOptions) {
    this.#options = options;
  }

  /** One batch of a queue; `received` is 0 when nothing is visible. */
  async poll(queue: Queue): Promise<BatchOutcome> {
    const { queues, clock, batchSize, visibilityTimeoutMs, redrive, at } = this.#options;
    const messages = queues.receive(queue, {
      max: batchSize,
      visibilityTimeoutMs,
      redrive,
      nowMs: clock.now(),
    });
    if (messages.length === 0) return { received: 0, acknowledged: 0, handedBack: 0 };
    await at('received');
    const failed = await this.#invoke(queue, messages);
    await at('handled');
    const receiptsOf = (wanted: boolean): string[] =>
      messages.filter((message) => failed.has(message.messageId) === wanted).map(({ receipt }) => receipt);
    const [good, bad] = [receiptsOf(false), receiptsOf(true)];
    queues.acknowledge(good);
    await at('acknowledged');
    if (bad.length > 0) queues.handBack(bad);
    return { received: messages.length, acknowledged: good.length, handedBack: bad.length };
  }

  /** Ids of the messages that failed: all of them where the function threw or named an id that was not in its batch. */
  async #invoke(queue: Queue, messages: readonly ReceivedMessage[]): Promise<ReadonlySet<string>> {
    const ids = new Set(messages.map(({ messageId }) => messageId));
    let response: SQSBatchResponse;
    try {
      response = await this.#options.handler(sqsEvent(queue, messages));
    } catch (error) {
      this.#options.logger.error('function failed', {
        queueArn: queue.arn,
        messages: messages.length,
        error,
      });
      return ids;
    }
    const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    if ([...failed].every((id) => ids.has(id))) return failed;
    this.#options.logger.error('function named a message that was not in its batch', { queueArn: queue.arn });
    return ids;
  }
}
