import type { QueueMessage } from '@lean-ops/ingest';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { HandlerError } from './error.js';

/**
 * The records of an SQS event.
 *
 * @throws {HandlerError} `EVENT_INVALID` for any other event: a function wired to the wrong source must not answer
 * that all went well.
 */
export function sqsRecords(event: SQSEvent): readonly SQSRecord[] {
  const records: unknown = (event as { Records?: unknown } | null)?.Records;
  if (Array.isArray(records) && records.every(isSqsRecord)) return records;
  throw new HandlerError('the event is not an SQS event: check the event source mapping of this function', {
    code: 'EVENT_INVALID',
  });
}

/** An SQS record as ingest takes it; only message attributes of a string type are carried over. */
export function toQueueMessage(record: SQSRecord): QueueMessage {
  const attributes: Record<string, string> = {};
  for (const [name, { stringValue }] of Object.entries(record.messageAttributes ?? {})) {
    if (stringValue !== undefined) attributes[name] = stringValue;
  }
  const groupId = record.attributes.MessageGroupId;
  return {
    messageId: record.messageId,
    body: record.body,
    sentTimestampMs: Number(record.attributes.SentTimestamp),
    attributes,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    queueArn: record.eventSourceARN,
    ...(groupId === undefined ? {} : { groupId }),
  };
}

function isSqsRecord(value: unknown): value is SQSRecord {
  const record = value as Partial<SQSRecord> | null;
  return (
    typeof record?.messageId === 'string' &&
    // An empty identifier in the answer would fail the whole batch.
    record.messageId !== '' &&
    typeof record.body === 'string' &&
    typeof record.eventSourceARN === 'string' &&
    /^\d+$/.test(record.attributes?.SentTimestamp ?? '')
  );
}
