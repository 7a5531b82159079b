import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { CreateBucketCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import type { Envelope } from '@lean-ops/core';
import { afterAll, describe, expect, test } from 'vitest';
import { startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { classifyError, decodeEnvelope, encodeEnvelope, type SinkResult } from '../../src/index.js';
import { FirehoseRawSink, streamOfTopic } from '../../src/raw-sink/firehose/index.js';
import { type RawSinkHarness, rawSinkContract, sampleEnvelope } from '../../src/testing/index.js';
import { BatchWorld, queueMessage } from '../batch-world.js';
import { StrictFirehose } from './strict-firehose.js';

const { server: moto, missing } = await startAwsEmulator('moto');
afterAll(() => moto?.stop());

const STREAMS = ['raw-0', 'raw-1', 'raw-2'];

const strict: RawSinkHarness = {
  async create() {
    const firehose = new StrictFirehose(STREAMS);
    const sink = new FirehoseRawSink({ client: firehose, streams: STREAMS });
    const rows = async (topic: string): Promise<Envelope[]> =>
      firehose
        .records()
        .map(decodeEnvelope)
        .filter((envelope) => envelope.topic_name === topic);
    return { sink, rows, dispose: async () => {} };
  },
};

describe('a Firehose that is strict about its limits', () => {
  for (const { name, run } of rawSinkContract(strict)) test(name, run);
});

suiteWhere(missing, 'the Firehose of moto, delivering to S3', () => {
  let fixtures = 0;
  const settings = {
    endpoint: moto!.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const harness: RawSinkHarness = {
    async create() {
      const name = `raw-${fixtures++}`;
      const s3 = new S3Client({ ...settings, forcePathStyle: true });
      const client = new FirehoseClient(settings);
      await s3.send(new CreateBucketCommand({ Bucket: name }));
      const streams = [`${name}-a`, `${name}-b`];
      for (const stream of streams) {
        await client.send(
          new CreateDeliveryStreamCommand({
            DeliveryStreamName: stream,
            ExtendedS3DestinationConfiguration: {
              RoleARN: 'arn:aws:iam::123456789012:role/firehose',
              BucketARN: `arn:aws:s3:::${name}`,
            },
          }),
        );
      }
      const sink = new FirehoseRawSink({ client, streams });
      return { sink, rows: (topic) => delivered(s3, name, topic), dispose: async () => {} };
    },
  };
  for (const { name, run } of rawSinkContract(harness)) test(name, run);
});

/** Firehose puts records into an object one behind the other; an encoded envelope begins as nothing inside one can. */
async function delivered(s3: S3Client, bucket: string, topic: string): Promise<Envelope[]> {
  const envelopes: Envelope[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: Key! }));
      const text = await Body!.transformToString();
      for (const record of text.split(/(?<=\})(?=\{"topic_name":)/)) {
        envelopes.push(decodeEnvelope(Buffer.from(record)));
      }
    }
  }
  return envelopes.filter((envelope) => envelope.topic_name === topic);
}

const record = (topic: string, id = topic) => ({
  topic,
  bytes: encodeEnvelope(sampleEnvelope({ topic_name: topic, message_id: id })),
});
const errorOf = (result: SinkResult | undefined): unknown =>
  result?.accepted === false ? result.error : expect.unreachable('it was accepted');

