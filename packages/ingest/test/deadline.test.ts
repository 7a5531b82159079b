import { expect, test } from 'vitest';
import type { RawSink } from '../src/index.js';
import { BatchWorld, queueMessage, START } from './batch-world.js';

const LIMITS = { maxRecordBytes: 1_000_000, maxBatchRecords: 500, maxBatchBytes: 4_000_000 };
const hangs = (): Promise<never> => new Promise(() => {});

test('a call of the sink that hangs ends with the signal, and its messages are handed back', async () => {
  const world = new BatchWorld();
  const over = new AbortController();
  const hanging: RawSink = {
    ...LIMITS,
    put: (_records, { signal } = {}) =>
      new Promise((_resolve, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason));
        over.abort(new DOMException('the time is over', 'TimeoutError'));
      }),
  };
  const { failures } = await world.process([queueMessage('m-1'), queueMessage('m-2')], {
    sink: hanging,
    signal: over.signal,
    deadlineMs: START + 60_000,
  });
  expect(failures).toEqual(['m-1', 'm-2']);
  expect(world.slept).toEqual([]);
});

test('a message whose quarantine hangs is handed back when the time is over, and the others are done', async () => {
  const world = new BatchWorld();
  const over = new AbortController();
  const archive = Object.assign(Object.create(world.archive), {
    put: () => {
      setImmediate(() => over.abort());
      return hangs();
    },
  });
  const messages = [queueMessage('m-1', { body: 'bad' }), queueMessage('m-2')];
  const { failures } = await world.process(messages, { archive, signal: over.signal });
  expect(failures).toEqual(['m-1']);
});

test('messages of a topic whose registry hangs are handed back when the time is over', async () => {
  const world = new BatchWorld();
  const over = new AbortController();
  const registry = (): Promise<never> => {
    setImmediate(() => over.abort());
    return hangs();
  };
  const { failures } = await world.process([queueMessage('m-1')], { registry, signal: over.signal });
  expect(failures).toEqual(['m-1']);
});

test('a batch that comes after the time is over is handed back whole', async () => {
  const world = new BatchWorld();
  const { failures } = await world.process([queueMessage('m-1'), queueMessage('m-2', { body: 'bad' })], {
    signal: AbortSignal.abort(),
  });
  expect(failures).toEqual(['m-1', 'm-2']);
});

test('what the log says of a record carries the correlation id of its producer', async () => {
  const world = new BatchWorld();
  const body = '{"correlation_id":"order-7"}';
  await world.process([queueMessage('m-1', { body })], {
    sink: { ...LIMITS, put: async () => [{ accepted: false, error: new Error('not now') }] },
    retry: { maxAttempts: 1 },
  });
  const line = world.logger.lines.find(({ message }) => message === 'the sink did not take a record');
  expect(line?.fields).toMatchObject({ sqsMessageId: 'm-1', correlationId: 'order-7', topic: 'events' });
});
