import type {
  BreakerStore,
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
  processBatch,
  type RawSink,
  type RetryOptions,
  recordOutcomes,
  type TopicOutcome,
  topicFromQueueArn,
} from '@lean-ops/ingest';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { cachedRegistry } from '../shared/cached-registry.js';
import { sqsRecords, toQueueMessage } from '../shared/sqs-event.js';
import { DriftLog } from './drift-log.js';

export interface SqsProcessorDependencies {
  /** First and second part of the queues' names. */
  readonly project: string;
  readonly environment: string;
  /**
   * Its rows are kept for about a minute. While it is down those read within the last day go on being used, which
   * `RegistryStale` counts; messages of topics whose row this instance never read go back.
   */
  readonly registry: Pick<TopicRegistry, 'get'>;
  readonly sink: RawSink;
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  /** Takes what was odd about accepted messages, for `ops.drift_log`; see `DriftLog`. */
  readonly outbox: OpsOutbox;
  /** Milliseconds between two writes of it. Default one minute; 0 where no later batch can be counted on. */
  readonly driftIntervalMs?: number;
  /** Takes what each batch says about the health of its topics; without it no breaker ever opens. */
  readonly breakers?: Pick<BreakerStore, 'count'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly retry?: RetryOptions;
  /** A signal that aborts after so many milliseconds; without it a call that hangs is waited for. */
  readonly abortAfter?: (milliseconds: number) => AbortSignal;
  /** Sees what became of each batch. */
  readonly onBatch?: (counts: BatchCounts) => void;
}

/** An SQS event; one of the circuit breaker's own says so. */
export interface SqsProcessorEvent extends SQSEvent {
  readonly lean_ops_probe?: boolean;
}

export interface SqsProcessorResponse extends SQSBatchResponse {
  /** What became of a probe's messages, which the queue's answer does not tell: those in quarantine are acknowledged. */
  outcomes?: readonly TopicOutcome[];
}

/** The part of Lambda's context that says how long the function may still run. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** Kept for handing back what could not be done. */
const SAFETY_MARGIN_MS = 2_000;
const DEFAULT_REMAINING_MS = 30_000;
/** A batch that is done does not wait longer for its bookkeeping. */
const RECORDING_MS = 500;

/**
 * Queue → sink. One function serves the queues of all topics, FIFO queues too.
 *
 * Answers with the ids of the messages to hand back (`ReportBatchItemFailures`), each the id of a message of the
 * event; every other message is either in the sink or in quarantine by then. Topics that are paused are taken in as
 * well: a pause stops the jobs behind RAW, never ingestion.
 *
 * The function throws `EVENT_INVALID` for an event of another kind, and the whole batch comes back.
 */
export function createHandler(
  dependencies: SqsProcessorDependencies,
): (event: SqsProcessorEvent, context?: InvocationContext) => Promise<SqsProcessorResponse> {
  const { project, environment, clock, abortAfter, driftIntervalMs, onBatch = () => {} } = dependencies;
  const rowOf = cachedRegistry({ ...dependencies, onStale: (...stale) => sayStale(stale, dependencies) });
  const driftLog = new DriftLog({
    ...dependencies,
    ...(driftIntervalMs === undefined ? {} : { intervalMs: driftIntervalMs }),
  });
  return async (event, context) => {
    const messages = sqsRecords(event).map(toQueueMessage);
    const remainingMs = context?.getRemainingTimeInMillis() ?? DEFAULT_REMAINING_MS;
    const timeMs = Math.max(0, remainingMs - SAFETY_MARGIN_MS);
    const signal = abortAfter?.(timeMs);
    const { failures, counts, drift, outcomes } = await processBatch(messages, {
      ...dependencies,
      topicOf: (arn) => topicFromQueueArn(arn, { project, environment }),
      registry: rowOf,
      deadlineMs: clock.now() + timeMs,
      ...(signal === undefined ? {} : { signal }),
    });
    // What a probe meets is for its breaker alone: the window is of what flows by itself.
    const isProbe = event.lean_ops_probe === true;
    driftLog.add(drift);
    await Promise.all([
      // The messages are safe by now: handing them back because their oddities were not written would only make copies.
      driftLog.isDue() ? driftLog.write(bookkeepingSignal(signal, abortAfter)) : undefined,
      isProbe ? undefined : record(outcomes, dependencies),
    ]);
    onBatch(counts);
    const batchItemFailures = failures.map((itemIdentifier) => ({ itemIdentifier }));
    return isProbe ? { batchItemFailures, outcomes } : { batchItemFailures };
  };
}

async function record(
  outcomes: readonly TopicOutcome[],
  { breakers, abortAfter, clock, logger, metrics }: SqsProcessorDependencies,
): Promise<void> {
  if (breakers === undefined) return;
  const signal = abortAfter?.(RECORDING_MS);
  await recordOutcomes(outcomes, {
    breakers,
    clock,
    logger,
    metrics,
    ...(signal === undefined ? {} : { signal }),
  });
}

function bookkeepingSignal(
  batch: AbortSignal | undefined,
  abortAfter: SqsProcessorDependencies['abortAfter'],
): AbortSignal | undefined {
  const signals = [batch, abortAfter?.(RECORDING_MS)].filter((signal) => signal !== undefined);
  return signals.length === 0 ? undefined : AbortSignal.any(signals);
}

function sayStale(
  [topic, error]: readonly [topic: string, error: unknown],
  { logger, metrics }: SqsProcessorDependencies,
): void {
  logger.warn('the registry does not answer: the row kept from before is used', { topic, error });
  metrics.add('RegistryStale', 1, 'Count', { topic });
}
