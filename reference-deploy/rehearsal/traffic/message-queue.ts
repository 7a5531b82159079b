import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SendLog } from './send-log.js';

/** A message for a queue. */
export interface Outgoing {
  /** Name of the queue. */
  readonly queue: string;
  /** The topic that the message counts under. */
  readonly topic: string;
  readonly body: string;
  /** What the ground truth calls the message. */
  readonly id: string;
  /** Of FIFO queues: what keeps its order. */
  readonly group?: string;
}

const MAX_ENTRIES = 10;
const MAX_BYTES = 1_048_576;
const COUNTS: readonly QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

/** The queues of a deployment: sends in order, in batches per queue, and logs the ids that SQS gives. */
export class MessageQueues {
  readonly #client: SQSClient;
  readonly #log: SendLog;
  readonly #urls = new Map<string, Promise<string>>();
  readonly #waiting = new Map<string, { readonly messages: Outgoing[]; bytes: number }>();
  /** The last call to each queue: one at a time, for the order. */
  readonly #calls = new Map<string, Promise<void>>();

  constructor(client: SQSClient, log: SendLog) {
    this.#client = client;
    this.#log = log;
  }

  /** Resolves once there is room for more; {@link flush} says that all of it was sent. */
  async send(message: Outgoing): Promise<void> {
    const { queue, body } = message;
    const size = Buffer.byteLength(body);
    const waiting = this.#waiting.get(queue) ?? { messages: [], bytes: 0 };
    if (waiting.messages.length === MAX_ENTRIES || waiting.bytes + size > MAX_BYTES) {
      await this.#sendWaiting(queue);
      waiting.messages.length = 0;
      waiting.bytes = 0;
    }
    waiting.messages.push(message);
    waiting.bytes += size;
    this.#waiting.set(queue, waiting);
  }

  async flush(): Promise<void> {
    for (const queue of [...this.#waiting.keys()]) await this.#sendWaiting(queue);
    await Promise.all(this.#calls.values());
  }

  async create(queue: string): Promise<void> {
    await this.#client.send(new CreateQueueCommand({ QueueName: queue }));
  }

  /** Messages that wait in a queue or are being worked on. */
  async depth(queue: string): Promise<number> {
    const attributes = await this.#attributes(queue, COUNTS);
    return Object.values(attributes).reduce((sum, value) => sum + Number(value), 0);
  }

  async visibilitySeconds(queue: string): Promise<number> {
    return Number((await this.#attributes(queue, ['VisibilityTimeout']))['VisibilityTimeout']);
  }

  async setVisibilitySeconds(queue: string, seconds: number): Promise<void> {
    const Attributes = { VisibilityTimeout: String(seconds) };
    await this.#client.send(new SetQueueAttributesCommand({ QueueUrl: await this.#url(queue), Attributes }));
  }

  async #attributes(
    queue: string,
    names: readonly QueueAttributeName[],
  ): Promise<Readonly<Record<string, string>>> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({ QueueUrl: await this.#url(queue), AttributeNames: [...names] }),
    );
    return Attributes;
  }

  /** Begins to send what waits for a queue, once the call before it is over. */
  async #sendWaiting(queue: string): Promise<void> {
    const messages = [...(this.#waiting.get(queue)?.messages ?? [])];
    this.#waiting.delete(queue);
    await this.#calls.get(queue);
    const call = this.#sendBatch(queue, messages);
    // What failed is thrown where the call is waited for.
    call.catch(() => undefined);
    this.#calls.set(queue, call);
  }

  async #sendBatch(queue: string, messages: readonly Outgoing[]): Promise<void> {
    const { Successful = [], Failed = [] } = await this.#client.send(
      new SendMessageBatchCommand({
        QueueUrl: await this.#url(queue),
        Entries: messages.map(({ body, group }, index) => ({
          Id: String(index),
          MessageBody: body,
          // Two sendings are two messages, also of the same bytes.
          ...(group !== undefined && {
            MessageGroupId: group,
            MessageDeduplicationId: randomUUID(),
          }),
        })),
      }),
    );
    if (Failed.length > 0) throw new Error(`queue ${queue} refused a message: ${JSON.stringify(Failed[0])}`);
    for (const { Id, MessageId } of Successful) {
      const { topic, id } = messages[Number(Id)]!;
      this.#log.record(topic, MessageId!, id);
    }
  }

  #url(queue: string): Promise<string> {
    const known = this.#urls.get(queue);
    if (known !== undefined) return known;
    const url = this.#client
      .send(new GetQueueUrlCommand({ QueueName: queue }))
      .then(({ QueueUrl }) => QueueUrl!);
    this.#urls.set(queue, url);
    return url;
  }
}
