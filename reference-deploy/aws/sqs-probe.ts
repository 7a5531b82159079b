import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type GetQueueAttributesCommandOutput,
  GetQueueUrlCommand,
  type GetQueueUrlCommandOutput,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type ReceiveMessageCommandOutput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Logger } from '@lean-ops/core';
import type { ProbeResult, TopicOutcome } from '@lean-ops/ingest';
import type { SQSRecord } from 'aws-lambda';
import type { QueueProbe } from '../handlers/circuit-breaker/ports.js';
import { isQueueAbsent } from './deployed-queues.js';

export interface SqsProbeOptions {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly lambda: Pick<LambdaClient, 'send'>;
  /** ARN of the SQS processor. */
  readonly processorArn: string;
  readonly logger: Logger;
}

/** Of one receive; the processor's own batches are larger, and a probe risks as little as it can. */
const MAX_MESSAGES = 10;
/** Long polling: a short one asks only some of the servers that hold messages. */
const WAIT_SECONDS = 2;
/** An invocation takes 6 MB; messages that do not fit come back when their time is over. */
const MAX_PAYLOAD_BYTES = 5_000_000;

interface ProcessorAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
  readonly outcomes: readonly TopicOutcome[];
}

/**
 * A bounded receive whose messages go through the SQS processor itself. Those that it vouches for are deleted; every
 * other one stays in its queue and shows again when its visibility time-out is over, as after any batch.
 */
export class SqsProbe implements QueueProbe {
  readonly #options: SqsProbeOptions;

  constructor(options: SqsProbeOptions) {
    this.#options = options;
  }

  async run(queueArn: string): Promise<ProbeResult> {
    const { sqs } = this.#options;
    const [, , , region = '', account = '', name = ''] = queueArn.split(':');
    let url: string | undefined;
    let messages: readonly Message[];
    let areHidden = false;
    try {
      const found = (await sqs.send(
        new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
      )) as GetQueueUrlCommandOutput;
      url = found.QueueUrl;
      const received = (await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: MAX_MESSAGES,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      )) as ReceiveMessageCommandOutput;
      messages = received.Messages ?? [];
      areHidden = messages.length === 0 && (await this.#hidesMessages(url));
    } catch (error) {
      if (isQueueAbsent(error)) return { kind: 'absent' };
      throw error;
    }
    const records = fitting(messages.map((message) => recordOf(message, queueArn, region)));
    if (records.length === 0) return { kind: areHidden ? 'hidden' : 'empty' };
    const answer = await this.#process(records);
    if (typeof answer === 'string') return { kind: 'failed', reason: answer };
    await this.#acknowledge(url, records, answer);
    return {
      kind: 'answered',
      messages: sum(answer.outcomes, 'messages'),
      failures: sum(answer.outcomes, 'failures'),
      accepted: sum(answer.outcomes, 'accepted'),
      sinkFailures: sum(answer.outcomes, 'sinkFailures'),
    };
  }

  /** Messages that failed are hidden for minutes: a queue that shows none of them is not empty. */
  async #hidesMessages(url: string | undefined): Promise<boolean> {
    const { Attributes } = (await this.#options.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessagesNotVisible'],
      }),
    )) as GetQueueAttributesCommandOutput;
    return Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0) > 0;
  }

  /** The processor's answer, or why there is none that can be trusted. */
  async #process(records: readonly SQSRecord[]): Promise<ProcessorAnswer | string> {
    const { lambda, processorArn } = this.#options;
    const Payload = Buffer.from(JSON.stringify({ Records: records, lean_ops_probe: true }));
    const answer = (await lambda.send(
      new InvokeCommand({ FunctionName: processorArn, InvocationType: 'RequestResponse', Payload }),
    )) as InvokeCommandOutput;
    const text = Buffer.from(answer.Payload ?? []).toString('utf8');
    if (answer.FunctionError !== undefined) return `the processor failed: ${text.slice(0, 200)}`;
    return parsed(text) ?? 'the processor gave no answer to a probe: is it an older version?';
  }

  async #acknowledge(
    url: string | undefined,
    records: readonly SQSRecord[],
    answer: ProcessorAnswer,
  ): Promise<void> {
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = records.filter(({ messageId }) => !failed.has(messageId));
    if (done.length === 0) return;
    try {
      await this.#options.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: url,
          Entries: done.map(({ receiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle: receiptHandle })),
        }),
      );
    } catch (error) {
      // They come again as copies, which RAW keeps and deduplication knows.
      this.#options.logger.warn('messages of a probe could not be deleted', { messages: done.length, error });
    }
  }
}

/** A received message as an event source mapping hands it over. */
function recordOf(message: Message, queueArn: string, region: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: (message.Attributes ?? {}) as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, attributeOf(value)])),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

function attributeOf({
  DataType = 'String',
  StringValue,
  BinaryValue,
}: MessageAttributeValue): SQSRecord['messageAttributes'][string] {
  return {
    dataType: DataType as 'String',
    ...(StringValue === undefined ? {} : { stringValue: StringValue }),
    ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
  };
}

/** The first records that one invocation takes. */
function fitting(records: readonly SQSRecord[]): SQSRecord[] {
  let bytes = 0;
  return records.filter((record, index) => {
    bytes += Buffer.byteLength(JSON.stringify(record));
    return index === 0 || bytes <= MAX_PAYLOAD_BYTES;
  });
}

/** Null for anything that does not name its failures: nothing may be deleted then. */
function parsed(text: string): ProcessorAnswer | null {
  try {
    const { batchItemFailures, outcomes } = JSON.parse(text) as Partial<ProcessorAnswer>;
    const areNamed =
      Array.isArray(batchItemFailures) &&
      batchItemFailures.every((failure) => typeof failure?.itemIdentifier === 'string');
    return areNamed && Array.isArray(outcomes) ? { batchItemFailures, outcomes } : null;
  } catch {
    return null;
  }
}

function sum(outcomes: readonly TopicOutcome[], field: Exclude<keyof TopicOutcome, 'topic'>): number {
  return outcomes.reduce((total, outcome) => total + outcome[field], 0);
}
