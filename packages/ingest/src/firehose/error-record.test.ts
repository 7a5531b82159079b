import { describe, expect, test } from 'vitest';
import { archiveKey } from '../archive/archive-key.js';
import { encodeEnvelope } from '../envelope/envelope-codec.js';
import { sampleEnvelope } from '../testing/index.js';
import { BODY_ENCODING_ATTRIBUTE, deliveryFailure, topicOfRecord } from './delivery-failure.js';
import { parseErrorRecord } from './error-record.js';

const data = encodeEnvelope(sampleEnvelope({ topic_name: 'orders', sqs_message_id: 's-1' }));
const rawData = Buffer.from(data).toString('base64');

describe('parseErrorRecord', () => {
  test('reads what the transform failed', () => {
    const line = JSON.stringify({
      attemptsMade: 4,
      arrivalTimestamp: 1_768_464_000_123,
      errorCode: 'Lambda.FunctionTimedOut',
      errorMessage: 'The Lambda function timed out',
      attemptEndingTimestamp: 1_768_464_100_000,
      rawData,
      lambdaArn: 'arn:aws:lambda:eu-west-1:1:function:lean-ops-dev-firehose-transform:$LATEST',
    });
    expect(parseErrorRecord(line)).toEqual({
      data: Buffer.from(data),
      arrivedMs: 1_768_464_000_123,
      code: 'Lambda.FunctionTimedOut',
      message: 'The Lambda function timed out',
    });
  });

  test('reads what could not be delivered, with the other spellings', () => {
    const line = JSON.stringify({
      arrivalTimestamp: '1768464000',
      lastErrorCode: 'Iceberg.NoSuchTable',
      lastErrorMessage: 'x'.repeat(5_000),
      EncodedRawData: rawData,
    });
    expect(parseErrorRecord(line)).toMatchObject({
      arrivedMs: 1_768_464_000_000,
      code: 'Iceberg.NoSuchTable',
      message: 'x'.repeat(1_000),
    });
  });

  test('reads the spelling with a capital, of the page on failures of conversion', () => {
    const line = JSON.stringify({
      arrivalTimestamp: 1_768_464_000_000,
      ErrorCode: 'DataFormatConversion.ParseError',
      ErrorMessage: 'no such column',
      rawData,
    });
    expect(parseErrorRecord(line)).toMatchObject({
      code: 'DataFormatConversion.ParseError',
      message: 'no such column',
    });
  });

  test('takes a record of which little is said', () => {
    expect(parseErrorRecord(JSON.stringify({ rawData, arrivalTimestamp: 'soon' }))).toMatchObject({
      arrivedMs: 0,
      code: 'DELIVERY_FAILED',
      message: '',
    });
  });

  test.each(['', 'no json', '[]', 'null', '{}', '{"rawData":1}', '{"rawData":"%%"}'])(
    'is null for %j',
    (line) => {
      expect(parseErrorRecord(line)).toBeNull();
    },
  );
});

describe('deliveryFailure', () => {
  const record = { data, arrivedMs: 5_000, code: 'Iceberg.NoSuchTable', message: 'no table' };
  const options = { topic: 'orders', queueArn: 'arn', nowMs: 9_000 };

  test('keeps the record whole, under the identity of its message', () => {
    const failure = deliveryFailure(record, options);
    expect(failure).toMatchObject({
      kind: 'delivery-failure',
      topic: 'orders',
      sqsMessageId: 's-1',
      errorCode: 'Iceberg.NoSuchTable',
      archivedAtMs: 9_000,
      attributes: {},
    });
    expect(Buffer.from(failure.body)).toEqual(Buffer.from(data));
    expect(failure.firstIngestionMicros).toBe(sampleEnvelope().ingestion_ts);
  });

  test('gives the same record the same place, whenever it is archived', () => {
    const first = deliveryFailure(record, options);
    const second = deliveryFailure({ ...record, arrivedMs: 7_000 }, { ...options, nowMs: 99_000 });
    expect(archiveKey(second)).toBe(archiveKey(first));
  });

  test('changes no byte, also of what is not UTF-8', () => {
    const marked = new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d]);
    expect(new TextEncoder().encode(deliveryFailure({ ...record, data: marked }, options).body)).toEqual(
      marked,
    );
    const bytes = new Uint8Array([0xff, 0xfe, 0x00]);
    const { body, attributes, sqsMessageId } = deliveryFailure({ ...record, data: bytes }, options);
    expect(attributes).toEqual({ [BODY_ENCODING_ATTRIBUTE]: 'base64' });
    expect(new Uint8Array(Buffer.from(body, 'base64'))).toEqual(bytes);
    expect(sqsMessageId).toBe('');
  });
});

test.each([
  [data, 'orders'],
  [encodeEnvelope(sampleEnvelope({ topic_name: '../orders' })), 'unknown'],
  [new TextEncoder().encode('{}'), 'unknown'],
  [new Uint8Array([0xff]), 'unknown'],
])('topicOfRecord takes the topic of an envelope and nothing else', (bytes, topic) => {
  expect(topicOfRecord(bytes)).toBe(topic);
});
