import { ManualClock, MemoryMetrics, MemoryStateStore, type StateStore, silentLogger } from '@lean-ops/core';
import { MemoryArchive } from '@lean-ops/ingest';
import type { SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler, type DeadLetterProcessorDependencies } from './handler.js';

const SOURCE = 'arn:aws:sqs:eu-west-1:123456789012:lean-ops-dev-device-events-queue';
const DEAD = 'arn:aws:sqs:eu-west-1:123456789012:lean-ops-dev-dlq';
const SENT = Date.UTC(2026, 0, 14, 23);

const record = (messageId: string, source: string | null, body = '{"a":1}'): SQSRecord => ({
  messageId,
  receiptHandle: 'receipt',
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: String(SENT),
    SenderId: 'sender',
    ApproximateFirstReceiveTimestamp: String(SENT),
    ...(source === null ? {} : { DeadLetterQueueSourceArn: source }),
  },
  messageAttributes: { tenant: { stringValue: 'a', dataType: 'String' } },
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: DEAD,
  awsRegion: 'eu-west-1',
});

describe('the dead-letter processor', () => {
  let archive: MemoryArchive;
  let state: StateStore;
  const clock = new ManualClock(Date.UTC(2026, 0, 15));

  beforeEach(() => {
    archive = new MemoryArchive();
    state = new MemoryStateStore({ clock });
  });

  const handler = (overrides: Partial<DeadLetterProcessorDependencies> = {}) =>
    createHandler({
      project: 'lean-ops',
      environment: 'dev',
      archive,
      tracker: state.errors,
      clock,
      logger: silentLogger,
      metrics: new MemoryMetrics(),
      ...overrides,
    });
  const tracked = async () => {
    const found = [];
    for await (const error of state.errors.list()) found.push(error);
    return found;
  };

  it('archives several at once, and hands back what it cannot begin in time', async () => {
    const slow = {
      ...archive,
      put: async (...given: Parameters<MemoryArchive['put']>) => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await Promise.resolve();
        clock.advance(10_000);
        atOnce -= 1;
        return await archive.put(...given);
      },
    };
    let [atOnce, most] = [0, 0];
    const Records = Array.from({ length: 10 }, (_, index) => record(`m-${index}`, SOURCE, `{"a":${index}}`));
    const context = { getRemainingTimeInMillis: () => 60_000 };
    const answer = await handler({ archive: slow as unknown as MemoryArchive })({ Records }, context);
    const back = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    expect(most).toBe(8);
    expect(back).toEqual(['m-8', 'm-9']);
    expect((await tracked()).map(({ sqsMessageId }) => sqsMessageId).sort()).toEqual(
      Records.map(({ messageId }) => messageId).filter((id) => !back.includes(id)),
    );
  });

  it('archives a message whole, under the topic of the queue it came from', async () => {
    expect(await handler()({ Records: [record('m-1', SOURCE)] })).toEqual({ batchItemFailures: [] });
    const [error] = await tracked();
    expect(error).toMatchObject({
      kind: 'dead-letter',
      topic: 'device_events',
      sqsMessageId: 'm-1',
      status: 'open',
    });
    expect(await archive.get(error!.archiveKey)).toMatchObject({
      queueArn: SOURCE,
      body: '{"a":1}',
      sentTimestampMs: SENT,
      attributes: { tenant: 'a' },
    });
  });

  it('knows the topic of a FIFO queue by its source, and that of a replayed message under its first identity', async () => {
    const replay = {
      sqsMessageId: 'first',
      sentTimestampMs: SENT - 1,
      firstIngestionMicros: String(SENT * 1_000),
      replays: 2,
    };
    const replayed = record('m-2', `${SOURCE}.fifo`);
    replayed.messageAttributes = {
      lean_ops_replay: { stringValue: JSON.stringify(replay), dataType: 'String' },
    };
    await handler()({ Records: [record('m-1', `${SOURCE}.fifo`), replayed] });
    expect(await tracked()).toMatchObject([
      { topic: 'device_events', sqsMessageId: 'first', replays: 2 },
      { topic: 'device_events', sqsMessageId: 'm-1', replays: 0 },
    ]);
  });

  it('hands back what DynamoDB did not track, and archives nothing twice when it comes again', async () => {
    let isDown = true;
    const tracker = Object.assign(Object.create(state.errors), {
      record: (error: Parameters<StateStore['errors']['record']>[0]) =>
        isDown
          ? Promise.reject(Object.assign(new Error('down'), { name: 'InternalServerError' }))
          : state.errors.record(error),
    });
    const event = { Records: [record('m-1', SOURCE)] };
    expect(await handler({ tracker })(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    isDown = false;
    clock.advance(86_400_000);
    expect(await handler({ tracker })(event)).toEqual({ batchItemFailures: [] });
    const keys: string[] = [];
    for await (const key of archive.list()) keys.push(key);
    expect(keys).toHaveLength(1);
    expect(await tracked()).toMatchObject([{ archiveKey: keys[0] }]);
  });

  it.each([null, {}, { Records: [{ eventSource: 'aws:s3' }] }])(
    'refuses %j, which is no event of a queue',
    async (event) => {
      await expect(
        handler()(event as unknown as Parameters<ReturnType<typeof handler>>[0]),
      ).rejects.toMatchObject({
        code: 'EVENT_INVALID',
      });
    },
  );

  it('never guesses the topic of a message that was put there by hand', async () => {
    await handler()({ Records: [record('m-1', null)] });
    expect(await tracked()).toMatchObject([{ topic: 'unknown' }]);
  });

  it('keeps a message once however often it comes', async () => {
    await handler()({ Records: [record('m-1', SOURCE)] });
    await handler()({ Records: [record('m-1', SOURCE)] });
    expect(await tracked()).toHaveLength(1);
  });

  it('hands back what it could not archive, and only that', async () => {
    class FullArchive extends MemoryArchive {
      override async put(message: Parameters<MemoryArchive['put']>[0]): Promise<string> {
        if (message.sqsMessageId === 'm-1') throw new Error('no space');
        return await super.put(message);
      }
    }
    const answer = await handler({ archive: new FullArchive() })({
      Records: [record('m-1', SOURCE), record('m-2', SOURCE)],
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    expect((await tracked()).map((error) => error.sqsMessageId)).toEqual(['m-2']);
  });
});
