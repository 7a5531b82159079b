import { GetQueueUrlCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ReplayMessage, ReplayQueue } from '../ports.js';
import type { DirectProcessor } from './direct-processor.js';
import { fitsQueue } from './fits-queue.js';

export interface SqsReplayQueueOptions {
  readonly client: Pick<SQSClient, 'send'>;
  /** Takes what SQS cannot carry, or has no queue for any more. */
  readonly processor: Pick<DirectProcessor, 'process'>;
}

/** What SQS answers to a message that it will not take, now or later. */
const NOT_TAKEN: ReadonlySet<string> = new Set([
  'InvalidMessageContents',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'UnsupportedOperation',
]);
const NO_SUCH_QUEUE: ReadonlySet<string> = new Set([
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]);

/**
 * Sends messages back to the SQS queues they came from. The mark needs room and an attribute: where the message leaves
 * none, where it holds characters that SQS refuses, or where its queue is gone, the processor is called directly.
 */
export class SqsReplayQueue implements ReplayQueue {
  readonly #options: SqsReplayQueueOptions;
  readonly #urls = new Map<string, Promise<string | null>>();

  constructor(options: SqsReplayQueueOptions) {
    this.#options = options;
  }

  async send(message: ReplayMessage): Promise<void> {
    const { processor } = this.#options;
    if (!fitsQueue(message)) return await processor.process(message);
    const url = await this.#urlOf(message.queueArn);
    if (url === null || !(await this.#sendTo(url, message))) await processor.process(message);
  }

  /** Whether the queue took it. */
  async #sendTo(
    url: string,
    { queueArn, body, attributes, deduplicationId }: ReplayMessage,
  ): Promise<boolean> {
    // A group of its own: a message that fails again must not hold back the others.
    const fifo = queueArn.endsWith('.fifo')
      ? { MessageGroupId: deduplicationId, MessageDeduplicationId: deduplicationId }
      : {};
    try {
      await this.#options.client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: body,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, StringValue]) => [
              name,
              { DataType: 'String', StringValue },
            ]),
          ),
          ...fifo,
        }),
      );
      return true;
    } catch (error) {
      if (hasName(error, NOT_TAKEN) || hasName(error, NO_SUCH_QUEUE)) return false;
      throw error;
    }
  }

  #urlOf(arn: string): Promise<string | null> {
    const known = this.#urls.get(arn);
    if (known !== undefined) return known;
    const url = this.#askForUrl(arn);
    this.#urls.set(arn, url);
    // What failed is asked again.
    url.catch(() => this.#urls.delete(arn));
    return url;
  }

  /** Null for a queue that is not there. */
  async #askForUrl(arn: string): Promise<string | null> {
    const [, , , , account, name] = arn.split(':');
    if (account === undefined || name === undefined) return null;
    try {
      const { QueueUrl } = await this.#options.client.send(
        new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
      );
      return QueueUrl ?? null;
    } catch (error) {
      if (hasName(error, NO_SUCH_QUEUE)) return null;
      throw error;
    }
  }
}

function hasName(error: unknown, names: ReadonlySet<string>): boolean {
  return error instanceof Error && names.has(error.name);
}
