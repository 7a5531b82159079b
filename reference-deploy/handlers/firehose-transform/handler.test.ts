import type { Envelope } from '@lean-ops/core';
import { encodeEnvelope } from '@lean-ops/ingest';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
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

const handler = createHandler({ namespace: 'raw', destinationTable: (topic) => `${topic}_staging` });
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

it('refuses an event of another kind', async () => {
  await expect(handler({ Records: [] } as unknown as FirehoseTransformationEvent)).rejects.toMatchObject({
    code: 'EVENT_INVALID',
  });
});
