import {
  immediateSleep,
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  type StateStore,
  seededRandom,
  silentLogger,
} from '@lean-ops/core';
import { flushOps } from '@lean-ops/curate';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { MemoryArchive, MemoryRawSink, type SinkRecord, type SinkResult } from '@lean-ops/ingest';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler, type SqsProcessorDependencies } from './handler.js';

const NOW = Date.UTC(2026, 0, 15, 12);

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
  eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:lean-ops-dev-device-events-queue',
  awsRegion: 'eu-west-1',
  ...overrides,
});

describe('the SQS processor', () => {
  let state: StateStore;
  let sink: MemoryRawSink;
  let archive: MemoryArchive;
  const clock = new ManualClock(NOW);

  beforeEach(async () => {
    state = new MemoryStateStore({ clock });
    sink = new MemoryRawSink();
    archive = new MemoryArchive();
    await state.topics.put({
      topic: 'device_events',
      queueTopic: 'device-events',
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
    });
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
      sleep: immediateSleep(),
      logger: silentLogger,
      metrics: new MemoryMetrics(),
      ...overrides,
    })({ Records: records });

  const archivedTopics = async (): Promise<string[]> => {
    const topics: string[] = [];
    for await (const key of archive.list()) topics.push((await archive.get(key)).topic);
    return topics;
  };

  it("puts a message into the sink as an envelope of the queue's topic", async () => {
    expect(await handle([record('m-1', '{"temperature":1.10}')])).toEqual({ batchItemFailures: [] });
    expect(sink.envelopes).toMatchObject([
      {
        topic_name: 'device_events',
        sqs_message_id: 'm-1',
        json_payload: '{"temperature":1.10}',
        publish_time: BigInt(NOW - 5_000) * 1_000n,
        ingestion_ts: BigInt(NOW) * 1_000n,
      },
    ]);
  });

  it('quarantines a message it cannot read and does not hand it back', async () => {
    expect(await handle([record('m-1', '{"a":'), record('m-2', '{}')])).toEqual({ batchItemFailures: [] });
    expect(sink.envelopes.map((envelope) => envelope.sqs_message_id)).toEqual(['m-2']);
    expect(await archivedTopics()).toEqual(['device_events']);
  });

  it("quarantines a message of a queue that is no topic's, under no topic", async () => {
    const eventSourceARN = 'arn:aws:sqs:eu-west-1:123456789012:somebody-elses-queue';
    await handle([record('m-1', '{}', { eventSourceARN })]);
    expect(sink.envelopes).toEqual([]);
    expect(await archivedTopics()).toEqual(['unknown']);
  });

  it('hands back the very message that the sink refused, behind one that was quarantined', async () => {
    class PickySink extends MemoryRawSink {
      override async put(records: readonly SinkRecord[]): Promise<readonly SinkResult[]> {
        const results = await super.put(records);
        return results.map((result, index) => {
          const text = new TextDecoder().decode(records[index]?.bytes);
          return text.includes('"m-3"') ? { accepted: false, error: new Error('no') } : result;
        });
      }
    }
    const records = [
      record('m-1', 'not json'),
      record('m-2', '{}'),
      record('m-3', '{}'),
      record('m-4', '{}'),
    ];
    expect(await handle(records, { sink: new PickySink() })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-3' }],
    });
  });

  it('counts what became of its messages for the circuit breakers, and answers a probe with it instead', async () => {
    const breakers = state.breakers;
    const minute = Math.floor(NOW / 60_000) * 60_000;
    const counted = { topic: 'device_events', messages: 2, failures: 0, accepted: 1, sinkFailures: 0 };
    const records = [record('m-1', '{}'), record('m-2', 'not json')];
    expect(await handle(records, { breakers })).toEqual({ batchItemFailures: [] });
    expect(await breakers.counts(0)).toEqual([{ ...counted, minute }]);
    const probed = await createHandler({
      project: 'lean-ops',
      environment: 'dev',
      registry: state.topics,
      sink,
      archive,
      tracker: state.errors,
      outbox: state.outbox,
      breakers,
      clock,
      random: seededRandom(1),
      sleep: immediateSleep(),
      logger: silentLogger,
      metrics: new MemoryMetrics(),
    })({ Records: records, lean_ops_probe: true });
    expect(probed).toEqual({ batchItemFailures: [], outcomes: [counted] });
    expect(await breakers.counts(0)).toEqual([{ ...counted, minute }]);
  });

  it('answers as ever though the counts of the circuit breakers cannot be written, or hang', async () => {
    for (const count of [
      () => Promise.reject(new Error('down')),
      () => new Promise<never>(() => undefined),
    ]) {
      const metrics = new MemoryMetrics();
      const abortAfter = (milliseconds: number): AbortSignal => {
        const stop = new AbortController();
        // The time for bookkeeping is over at once, that for the batch never.
        if (milliseconds < 1_000) setImmediate(() => stop.abort(new Error('time is over')));
        return stop.signal;
      };
      const answer = await handle([record('m-1', '{}')], { breakers: { count }, metrics, abortAfter });
      expect(answer).toEqual({ batchItemFailures: [] });
      expect(metrics.total('OutcomesNotRecorded')).toBe(1);
    }
  });

  it('hands messages back when the registry cannot be read', async () => {
    const registry = { ...state.topics, get: () => Promise.reject(new Error('throttled')) };
    expect(await handle([record('m-1', '{}')], { registry })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-1' }],
    });
  });

  it('carries the attributes of a replayed message', async () => {
    const replay = {
      sqsMessageId: 'first-id',
      sentTimestampMs: NOW - 86_400_000,
      firstIngestionMicros: String((NOW - 80_000_000) * 1_000),
      replays: 1,
    };
    const messageAttributes = {
      lean_ops_replay: { stringValue: JSON.stringify(replay), dataType: 'String' },
    };
    await handle([record('m-9', '{}', { messageAttributes })]);
    expect(sink.envelopes).toMatchObject([
      { sqs_message_id: 'first-id', ingestion_ts: BigInt(NOW - 80_000_000) * 1_000n },
    ]);
  });

  describe('with messages that are odd but taken', () => {
    const odd = (messageId: string) => record(messageId, '{"period_reference":"secret"}');

    it('writes what was odd to the drift log, once per kind, without the values', async () => {
      await handle([odd('m-2'), record('m-3', '{}'), odd('m-1')]);
      const entries = await state.outbox.peek('drift_log', 10);
      expect(entries.map(({ row }) => row)).toEqual([
        {
          topic: 'device_events',
          layer: 'raw',
          run_id: null,
          kind: 'INVALID_PERIOD',
          column_name: 'period_reference',
          path: 'period_reference',
          count: 2,
          sample: null,
          source_snapshot_id: null,
          observed_at: NOW,
        },
      ]);
      expect(JSON.stringify(entries)).not.toContain('secret');
    });

    it('writes a batch that is delivered again once, in whatever order it comes', async () => {
      await handle([odd('m-1'), odd('m-2')]);
      await handle([odd('m-2'), odd('m-1')]);
      expect(await state.outbox.peek('drift_log', 10)).toHaveLength(1);
      await handle([odd('m-3')]);
      expect(await state.outbox.peek('drift_log', 10)).toHaveLength(2);
    });

    it('lands in ops.drift_log', async () => {
      await handle([odd('m-1')]);
      const catalog = new MemoryCatalog();
      const { appended } = await flushOps({ catalog, outbox: state.outbox, clock });
      expect(appended.drift_log).toBe(1);
    });

    it('hands nothing back when the drift cannot be written', async () => {
      const metrics = new MemoryMetrics();
      const outbox = { ...state.outbox, put: () => Promise.reject(new Error('locked')) };
      expect(await handle([odd('m-1')], { outbox, metrics })).toEqual({ batchItemFailures: [] });
      expect(sink.envelopes).toHaveLength(1);
      expect(metrics.total('DriftNotLogged')).toBe(1);
    });

    it('answers as ever though the drift log hangs: neither the time of the batch nor the function ends on it', async () => {
      const metrics = new MemoryMetrics();
      const outbox = { ...state.outbox, put: () => new Promise<never>(() => undefined) };
      const abortAfter = (milliseconds: number): AbortSignal => {
        const stop = new AbortController();
        // The time for bookkeeping is over at once, that for the batch never.
        if (milliseconds < 1_000) setImmediate(() => stop.abort(new Error('time is over')));
        return stop.signal;
      };
      expect(await handle([odd('m-1')], { outbox, metrics, abortAfter })).toEqual({ batchItemFailures: [] });
      expect(metrics.total('DriftNotLogged')).toBe(1);
    });

    it('writes once for many odd batches of a minute, and all of it by the minute after', async () => {
      let puts = 0;
      const counting: Pick<StateStore['outbox'], 'put'> = {
        put: async (entries) => {
          puts += 1;
          await state.outbox.put(entries);
        },
      };
      const moving = new ManualClock(NOW);
      const handler = createHandler({
        project: 'lean-ops',
        environment: 'dev',
        registry: state.topics,
        sink,
        archive,
        tracker: state.errors,
        outbox: { ...state.outbox, ...counting },
        clock: moving,
        random: seededRandom(1),
        sleep: immediateSleep(),
        logger: silentLogger,
        metrics: new MemoryMetrics(),
      });
      for (let batch = 0; batch < 40; batch += 1) {
        await handler({ Records: [odd(`m-${batch}`)] });
        moving.advance(1_000);
      }
      expect(puts).toBe(1);
      moving.advance(60_000);
      await handler({ Records: [record('m-last', '{}')] });
      expect(puts).toBe(2);
      const counts = (await state.outbox.peek('drift_log', 10)).map(({ row }) => row['count']);
      expect(counts).toEqual([1, 39]);
    });
  });

  it.each([null, {}, { Records: 'no' }, { Records: [{ kinesis: {} }] }])(
    'refuses %j, which is no SQS event',
    async (event) => {
      const handler = createHandler({
        registry: state.topics,
        sink,
        clock,
      } as unknown as SqsProcessorDependencies);
      await expect(handler(event as unknown as SQSEvent)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    },
  );
});
