import type { Clock, ErrorTracker, Logger, Metrics } from '@lean-ops/core';
import {
  type Archive,
  type ArchivedMessage,
  archiveId,
  parseReplay,
  quarantine,
  REPLAY_ATTRIBUTE,
  topicFromQueueArn,
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

/**
 * Dead-letter queue → archive and tracker, each message whole and with the topic it came from.
 *
 * Idempotent; a message that could not be archived is handed back to the queue.
 */
export function createHandler(
  dependencies: DeadLetterProcessorDependencies,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const { archive, tracker, logger, metrics } = dependencies;
  return async (event) => {
    const failures: string[] = [];
    for (const record of sqsRecords(event)) {
      try {
        await quarantine(deadLetter(record, dependencies), { archive, tracker, metrics });
      } catch (error) {
        logger.error('dead letter not archived', { sqsMessageId: record.messageId, error });
        failures.push(record.messageId);
      }
    }
    return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function deadLetter(record: SQSRecord, dependencies: DeadLetterProcessorDependencies): ArchivedMessage {
  const nowMs = dependencies.clock.now();
  const { attributes, body, messageId, sentTimestampMs } = toQueueMessage(record);
  // Only messages that the queue itself redrove say where they came from.
  const source = record.attributes.DeadLetterQueueSourceArn;
  const topic = source === undefined ? null : topicFromQueueArn(source, dependencies);
  const replay = parseReplay(attributes[REPLAY_ATTRIBUTE] ?? '');
  const sqsMessageId = replay?.sqsMessageId ?? messageId;
  return {
    id: archiveId({ kind: 'dead-letter', sqsMessageId, body }),
    kind: 'dead-letter',
    topic: topic?.topic ?? 'unknown',
    queueArn: source ?? record.eventSourceARN,
    sqsMessageId,
    sentTimestampMs: replay?.sentTimestampMs ?? sentTimestampMs,
    firstIngestionMicros: replay?.firstIngestionMicros ?? BigInt(nowMs) * 1_000n,
    body,
    attributes,
    errorClass: 'unknown',
    errorCode: 'RECEIVED_TOO_OFTEN',
    errorMessage: 'the processor handed the message back each time the queue delivered it',
    archivedAtMs: nowMs,
  };
}
