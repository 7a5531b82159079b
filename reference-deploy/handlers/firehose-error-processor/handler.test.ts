import { gzipSync } from 'node:zlib';
import {
  type Envelope,
  ManualClock,
  MemoryLogger,
  MemoryMetrics,
  MemoryStateStore,
  type StateStore,
} from '@lean-ops/core';
import { type ArchivedMessage, encodeEnvelope, MemoryArchive } from '@lean-ops/ingest';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ErrorObject } from './error-objects.js';
import { createHandler, type FirehoseErrorProcessorDependencies } from './handler.js';

const NOW = Date.UTC(2026, 0, 15);
const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:lean-ops-dev-firehose-errors';

const envelope = (sqs_message_id: string, topic_name = 'user_logins'): Envelope => ({
  topic_name,
  message_id: sqs_message_id,
  sqs_message_id,
  idempotency_key: null,
  period_reference: null,
  correlation_id: null,
  publish_time: BigInt(NOW) * 1_000n,
  publish_time_source: 'sqs',
  ingestion_ts: BigInt(NOW) * 1_000n,
  json_payload: `{"id":"${sqs_message_id}"}`,
  envelope_json: null,
});

const errorLine = (
  data: Uint8Array,
  errorCode = 'Iceberg.NoSuchTable',
  arrivalTimestamp: unknown = NOW,
): string =>
  JSON.stringify({
    attemptsMade: 1,
    arrivalTimestamp,
    errorCode,
    errorMessage: 'no',
    rawData: Buffer.from(data).toString('base64'),
  });
const failed = (...ids: string[]): string[] => ids.map((id) => errorLine(encodeEnvelope(envelope(id))));

