import { ENVELOPE_COLUMNS, type Envelope } from '@lean-ops/core';
import { IngestError } from '../error.js';

const COLUMN_NAMES = ENVELOPE_COLUMNS.map((column) => column.name);
const UTF8 = new TextDecoder('utf-8', { fatal: true });
const encoded = new WeakSet<Uint8Array>();

/**
 * The record that goes to a sink: one JSON object without line breaks whose members are the RAW columns, in
 * order; times are numbers of microseconds since the epoch, with every digit.
 */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const bytes = Buffer.from(
    `{"topic_name":${JSON.stringify(envelope.topic_name)}` +
      `,"message_id":${JSON.stringify(envelope.message_id)}` +
      `,"sqs_message_id":${JSON.stringify(envelope.sqs_message_id)}` +
      `,"idempotency_key":${JSON.stringify(envelope.idempotency_key)}` +
      `,"period_reference":${JSON.stringify(envelope.period_reference)}` +
      `,"correlation_id":${JSON.stringify(envelope.correlation_id)}` +
      `,"publish_time":${envelope.publish_time}` +
      `,"publish_time_source":${JSON.stringify(envelope.publish_time_source)}` +
      `,"ingestion_ts":${envelope.ingestion_ts}` +
      `,"json_payload":${JSON.stringify(envelope.json_payload)}` +
      `,"envelope_json":${JSON.stringify(envelope.envelope_json)}}`,
    'utf8',
  );
  encoded.add(bytes);
  return bytes;
}

/** Throws as {@link decodeEnvelope}, and reads only what {@link encodeEnvelope} did not give in this process. */
export function checkEnvelope(bytes: Uint8Array): void {
  if (!encoded.has(bytes)) decodeEnvelope(bytes);
}

/**
 * Reads what {@link encodeEnvelope} wrote.
 *
 * @throws {IngestError} `ENVELOPE_UNREADABLE` for anything else, also for a member that RAW has no column for:
 * the sink would skip it without a word.
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  let text: string;
  let record: Record<string, unknown>;
  try {
    text = UTF8.decode(bytes);
    record = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw unreadable('it is not JSON in UTF-8', error);
  }
  const fault = recordFault(record);
  if (fault !== null) throw unreadable(fault);
  return Object.assign(record as unknown as Envelope, exactTimes(record, text));
}

function recordFault(record: unknown): string | null {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return 'it is not a JSON object';
  const members = record as Record<string, unknown>;
  for (const { name, type, required } of ENVELOPE_COLUMNS) {
    const value = members[name];
    if (value === null && !required) continue;
    const isRight = type === 'string' ? typeof value === 'string' : Number.isInteger(value);
    if (!isRight) return `${name} is ${value === undefined ? 'missing' : `no ${type}`}`;
  }
  const names = Object.keys(members);
  if (names.length === COLUMN_NAMES.length) return null;
  const extra = names.find((name) => !(COLUMN_NAMES as string[]).includes(name));
  return `${JSON.stringify(extra)} is no column of RAW`;
}

function exactTimes(
  record: Record<string, unknown>,
  text: string,
): Pick<Envelope, 'publish_time' | 'ingestion_ts'> {
  const { publish_time, ingestion_ts } = record as { publish_time: number; ingestion_ts: number };
  if (Number.isSafeInteger(publish_time) && Number.isSafeInteger(ingestion_ts)) {
    return { publish_time: BigInt(publish_time), ingestion_ts: BigInt(ingestion_ts) };
  }
  const sources = new Map<string, string>();
  JSON.parse(text, (key, value: unknown, ...rest: { source?: string }[]) => {
    const source = rest[0]?.source;
    if (typeof value === 'number' && source !== undefined) sources.set(key, source);
    return value;
  });
  return {
    publish_time: exactTime('publish_time', sources),
    ingestion_ts: exactTime('ingestion_ts', sources),
  };
}

const LAST_TIME = 2n ** 63n - 1n;

function exactTime(name: string, sources: ReadonlyMap<string, string>): bigint {
  const source = sources.get(name) ?? '';
  const time = /^-?\d{1,19}$/.test(source) ? BigInt(source) : null;
  if (time === null || time > LAST_TIME || time < -LAST_TIME - 1n) {
    throw unreadable(`${name} is no whole number of microseconds in 64 bits`);
  }
  return time;
}

function unreadable(reason: string, cause?: unknown): IngestError {
  return new IngestError(`the record is not an encoded envelope: ${reason}`, {
    code: 'ENVELOPE_UNREADABLE',
    context: { reason },
    cause,
  });
}
