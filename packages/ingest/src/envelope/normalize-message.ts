import type { Envelope, EnvelopeMode } from '@lean-ops/core';
import { type IngestFailure, ingestFailure } from '../failure/ingest-failure.js';
import type { QueueMessage } from '../queue/queue-message.js';
import { parseReplay, REPLAY_ATTRIBUTE, type Replay } from '../queue/replay.js';
import { type EnvelopeDrift, envelopeDrift } from './envelope-drift.js';
import { DEFAULT_FIELD_PATHS, type FieldPaths, type SplitPath, splitFieldPaths } from './field-paths.js';
import { findId, findValue, isObject, type ParsedObject } from './look-up.js';
import { parseJson } from './parse-json.js';
import { type SplitBody, splitBody } from './payload.js';
import { publishTime } from './publish-time.js';

export interface NormalizeContext {
  /** Table-safe topic of the queue. */
  readonly topic: string;
  readonly mode: EnvelopeMode;
  /** Default {@link DEFAULT_FIELD_PATHS}. */
  readonly fieldPaths?: FieldPaths;
  /** The processor's clock, microseconds since the epoch. */
  readonly nowMicros: bigint;
}

export type NormalizedMessage =
  | { readonly ok: true; readonly envelope: Envelope; readonly drift: readonly EnvelopeDrift[] }
  | { readonly ok: false; readonly failure: IngestFailure };

const LAST_MILLISECOND = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const PERIOD = /^\d{4}-(?:0[1-9]|1[0-2])$/;

/**
 * One queue message as one RAW row.
 *
 * The payload is never parsed and printed again: it stands in `json_payload` byte for byte. Ids that are numbers
 * keep their spelling. A key that is null or blank stays null. A replayed message keeps its first identity and
 * times. Source: docs/layer_definitions.md, "Envelope".
 *
 * @example
 * const result = normalizeMessage(message, { topic: 'events', mode: 'auto', nowMicros: 1_767_225_600_000_000n });
 * if (result.ok) await sink.put([{ topic: 'events', bytes: encodeEnvelope(result.envelope) }]);
 */
export function normalizeMessage(message: QueueMessage, context: NormalizeContext): NormalizedMessage {
  const replay = replayOf(message, context.nowMicros);
  if (replay !== null && 'failure' in replay) return { ok: false, failure: replay.failure };
  const body = parseBody(message.body);
  if ('failure' in body) return { ok: false, failure: body.failure };
  const paths = splitFieldPaths(context.fieldPaths ?? DEFAULT_FIELD_PATHS);
  const split = splitBody(body, context.mode, paths);
  if ('failure' in split) return { ok: false, failure: split.failure };

  const drift: EnvelopeDrift[] = [];
  const sqsMessageId = replay?.sqsMessageId ?? message.messageId;
  // A replay is judged by the clock of its first arrival, or its times could come out differently.
  const ingestionMicros = replay?.firstIngestionMicros ?? context.nowMicros;
  const sentMicros = sentTime(replay?.sentTimestampMs ?? message.sentTimestampMs, ingestionMicros, drift);
  const published = publishTime(body, paths.publishTime, sentMicros, ingestionMicros, drift);
  const sources = lookUpOrder(body, split);
  const envelope: Envelope = {
    topic_name: context.topic,
    message_id: findId(body, paths.messageId, 'message_id', drift) ?? sqsMessageId,
    sqs_message_id: sqsMessageId,
    idempotency_key: firstId(sources, paths.idempotencyKey, 'idempotency_key', drift),
    period_reference: period(sources, paths.periodReference, drift),
    correlation_id: firstId(sources, paths.correlationId, 'correlation_id', drift),
    publish_time: published.micros,
    publish_time_source: published.source,
    ingestion_ts: ingestionMicros,
    json_payload: split.jsonPayload,
    envelope_json: split.envelopeJson,
  };
  return { ok: true, envelope, drift };
}

function sentTime(sentTimestampMs: number, ingestionMicros: bigint, drift: EnvelopeDrift[]): bigint {
  const isTime =
    Number.isSafeInteger(sentTimestampMs) && sentTimestampMs >= 0 && sentTimestampMs <= LAST_MILLISECOND;
  if (isTime) return BigInt(sentTimestampMs) * 1000n;
  drift.push(
    envelopeDrift('INVALID_SENT_TIMESTAMP', 'publish_time', 'SentTimestamp', String(sentTimestampMs)),
  );
  return ingestionMicros;
}

type Sources = readonly (() => ParsedObject | null)[];

/** The wrapper first, then the payload, which is parsed only if it comes to that. */
function lookUpOrder(body: ParsedObject, split: SplitBody): Sources {
  let payload: ParsedObject | null | undefined;
  const payloadOnce = (): ParsedObject | null => {
    if (payload === undefined) payload = split.payloadObject();
    return payload;
  };
  return split.envelopeJson === null ? [() => body] : [() => body, payloadOnce];
}

function firstId(
  sources: Sources,
  paths: readonly SplitPath[],
  field: string,
  drift: EnvelopeDrift[],
): string | null {
  for (const source of sources) {
    const object = source();
    const id = object === null ? null : findId(object, paths, field, drift);
    if (id !== null) return id;
  }
  return null;
}

function period(sources: Sources, paths: readonly SplitPath[], drift: EnvelopeDrift[]): string | null {
  for (const source of sources) {
    const object = source();
    const found = object === null ? null : findValue(object, paths);
    if (found === null) continue;
    if (typeof found.value === 'string' && PERIOD.test(found.value)) return found.value;
    drift.push(envelopeDrift('INVALID_PERIOD', 'period_reference', found.path.text, found.value));
    return null;
  }
  return null;
}

function replayOf(
  message: QueueMessage,
  nowMicros: bigint,
): Replay | { readonly failure: IngestFailure } | null {
  const text = message.attributes[REPLAY_ATTRIBUTE];
  if (text === undefined) return null;
  // Taking it for a new message would give an old one a second identity.
  const failure = ingestFailure(
    'REPLAY_ATTRIBUTE_INVALID',
    `the attribute ${REPLAY_ATTRIBUTE} cannot be read, or says what no replay can have written`,
  );
  return parseReplay(text, Number(nowMicros / 1_000n)) ?? { failure };
}

function parseBody(text: string): ParsedObject | { readonly failure: IngestFailure } {
  if (!text.isWellFormed()) {
    return { failure: ingestFailure('BODY_NOT_UTF8', 'the body holds half a surrogate pair') };
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    // The engine's message quotes the text, which may be sensitive.
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    const where = position === undefined ? '' : ` (at character ${position})`;
    return { failure: ingestFailure('BODY_NOT_JSON', `the body is not JSON${where}`) };
  }
  if (isObject(value)) return { value, text, start: 0 };
  const kind = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
  return { failure: ingestFailure('BODY_NOT_OBJECT', `the body is ${kind}, not a JSON object`) };
}