describe('the processor of the error prefix', () => {
  const clock = new ManualClock(NOW);
  let state: StateStore;
  let archive: MemoryArchive;
  let objects: Map<string, Buffer>;
  let logger: MemoryLogger;
  let opened: ErrorObject[];

  beforeEach(async () => {
    clock.set(NOW);
    state = new MemoryStateStore({ clock });
    archive = new MemoryArchive();
    objects = new Map();
    logger = new MemoryLogger();
    opened = [];
    await state.topics.put({
      topic: 'user_logins',
      queueTopic: 'user-logins',
      state: 'enabled',
      stateReason: null,
      stateBy: null,
      stateSince: null,
      contractVersion: null,
      engine: 'node',
      envelope: 'auto',
      schedule: 'every-round',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: 0,
    });
  });

  async function* inPieces(bytes: Buffer, size = 7): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const notification = (key: string, changes: Partial<SQSRecord> = {}): SQSRecord => ({
    messageId: `notice of ${key}`,
    receiptHandle: 'receipt',
    body: JSON.stringify({
      Records: [
        {
          eventTime: new Date(NOW).toISOString(),
          s3: {
            bucket: { name: 'archive' },
            object: { key: encodeURIComponent(key).replaceAll('%20', '+') },
          },
        },
      ],
    }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(NOW),
      SenderId: 's3',
      ApproximateFirstReceiveTimestamp: String(NOW),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE,
    awsRegion: 'eu-west-1',
    ...changes,
  });
  const handle = (
    records: SQSRecord[],
    overrides: Partial<FirehoseErrorProcessorDependencies> = {},
    remainingMs = 300_000,
  ) =>
    createHandler({
      registry: state.topics,
      archive,
      tracker: state.errors,
      clock,
      logger,
      metrics: new MemoryMetrics(),
      readObject: async (object) => {
        opened.push(object);
        const bytes = objects.get(object.key);
        if (bytes === undefined) throw Object.assign(new Error('gone'), { name: 'NoSuchKey' });
        return inPieces(bytes);
      },
      queueArnOf: (queueTopic) => `arn:${queueTopic}`,
      ...overrides,
    })({ Records: records }, { getRemainingTimeInMillis: () => remainingMs });
  const archived = async (): Promise<ArchivedMessage[]> => {
    const messages: ArchivedMessage[] = [];
    for await (const key of archive.list()) messages.push(await archive.get(key));
    return messages.sort((a, b) => (a.sqsMessageId < b.sqsMessageId ? -1 : 1));
  };
  const tracked = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const error of state.errors.list()) found.push(error.sqsMessageId);
    return found.sort();
  };

  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['compressed', (text: string) => gzipSync(text)],
    [
      'compressed in parts',
      (text: string) => Buffer.concat(text.split(/(?<=\n)/).map((part) => gzipSync(part))),
    ],
  ])(
    'archives every record of an object that is %s, as the embedded platform does',
    async (_what, encode) => {
      objects.set('firehose-errors/a b', encode(`${failed('s-1', 's-2').join('\n')}\n`));
      expect(await handle([notification('firehose-errors/a b')])).toEqual({ batchItemFailures: [] });
      expect(await archived()).toMatchObject([
        {
          kind: 'delivery-failure',
          topic: 'user_logins',
          queueArn: 'arn:user-logins',
          sqsMessageId: 's-1',
          errorCode: 'Iceberg.NoSuchTable',
          body: new TextDecoder().decode(encodeEnvelope(envelope('s-1'))),
        },
        { sqsMessageId: 's-2' },
      ]);
      expect(await tracked()).toEqual(['s-1', 's-2']);
    },
  );

  it('keeps a record once, however often the notification comes', async () => {
    objects.set('o', Buffer.from(failed('s-1', 's-2').join('\n')));
    await handle([notification('o')]);
    clock.advance(86_400_000);
    await handle([notification('o'), notification('o', { messageId: 'again' })]);
    expect(await archived()).toHaveLength(2);
    expect(await tracked()).toEqual(['s-1', 's-2']);
  });

  describe('of a record that was replayed', () => {
    const statuses = async () => {
      const found = [];
      for await (const { status, replays } of state.errors.list()) found.push({ status, replays });
      return found;
    };
    const received = (count: number): Partial<SQSRecord> => ({
      attributes: { ...notification('o').attributes, ApproximateReceiveCount: String(count) },
    });
    const replay = async (): Promise<void> => {
      for await (const { id } of state.errors.list()) {
        const change = { at: clock.now(), by: 'ana', reason: null };
        const claimed = { status: 'replaying', replays: 1 } as const;
        const from = { status: 'open', replays: 0 } as const;
        expect(await state.errors.changeStatus(id, { from, to: claimed, change })).toBe(true);
        const to = { status: 'replayed', replays: 1 } as const;
        expect(await state.errors.changeStatus(id, { from: claimed, to, change })).toBe(true);
      }
    };
    const laterLine = (arrival: unknown): string =>
      errorLine(encodeEnvelope(envelope('s-1')), 'Iceberg.NoSuchTable', arrival);

    beforeEach(async () => {
      objects.set('o', Buffer.from(failed('s-1').join('\n')));
      await handle([notification('o')]);
      clock.advance(3_600_000);
      await replay();
      clock.advance(60_000);
    });

    it.each([1, 2])('a repeated notice (receive %d) says nothing about the replay', async (receives) => {
      expect(await handle([notification('o', received(receives))])).toEqual({ batchItemFailures: [] });
      expect(await statuses()).toEqual([{ status: 'replayed', replays: 1 }]);
    });

    it.each([1, 2])('a failure that came after the replay opens it again (receive %d)', async (receives) => {
      objects.set('o', Buffer.from(laterLine(NOW + 3_600_000)));
      await handle([notification('o', received(receives))]);
      expect(await statuses()).toEqual([{ status: 'open', replays: 1 }]);
    });

    it('a clock that is some minutes behind does not hide a failure', async () => {
      objects.set('o', Buffer.from(laterLine(NOW + 3_600_000 - 299_000)));
      await handle([notification('o')]);
      expect(await statuses()).toEqual([{ status: 'open', replays: 1 }]);
    });

    it.each([null, 'soon', 0])('a failure of no known time (%s) opens it again', async (arrival) => {
      objects.set('o', Buffer.from(laterLine(arrival)));
      await handle([notification('o')]);
      expect(await statuses()).toEqual([{ status: 'open', replays: 1 }]);
    });
  });

  it('keeps a line it cannot read whole, under no topic, and goes on', async () => {
    const foreign = errorLine(new Uint8Array([0xff, 0x00]), 'Lambda.MissingRecordId');
    objects.set('o', Buffer.from(['{"torn":', foreign, ...failed('s-1')].join('\n')));
    expect(await handle([notification('o')])).toEqual({ batchItemFailures: [] });
    const messages = await archived();
    expect(messages.map(({ topic }) => topic).sort()).toEqual(['unknown', 'unknown', 'user_logins']);
    expect(messages).toContainEqual(
      expect.objectContaining({ body: '{"torn":', errorCode: 'ERROR_RECORD_UNREADABLE' }),
    );
    expect(messages).toContainEqual(
      expect.objectContaining({ body: '/wA=', errorCode: 'Lambda.MissingRecordId' }),
    );
    expect(logger.lines).toMatchObject([{ fields: { records: 3, unreadable: 1 } }]);
  });

  it('archives the records of a topic that is not registered any more', async () => {
    objects.set('o', Buffer.from(errorLine(encodeEnvelope(envelope('s-1', 'gone')))));
    await handle([notification('o')]);
    expect(await archived()).toMatchObject([{ topic: 'gone', queueArn: 'arn:gone' }]);
  });

  it('hands back the object of which S3 or DynamoDB did not take a record, and gets further the next time', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `s-${String(index).padStart(3, '0')}`);
    objects.set('o', Buffer.from(failed(...ids).join('\n')));
    objects.set('other', Buffer.from(failed('t-1').join('\n')));
    let puts = 0;
    const failing = Object.assign(Object.create(archive), {
      put: async (message: ArchivedMessage) => {
        puts += 1;
        if (puts === 50) throw Object.assign(new Error('slow down'), { name: 'SlowDown' });
        return await archive.put(message);
      },
    });
    const { batchItemFailures } = await handle([notification('o'), notification('other')], {
      archive: failing,
    });
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'notice of o' }]);
    const before = puts;
    const attributes = { ...notification('o').attributes, ApproximateReceiveCount: '2' };
    expect(await handle([notification('o', { attributes })], { archive: failing })).toEqual({
      batchItemFailures: [],
    });
    expect(await tracked()).toEqual([...ids, 't-1']);
    // What was archived and tracked in the first turn was not written again.
    expect(puts - before).toBeLessThan(60);
  });

  it('hands back an object when the time is over, and ends what was begun', async () => {
    objects.set('o', Buffer.from(failed(...Array.from({ length: 200 }, (_, n) => `s-${n}`)).join('\n')));
    const slow = Object.assign(Object.create(archive), {
      put: async (message: ArchivedMessage) => {
        clock.advance(1_000);
        return await archive.put(message);
      },
    });
    const { batchItemFailures } = await handle([notification('o')], { archive: slow }, 105_000);
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'notice of o' }]);
    const kept = await tracked();
    expect(kept.length).toBeGreaterThan(50);
    expect(kept.length).toBeLessThan(200);
    expect(await archived()).toHaveLength(kept.length);
  });

  it('ends an object that takes seven turns, and archives each record once', async () => {
    const ids = Array.from({ length: 400 }, (_, n) => `s-${n}`);
    objects.set('o', Buffer.from(failed(...ids).join('\n')));
    let puts = 0;
    const slow = Object.assign(Object.create(archive), {
      put: async (message: ArchivedMessage) => {
        puts += 1;
        clock.advance(1_000);
        return await archive.put(message);
      },
    });
    let turns = 0;
    for (let isDone = false; !isDone; ) {
      turns += 1;
      const attributes = { ...notification('o').attributes, ApproximateReceiveCount: String(turns) };
      const answer = await handle([notification('o', { attributes })], { archive: slow }, 75_000);
      isDone = answer.batchItemFailures.length === 0;
      expect(turns).toBeLessThan(20);
    }
    expect(turns).toBeGreaterThanOrEqual(7);
    expect(puts).toBe(400);
    expect(await tracked()).toEqual([...ids].sort());
  });

  it('opens no further object once the time is over', async () => {
    for (const key of ['o', 'p', 'q']) objects.set(key, Buffer.from(failed(`${key}-1`).join('\n')));
    const notices = ['o', 'p', 'q'].map((key) => notification(key));
    expect(await handle(notices, {}, 1_000)).toEqual({
      batchItemFailures: ['o', 'p', 'q'].map((key) => ({ itemIdentifier: `notice of ${key}` })),
    });
    expect(opened.map(({ key }) => key)).toEqual(['o']);
  });

  it('hands back the notification of an object that is not there', async () => {
    expect(await handle([notification('o')])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'notice of o' }],
    });
  });

  it('passes over the notification that S3 tries the queue out with', async () => {
    const body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'archive' });
    expect(await handle([notification('o', { body })])).toEqual({ batchItemFailures: [] });
    expect(opened).toEqual([]);
  });

  it.each(['no json', '{}', '{"Records":[]}', '{"Records":[{}]}', '{"Records":[null]}'])(
    'hands back the message %j, which is no notification',
    async (body) => {
      expect(await handle([notification('o', { body })])).toEqual({
        batchItemFailures: [{ itemIdentifier: 'notice of o' }],
      });
    },
  );

  it('reads an object as it comes: memory does not grow with it', async () => {
    let longest = 0;
    let waiting = 0;
    async function* huge(): AsyncGenerator<Uint8Array> {
      for (let part = 0; part < 2_000; part += 1) {
        waiting += 1;
        longest = Math.max(longest, waiting);
        yield Buffer.from(`${failed(`s-${part}`).join('\n')}\n`);
      }
    }
    const counting = Object.assign(Object.create(archive), {
      put: async (message: ArchivedMessage) => {
        waiting -= 1;
        await new Promise(setImmediate);
        return await archive.put(message);
      },
    });
    await handle([notification('o')], { readObject: async () => huge(), archive: counting });
    expect(await tracked()).toHaveLength(2_000);
    expect(longest).toBeLessThan(200);
  });

  it('refuses an event of another kind', async () => {
    const handler = createHandler({
      registry: state.topics,
      clock,
    } as unknown as FirehoseErrorProcessorDependencies);
    await expect(handler({} as SQSEvent)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
  });
});
