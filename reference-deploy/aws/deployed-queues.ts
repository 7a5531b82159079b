import { GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { TopicQueues } from '../handlers/topic-sync/topic-mappings.js';
import { type DeploymentNames, topicQueueName } from '../settings/names.js';
import { type Place, queueArn } from './arn.js';

/** SQS says the first in its JSON protocol, the second in its older one. */
const NOT_THERE: ReadonlySet<unknown> = new Set([
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]);

/** Whether an error says that there is no such queue. */
export function isQueueAbsent(error: unknown): boolean {
  return NOT_THERE.has((error as { name?: unknown } | null)?.name);
}

/** The topic queues of a deployment. */
export class DeployedQueues implements TopicQueues {
  readonly #client: Pick<SQSClient, 'send'>;
  readonly #names: DeploymentNames;
  readonly #place: Place;

  constructor(options: {
    readonly client: Pick<SQSClient, 'send'>;
    readonly names: DeploymentNames;
    readonly place: Place;
  }) {
    this.#client = options.client;
    this.#names = options.names;
    this.#place = options.place;
  }

  arnOf(queueTopic: string, fifo: boolean): string {
    return queueArn(this.#place, topicQueueName(this.#names, queueTopic, fifo));
  }

  async exists(queueTopic: string, fifo: boolean): Promise<boolean> {
    const QueueName = topicQueueName(this.#names, queueTopic, fifo);
    try {
      await this.#client.send(new GetQueueUrlCommand({ QueueName }));
      return true;
    } catch (error) {
      if (isQueueAbsent(error)) return false;
      throw error;
    }
  }
}
