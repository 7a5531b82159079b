import type { EnvelopeMode } from '@lean-ops/core';
import { describe, expect, test } from 'vitest';
import type { QueueMessage } from '../queue/queue-message.js';
import { formatReplay, REPLAY_ATTRIBUTE } from '../queue/replay.js';
import { DEFAULT_FIELD_PATHS } from './field-paths.js';
import { type NormalizeContext, normalizeMessage } from './normalize-message.js';

const SENT = Date.UTC(2026, 0, 2);
const NOW = BigInt(Date.UTC(2026, 0, 3)) * 1000n;

function message(body: string, attributes: Record<string, string> = {}): QueueMessage {
  return { messageId: 'sqs-1', body, sentTimestampMs: SENT, attributes, receiveCount: 1, queueArn: 'arn' };
}

function normalized(
  body: string,
  options: { mode?: EnvelopeMode; attributes?: Record<string, string> } & Partial<NormalizeContext> = {},
) {
  const { mode = 'auto', attributes, ...context } = options;
  const result = normalizeMessage(message(body, attributes), {
    topic: 'events',
    mode,
    nowMicros: NOW,
    ...context,
  });
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return { ...result.envelope, drift: result.drift };
}

function failure(body: string, mode: EnvelopeMode = 'auto', attributes: Record<string, string> = {}) {
  const result = normalizeMessage(message(body, attributes), { topic: 'events', mode, nowMicros: NOW });
  if (result.ok) throw new Error('the message was taken');
  return result.failure;
}

const HEAD = '"messageId":"m-1","publishTime":"2026-01-01T00:00:00Z"';
const base64 = (text: string | Uint8Array): string => Buffer.from(text as string).toString('base64');

describe('a bare body', () => {
  test('is its own payload, byte for byte', () => {
    const body = ' {"n": 9007199254740993.10,\n"é":"\\u00e9", "x" : 1e400 }\n';
    expect(normalized(body)).toMatchObject({ json_payload: body, envelope_json: null });
  });

  test('without any envelope field takes ids and time from the queue', () => {
    expect(normalized('{}')).toEqual({
      topic_name: 'events',
      message_id: 'sqs-1',
      sqs_message_id: 'sqs-1',
      idempotency_key: null,
      period_reference: null,
      correlation_id: null,
      publish_time: BigInt(SENT) * 1000n,
      publish_time_source: 'sqs',
      ingestion_ts: NOW,
      json_payload: '{}',
      envelope_json: null,
      drift: [],
    });
  });

  test('may hold a business field called payload', () => {
    for (const body of [
      '{"payload":{"a":1}}',
      '{"messageId":"m","payload":{"a":1}}',
      '{"publishTime":"2026-01-01T00:00:00Z","data":"eA=="}',
      '{"messageId":null,"publishTime":"2026-01-01T00:00:00Z","payload":{}}',
      `{${HEAD},"payload":null}`,
    ]) {
      expect(normalized(body)).toMatchObject({ json_payload: body, envelope_json: null });
    }
  });

  test('is what a topic in bare mode always has', () => {
    const body = `{${HEAD},"payload":{"a":1}}`;
    expect(normalized(body, { mode: 'bare' })).toMatchObject({ json_payload: body, message_id: 'm-1' });
  });
});

