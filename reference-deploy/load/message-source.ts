import type { TopicRow } from '@lean-ops/core';
import type { SQSRecord } from 'aws-lambda';

/** Every so manieth topic has a FIFO queue. */
const FIFO_EVERY = 10;
/** Every so manieth message is not JSON. */
const MALFORMED_EVERY = 1_009;
const GROUPS = 4;

export interface LoadTopic {
  readonly queueTopic: string;
  /** Table-safe. */
  readonly topic: string;
  readonly fifo: boolean;
  readonly queueArn: string;
}

/** The topics of a load: `meter-0` and on, some of them with FIFO queues. */
export function loadTopics(count: number, prefix: string): LoadTopic[] {
  return Array.from({ length: count }, (_, index) => {
    const queueTopic = `meter-${index}`;
    const fifo = index % FIFO_EVERY === 0;
    const queue = `${prefix}-${queueTopic}-queue${fifo ? '.fifo' : ''}`;
    const queueArn = `arn:aws:sqs:eu-west-1:123456789012:${queue}`;
    return { queueTopic, topic: queueTopic.replaceAll('-', '_'), fifo, queueArn };
  });
}

/** The topic's registry row. */
export function registryRowOf({ topic, queueTopic }: LoadTopic): TopicRow {
  return {
    topic,
    queueTopic,
    state: 'enabled',
    stateReason: null,
    stateBy: null,
    stateSince: null,
    contractVersion: null,
    engine: 'node',
    envelope: 'auto',
    schedule: 'every-round',
    freshnessObjectiveSeconds: 1_800,
    updatedAt: 0,
  };
}

/** Whether message `index` is malformed, and ends in quarantine. */
export function isMalformed(index: number): boolean {
  return index % MALFORMED_EVERY === 0;
}

/** The queue's id of message `index`, as long as those of SQS. */
export function messageIdOf(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** The message with that id. */
export function indexOf(messageId: string): number {
  return Number(messageId.slice(-12));
}

/** The message group of message `index`, in a FIFO queue. */
export function groupOf(index: number): string {
  return `device-${Math.floor(index / 7) % GROUPS}`;
}

/** Message `index` of a topic as Lambda hands it over: a reading of some 600 bytes. */
export function sqsRecord(
  index: number,
  topic: LoadTopic,
  options: { readonly sentMs: number; readonly receiveCount: number },
): SQSRecord {
  const messageId = messageIdOf(index);
  return {
    messageId,
    receiptHandle: 'receipt',
    body: isMalformed(index) ? `{"reading":${index}` : body(index, messageId, options.sentMs),
    attributes: {
      ApproximateReceiveCount: String(options.receiveCount),
      SentTimestamp: String(options.sentMs),
      SenderId: 'load',
      ApproximateFirstReceiveTimestamp: String(options.sentMs),
      ...(topic.fifo && { MessageGroupId: groupOf(index) }),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: topic.queueArn,
    awsRegion: 'eu-west-1',
  };
}

function body(index: number, messageId: string, sentMs: number): string {
  const time = new Date(sentMs).toISOString();
  const readings = `{"voltage":229.${index % 10}0,"current":4.${index % 100},"power":1.10,"energy":${index}.500}`;
  const payload =
    `{"eventId":"${messageId}","eventTimestamp":"${time}","eventType":"Telemetry","deviceId":"device-${index % 5_000}",` +
    `"idempotency_key":"key-${index}","period_reference":"${time.slice(0, 7)}","last_updated_ts":"${time}",` +
    `"location":{"site":"site-${index % 40}","latitude":50.${index % 1_000},"longitude":14.${index % 1_000}},` +
    `"readings":${readings},"status":"ok","tags":["eu","meter","v${index % 3}"],"firmware":"4.2.${index % 20}"}`;
  // Half of the producers wrap their events.
  if (index % 2 === 0) return payload;
  return `{"messageId":"${messageId}","publishTime":"${time}","payload":${payload}}`;
}
