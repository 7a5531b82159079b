import type { EnvelopeMode } from '@lean-ops/core';
import { encodeEnvelope } from '../envelope/envelope-codec.js';
import type { EnvelopeDrift } from '../envelope/envelope-drift.js';
import { normalizeMessage } from '../envelope/normalize-message.js';
import { type IngestFailure, ingestFailure } from '../failure/ingest-failure.js';
import type { QueueMessage } from '../queue/queue-message.js';
import type { SinkRecord } from '../raw-sink/raw-sink.js';

/** Topic of messages whose queue is no topic's. */
export const UNKNOWN_TOPIC = 'unknown';

/** What ingestion needs of a registry row. */
export interface RegisteredTopic {
  readonly envelope: EnvelopeMode;
}

/** What a queue's ARN and the registry say. */
export type TopicLookup =
  | { readonly topic: string; readonly row: RegisteredTopic | null }
  /** The registry could not be asked. */
  | { readonly topic: string; readonly error: unknown }
  | null;

/** A record, and which message it is. */
export interface OutgoingRecord extends SinkRecord {
  readonly index: number;
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
  readonly drift: { readonly topic: string; readonly drift: EnvelopeDrift }[];
}

interface SortOptions {
  /** Microseconds since the epoch. */
  readonly nowMicros: bigint;
  readonly maxRecordBytes: number;
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
    const encoded = lookup === null ? unknownTopic(message) : encode(message, topic, lookup.row, options);
    if ('failure' in encoded) {
      sorted.rejected.push({ index, topic, failure: encoded.failure });
      continue;
    }
    sorted.records.push({ index, topic, bytes: encoded.bytes });
    for (const drift of encoded.drift) sorted.drift.push({ topic, drift });
  }
  return sorted;
}

type Encoded =
  | { readonly bytes: Uint8Array; readonly drift: readonly EnvelopeDrift[] }
  | { readonly failure: IngestFailure };

function unknownTopic(message: QueueMessage): Encoded {
  return {
    failure: ingestFailure('UNKNOWN_TOPIC', `queue ${message.queueArn} is no topic's of this deployment`),
  };
}

function encode(
  message: QueueMessage,
  topic: string,
  row: RegisteredTopic | null,
  { nowMicros, maxRecordBytes }: SortOptions,
): Encoded {
  if (row === null) {
    return {
      failure: ingestFailure('TOPIC_NOT_REGISTERED', `topic ${topic} has a queue but is not registered`),
    };
  }
  const result = normalizeMessage(message, { topic, mode: row.envelope, nowMicros });
  if (!result.ok) return result;
  const bytes = encodeEnvelope(result.envelope);
  if (bytes.length <= maxRecordBytes) return { bytes, drift: result.drift };
  const sizes = `${bytes.length} bytes once encoded, above the sink's ${maxRecordBytes}`;
  return { failure: ingestFailure('RECORD_TOO_LARGE', `the record has ${sizes}`) };
}
