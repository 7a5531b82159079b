import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type TopicContract, tableSafeTopic } from '@lean-ops/core';
import { isQueueAbsent } from '../../../aws/deployed-queues.js';
import { readText } from '../../../aws/s3-objects.js';
import { parseTopicsDocument, type TopicEntry } from '../../../handlers/topic-sync/topics-document.js';
import { type DeploymentNames, topicQueueName } from '../../../settings/names.js';
import type { ContractDocuments, TopicSurroundings } from '../ports.js';

export interface DeployedTopicsOptions {
  readonly s3: Pick<S3Client, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly names: DeploymentNames;
  /** The document of the topics that the deployment wants, in the bucket of the contracts. */
  readonly document: { readonly bucket: string; readonly key: string };
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** The topics that a deployment has made queues for, and the bucket of their contracts. */
export class DeployedTopics implements TopicSurroundings, ContractDocuments {
  readonly #options: DeployedTopicsOptions;
  readonly #entries: ReadonlyMap<string, TopicEntry>;

  /** @throws {HandlerError} `TOPICS_DOCUMENT_INVALID`. */
  static async read(options: DeployedTopicsOptions): Promise<DeployedTopics> {
    const { bucket, key } = options.document;
    const text = await readText(options.s3, options.document);
    return new DeployedTopics(options, parseTopicsDocument(text, `s3://${bucket}/${key}`));
  }

  private constructor(options: DeployedTopicsOptions, entries: readonly TopicEntry[]) {
    this.#options = options;
    this.#entries = new Map(entries.map((entry) => [entry.topic, entry]));
  }

  spellingOf(topic: string): string | undefined {
    return this.#entries.get(topic)?.queueTopic;
  }

  /** Queues are the deployment's to make. */
  async missing(): Promise<readonly string[]> {
    return [];
  }

  async make(): Promise<void> {}

  async waiting(queueTopic: string): Promise<readonly string[]> {
    const { sqs, names } = this.#options;
    const { fifo = false } = this.#entries.get(tableSafeTopic(queueTopic)) ?? {};
    try {
      const QueueName = topicQueueName(names, queueTopic, fifo);
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] });
      const { Attributes = {} } = await sqs.send(asked);
      const messages = COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
      return messages === 0 ? [] : [`about ${messages} messages are in its queue`];
    } catch (error) {
      if (isQueueAbsent(error)) return [];
      throw error;
    }
  }

  async keeping(queueTopic: string): Promise<string | null> {
    if (!this.#entries.has(tableSafeTopic(queueTopic))) return null;
    return 'the deployment names it among its topics, and would register it again: take it out there and deploy first';
  }

  placeOf(topic: string): string {
    return `s3://${this.#options.document.bucket}/${this.#keyOf(topic)}`;
  }

  async put(contract: TopicContract): Promise<void> {
    const { s3, document } = this.#options;
    await s3.send(
      new PutObjectCommand({
        Bucket: document.bucket,
        Key: this.#keyOf(contract.topic),
        Body: `${JSON.stringify(contract, null, 2)}\n`,
        ContentType: 'application/json',
      }),
    );
  }

  #keyOf(topic: string): string {
    return this.#entries.get(topic)?.contract ?? `contracts/${topic}.json`;
  }
}
