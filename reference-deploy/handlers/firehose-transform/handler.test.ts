import { type Envelope, ManualClock, MemoryLogger, MemoryMetrics } from '@lean-ops/core';
import { encodeEnvelope } from '@lean-ops/ingest';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import { beforeEach, expect, it } from 'vitest';
import { createHandler } from './handler.js';

const ENVELOPE: Envelope = {
  topic_name: 'device_events',
  message_id: 'm-1',
  sqs_message_id: 's-1',
  idempotency_key: null,
  period_reference: null,
  correlation_id: null,
  publish_time: 1_768_464_000_000_001n,
  publish_time_source: 'sqs',
  ingestion_ts: 1_768_464_000_000_002n,
  json_payload: '{"a":1.10}',
  envelope_json: null,
};

const clock = new ManualClock(1_000_000);
let logger: MemoryLogger;
let metrics: MemoryMetrics;
let handler: ReturnType<typeof createHandler>;
beforeEach(() => {
  logger = new MemoryLogger();
  metrics = new MemoryMetrics();
  const destinationTable = (topic: string): string => `${topic}_staging`;
  handler = createHandler({ namespace: 'raw', destinationTable, clock, logger, metrics });
});
const eventOf = (...data: Uint8Array[]): FirehoseTransformationEvent => ({
  invocationId: 'invocation',
  deliveryStreamArn: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/lean-ops-dev-raw',
  region: 'eu-west-1',
  records: data.map((bytes, index) => ({
    recordId: `r-${index}`,
    approximateArrivalTimestamp: 0,
    data: Buffer.from(bytes).toString('base64'),
  })),
});

it('routes a record to the RAW table of its topic and leaves its bytes alone', async () => {
  const bytes = encodeEnvelope(ENVELOPE);
  const { records } = await handler(eventOf(bytes));
  expect(records).toEqual([
    {
      recordId: 'r-0',
      result: 'Ok',
      data: Buffer.from(bytes).toString('base64'),
      metadata: {
        otfMetadata: {
          destinationDatabaseName: 'raw',
          destinationTableName: 'device_events_staging',
          operation: 'insert',
        },
      },
    },
  ]);
});

it('answers every record in its place, also one it cannot read', async () => {
  const { records } = await handler(eventOf(Buffer.from('{"no":"envelope"}'), encodeEnvelope(ENVELOPE)));
  expect(records.map(({ recordId, result }) => [recordId, result])).toEqual([
    ['r-0', 'ProcessingFailed'],
    ['r-1', 'Ok'],
  ]);
});

it('says what went wrong, and how often, without the data', async () => {
  await handler(eventOf(Buffer.from('{"secret":1}'), encodeEnvelope(ENVELOPE), Buffer.from('{"secret":2}')));
  expect(metrics.total('RecordsNotTransformed', { reason: 'not-an-envelope' })).toBe(2);
  expect(logger.lines).toMatchObject([{ fields: { reason: 'not-an-envelope', count: 2 } }]);
  expect(JSON.stringify(logger.lines)).not.toContain('secret');
});

it('answers every record before the time of the function is over', async () => {
  let calls = 0;
  const slow = { now: () => clock.now() + 10_000 * Math.max(0, calls++ - 2) };
  const limited = createHandler({
    namespace: 'raw',
    destinationTable: (topic) => topic,
    clock: slow,
    logger,
    metrics,
  });
  const event = eventOf(...Array.from({ length: 10 }, () => encodeEnvelope(ENVELOPE)));
  const { records } = await limited(event, { getRemainingTimeInMillis: () => 33_000 });
  expect(records.map(({ recordId }) => recordId)).toEqual(event.records.map(({ recordId }) => recordId));
  expect(records.map(({ result }) => result === 'Ok')).toEqual([
    ...[true, true, true, true],
    ...[false, false, false, false, false, false],
  ]);
  expect(metrics.total('RecordsNotTransformed', { reason: 'time-over' })).toBe(6);
});

it('answers 6 MB of records within the limit of an answer, each of them', async () => {
  const large = encodeEnvelope({ ...ENVELOPE, json_payload: `{"a":"${'x'.repeat(440_000)}"}` });
  const event = eventOf(...Array.from({ length: 10 }, () => large));
  expect(JSON.stringify(event).length).toBeGreaterThan(5_800_000);
  const answer = await handler(event);
  expect(answer.records.map(({ recordId }) => recordId)).toEqual(
    event.records.map(({ recordId }) => recordId),
  );
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(6_000_000);
  expect(answer.records.filter(({ result }) => result === 'Ok').length).toBeGreaterThanOrEqual(9);
});

it.each([
  null,
  {},
  { Records: [] },
  { records: [{ recordId: 1, data: '' }] },
  { records: [{ recordId: 'r-0' }] },
  { records: [null] },
])('refuses %j, which is no event of Firehose', async (event) => {
  await expect(handler(event as unknown as FirehoseTransformationEvent)).rejects.toMatchObject({
    code: 'EVENT_INVALID',
  });
});