describe('a wrapped body', () => {
  test('gives its payload object as it is spelled, and keeps everything else', () => {
    const body = `{${HEAD}, "payload" : { "n":1.10 , "s":"}\\"" } ,"extra":[1]}`;
    expect(normalized(body)).toMatchObject({
      message_id: 'm-1',
      json_payload: '{ "n":1.10 , "s":"}\\"" }',
      envelope_json: `{${HEAD}, "payload" : null ,"extra":[1]}`,
      publish_time: BigInt(Date.UTC(2026, 0, 1)) * 1000n,
      publish_time_source: 'producer',
    });
  });

  test('gives a payload string unescaped, whether or not it is JSON', () => {
    const payload = '{"a":"\u{1F600}\\n"} trailing';
    const body = `{${HEAD},"payload":${JSON.stringify(payload)}}`;
    expect(normalized(body)).toMatchObject({
      json_payload: payload,
      envelope_json: `{${HEAD},"payload":null}`,
    });
    expect(normalized(`{${HEAD},"payload":""}`).json_payload).toBe('');
  });

  test('gives data decoded from base64', () => {
    const payload = '{"a":"é\ufffd\u{1F600}"}';
    expect(normalized(`{${HEAD},"data":"${base64(payload)}"}`)).toMatchObject({
      json_payload: payload,
      envelope_json: `{${HEAD},"data":null}`,
    });
    expect(normalized(`{${HEAD},"data":{"a":1.0}}`).json_payload).toBe('{"a":1.0}');
    expect(normalized(`{${HEAD},"payload":null,"data":"e30="}`).json_payload).toBe('{}');
  });

  test.each(['[1,2]', '42', 'true', '-0.50'])(
    'with the payload %s goes on as it is, to become a parse error',
    (token) => {
      expect(normalized(`{${HEAD},"payload":${token}}`).json_payload).toBe(token);
    },
  );

  test('needs no id and no time where the topic is always wrapped', () => {
    expect(normalized('{"payload":{"a":1}}', { mode: 'wrapped' })).toMatchObject({
      message_id: 'sqs-1',
      json_payload: '{"a":1}',
      envelope_json: '{"payload":null}',
    });
  });

  test('with one key twice is read as JSON.parse reads it: the last one counts, and nothing is lost', () => {
    const body = `{${HEAD},"payload":{"a":1},"messageId":"m-2","payload":{"a":2}}`;
    expect(normalized(body)).toMatchObject({
      message_id: 'm-2',
      json_payload: '{"a":2}',
      envelope_json: `{${HEAD},"payload":{"a":1},"messageId":"m-2","payload":null}`,
    });
  });

  test('can have its fields elsewhere, by configuration', () => {
    const fieldPaths = {
      ...DEFAULT_FIELD_PATHS,
      messageId: ['meta.id'],
      publishTime: ['meta.at'],
      payload: ['body'],
    };
    const body = '{"meta":{"id":"x","at":"2026-01-01T00:00:00Z"},"body":{"a":1}}';
    expect(normalized(body, { fieldPaths })).toMatchObject({ message_id: 'x', json_payload: '{"a":1}' });
  });
});

describe('keys that are spelled with escapes', () => {
  const BODY = {
    messageId: '"m"',
    publishTime: '"2026-01-01T00:00:00Z"',
    payload: '{"a":1,"idempotency_key":"k"}',
  };
  const body = (name: keyof typeof BODY, spelled: string): string =>
    `{"first":1,${Object.entries(BODY).map(([key, value]) => `"${key === name ? spelled : key}":${value}`)}}`;

  // The engine compares keys with those that stood in the same place before, and may take one for the other.
  test.each(['messageId', 'publishTime', 'payload'] as const)(
    'are the keys they mean, whatever messages came before: %s',
    (name) => {
      const [head, last] = [name.slice(0, -1), name.charCodeAt(name.length - 1).toString(16)];
      normalized(body(name, `${head}\\\\`));
      const { envelope_json: _, ...escaped } = normalized(body(name, `${head}\\u00${last}`));
      expect(escaped).toMatchObject({
        message_id: 'm',
        idempotency_key: 'k',
        publish_time_source: 'producer',
        json_payload: BODY.payload,
      });
    },
  );

  test('and in a payload, too', () => {
    const payload = (key: string): string => `{${HEAD},"payload":{"a":1,"${key}":"k"}}`;
    normalized(payload('idempotency_ke\\\\'));
    expect(normalized(payload('idempotency_ke\\u0079')).idempotency_key).toBe('k');
  });
});

