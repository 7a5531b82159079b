import type { ArchiveKind, ErrorTracker, StateStore } from '@lean-ops/core';
import type { Evidence, Reconciliation } from '@lean-ops/curate';
import { decodeEnvelope, topicFromQueueArn, UNKNOWN_TOPIC } from '@lean-ops/ingest';
import type { BufferStore } from './firehose/buffer-store.js';
import type { DeploymentNames } from './queue/arns.js';
import type { QueueStore } from './queue/queue-store.js';
import type { SendLog } from './queue/send-log.js';

export interface EvidenceSources {
  readonly sendLog: SendLog;
  readonly queues: QueueStore;
  readonly buffer: BufferStore;
  readonly state: Pick<StateStore, 'errors'>;
  readonly names: DeploymentNames;
}

/** With a send log nothing about the messages is unknown. */
export interface TopicEvidence extends Evidence {
  readonly messages: number;
  readonly sqsMessageIds: AsyncIterable<string>;
}

/** The topic whose messages a queue carries; {@link UNKNOWN_TOPIC} for a queue of no topic. */
export function topicOfQueue(arn: string, names: DeploymentNames): string {
  return topicFromQueueArn(arn, names)?.topic ?? UNKNOWN_TOPIC;
}

/** `raw` gives the SQS message ids of the topic's RAW table; it is read only while something is in flight. */
export async function evidenceOf(
  sources: EvidenceSources,
  topic: string,
  raw: AsyncIterable<string>,
): Promise<TopicEvidence> {
  const { sendLog, state } = sources;
  const inFlight = inFlightIds(sources, topic);
  // A message that was sent again, or archived and not acknowledged yet, is found already: it counts once.
  if (inFlight.size > 0) {
    for await (const id of raw) inFlight.delete(id);
    for await (const { sqsMessageId } of state.errors.list({ topic })) inFlight.delete(sqsMessageId);
  }
  return {
    messages: sendLog.count(topic),
    sqsMessageIds: asynchronous(sendLog.messageIds(topic)),
    quarantined: archivedIds(state.errors, topic, 'quarantine'),
    deadLettered: archivedIds(state.errors, topic, 'dead-letter'),
    deliveryFailures: archivedIds(state.errors, topic, 'delivery-failure'),
    inFlight: inFlight.size,
  };
}

/** Of the messages in the topic's queue, redriven from there, or in the Firehose buffer. */
function inFlightIds({ queues, buffer, names }: EvidenceSources, topic: string): Set<string> {
  const ids = new Set<string>();
  for (const queue of queues.list()) {
    if (queue.deadLetter || topicOfQueue(queue.arn, names) !== topic) continue;
    for (const id of queues.messageIds(queue.arn)) ids.add(id);
  }
  for (const data of buffer.pending(topic)) ids.add(decodeEnvelope(data).sqs_message_id);
  return ids;
}

/**
 * The accountability of messages that have no tables: those sent to queues of no topic, or of a topic nobody
 * registered. Every one is in the archive or in flight.
 */
export async function reconcileWithoutTables(
  topic: string,
  evidence: TopicEvidence,
  checkedAt: number,
): Promise<Reconciliation> {
  const quarantined = await collect(evidence.quarantined);
  const deadLettered = await collect(evidence.deadLettered);
  const deliveryFailures = await collect(evidence.deliveryFailures);
  const found = new Set([...quarantined, ...deadLettered, ...deliveryFailures]);
  const right = found.size + evidence.inFlight;
  const missing: string[] = [];
  for await (const id of evidence.sqsMessageIds) {
    if (evidence.inFlight === 0 && !found.has(id) && missing.length < 10) missing.push(id);
  }
  const balanced = evidence.messages === right;
  return {
    topic,
    checkedAt,
    balanced,
    messages: evidence.messages,
    inFlight: evidence.inFlight,
    quarantined: quarantined.size,
    deadLettered: deadLettered.size,
    deliveryFailures: deliveryFailures.size,
    raw: 0,
    carried: 0,
    copies: 0,
    superseded: 0,
    parseErrors: 0,
    standardized: 0,
    curated: null,
    openErrors: null,
    pending: { raw: 0, standardized: 0 },
    differences: balanced
      ? []
      : [
          {
            equation: 'messages = distinct(quarantine ∪ dead letters ∪ delivery failures) + in flight',
            left: evidence.messages,
            right,
            detail: `messages to ${topic} that are neither archived nor in flight, or the other way round`,
            samples: missing,
          },
        ],
  };
}

async function* archivedIds(tracker: ErrorTracker, topic: string, kind: ArchiveKind): AsyncIterable<string> {
  for await (const error of tracker.list({ topic, kind })) yield error.sqsMessageId;
}

async function* asynchronous<T>(values: Iterable<T>): AsyncIterable<T> {
  yield* values;
}

async function collect(values: AsyncIterable<string>): Promise<Set<string>> {
  const collected = new Set<string>();
  for await (const value of values) collected.add(value);
  return collected;
}
