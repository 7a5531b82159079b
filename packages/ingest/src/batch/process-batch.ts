import type { Clock, ErrorTracker, Logger, Metrics, Random, Sleep } from '@lean-ops/core';
import type { Archive } from '../archive/archive.js';
import { DEFAULT_FIELD_PATHS, type FieldPaths } from '../envelope/field-paths.js';
import { classifyError } from '../failure/classify-error.js';
import type { IngestFailure } from '../failure/ingest-failure.js';
import { archivedMessage, quarantine, replaysOf } from '../quarantine.js';
import type { QueueMessage } from '../queue/queue-message.js';
import type { RawSink } from '../raw-sink/raw-sink.js';
import { deliver, type RetryOptions, type Undelivered } from './deliver.js';
import { lookUpTopics } from './look-up-topics.js';
import { behindFailures } from './message-groups.js';
import {
  type OutgoingRecord,
  type RegisteredTopic,
  type RejectedMessage,
  sortMessages,
  type TopicLookup,
} from './sort-messages.js';
import { type TopicOutcome, topicOutcomes } from './topic-outcomes.js';
import { untilAborted } from './until-aborted.js';

export interface ProcessBatchDependencies {
  /** The topic of a queue; null where the ARN is no topic's. See `topicFromQueueArn`. */
  readonly topicOf: (queueArn: string) => { readonly topic: string; readonly queueTopic?: string } | null;
  /** The registry row of a topic, whatever its state: ingestion never stops. Null where it is not registered. */
  readonly registry: (topic: string) => RegisteredTopic | null | Promise<RegisteredTopic | null>;
  readonly sink: RawSink;
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch after which nothing new is begun. */
  readonly deadlineMs: number;
  /** Says that the time is over: what is still under way then is handed back. */
  readonly signal?: AbortSignal;
  readonly retry?: RetryOptions;
  /** Where envelope fields are looked for. Default `DEFAULT_FIELD_PATHS`. */
  readonly fieldPaths?: FieldPaths;
}

export interface BatchCounts {
  readonly received: number;
  readonly accepted: number;
  readonly quarantined: number;
  readonly handedBack: number;
  /** Puts of records beyond their first. */
  readonly retries: number;
}

/** One kind of oddity among the accepted messages of a batch. */
export interface BatchDrift {
  readonly topic: string;
  readonly kind: string;
  readonly field: string;
  readonly path: string;
  readonly count: number;
  /** Queue ids of the messages that showed it (of replayed ones the original), sorted, each once. */
  readonly sqsMessageIds: readonly string[];
  /** The first value seen, cut. May be sensitive. */
  readonly sample: string;
}

export interface BatchResult {
  /** Ids of the messages to hand back to the queue, each once. Everything else may be acknowledged. */
  readonly failures: string[];
  readonly counts: BatchCounts;
  readonly drift: readonly BatchDrift[];
  /** What the batch says about the health of each topic and of the sink; see `recordOutcomes`. */
  readonly outcomes: readonly TopicOutcome[];
}

type Outcome = 'accepted' | 'quarantined' | 'handed-back';

/** Messages archived at once. */
const QUARANTINE_CONCURRENCY = 8;

/**
 * Queue messages into the sink, each with an outcome of its own.
 *
 * A message is acknowledged only after the sink accepted its very record, or after it was quarantined whole;
 * every other one is handed back. In a FIFO queue so are those that stand behind it in its message group, even where
 * the sink has them by then: they come again as copies, in order, for as long as it has not failed three times. Throttling, time-outs and network errors, of the registry too, are retried with full jitter inside the
 * time left. Never rejects for a message's sake.
 *
 * @example
 * const { failures } = await processBatch(messages, { ...ports, deadlineMs: clock.now() + 25_000 });
 * return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
 */
export async function processBatch(
  messages: readonly QueueMessage[],
  dependencies: ProcessBatchDependencies,
): Promise<BatchResult> {
  const { sink, clock, logger, metrics } = dependencies;
  // Until something vouches for a message it is handed back.
  const outcomes: Outcome[] = messages.map(() => 'handed-back');
  const lookups = await lookUpTopics(messages, dependencies);
  const sorted = sortMessages(messages, lookups, {
    nowMicros: BigInt(Math.trunc(clock.now())) * 1000n,
    maxRecordBytes: sink.maxRecordBytes,
    fieldPaths: dependencies.fieldPaths ?? DEFAULT_FIELD_PATHS,
  });
  for (const { index, error } of sorted.undecided) {
    logger.warn('handed back: nothing could be decided about the message', {
      sqsMessageId: messages[index]!.messageId,
      error,
    });
  }

  // At once, so that neither a sink nor an archive that is down keeps messages from the other.
  const [{ undelivered, retries }, quarantined] = await Promise.all([
    deliver(sorted.records, dependencies),
    quarantineAll(messages, sorted.rejected, dependencies),
  ]);
  for (const { index } of sorted.records) outcomes[index] = 'accepted';
  for (const { item } of undelivered) outcomes[item.index] = 'handed-back';
  const refused = refusedForGood(messages, undelivered, logger);
  const quarantinedLate = await quarantineAll(messages, refused, dependencies);
  for (const index of [...quarantined, ...quarantinedLate]) outcomes[index] = 'quarantined';
  for (const index of behindFailures(messages, (at) => outcomes[at] === 'handed-back')) {
    outcomes[index] = 'handed-back';
  }

  // A message that is handed back shows its oddities again when it comes back.
  const drift = countDrift(sorted.drift.filter(({ index }) => outcomes[index] === 'accepted'));
  for (const { topic, kind, count } of drift) metrics.add('EnvelopeDrift', count, 'Count', { topic, kind });
  const counts = countOutcomes(messages, outcomes, lookups, retries, metrics);
  return {
    failures: handedBack(messages, outcomes),
    counts,
    drift,
    outcomes: topicOutcomes({
      ...{ messages, lookups, sorted, undelivered },
      quarantined: new Set([...quarantined, ...quarantinedLate]),
    }),
  };
}

