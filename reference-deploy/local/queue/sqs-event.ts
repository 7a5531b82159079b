import { hash } from 'node:crypto';
import type { SQSEvent, SQSMessageAttributes, SQSRecord, SQSRecordAttributes } from 'aws-lambda';
import { REGION } from './arns.js';
import type { Queue, ReceivedMessage } from './queue-store.js';

/** The event with which Lambda's event source mapping calls a function for a batch of one queue. */
export function sqsEvent(queue: Queue, messages: readonly ReceivedMessage[]): SQSEvent {
  return { Records: messages.map((message) => sqsRecord(queue, message)) };
}

function sqsRecord(queue: Queue, message: ReceivedMessage): SQSRecord {
  const attributes: SQSRecordAttributes = {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentTimestampMs),
    SenderId: 'embedded',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
  };
  if (message.sourceArn !== null) attributes.DeadLetterQueueSourceArn = message.sourceArn;
  const messageAttributes: SQSMessageAttributes = {};
  for (const [name, stringValue] of Object.entries(message.attributes)) {
    messageAttributes[name] = { stringValue, dataType: 'String' };
  }
  return {
    messageId: message.messageId,
    receiptHandle: message.receipt,
    body: message.body,
    attributes,
    messageAttributes,
    md5OfBody: hash('md5', message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: REGION,
  };
}
