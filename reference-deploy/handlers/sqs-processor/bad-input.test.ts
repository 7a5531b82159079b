import {
  type ErrorTracker,
  immediateSleep,
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  type StateStore,
  seededRandom,
  silentLogger,
  type TopicRow,
} from '@lean-ops/core';
import { type ArchivedMessage, MemoryArchive, MemoryRawSink } from '@lean-ops/ingest';
import type { SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler, type SqsProcessorDependencies } from './handler.js';

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;
const ARN = 'arn:aws:sqs:eu-west-1:123456789012:lean-ops-dev-orders-queue';

const ROW: TopicRow = {
  topic: 'orders',
  queueTopic: 'orders',
  state: 'enabled',
  stateReason: null,
  stateBy: null,
  stateSince: null,
  contractVersion: null,
  engine: 'node',
  envelope: 'auto',
  schedule: 'every-round',
  freshnessObjectiveSeconds: 1_800,
  updatedAt: NOW,
};

const record = (messageId: string, body: string, overrides: Partial<SQSRecord> = {}): SQSRecord => ({
  messageId,
  receiptHandle: 'receipt',
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: String(NOW - 5_000),
    SenderId: 'sender',
    ApproximateFirstReceiveTimestamp: String(NOW),
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: ARN,
  awsRegion: 'eu-west-1',
  ...overrides,
});

/** An error as the SDK throws it when a service is down. */
const outage = (name: string): Error =>
  Object.assign(new Error('service is down'), { name, $metadata: { httpStatusCode: 503 } });

