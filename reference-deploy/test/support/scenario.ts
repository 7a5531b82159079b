import type { TopicContract } from '@lean-ops/core';
import type { OutgoingMessage, Platform } from '../../local/index.js';

/** Two topics and two rounds that make every table of the platform change in every way it can. */

const CONTRACT: TopicContract = {
  topic: 'meter-readings',
  version: '1.0.0',
  owner: 'tests',
  partitionBy: ['period_reference'],
  columns: {
    meter_id: { type: 'string', path: '$.meter.id', cde: 'nonblank' },
    reading: { type: 'decimal(12,3)', cde: true },
    tariff: { type: 'string', path: '$.tariff' },
  },
  quality: { cdeSpikeThreshold: 0.9 },
};

export const TOPICS: readonly string[] = ['meter_readings', 'visits'];
/** The frozen clock of each round, milliseconds since the epoch. */
export const ROUND_MS: readonly [number, number] = [Date.UTC(2026, 0, 15, 8), Date.UTC(2026, 0, 15, 9)];

export async function registerTopics(platform: Platform): Promise<void> {
  await platform.registerTopic({ queueTopic: 'meter-readings', contract: CONTRACT });
  await platform.registerTopic({ queueTopic: 'visits', contract: null });
}

const KEYS = 30;
const UNKNOWN_QUEUE = 'arn:aws:sqs:local:000000000000:somebody-elses-queue';

/** The messages of a round, always the same. */
export function messagesOf(round: 0 | 1): OutgoingMessage[] {
  return round === 0 ? firstRound() : secondRound();
}

interface Reading {
  readonly key: number;
  readonly version?: number;
  readonly messageId?: string;
  /** Null fails the critical data element. */
  readonly reading?: string | null;
  readonly extra?: Readonly<Record<string, unknown>>;
}

function readingBody({ key, version = 1, messageId, reading = `${key}.125`, extra = {} }: Reading): string {
  return JSON.stringify({
    message_id: messageId ?? `reading-${key}-${version}`,
    publish_time: new Date(ROUND_MS[0] - 60_000 + version * 1_000).toISOString(),
    idempotency_key: `meter-${key}`,
    period_reference: key % 2 === 0 ? '2026-01' : '2025-12',
    meter: { id: `M${key}`, site: 'north' },
    reading,
    last_updated_ts: new Date(ROUND_MS[0] - 3_600_000 + version * 60_000).toISOString(),
    ...extra,
  });
}

function messageFactory(
  prefix: string,
  sentTimestampMs: number,
): (queueTopic: string, body: string) => OutgoingMessage {
  let sent = 0;
  return (queueTopic, body) => ({
    queueTopic,
    body,
    sqsMessageId: `${prefix}-${String(sent++).padStart(4, '0')}`,
    sentTimestampMs,
  });
}

function firstRound(): OutgoingMessage[] {
  const message = messageFactory('first', ROUND_MS[0] - 10_000);
  const messages: OutgoingMessage[] = [];
  for (let key = 0; key < KEYS; key++) {
    const reading = key >= 25 && key < 28 ? null : `${key}.125`;
    messages.push(message('meter-readings', readingBody({ key, version: 2, reading })));
    messages.push(
      message('visits', JSON.stringify({ id: `visit-${key}`, idempotency_key: `v${key}`, page: key })),
    );
  }
  return messages;
}

function secondRound(): OutgoingMessage[] {
  const message = messageFactory('second', ROUND_MS[1] - 10_000);
  const reading = (options: Reading): OutgoingMessage => message('meter-readings', readingBody(options));
  const wrapped = (key: number, payload: string): OutgoingMessage =>
    message(
      'meter-readings',
      JSON.stringify({
        message_id: `wrapped-${key}`,
        publish_time: '2026-01-15T08:30:00Z',
        idempotency_key: `meter-${key}`,
        payload,
      }),
    );
  return [
    // Network duplicates.
    ...[0, 1].map((key) => reading({ key, version: 2 })),
    // Corrections, and one that comes too late to count.
    ...[2, 3, 4, 5].map((key) => reading({ key, version: 3, reading: `${key}.5` })),
    reading({ key: 6, version: 1, reading: '6.000' }),
    // Newer versions that fail: their rows leave Curated.
    ...[7, 8].map((key) => reading({ key, version: 3, reading: null })),
    // A newer version that mends an open error.
    reading({ key: 25, version: 3, reading: '25.75' }),
    // A malformed correction, which must not hide the good row.
    wrapped(9, '{"meter":{"id":"M9"},"reading":'),
    // The same message id with other content.
    reading({ key: 10, version: 3, messageId: 'reading-10-2', reading: '10.25' }),
    // Drift: new fields, one colliding with another's name.
    ...[30, 31].map((key) =>
      reading({ key, extra: { tariff: 'night', meter_id: 'other', Meter: { ID: 1 } } }),
    ),
    // Not a body at all, and a queue of no topic.
    message('meter-readings', 'not json {'),
    { ...message('visits', '{"id":"lost"}'), queueArn: UNKNOWN_QUEUE },
    ...[0, 1, 40].map((key) =>
      message(
        'visits',
        JSON.stringify({ id: `visit-${key}`, idempotency_key: `v${key}`, page: -key, referrer: 'r' }),
      ),
    ),
  ];
}