describe('ids', () => {
  test.each([
    ['{"message_id":"a"}', 'a'],
    ['{"messageId":"b","message_id":"a"}', 'b'],
    ['{"messageId":null,"message_id":"a"}', 'a'],
    ['{"messageId":"  ","message_id":"a"}', 'a'],
    ['{"messageId":""}', 'sqs-1'],
    ['{"messageId":9007199254740993}', '9007199254740993'],
    ['{"messageId":1.10}', '1.10'],
    ['{"messageId":" padded "}', ' padded '],
  ])('the message id of %s is %j', (body, expected) => {
    expect(normalized(body)).toMatchObject({ message_id: expected, drift: [] });
  });

  test.each([
    ['{"_metadata":{"idempotencyKeyResource":"a","idempotency_key":"b"},"idempotencyKeyResource":"c"}', 'a'],
    ['{"_metadata":{"idempotency_key":"b"},"idempotencyKeyResource":"c","idempotency_key":"d"}', 'b'],
    ['{"idempotencyKeyResource":"c","idempotency_key":"d"}', 'c'],
    ['{"idempotency_key":"d"}', 'd'],
    ['{"_metadata":{"idempotency_key":12345678901234567890}}', '12345678901234567890'],
    ['{"idempotency_key":null}', null],
    ['{"idempotency_key":" \\t"}', null],
    ['{"_metadata":null,"messageId":"m"}', null],
    ['{"_metadata":[{"idempotency_key":"x"}]}', null],
    [`{${HEAD},"idempotency_key":"w","payload":{"_metadata":{"idempotencyKeyResource":"p"}}}`, 'w'],
    [`{${HEAD},"payload":{"idempotency_key":"p"}}`, 'p'],
    [`{${HEAD},"payload":{ "idempotency_key": 7.50 }}`, '7.50'],
    [`{${HEAD},"payload":"{\\"idempotency_key\\":8.0}"}`, '8.0'],
    [`{${HEAD},"data":"${base64('{"idempotencyKeyResource":"p"}')}"}`, 'p'],
    [`{${HEAD},"payload":"not json"}`, null],
  ])('the idempotency key of %s is %j', (body, expected) => {
    expect(normalized(body)).toMatchObject({ idempotency_key: expected, drift: [] });
  });

  test('a correlation id is looked up likewise', () => {
    expect(normalized('{"_metadata":{"correlationId":"a"},"correlation_id":"b"}').correlation_id).toBe('a');
    expect(normalized(`{${HEAD},"payload":{"correlation_id":"b"}}`).correlation_id).toBe('b');
  });

  test('an id that is neither text nor number is passed over, with a drift entry', () => {
    expect(normalized('{"messageId":{"a":1},"message_id":"m","idempotency_key":true}')).toMatchObject({
      message_id: 'm',
      idempotency_key: null,
      drift: [
        { kind: 'UNUSABLE_ID', field: 'message_id', path: 'messageId', sample: '(object)' },
        { kind: 'UNUSABLE_ID', field: 'idempotency_key', path: 'idempotency_key', sample: 'true' },
      ],
    });
  });

  test('an id with half a surrogate pair is kept as its JSON token', () => {
    expect(normalized('{"messageId":"a\\ud800"}')).toMatchObject({
      message_id: '"a\\ud800"',
      drift: [expect.objectContaining({ kind: 'LONE_SURROGATE' })],
    });
  });

  test('fields of the prototype are no fields of the body', () => {
    const fieldPaths = { ...DEFAULT_FIELD_PATHS, messageId: ['constructor.name'], payload: ['toString'] };
    expect(normalized('{}', { fieldPaths }).message_id).toBe('sqs-1');
    expect(normalized('{"__proto__":{"messageId":"x"}}').message_id).toBe('sqs-1');
  });
});