describe('the SQS processor under bad input', () => {
  const clock = new ManualClock(NOW);
  let state: StateStore;
  let sink: MemoryRawSink;
  let archive: MemoryArchive;

  beforeEach(async () => {
    clock.set(NOW);
    state = new MemoryStateStore({ clock });
    sink = new MemoryRawSink();
    archive = new MemoryArchive();
    await state.topics.put(ROW);
  });

  const handle = (records: SQSRecord[], overrides: Partial<SqsProcessorDependencies> = {}) =>
    createHandler({
      project: 'lean-ops',
      environment: 'dev',
      registry: state.topics,
      sink,
      archive,
      tracker: state.errors,
      outbox: state.outbox,
      clock,
      random: seededRandom(1),
      sleep: immediateSleep(clock),
      logger: silentLogger,
      metrics: new MemoryMetrics(),
      ...overrides,
    })({ Records: records });

  const archived = async (): Promise<ArchivedMessage[]> => {
    const messages: ArchivedMessage[] = [];
    for await (const key of archive.list()) messages.push(await archive.get(key));
    return messages;
  };
  const inRaw = (): string[] => sink.envelopes.map((envelope) => envelope.sqs_message_id);

  it('keeps a body of 1 MiB whole in quarantine: the sink could not take it', async () => {
    const body = `{"text":"${'x'.repeat(1_048_576 - 11)}"}`;
    expect(Buffer.byteLength(body)).toBe(1_048_576);
    expect(await handle([record('m-1', body), record('m-2', '{}')])).toEqual({ batchItemFailures: [] });
    expect(inRaw()).toEqual(['m-2']);
    expect(await archived()).toMatchObject([{ sqsMessageId: 'm-1', body, errorCode: 'RECORD_TOO_LARGE' }]);
  });

  it('takes a body that fits and quarantines one that only its escapes make too large', async () => {
    const quotes = `{"text":"${'\\"'.repeat(400_000)}"}`;
    const letters = `{"text":"${'xx'.repeat(400_000)}"}`;
    await handle([record('m-1', quotes), record('m-2', letters)]);
    expect(inRaw()).toEqual(['m-2']);
    expect(await archived()).toMatchObject([{ sqsMessageId: 'm-1', errorCode: 'RECORD_TOO_LARGE' }]);
  });

  it('is not slowed or changed by a flood of attributes, and keeps all of them in quarantine', async () => {
    const messageAttributes = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [
        `attribute-${index}`,
        { stringValue: 'v'.repeat(200), dataType: 'String' as const },
      ]),
    );
    const records = [
      record('m-1', '{"a":1}', { messageAttributes }),
      record('m-2', 'bad', { messageAttributes }),
    ];
    expect(await handle(records)).toEqual({ batchItemFailures: [] });
    expect(sink.envelopes).toMatchObject([{ sqs_message_id: 'm-1', json_payload: '{"a":1}' }]);
    const [kept] = await archived();
    expect(Object.keys(kept!.attributes)).toHaveLength(5_000);
  });

  it('passes over attributes that hold no text, and messages that hold no attributes', async () => {
    const messageAttributes = {
      binary: { binaryValue: 'AAAA', dataType: 'Binary' as const },
    };
    const bare = record('m-2', '{}');
    Reflect.deleteProperty(bare, 'messageAttributes');
    expect(await handle([record('m-1', '{}', { messageAttributes }), bare])).toEqual({
      batchItemFailures: [],
    });
    expect(inRaw()).toEqual(['m-1', 'm-2']);
  });

  it('goes on taking in a topic that is paused or being rebuilt', async () => {
    for (const topicState of ['paused', 'rebuilding'] as const) {
      await state.topics.put({ ...ROW, state: topicState });
      await handle([record(topicState, '{}')]);
    }
    expect(inRaw()).toEqual(['paused', 'rebuilding']);
  });

  it('quarantines the messages of a table whose registry row is gone, and none reaches the table', async () => {
    await state.topics.remove('orders');
    expect(await handle([record('m-1', '{}')])).toEqual({ batchItemFailures: [] });
    expect(inRaw()).toEqual([]);
    expect(await archived()).toMatchObject([{ topic: 'orders', errorCode: 'TOPIC_NOT_REGISTERED' }]);
  });

  it.each([-26 * HOUR, -HOUR, HOUR, 26 * HOUR])(
    'stamps messages the same with a clock that is %d ms off, but for its own time',
    async (skew) => {
      clock.set(NOW + skew);
      const producer = new Date(NOW).toISOString();
      await handle([record('m-1', '{}'), record('m-2', `{"publish_time":"${producer}"}`)]);
      const micros = (ms: number): bigint => BigInt(ms) * 1_000n;
      expect(sink.envelopes[0]).toMatchObject({
        publish_time: micros(NOW - 5_000),
        publish_time_source: 'sqs',
        ingestion_ts: micros(NOW + skew),
      });
      // A clock more than a day behind cannot tell the time of today from a time that lies too far ahead.
      const isPlausible = skew >= -24 * HOUR;
      expect(sink.envelopes[1]).toMatchObject({
        publish_time: micros(isPlausible ? NOW : NOW - 5_000),
        publish_time_source: isPlausible ? 'producer' : 'sqs',
      });
      expect(await state.outbox.peek('drift_log', 10)).toHaveLength(isPlausible ? 0 : 1);
    },
  );

  it('takes in topics that it knows while the registry is down for hours, and hands back those it never saw', async () => {
    let isDown = false;
    const metrics = new MemoryMetrics();
    const registry: Pick<StateStore['topics'], 'get'> = {
      get: async (topic) => {
        if (isDown) throw outage('ServiceUnavailable');
        return await state.topics.get(topic);
      },
    };
    const handler = createHandler({
      project: 'lean-ops',
      environment: 'dev',
      registry,
      sink,
      archive,
      tracker: state.errors,
      outbox: state.outbox,
      clock,
      random: seededRandom(1),
      sleep: immediateSleep(),
      logger: silentLogger,
      metrics,
    });
    await handler({ Records: [record('m-1', '{}')] });
    isDown = true;
    for (const [index, message] of ['m-2', 'm-3', 'm-4'].entries()) {
      clock.advance(index * HOUR);
      expect(await handler({ Records: [record(message, '{}')] })).toEqual({ batchItemFailures: [] });
    }
    expect(metrics.total('RegistryStale')).toBe(2);
    await state.topics.put({ ...ROW, topic: 'clicks', queueTopic: 'clicks' });
    const clicks = { eventSourceARN: ARN.replace('orders', 'clicks') };
    expect(await handler({ Records: [record('m-5', '{}', clicks), record('m-6', 'bad', clicks)] })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-5' }, { itemIdentifier: 'm-6' }],
    });
    expect(await archived()).toEqual([]);
    await state.topics.remove('orders');
    isDown = false;
    clock.advance(60_000);
    expect(await handler({ Records: [record('m-7', '{}')] })).toEqual({ batchItemFailures: [] });
    expect(inRaw()).toEqual(['m-1', 'm-2', 'm-3', 'm-4']);
    expect(await archived()).toMatchObject([{ sqsMessageId: 'm-7', errorCode: 'TOPIC_NOT_REGISTERED' }]);
  });

  it('asks a registry that throttles again in the time of the batch, instead of handing the batch back', async () => {
    let asked = 0;
    const registry: Pick<StateStore['topics'], 'get'> = {
      get: async (topic) => {
        asked += 1;
        if (asked < 4) throw outage('ThrottlingException');
        return await state.topics.get(topic);
      },
    };
    expect(await handle([record('m-1', '{}')], { registry })).toEqual({ batchItemFailures: [] });
    expect(inRaw()).toEqual(['m-1']);
  });

  it('hands back what DynamoDB did not track, though S3 has it by then, and tracks it when it comes again', async () => {
    let tracked = 0;
    const tracker: ErrorTracker = Object.assign(Object.create(state.errors), {
      record: async (error: Parameters<ErrorTracker['record']>[0]) => {
        tracked += 1;
        if (tracked === 2) throw outage('InternalServerError');
        return await state.errors.record(error);
      },
    });
    const records = [record('m-1', 'bad'), record('m-2', 'bad'), record('m-3', '{}')];
    const { batchItemFailures } = await handle(records, { tracker });
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm-2' }]);
    expect(await handle([records[1]!])).toEqual({ batchItemFailures: [] });
    expect((await archived()).map(({ sqsMessageId }) => sqsMessageId).sort()).toEqual(['m-1', 'm-2']);
    const errors = [];
    for await (const error of state.errors.list()) errors.push(error.sqsMessageId);
    expect(errors.sort()).toEqual(['m-1', 'm-2']);
  });

  it('hands back what S3 did not take in the middle of a batch, and only that', async () => {
    class HalfArchive extends MemoryArchive {
      override async put(message: ArchivedMessage): Promise<string> {
        if (message.sqsMessageId !== 'm-1') throw outage('SlowDown');
        return await archive.put(message);
      }
    }
    const records = [record('m-1', 'bad'), record('m-2', 'bad'), record('m-3', '{}')];
    const { batchItemFailures } = await handle(records, { archive: new HalfArchive() });
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm-2' }]);
    expect(inRaw()).toEqual(['m-3']);
  });

  it('ends what hangs when the time of the function is nearly over', async () => {
    const over = new AbortController();
    const asked: number[] = [];
    const put = (): Promise<never> => {
      setImmediate(() => over.abort());
      return new Promise(() => {});
    };
    const hanging = Object.assign(Object.create(archive), { put });
    const { batchItemFailures } = await handle([record('m-1', 'bad'), record('m-2', '{}')], {
      archive: hanging,
      abortAfter: (milliseconds) => {
        asked.push(milliseconds);
        return over.signal;
      },
    });
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm-1' }]);
    expect(asked).toEqual([28_000]);
  });

  it('never answers with an empty identifier: an event that has one is refused', async () => {
    await expect(handle([record('', '{}')])).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    expect(inRaw()).toEqual([]);
  });

  it('answers with ids of the event only, each once, also where the queue delivers one twice', async () => {
    const refusing = {
      maxRecordBytes: sink.maxRecordBytes,
      maxBatchRecords: sink.maxBatchRecords,
      maxBatchBytes: sink.maxBatchBytes,
      put: async (records: readonly unknown[]) =>
        records.map(() => ({ accepted: false as const, error: outage('ServiceUnavailableException') })),
    };
    const { batchItemFailures } = await handle([record('m-1', '{}'), record('m-1', '{}')], {
      sink: refusing,
    });
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm-1' }]);
  });
});
