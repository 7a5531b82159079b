import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  ManualClock,
  MemoryLogger,
  MemoryMetrics,
  MemoryStateStore,
  seededRandom,
  silentLogger,
} from '@lean-ops/core';
import { formatReplay, MemoryArchive, MemoryRawSink, REPLAY_ATTRIBUTE } from '@lean-ops/ingest';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { startAwsEmulator } from '../../scripts/peers/aws-emulators.js';
import { suiteWhere } from '../../test/support/suite-where.js';
import { createHandler, type SqsProcessorEvent } from '../handlers/sqs-processor/handler.js';
import { SqsProbe } from './sqs-probe.js';

const { server: moto, missing } = await startAwsEmulator('moto');
afterAll(() => moto?.stop());

const PROCESSOR = 'arn:aws:lambda:us-east-1:123456789012:function:lean-ops-dev-sqs-processor';
let queues = 0;

suiteWhere(missing, 'a probe of a queue', () => {
  const sqs = new SQSClient({
    endpoint: moto!.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const clock = new ManualClock(Date.now());
  let queueTopic: string;
  let url: string;
  let arn: string;
  let sink: MemoryRawSink;
  let state: MemoryStateStore;
  const logger = new MemoryLogger();

  beforeEach(async () => {
    queueTopic = `probed-${queues++}`;
    const name = `lean-ops-dev-${queueTopic}-queue`;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    url = QueueUrl!;
    arn = `arn:aws:sqs:us-east-1:123456789012:${name}`;
    sink = new MemoryRawSink();
    state = new MemoryStateStore({ clock });
    await state.topics.put({
      topic: queueTopic.replace('-', '_'),
      queueTopic,
      state: 'enabled',
      stateReason: null,
      stateBy: null,
      stateSince: null,
      contractVersion: null,
      engine: 'node',
      envelope: 'auto',
      schedule: 'every-round',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: clock.now(),
    });
  });

  const send = (body: string, attributes: Record<string, string> = {}) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]),
        ),
      }),
    );
  /** Messages of the queue, those that a receive has hidden included. */
  const left = async (): Promise<number> => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    return (
      Number(Attributes['ApproximateNumberOfMessages']) +
      Number(Attributes['ApproximateNumberOfMessagesNotVisible'])
    );
  };

  /** Lambda's `Invoke` with the real handler behind it, events and answers as JSON. */
  const processor = () => {
    const handler = createHandler({
      project: 'lean-ops',
      environment: 'dev',
      registry: state.topics,
      sink,
      archive: new MemoryArchive(),
      tracker: state.errors,
      outbox: state.outbox,
      breakers: state.breakers,
      clock,
      random: seededRandom(1),
      sleep: async () => {},
      logger: silentLogger,
      metrics: new MemoryMetrics(),
      retry: { maxAttempts: 1 },
    });
    return async ({ Payload }: InvokeCommandInput) => {
      const event = JSON.parse(Buffer.from(Payload as Uint8Array).toString('utf8')) as SqsProcessorEvent;
      return { Payload: Buffer.from(JSON.stringify(await handler(event))) };
    };
  };
  const probeWith = (invoke: (input: InvokeCommandInput) => unknown): SqsProbe => {
    const lambda = { send: async ({ input }: { input: InvokeCommandInput }) => invoke(input) };
    return new SqsProbe({ sqs, lambda: lambda as never, processorArn: PROCESSOR, logger });
  };

  it('takes messages through the processor, acknowledges what that vouches for, and counts what it says', async () => {
    await send('{"id":"1"}');
    await send('not json');
    expect(await probeWith(processor()).run(arn)).toEqual({
      kind: 'answered',
      messages: 2,
      failures: 0,
      accepted: 1,
      sinkFailures: 0,
    });
    expect(sink.envelopes.map(({ json_payload }) => json_payload)).toEqual(['{"id":"1"}']);
    expect(await left()).toBe(0);
    expect(await state.breakers.counts(0), 'a probe is not part of the window').toEqual([]);
  });

  it('leaves in the queue what the processor hands back', async () => {
    await send('{"id":"1"}');
    sink.put = async (records) =>
      records.map(() => ({ accepted: false, error: Object.assign(new Error('x'), { name: 'SlowDown' }) }));
    expect(await probeWith(processor()).run(arn)).toMatchObject({ messages: 0, sinkFailures: 1 });
    expect(await left()).toBe(1);
  });

  it('hands messages over as a mapping does, attributes and all', async () => {
    const replay = { sqsMessageId: 'first', sentTimestampMs: 1_767_225_600_000, replays: 1 };
    await send('{"a":1}', {
      [REPLAY_ATTRIBUTE]: formatReplay({ ...replay, firstIngestionMicros: 1_767_225_600_000_000n }),
    });
    await probeWith(processor()).run(arn);
    expect(sink.envelopes).toMatchObject([
      { sqs_message_id: 'first', publish_time: 1_767_225_600_000_000n, ingestion_ts: 1_767_225_600_000_000n },
    ]);
  });

  it.each([
    ['fails', { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"out of memory"}') }],
    ['gives no JSON', { Payload: Buffer.from('null') }],
    ['does not name its failures', { Payload: Buffer.from('{"batchItemFailures":[{}],"outcomes":[]}') }],
    ['is too old to know of probes', { Payload: Buffer.from('{"batchItemFailures":[]}') }],
  ])('acknowledges nothing where the processor %s', async (_name, answer) => {
    await send('{"id":"1"}');
    expect(await probeWith(() => answer).run(arn)).toMatchObject({ kind: 'failed' });
    expect(await left()).toBe(1);
  });

  it('takes no more than an invocation carries', async () => {
    for (let message = 0; message < 6; message += 1)
      await send(JSON.stringify({ text: '"'.repeat(450_000) }));
    let bytes = 0;
    const through = processor();
    const probe = probeWith((input) => {
      bytes = (input.Payload as Uint8Array).length;
      return through(input);
    });
    // Quotes double with every encoding: these are too large for the sink, and are quarantined.
    expect(await probe.run(arn)).toMatchObject({ kind: 'answered', messages: 2 });
    expect(bytes).toBeLessThan(6_000_000);
    expect(await left()).toBe(4);
  });

  it('tells an empty queue from one that is not there', async () => {
    const probe = probeWith(() => expect.unreachable('there is nothing to process'));
    expect(await probe.run(arn)).toEqual({ kind: 'empty' });
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: '{}' }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 60 }));
    expect(await probe.run(arn)).toEqual({ kind: 'hidden' });
    expect(await probe.run(`${arn}-gone`)).toEqual({ kind: 'absent' });
  });

  it('counts what was processed though it could not be deleted', async () => {
    await send('{"id":"1"}');
    const deaf = {
      send: (command: { constructor: { name: string } }) =>
        command.constructor.name === 'DeleteMessageBatchCommand'
          ? Promise.reject(new Error('socket hang up'))
          : sqs.send(command as never),
    };
    const through = processor();
    const lambda = { send: ({ input }: { input: InvokeCommandInput }) => through(input) };
    const probe = new SqsProbe({
      sqs: deaf as never,
      lambda: lambda as never,
      processorArn: PROCESSOR,
      logger,
    });
    expect(await probe.run(arn)).toMatchObject({ kind: 'answered', messages: 1 });
    expect(await left()).toBe(1);
  });
});
