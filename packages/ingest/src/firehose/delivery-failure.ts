import type { Envelope } from '@lean-ops/core';
import type { ArchivedMessage } from '../archive/archive.js';
import { archiveId } from '../archive/archive-key.js';
import { UNKNOWN_TOPIC } from '../batch/sort-messages.js';
import { decodeEnvelope } from '../envelope/envelope-codec.js';

/** Set on an archived record whose bytes are not UTF-8: its body is their base64. */
export const BODY_ENCODING_ATTRIBUTE = 'lean_ops_body_encoding';

const TOPIC = /^[a-z][a-z0-9_]*$/;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A record that was on its way to RAW and did not get there. */
export interface UndeliveredRecord {
  /** What the sink was given. */
  readonly data: Uint8Array;
  /** When the stream took it, milliseconds since the epoch. */
  readonly arrivedMs: number;
  readonly code: string;
  readonly message: string;
}

/** The topic that a record belongs to; {@link UNKNOWN_TOPIC} where it is no envelope, or names none. */
export function topicOfRecord(data: Uint8Array): string {
  const topic = envelopeOrNull(data)?.topic_name ?? '';
  return TOPIC.test(topic) ? topic : UNKNOWN_TOPIC;
}

/**
 * An undelivered record as the archive keeps it: whole, under the identity of its message. The same record gives the
 * same id, however often and by whom it is archived.
 *
 * @example
 * await quarantine(deliveryFailure(record, { topic: topicOfRecord(record.data), queueArn, nowMs }), ports);
 */
export function deliveryFailure(
  record: UndeliveredRecord,
  options: { readonly topic: string; readonly queueArn: string; readonly nowMs: number },
): ArchivedMessage {
  const { data, arrivedMs, code, message } = record;
  const envelope = envelopeOrNull(data);
  const text = textOrNull(data);
  const body = text ?? Buffer.from(data).toString('base64');
  const sqsMessageId = envelope?.sqs_message_id ?? '';
  const firstIngestionMicros = envelope?.ingestion_ts ?? BigInt(arrivedMs) * 1_000n;
  return {
    id: archiveId({ kind: 'delivery-failure', sqsMessageId, body }),
    kind: 'delivery-failure',
    topic: options.topic,
    queueArn: options.queueArn,
    sqsMessageId,
    // The envelope does not keep the queue's time; the message was there by the time it was ingested.
    sentTimestampMs: Number(firstIngestionMicros / 1_000n),
    firstIngestionMicros,
    body,
    attributes: text === null ? { [BODY_ENCODING_ATTRIBUTE]: 'base64' } : {},
    errorClass: 'unknown',
    errorCode: code,
    errorMessage: message,
    archivedAtMs: options.nowMs,
  };
}

function envelopeOrNull(data: Uint8Array): Envelope | null {
  try {
    return decodeEnvelope(data);
  } catch {
    return null;
  }
}

function textOrNull(data: Uint8Array): string | null {
  try {
    return UTF8.decode(data);
  } catch {
    return null;
  }
}
