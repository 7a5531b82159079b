import { ENVELOPE_COLUMNS, type Envelope } from '@lean-ops/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEnvelope, encodeEnvelope } from './envelope-codec.js';

const text = fc.string({ unit: 'grapheme' });
const micros = fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n });
const envelopes: fc.Arbitrary<Envelope> = fc.record({
  topic_name: text,
  message_id: text,
  sqs_message_id: text,
  idempotency_key: fc.option(text),
  period_reference: fc.option(text),
  correlation_id: fc.option(text),
  publish_time: micros,
  publish_time_source: fc.constantFrom('producer', 'sqs'),
  ingestion_ts: micros,
  json_payload: text,
  envelope_json: fc.option(text),
});

const SAMPLE: Envelope = {
  topic_name: 'events',
  message_id: 'm',
  sqs_message_id: 's',
  idempotency_key: null,
  period_reference: '2026-01',
  correlation_id: null,
  publish_time: 1_767_225_600_000_001n,
  publish_time_source: 'sqs',
  ingestion_ts: 1_767_225_600_000_002n,
  json_payload: '{"a":1.10}\n',
  envelope_json: null,
};

describe('an encoded envelope', () => {
  test('is one line of JSON with the RAW columns in order and times as numbers', () => {
    expect(Buffer.from(encodeEnvelope(SAMPLE)).toString()).toBe(
      '{"topic_name":"events","message_id":"m","sqs_message_id":"s","idempotency_key":null,"period_reference":"2026-01","correlation_id":null,"publish_time":1767225600000001,"publish_time_source":"sqs","ingestion_ts":1767225600000002,"json_payload":"{\\"a\\":1.10}\\n","envelope_json":null}',
    );
    const names = Object.keys(JSON.parse(Buffer.from(encodeEnvelope(SAMPLE)).toString()));
    expect(names).toEqual(ENVELOPE_COLUMNS.map((column) => column.name));
  });

  test('comes back exactly, beyond 2^53 too', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        const bytes = encodeEnvelope(envelope);
        expect(bytes.includes(0x0a)).toBe(false);
        expect(decodeEnvelope(bytes)).toEqual(envelope);
      }),
    );
  });

  test.each([
    ['text that is not JSON', '{'],
    ['an array', '[]'],
    ['null', 'null'],
    ['an object of other members', '{"a":1}'],
  ])('is not %s', (_what, record) => {
    expect(() => decodeEnvelope(Buffer.from(record))).toThrow(
      expect.objectContaining({ code: 'ENVELOPE_UNREADABLE' }),
    );
  });

  test('is refused with a member missing, of another type, or without a column', () => {
    const whole = JSON.parse(Buffer.from(encodeEnvelope(SAMPLE)).toString());
    const decoding = (record: unknown) => () => decodeEnvelope(Buffer.from(JSON.stringify(record)));
    expect(decoding(whole)).not.toThrow();
    expect(decoding({ ...whole, message_id: undefined })).toThrow('message_id is missing');
    expect(decoding({ ...whole, message_id: null })).toThrow('message_id is no string');
    expect(decoding({ ...whole, publish_time: '2026' })).toThrow('publish_time is no timestamptz');
    expect(decoding({ ...whole, publish_time: 1.5 })).toThrow('publish_time is no timestamptz');
    expect(decoding({ ...whole, extra: 1 })).toThrow('"extra" is no column of RAW');
  });

  test.each(['1e17', '9007199254740993.0', '9223372036854775808', '-9223372036854775809'])(
    'is refused with the time %s',
    (time) => {
      const text = Buffer.from(encodeEnvelope({ ...SAMPLE, publish_time: 1n })).toString();
      const record = Buffer.from(text.replace('"publish_time":1,', `"publish_time":${time},`));
      expect(() => decodeEnvelope(record)).toThrow(expect.objectContaining({ code: 'ENVELOPE_UNREADABLE' }));
    },
  );

  test('is refused when its bytes are not UTF-8', () => {
    const bytes = Buffer.from(encodeEnvelope(SAMPLE));
    bytes[bytes.indexOf('events')] = 0xff;
    expect(() => decodeEnvelope(bytes)).toThrow('not JSON in UTF-8');
  });
});
