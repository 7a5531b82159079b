import type {
  Clock,
  ErrorTracker,
  Logger,
  Metrics,
  OpsOutbox,
  Random,
  Sleep,
  TopicRegistry,
} from '@lean-ops/core';
import {
  type Archive,
  type BatchCounts,
  type BatchDrift,
  processBatch,
  type RawSink,
  topicFromQueueArn,
} from '@lean-ops/ingest';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { sqsRecords, toQueueMessage } from '../shared/sqs-event.js';
import { driftEntries } from './drift-entries.js';

export interface SqsProcessorDependencies {
  /** First and second part of the queues' names. */
  readonly project: string;
  readonly environment: string;
  readonly registry: TopicRegistry;
  readonly sink: RawSink;
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  /** Takes what was odd about accepted messages, for `ops.drift_log`. */
  readonly outbox: OpsOutbox;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Sees what became of each batch. */
  readonly onBatch?: (counts: BatchCounts) => void;
}

/** The part of Lambda's context that says how long the function may still run. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** Kept for handing back what could not be done. */
const SAFETY_MARGIN_MS = 2_000;
const DEFAULT_REMAINING_MS = 30_000;

/**
 * Queue → sink. One function serves the queues of all topics.
 *
 * Answers with the ids of the messages to hand back (`ReportBatchItemFailures`); every other message is either in
 * the sink or in quarantine by then.
 */
export function createHandler(
  dependencies: SqsProcessorDependencies,
): (event: SQSEvent, context?: InvocationContext) => Promise<SQSBatchResponse> {
  const { project, environment, registry, clock, onBatch = () => {} } = dependencies;
  return async (event, context) => {
    const messages = sqsRecords(event).map(toQueueMessage);
    const remainingMs = context?.getRemainingTimeInMillis() ?? DEFAULT_REMAINING_MS;
    const { failures, counts, drift } = await processBatch(messages, {
      ...dependencies,
      topicOf: (arn) => topicFromQueueArn(arn, { project, environment }),
      registry: (topic) => registry.get(topic),
      deadlineMs: clock.now() + Math.max(0, remainingMs - SAFETY_MARGIN_MS),
    });
    await logDrift(drift, dependencies);
    onBatch(counts);
    return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** The messages are safe by now: handing them back because their oddities were not written would only make copies. */
async function logDrift(
  drift: readonly BatchDrift[],
  { outbox, clock, logger, metrics }: SqsProcessorDependencies,
): Promise<void> {
  if (drift.length === 0) return;
  try {
    await outbox.put(driftEntries(drift, clock.now()));
  } catch (error) {
    const kinds = drift.map(({ topic, kind, field, count }) => ({ topic, kind, field, count }));
    logger.error('drift could not be logged', { drift: kinds, error });
    metrics.add('DriftNotLogged', drift.length, 'Count');
  }
}