describe('period and publish time', () => {
  test.each([
    ['{"_metadata":{"periodReference":"2026-01"}}', '2026-01', 0],
    ['{"periodReference":"2026-12","period_reference":"2025-01"}', '2026-12', 0],
    ['{"period_reference":null}', null, 0],
    ['{"period_reference":"2026-13"}', null, 1],
    ['{"period_reference":"2026-1"}', null, 1],
    ['{"period_reference":202601}', null, 1],
    [`{${HEAD},"payload":{"periodReference":"2026-02"}}`, '2026-02', 0],
  ])('the period of %s is %j', (body, expected, entries) => {
    const { period_reference, drift } = normalized(body);
    expect(period_reference).toBe(expected);
    expect(drift.map((entry) => entry.kind)).toEqual(Array(entries).fill('INVALID_PERIOD'));
  });

  const DAY_AHEAD = new Date(Number(NOW / 1000n) + 86_400_000);
  test.each([
    ['"2026-01-01T05:30:00.000001+05:30"', BigInt(Date.UTC(2026, 0, 1)) * 1000n + 1n, 'producer', null],
    ['1767225600123', 1_767_225_600_123_000n, 'producer', null],
    ['"2000-01-01T00:00:00Z"', 946_684_800_000_000n, 'producer', null],
    [JSON.stringify(DAY_AHEAD), NOW + 86_400_000_000n, 'producer', null],
    [
      '"2026-01-01T00:00:00.0000009Z"',
      BigInt(Date.UTC(2026, 0, 1)) * 1000n,
      'producer',
      'TRUNCATED_PUBLISH_TIME',
    ],
    ['"1999-12-31T23:59:59.999999Z"', null, 'sqs', 'IMPLAUSIBLE_PUBLISH_TIME'],
    [JSON.stringify(new Date(DAY_AHEAD.getTime() + 1)), null, 'sqs', 'IMPLAUSIBLE_PUBLISH_TIME'],
    ['1767225600', null, 'sqs', 'IMPLAUSIBLE_PUBLISH_TIME'],
    ['"2026-01-01T00:00:00"', null, 'sqs', 'INVALID_PUBLISH_TIME'],
    ['1767225600000.5', null, 'sqs', 'INVALID_PUBLISH_TIME'],
    ['1e400', null, 'sqs', 'INVALID_PUBLISH_TIME'],
    ['{}', null, 'sqs', 'INVALID_PUBLISH_TIME'],
    ['null', null, 'sqs', null],
    ['" "', null, 'sqs', null],
  ])('the publish time %s', (token, micros, source, kind) => {
    const envelope = normalized(`{"publish_time":${token}}`);
    expect(envelope.publish_time).toBe(micros ?? BigInt(SENT) * 1000n);
    expect(envelope.publish_time_source).toBe(source);
    expect(envelope.drift.map((entry) => entry.kind)).toEqual(kind === null ? [] : [kind]);
  });
});

test.each([Number.NaN, -1, 1.5, 1e19])(
  'a SentTimestamp of %d is no time: the clock is used',
  (sentTimestampMs) => {
    const odd = { ...message('{}'), sentTimestampMs };
    const result = normalizeMessage(odd, { topic: 'events', mode: 'auto', nowMicros: NOW });
    expect(result).toMatchObject({
      envelope: { publish_time: NOW, publish_time_source: 'sqs' },
      drift: [{ kind: 'INVALID_SENT_TIMESTAMP', sample: String(sentTimestampMs) }],
    });
  },
);

describe('a replayed message', () => {
  const replay = {
    sqsMessageId: 'first',
    sentTimestampMs: SENT - 5_000,
    firstIngestionMicros: NOW - 7n,
    replays: 1,
  };

  test('without an id of its own is the message it was', () => {
    const attributes = { [REPLAY_ATTRIBUTE]: formatReplay(replay) };
    expect(normalized('{"a":1}', { attributes })).toMatchObject({
      message_id: 'first',
      sqs_message_id: 'first',
      publish_time: BigInt(SENT - 5_000) * 1000n,
      ingestion_ts: NOW - 7n,
    });
  });

  test('is judged by the clock of its first arrival', () => {
    const body = `{"publishTime":"${new Date(Number(NOW / 1000n) + 86_400_000).toISOString()}"}`;
    expect(normalized(body).publish_time_source).toBe('producer');
    const attributes = { [REPLAY_ATTRIBUTE]: formatReplay(replay) };
    expect(normalized(body, { attributes }).publish_time_source).toBe('sqs');
  });

  test.each([
    '',
    '{}',
    'null',
    '{"sqsMessageId":"","sentTimestampMs":1,"firstIngestionMicros":1,"replays":1}',
  ])('with the attribute %j is refused: guessing would give it a second identity', (text) => {
    expect(failure('{}', 'auto', { [REPLAY_ATTRIBUTE]: text })).toMatchObject({
      errorClass: 'contract',
      action: 'DROP',
      code: 'REPLAY_ATTRIBUTE_INVALID',
    });
  });
});