/** Records that no retry would bring in. */
function refusedForGood(
  messages: readonly QueueMessage[],
  undelivered: readonly Undelivered<OutgoingRecord>[],
  logger: Logger,
): RejectedMessage[] {
  const refused: RejectedMessage[] = [];
  for (const { item, classification, error } of undelivered) {
    const { messageId } = messages[item.index]!;
    logger.warn('the sink did not take a record', {
      sqsMessageId: messageId,
      correlationId: item.correlationId,
      topic: item.topic,
      ...classification,
      error,
    });
    if (classification.action === 'RETRY') continue;
    const failure: IngestFailure = { ...classification, message: 'the sink refused the record for good' };
    refused.push({ index: item.index, topic: item.topic, failure });
  }
  return refused;
}

/** Quarantines what was rejected; gives the indices of the messages that are safe. */
async function quarantineAll(
  messages: readonly QueueMessage[],
  rejected: readonly RejectedMessage[],
  dependencies: ProcessBatchDependencies,
): Promise<number[]> {
  const { clock, logger, deadlineMs, signal } = dependencies;
  const safe: number[] = [];
  const queue = rejected.values();
  const work = async (): Promise<void> => {
    for (const { index, topic, failure } of queue) {
      const message = messages[index]!;
      const nowMs = clock.now();
      if (nowMs >= deadlineMs) return;
      try {
        const record = archivedMessage(message, { kind: 'quarantine', topic, failure, nowMs });
        await untilAborted(quarantine(record, dependencies, replaysOf(message, nowMs)), signal);
        safe.push(index);
      } catch (error) {
        const { errorClass, code } = classifyError(error);
        logger.error('handed back: the message could not be quarantined', {
          sqsMessageId: message.messageId,
          topic,
          failure,
          errorClass,
          code,
          error,
        });
      }
    }
  };
  await Promise.all(Array.from({ length: QUARANTINE_CONCURRENCY }, work));
  return safe;
}

function countDrift(entries: ReturnType<typeof sortMessages>['drift']): BatchDrift[] {
  const groups = new Map<string, [BatchDrift, Set<string>]>();
  for (const { topic, sqsMessageId, drift } of entries) {
    const identity = JSON.stringify([topic, drift.kind, drift.field, drift.path]);
    const [known, ids] = groups.get(identity) ?? [
      { topic, ...drift, count: 0, sqsMessageIds: [] },
      new Set<string>(),
    ];
    ids.add(sqsMessageId);
    groups.set(identity, [{ ...known, count: known.count + 1 }, ids]);
  }
  return Array.from(groups.values(), ([drift, ids]) => ({ ...drift, sqsMessageIds: [...ids].sort() }));
}

function countOutcomes(
  messages: readonly QueueMessage[],
  outcomes: readonly Outcome[],
  lookups: ReadonlyMap<string, TopicLookup>,
  retries: number,
  metrics: Metrics,
): BatchCounts {
  const totals: Record<Outcome, number> = { accepted: 0, quarantined: 0, 'handed-back': 0 };
  const byTopic = new Map<string, Record<Outcome, number>>();
  for (const [index, outcome] of outcomes.entries()) {
    totals[outcome] += 1;
    const topic = lookups.get(messages[index]!.queueArn)?.topic ?? 'unknown';
    const counts = byTopic.get(topic) ?? { accepted: 0, quarantined: 0, 'handed-back': 0 };
    counts[outcome] += 1;
    byTopic.set(topic, counts);
  }
  for (const [topic, counts] of byTopic) {
    metrics.add('MessagesAccepted', counts.accepted, 'Count', { topic });
    metrics.add('MessagesQuarantined', counts.quarantined, 'Count', { topic });
    metrics.add('MessagesHandedBack', counts['handed-back'], 'Count', { topic });
  }
  const { accepted, quarantined } = totals;
  return { received: messages.length, accepted, quarantined, handedBack: totals['handed-back'], retries };
}

function handedBack(messages: readonly QueueMessage[], outcomes: readonly Outcome[]): string[] {
  const ids = new Set<string>();
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome === 'handed-back') ids.add(messages[index]!.messageId);
  }
  return [...ids];
}