describe('records that Firehose does not take', () => {
  const open = () => {
    const firehose = new StrictFirehose(['raw-0']);
    return { firehose, sink: new FirehoseRawSink({ client: firehose, streams: ['raw-0'] }) };
  };

  test('fail alone, each with its own code, though the answer was 200', async () => {
    const { firehose, sink } = open();
    firehose.refuse = (_, place) => (place === 1 ? 'ServiceUnavailableException' : null);
    const results = await sink.put([record('a'), record('b'), record('c')]);
    expect(results.map(({ accepted }) => accepted)).toEqual([true, false, true]);
    expect(errorOf(results[1])).toMatchObject({
      code: 'SINK_RECORD_REFUSED',
      context: { stream: 'raw-0', errorCode: 'ServiceUnavailableException' },
    });
    expect(classifyError(errorOf(results[1]))).toEqual({
      errorClass: 'throttle',
      action: 'RETRY',
      code: 'ServiceUnavailableException',
    });
  });

  test('keep their places behind a record that never was sent', async () => {
    const { firehose, sink } = open();
    firehose.refuse = (bytes) => (decodeEnvelope(bytes).message_id === 'c' ? 'InternalFailure' : null);
    const results = await sink.put([
      { topic: 'a', bytes: Buffer.from('no envelope') },
      record('b'),
      record('c'),
      record('d'),
    ]);
    expect(results.map(({ accepted }) => accepted)).toEqual([false, true, false, true]);
    expect(errorOf(results[0])).toMatchObject({ code: 'ENVELOPE_UNREADABLE' });
    expect(classifyError(errorOf(results[2]))).toMatchObject({ action: 'RETRY', code: 'InternalFailure' });
  });

  test('are not taken for accepted where the answer says nothing of them', async () => {
    const client = { send: async () => ({ FailedPutCount: 0, RequestResponses: [{ RecordId: '1' }, {}] }) };
    const sink = new FirehoseRawSink({ client, streams: ['raw-0'] });
    const results = await sink.put([record('a'), record('b'), record('c')]);
    expect(results.map(({ accepted }) => accepted)).toEqual([true, false, false]);
    expect(errorOf(results[2])).toMatchObject({ code: 'SINK_ANSWER_INVALID' });
  });

  test('reject together where the call itself failed', async () => {
    const sink = new FirehoseRawSink({ client: new StrictFirehose([]), streams: ['raw-0'] });
    await expect(sink.put([record('a')])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('through the processor none is lost or sent again that was taken, at one refusal in a hundred', async () => {
    const { firehose, sink } = open();
    let sent = 0;
    firehose.refuse = () => (sent++ % 100 === 42 ? 'ServiceUnavailableException' : null);
    const world = new BatchWorld();
    const messages = Array.from({ length: 1_500 }, (_, index) => queueMessage(`m${index}`));
    const { failures, counts } = await world.process(messages, { sink });
    expect(failures).toEqual([]);
    expect(counts.accepted).toBe(1_500);
    const ids = firehose.records().map((bytes) => decodeEnvelope(bytes).message_id);
    expect(new Set(ids).size).toBe(1_500);
    expect(ids.length).toBe(1_500);
  });
});

describe('several streams', () => {
  const firehose = new StrictFirehose(STREAMS);
  const sink = new FirehoseRawSink({ client: firehose, streams: STREAMS });
  const topics = Array.from({ length: 700 }, (_, index) => `topic_${index}`);

  test('a topic has one stream, and topics spread over all of them', async () => {
    for (let start = 0; start < topics.length; start += 350) {
      const records = topics.slice(start, start + 350).map((topic) => record(topic));
      expect((await sink.put(records)).every(({ accepted }) => accepted)).toBe(true);
    }
    const streams = new Map<string, Set<string>>();
    for (const { stream, records } of firehose.calls) {
      for (const bytes of records) {
        const topic = decodeEnvelope(bytes).topic_name;
        expect(stream).toBe(streamOfTopic(topic, STREAMS));
        streams.set(stream, (streams.get(stream) ?? new Set()).add(topic));
      }
    }
    for (const stream of STREAMS) expect(streams.get(stream)!.size).toBeGreaterThan(180);
  });

  test('one more takes its share and moves no topic between the others', () => {
    const more = [...STREAMS, 'raw-3'];
    const moved = topics.filter((topic) => streamOfTopic(topic, more) !== streamOfTopic(topic, STREAMS));
    expect(moved.every((topic) => streamOfTopic(topic, more) === 'raw-3')).toBe(true);
    expect(moved.length).toBeGreaterThan(120);
    expect(moved.length).toBeLessThan(230);
    expect(
      topics.every((topic) => streamOfTopic(topic, more.toReversed()) === streamOfTopic(topic, more)),
    ).toBe(true);
  });

  test('one that fails takes only its own records with it', async () => {
    const half = new FirehoseRawSink({ client: new StrictFirehose(['raw-0', 'raw-2']), streams: STREAMS });
    const results = await half.put(topics.slice(0, 50).map((topic) => record(topic)));
    for (const [index, result] of results.entries()) {
      expect(result.accepted).toBe(streamOfTopic(topics[index]!, STREAMS) !== 'raw-1');
    }
  });

  test('none at all is refused at once', () => {
    expect(() => new FirehoseRawSink({ client: firehose, streams: [] })).toThrow(/at least one/);
  });
});

test('a signal that fires ends the call, and nothing counts as taken', async () => {
  const client = new StrictFirehose(['raw-0']);
  const sink = new FirehoseRawSink({ client, streams: ['raw-0'] });
  const signal = AbortSignal.abort(new Error('time is over'));
  await expect(sink.put([record('a')], { signal })).rejects.toThrow('time is over');
  expect(client.records()).toEqual([]);
});
