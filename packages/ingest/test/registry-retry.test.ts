import { describe, expect, test } from 'vitest';
import { BatchWorld, queueArn, queueMessage, START } from './batch-world.js';

const ROW = { envelope: 'auto' } as const;
const throttled = (): Error => Object.assign(new Error('slower'), { name: 'ThrottlingException' });

/** Fails so often, then answers. */
function failing(times: number, error: () => unknown = throttled) {
  const asked: string[] = [];
  const registry = async (topic: string) => {
    asked.push(topic);
    if (asked.filter((one) => one === topic).length <= times) throw error();
    return ROW;
  };
  return { asked, registry };
}

describe('a registry that does not answer at once', () => {
  test('is asked again after a jittered delay, and the messages are not handed back', async () => {
    const world = new BatchWorld();
    const { asked, registry } = failing(3);
    expect((await world.process([queueMessage('1')], { registry })).failures).toEqual([]);
    expect(asked).toHaveLength(4);
    expect(world.slept).toEqual([50, 100, 200]);
  });

  test('is asked as often as the sink', async () => {
    const world = new BatchWorld();
    const { asked, registry } = failing(Number.POSITIVE_INFINITY);
    const { failures } = await world.process([queueMessage('1')], { registry, retry: { maxAttempts: 3 } });
    expect(failures).toEqual(['1']);
    expect(asked).toHaveLength(3);
  });

  test('leaves the other half of the time to the messages of topics that are known', async () => {
    const world = new BatchWorld();
    const registry = async (topic: string) => {
      if (topic === 'clicks') throw throttled();
      return ROW;
    };
    const messages = [queueMessage('1', { queueArn: queueArn('clicks') }), queueMessage('2')];
    const retry = { maxAttempts: 1_000, baseDelayMs: 10_000, maxDelayMs: 10_000 };
    expect((await world.process(messages, { registry, retry })).failures).toEqual(['1']);
    expect(world.clock.now()).toBeLessThan(START + 30_000);
    expect(world.sink.envelopes.map((envelope) => envelope.sqs_message_id)).toEqual(['2']);
  });

  test('is not asked again when what it says will stay so', async () => {
    const world = new BatchWorld();
    const { asked, registry } = failing(1, () => new SyntaxError('a row that is none'));
    expect((await world.process([queueMessage('1')], { registry })).failures).toEqual(['1']);
    expect(asked).toHaveLength(1);
  });

  test('is asked for each topic by itself, once for all its messages', async () => {
    const world = new BatchWorld();
    const { asked, registry } = failing(1);
    const messages = ['1', '2', '3', '4'].map((id) =>
      queueMessage(id, { queueArn: queueArn(Number(id) % 2 === 0 ? 'clicks' : 'events') }),
    );
    expect((await world.process(messages, { registry })).failures).toEqual([]);
    expect(asked.toSorted()).toEqual(['clicks', 'clicks', 'events', 'events']);
  });

  test('ends with the signal while it waits', async () => {
    const world = new BatchWorld();
    const over = new AbortController();
    const { asked, registry } = failing(Number.POSITIVE_INFINITY);
    const sleep = async (_ms: number, signal?: AbortSignal): Promise<void> => {
      over.abort(new Error('time is over'));
      signal?.throwIfAborted();
    };
    const { failures } = await world.process([queueMessage('1')], { registry, sleep, signal: over.signal });
    expect(failures).toEqual(['1']);
    expect(asked).toHaveLength(1);
  });
});
