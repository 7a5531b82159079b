import type { EnvelopeMode } from '@lean-ops/core';
import { encodeEnvelope } from '../envelope/envelope-codec.js';
import type { EnvelopeDrift } from '../envelope/envelope-drift.js';
import type { FieldPaths } from '../envelope/field-paths.js';
import { normalizeMessage } from '../envelope/normalize-message.js';
import { type IngestFailure, ingestFailure } from '../failure/ingest-failure.js';
import type { QueueMessage } from '../queue/queue-message.js';
import type { SinkRecord } from '../raw-sink/raw-sink.js';

/** Topic of messages whose queue is no topic's. */
export const UNKNOWN_TOPIC = 'unknown';

/** What ingestion needs of a registry row. */
export interface RegisteredTopic {
  readonly envelope: EnvelopeMode;
  /** The topic as its queue spells it; a queue that spells it otherwise is another one. */
  readonly queueTopic?: string;
}

/** What a queue's ARN and the registry say. */
export type TopicLookup =
  | { readonly topic: string; readonly queueTopic?: string | undefined; readonly row: RegisteredTopic | null }
  /** The registry could not be asked. */
  | { readonly topic: string; readonly error: unknown }
  | null;

/** A record, and which message it is. */
export interface OutgoingRecord extends SinkRecord {
  readonly index: number;
  /** What the producer calls the message, for the log. */
  readonly correlationId: string | null;
}

export interface RejectedMessage {
  readonly index: number;
  readonly topic: string;
  readonly failure: IngestFailure;
}

export interface SortedMessages {
  readonly records: OutgoingRecord[];
  readonly rejected: RejectedMessage[];
  readonly undecided: { readonly index: number; readonly error: unknown }[];
  readonly drift: SortedDrift[];
}

interface SortedDrift {
  readonly index: number;
  readonly topic: string;
  readonly sqsMessageId: string;
  readonly drift: EnvelopeDrift;
}

interface SortOptions {
  /** Microseconds since the epoch. */
  readonly nowMicros: bigint;
  readonly maxRecordBytes: number;
  readonly fieldPaths: FieldPaths;
}

/** Decides for every message what is to become of it; touches nothing. */
export function sortMessages(
  messages: readonly QueueMessage[],
  lookups: ReadonlyMap<string, TopicLookup>,
  options: SortOptions,
): SortedMessages {
  const sorted: SortedMessages = { records: [], rejected: [], undecided: [], drift: [] };
  for (const [index, message] of messages.entries()) {
    const lookup = lookups.get(message.queueArn) ?? null;
    if (lookup !== null && 'error' in lookup) {
      sorted.undecided.push({ index, error: lookup.error });
      continue;
    }
    const topic = lookup?.topic ?? UNKNOWN_TOPIC;
    try {
      const encoded = encode(message, lookup, options);
      if ('failure' in encoded) {
        sorted.rejected.push({ index, topic, failure: encoded.failure });
        continue;
      }
      const { bytes, sqsMessageId, correlationId } = encoded;
      sorted.records.push({ index, topic, bytes, correlationId });
      for (const drift of encoded.drift) sorted.drift.push({ index, topic, sqsMessageId, drift });
    } catch (error) {
      // A defect of ours must not take the other messages of the batch with it.
      sorted.undecided.push({ index, error });
    }
  }
  return sorted;
}

type Encoded =
  | {
      readonly bytes: Uint8Array;
      readonly sqsMessageId: string;
      readonly correlationId: string | null;
      readonly drift: readonly EnvelopeDrift[];
    }
  | { readonly failure: IngestFailure };

function encode(
  message: QueueMessage,
  lookup: Exclude<TopicLookup, { readonly error: unknown }>,
  { nowMicros, maxRecordBytes, fieldPaths }: SortOptions,
): Encoded {
  const failure = topicFailure(message, lookup);
  if (failure !== null) return { failure };
  const { topic, row } = lookup as { topic: string; row: RegisteredTopic };
  const result = normalizeMessage(message, { topic, mode: row.envelope, fieldPaths, nowMicros });
  if (!result.ok) return result;
  const bytes = encodeEnvelope(result.envelope);
  if (bytes.length <= maxRecordBytes) {
    const { sqs_message_id: sqsMessageId, correlation_id: correlationId } = result.envelope;
    return { bytes, sqsMessageId, correlationId, drift: result.drift };
  }
  const sizes = `${bytes.length} bytes once encoded, above the sink's ${maxRecordBytes}`;
  return { failure: ingestFailure('RECORD_TOO_LARGE', `the record has ${sizes}`) };
}

function topicFailure(
  message: QueueMessage,
  lookup: Exclude<TopicLookup, { readonly error: unknown }>,
): IngestFailure | null {
  if (lookup === null) {
    return ingestFailure('UNKNOWN_TOPIC', `queue ${message.queueArn} is no topic's of this deployment`);
  }
  const { topic, queueTopic, row } = lookup;
  if (row === null) {
    return ingestFailure('TOPIC_NOT_REGISTERED', `topic ${topic} has a queue but is not registered`);
  }
  if (queueTopic === undefined || row.queueTopic === undefined || queueTopic === row.queueTopic) return null;
  return ingestFailure(
    'TOPIC_NOT_REGISTERED',
    `queue topic ${queueTopic} would share table ${topic} with the registered queue topic ${row.queueTopic}`,
  );
}