describe('a replay mark out of bounds', () => {
  const DAY = 86_400_000;
  const nowMs = Number(NOW / 1000n);
  const mark = (changes: Record<string, unknown>): Record<string, string> => ({
    [REPLAY_ATTRIBUTE]: JSON.stringify({
      sqsMessageId: 'x'.repeat(100),
      sentTimestampMs: nowMs + DAY,
      firstIngestionMicros: String(NOW + BigInt(DAY) * 1000n),
      replays: 10_000,
      ...changes,
    }),
  });

  test('is believed up to the bounds', () => {
    expect(normalized('{}', { attributes: mark({}) }).sqs_message_id).toHaveLength(100);
    const first = { sentTimestampMs: Date.UTC(2000), firstIngestionMicros: Date.UTC(2000) * 1000 };
    expect(normalized('{}', { attributes: mark(first) }).ingestion_ts).toBe(BigInt(Date.UTC(2000)) * 1000n);
  });

  test.each([
    { firstIngestionMicros: '999999999999999999' },
    { firstIngestionMicros: String(NOW + BigInt(DAY) * 1000n + 1n) },
    { firstIngestionMicros: Date.UTC(2000) * 1000 - 1 },
    { sentTimestampMs: nowMs + DAY + 1 },
    { sentTimestampMs: 0 },
    { replays: 10_001 },
    { replays: Number.MAX_SAFE_INTEGER },
    { sqsMessageId: 'x'.repeat(101) },
  ])('is refused: %j', (changes) => {
    expect(failure('{}', 'auto', mark(changes))).toMatchObject({ code: 'REPLAY_ATTRIBUTE_INVALID' });
  });
});

describe('a message that cannot become a row', () => {
  test.each([
    ['', 'BODY_NOT_JSON', 'malformed'],
    ['{"a":1', 'BODY_NOT_JSON', 'malformed'],
    ['{"a":1} x', 'BODY_NOT_JSON', 'malformed'],
    ['\ufeff{}', 'BODY_NOT_JSON', 'malformed'],
    ['42', 'BODY_NOT_OBJECT', 'malformed'],
    ['null', 'BODY_NOT_OBJECT', 'malformed'],
    ['[{}]', 'BODY_NOT_OBJECT', 'malformed'],
    ['{"a":"\ud800"}', 'BODY_NOT_UTF8', 'malformed'],
    [`{${HEAD},"data":"e30"}`, 'PAYLOAD_NOT_BASE64', 'malformed'],
    [`{${HEAD},"data":"e3 0="}`, 'PAYLOAD_NOT_BASE64', 'malformed'],
    [`{${HEAD},"data":"e31="}`, 'PAYLOAD_NOT_BASE64', 'malformed'],
    [`{${HEAD},"data":"${base64(Uint8Array.of(0x7b, 0xff, 0x7d))}"}`, 'PAYLOAD_NOT_UTF8', 'malformed'],
    [`{${HEAD},"payload":"{\\"a\\":\\"\\ud800\\"}"}`, 'PAYLOAD_NOT_UTF8', 'malformed'],
  ])('%j: %s', (body, code, errorClass) => {
    expect(failure(body)).toMatchObject({ code, errorClass, action: 'DROP' });
  });

  test.each(['{}', '{"payload":null}', `{${HEAD}}`])(
    '%s has no payload for a topic that is always wrapped',
    (body) => {
      expect(failure(body, 'wrapped')).toMatchObject({ code: 'PAYLOAD_MISSING', errorClass: 'contract' });
    },
  );

  test('is described without quoting what it holds', () => {
    expect(failure('{"password":"hunter2", oops}').message).toBe('the body is not JSON (at character 23)');
  });
});
