import type {
  Clock,
  ErrorTracker,
  Logger,
  Metrics,
  Random,
  Sleep,
  TopicRegistry,
  TopicRow,
} from '@lean-ops/core';
import {
  type Archive,
  type BatchResult,
  processBatch,
  type RawSink,
  topicFromQueueArn,
} from '@lean-ops/ingest';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { sqsRecords, toQueueMessage } from '../shared/sqs-event.js';

export interface SqsProcessorDependencies {
  /** First and second part of the queues' names. */
  readonly project: string;
  readonly environment: string;
  readonly registry: TopicRegistry;
  readonly sink: RawSink;
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Sees what became of each batch. */
  readonly onBatch?: (counts: BatchResult['counts']) => void;
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
  const topicOf = (arn: string) => topicFromQueueArn(arn, { project, environment });
  return async (event, context) => {
    const messages = sqsRecords(event).map(toQueueMessage);
    const rows = await registryRows(
      new Set(messages.map(({ queueArn }) => topicOf(queueArn)?.topic ?? null)),
      registry,
    );
    const remainingMs = context?.getRemainingTimeInMillis() ?? DEFAULT_REMAINING_MS;
    const { failures, counts } = await processBatch(messages, {
      ...dependencies,
      topicOf,
      registry: (topic: string) => rows.get(topic) ?? null,
      deadlineMs: clock.now() + Math.max(0, remainingMs - SAFETY_MARGIN_MS),
    });
    onBatch(counts);
    return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

async function registryRows(
  topics: ReadonlySet<string | null>,
  registry: TopicRegistry,
): Promise<ReadonlyMap<string, TopicRow>> {
  const rows = new Map<string, TopicRow>();
  for (const topic of topics) {
    const row = topic === null ? null : await registry.get(topic);
    if (row !== null) rows.set(row.topic, row);
  }
  return rows;
}
