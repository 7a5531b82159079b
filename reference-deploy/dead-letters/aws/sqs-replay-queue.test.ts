import { immediateSleep, ManualClock, noopMetrics, seededRandom, silentLogger } from '@lean-ops/core';
import { formatReplay, REPLAY_ATTRIBUTE } from '@lean-ops/ingest';
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../handlers/sqs-processor/handler.js';
import type { ReplayMessage } from '../ports.js';
import { DeadLetterWorld, NAMES, queueArn, START } from '../test/world.js';
import { DirectProcessor } from './direct-processor.js';
import { SqsReplayQueue } from './sqs-replay-queue.js';

const MARK = formatReplay({
  sqsMessageId: 'sqs-1',
  sentTimestampMs: Date.UTC(2026, 0, 1),
  firstIngestionMicros: BigInt(Date.UTC(2026, 0, 1)) * 1_000n + 2n,
  replays: 1,
});
const replayed = (changes: Partial<ReplayMessage> = {}): ReplayMessage => ({
  queueArn: queueArn('orders'),
  body: '{"idempotency_key":"1"}',
  attributes: { [REPLAY_ATTRIBUTE]: MARK },
  deduplicationId: 'id-1',
  ...changes,
});

const named = (name: string): Error => Object.assign(new Error(name), { name });

/** An SQS that answers by the name of the command; what it was asked is kept. */
function scriptedSqs(answers: Readonly<Record<string, () => unknown>>) {
  const asked: string[] = [];
  const client = {
    send: async (command: object) => {
      const name = command.constructor.name.replace(/Command$/, '');
      asked.push(name);
      return answers[name]?.() ?? {};
    },
  } as unknown as ConstructorParameters<typeof SqsReplayQueue>[0]['client'];
  return { client, asked };
}

function processed() {
  const messages: ReplayMessage[] = [];
  return { messages, processor: { process: async (message: ReplayMessage) => void messages.push(message) } };
}

describe('the replay queue of SQS', () => {
  const found = () => ({ QueueUrl: 'http://queue' });

  it('asks for a queue once, and sends to it', async () => {
    const { client, asked } = scriptedSqs({ GetQueueUrl: found });
    const { messages, processor } = processed();
    const queue = new SqsReplayQueue({ client, processor });
    await Promise.all([queue.send(replayed()), queue.send(replayed())]);
    expect(asked).toEqual(['GetQueueUrl', 'SendMessage', 'SendMessage']);
    expect(messages).toEqual([]);
  });

  it.each<[string, Partial<ReplayMessage>]>([
    ['leaves no room for the mark', { body: 'a'.repeat(1_048_576) }],
    [
      'has ten attributes already',
      {
        attributes: {
          ...Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`a${n}`, 'v'])),
          [REPLAY_ATTRIBUTE]: MARK,
        },
      },
    ],
    ['holds characters that SQS refuses', { body: '{"a":"\u0001"}' }],
    ['came from what is no queue', { queueArn: 'nonsense' }],
  ])('gives the processor a message that %s', async (_what, changes) => {
    const { client } = scriptedSqs({ GetQueueUrl: found });
    const { messages, processor } = processed();
    await new SqsReplayQueue({ client, processor }).send(replayed(changes));
    expect(messages).toHaveLength(1);
  });

  it.each(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'])(
    'gives the processor a message whose queue is gone: %s',
    async (name) => {
      const { client } = scriptedSqs({
        GetQueueUrl: () => {
          throw named(name);
        },
      });
      const { messages, processor } = processed();
      await new SqsReplayQueue({ client, processor }).send(replayed());
      expect(messages).toHaveLength(1);
    },
  );

  it('gives the processor a message that the queue does not take', async () => {
    const { client } = scriptedSqs({
      GetQueueUrl: found,
      SendMessage: () => {
        throw named('InvalidMessageContents');
      },
    });
    const { messages, processor } = processed();
    await new SqsReplayQueue({ client, processor }).send(replayed());
    expect(messages).toHaveLength(1);
  });

  it('throws what trying again may mend, and asks for the queue again then', async () => {
    let fails = true;
    const { client, asked } = scriptedSqs({
      GetQueueUrl: () => {
        if (!fails) return found();
        fails = false;
        throw named('ThrottlingException');
      },
    });
    const queue = new SqsReplayQueue({ client, processor: processed().processor });
    await expect(queue.send(replayed())).rejects.toThrow('ThrottlingException');
    await queue.send(replayed());
    expect(asked).toEqual(['GetQueueUrl', 'GetQueueUrl', 'SendMessage']);
  });
});

describe('the processor called directly', () => {
  /** Lambda, with the real handler behind it. */
  function lambdaOf(world: DeadLetterWorld, answer?: () => unknown) {
    const clock = new ManualClock(START);
    const handler = createHandler({
      ...NAMES,
      registry: { ...world.state.topics, ...world.ports.registry },
      sink: world.sink,
      archive: world.archive,
      tracker: world.state.errors,
      outbox: world.state.outbox,
      clock,
      random: seededRandom(1),
      sleep: immediateSleep(clock),
      logger: silentLogger,
      metrics: noopMetrics,
    } as Parameters<typeof createHandler>[0]);
    const client = {
      send: async ({ input }: { input: { Payload: Uint8Array } }) => {
        const event = JSON.parse(Buffer.from(input.Payload).toString('utf8')) as SQSEvent;
        const result = answer === undefined ? await handler(event) : answer();
        if (result instanceof Error) {
          const text = JSON.stringify({ errorType: result.name, errorMessage: result.message });
          return { FunctionError: 'Unhandled', Payload: Buffer.from(text) };
        }
        return { Payload: Buffer.from(JSON.stringify(result)) };
      },
    } as unknown as ConstructorParameters<typeof DirectProcessor>[0]['client'];
    return new DirectProcessor({ client, functionName: 'lean-ops-test-sqs-processor', clock });
  }

  it('takes the message under its first identity, whatever SQS would say to it', async () => {
    const world = new DeadLetterWorld();
    const filler = 'a'.repeat(900_000);
    const body = `{"idempotency_key":"1","filler":"${filler}\\u0001é\u{1F600}"}`;
    await lambdaOf(world).process(replayed({ body, attributes: { empty: '', [REPLAY_ATTRIBUTE]: MARK } }));
    expect(world.sink.envelopes).toMatchObject([
      {
        sqs_message_id: 'sqs-1',
        ingestion_ts: BigInt(Date.UTC(2026, 0, 1)) * 1_000n + 2n,
        json_payload: body,
      },
    ]);
  });

  it('says so when it hands the message back, or fails', async () => {
    const world = new DeadLetterWorld();
    const handedBack = lambdaOf(world, () => ({ batchItemFailures: [{ itemIdentifier: 'id-1' }] }));
    await expect(handedBack.process(replayed())).rejects.toMatchObject({ code: 'REPLAY_INTERRUPTED' });
    const failed = lambdaOf(world, () => named('ENVIRONMENT_INVALID'));
    await expect(failed.process(replayed())).rejects.toMatchObject({
      name: 'ENVIRONMENT_INVALID',
      message: expect.stringContaining('lean-ops-test-sqs-processor'),
    });
    await expect(lambdaOf(world, () => null).process(replayed())).rejects.toMatchObject({ retryable: true });
  });
});
