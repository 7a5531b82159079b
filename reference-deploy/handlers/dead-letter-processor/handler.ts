import type { Clock, ErrorTracker, Logger, Metrics } from '@lean-ops/core';
import {
  type Archive,
  type ArchivedMessage,
  archivedMessage,
  type IngestFailure,
  parseReplay,
  quarantine,
  REPLAY_ATTRIBUTE,
  topicFromQueueArn,
  UNKNOWN_TOPIC,
} from '@lean-ops/ingest';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { sqsRecords, toQueueMessage } from '../shared/sqs-event.js';

export interface DeadLetterProcessorDependencies {
  /** First and second part of the queues' names. */
  readonly project: string;
  readonly environment: string;
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const RECEIVED_TOO_OFTEN: IngestFailure = {
  errorClass: 'unknown',
  action: 'RETRY',
  code: 'RECEIVED_TOO_OFTEN',
  message: 'the processor handed the message back each time the queue delivered it',
};

/** Messages archived at once. */
const CONCURRENCY = 8;
/** Kept for what has been begun: each attempt of S3 and DynamoDB at its slowest, and a little. */
const SAFETY_MARGIN_MS = 45_000;
const DEFAULT_REMAINING_MS = 60_000;

/**
 * Dead-letter queue → archive and tracker, each message whole and with the topic it came from.
 *
 * Idempotent; a message that could not be archived, or not begun in time, is handed back to the queue.
 */
export function createHandler(
  dependencies: DeadLetterProcessorDependencies,
): (event: SQSEvent, context?: { getRemainingTimeInMillis(): number }) => Promise<SQSBatchResponse> {
  const { archive, tracker, clock, logger, metrics } = dependencies;
  return async (event, context) => {
    const endMs =
      clock.now() + (context?.getRemainingTimeInMillis() ?? DEFAULT_REMAINING_MS) - SAFETY_MARGIN_MS;
    const failures: string[] = [];
    const archiveOne = async (record: SQSRecord): Promise<void> => {
      if (clock.now() >= endMs) {
        logger.warn('dead letter handed back for want of time', { sqsMessageId: record.messageId });
        failures.push(record.messageId);
        return;
      }
      try {
        const mark = record.messageAttributes?.[REPLAY_ATTRIBUTE]?.stringValue ?? '';
        const replays = parseReplay(mark, clock.now())?.replays ?? 0;
        await quarantine(deadLetter(record, dependencies), { archive, tracker, metrics }, replays);
      } catch (error) {
        logger.error('dead letter not archived', { sqsMessageId: record.messageId, error });
        failures.push(record.messageId);
      }
    };
    const waiting = sqsRecords(event).values();
    const work = async (): Promise<void> => {
      for (const record of waiting) await archiveOne(record);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function deadLetter(record: SQSRecord, dependencies: DeadLetterProcessorDependencies): ArchivedMessage {
  // Only messages that the queue itself redrove say where they came from.
  const source = record.attributes.DeadLetterQueueSourceArn ?? null;
  const topic = source === null ? null : topicFromQueueArn(source, dependencies);
  const message = toQueueMessage(record);
  return archivedMessage(source === null ? message : { ...message, queueArn: source }, {
    kind: 'dead-letter',
    topic: topic?.topic ?? UNKNOWN_TOPIC,
    failure: RECEIVED_TOO_OFTEN,
    nowMs: dependencies.clock.now(),
  });
}
