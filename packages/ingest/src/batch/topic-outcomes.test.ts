import { expect, test } from 'vitest';
import { BatchWorld, queueArn, queueMessage } from '../../test/batch-world.js';
import type { RawSink, SinkResult } from '../raw-sink/raw-sink.js';

const NAMED = (name: string): Error => Object.assign(new Error(name), { name });

/** A sink that answers every record alike, or fails every call. */
function sinkOf(answer: () => SinkResult): RawSink {
  return {
    maxRecordBytes: 1_000_000,
    maxBatchRecords: 500,
    maxBatchBytes: 4_000_000,
    put: async (records) => records.map(answer),
  };
}

const outcomesOf = async (world: BatchWorld, ...rest: Parameters<BatchWorld['process']>) =>
  (await world.process(...rest)).outcomes;

const events = (messages: number, failures: number, accepted: number, sinkFailures: number) => [
  { topic: 'events', messages, failures, accepted, sinkFailures },
];

test('contract failures count against a topic, malformed messages do not, and both are messages of it', async () => {
  const world = new BatchWorld();
  const registry = () => ({ envelope: 'wrapped' as const });
  const messages = [
    queueMessage('sound', { body: '{"id":"1","time":1767225600000,"payload":{}}' }),
    queueMessage('contract', { body: '{"id":"2"}' }),
    queueMessage('malformed', { body: 'not json' }),
  ];
  expect(await outcomesOf(world, messages, { registry })).toEqual(events(3, 1, 1, 0));
});

test('a topic that is not registered fails, a queue that is no topic’s is nobody’s', async () => {
  const world = new BatchWorld();
  const messages = [
    queueMessage('1', { queueArn: queueArn('nobody') }),
    queueMessage('2', { queueArn: 'arn:aws:sqs:eu-west-1:1:elsewhere' }),
  ];
  expect(await outcomesOf(world, messages)).toEqual([
    { topic: 'nobody', messages: 1, failures: 1, accepted: 0, sinkFailures: 0 },
  ]);
});

test.each(['ServiceUnavailableException', 'TimeoutError', 'NetworkingError'])(
  'records that the sink did not take with %s are the sink’s',
  async (name) => {
    const sink = sinkOf(() => ({ accepted: false, error: NAMED(name) }));
    expect(await outcomesOf(new BatchWorld(), [queueMessage('1')], { sink })).toEqual(events(0, 0, 0, 1));
  },
);

test('an unknown error of one record is its topic’s, one of the whole call is the sink’s', async () => {
  const one = sinkOf(() => ({ accepted: false, error: NAMED('TableIsOdd') }));
  expect(await outcomesOf(new BatchWorld(), [queueMessage('1')], { sink: one })).toEqual(events(1, 1, 0, 0));
  const all = sinkOf(() => {
    throw NAMED('AccessDeniedException');
  });
  expect(await outcomesOf(new BatchWorld(), [queueMessage('1')], { sink: all })).toEqual(events(0, 0, 0, 1));
});

test('a record that the sink refuses for good is the producer’s', async () => {
  const sink = sinkOf(() => ({ accepted: false, error: NAMED('RecordTooLargeException') }));
  expect(await outcomesOf(new BatchWorld(), [queueMessage('1')], { sink })).toEqual(events(1, 0, 0, 0));
});

test('what was not sent for want of time, or not looked up, says nothing', async () => {
  const world = new BatchWorld();
  const late = { deadlineMs: world.clock.now() };
  expect(await outcomesOf(world, [queueMessage('1')], late)).toEqual([]);
  const registry = () => Promise.reject(NAMED('ProvisionedThroughputExceededException'));
  expect(await outcomesOf(world, [queueMessage('1')], { registry })).toEqual([]);
});

test('a message that could not be quarantined comes again, and says nothing until it is safe', async () => {
  const world = new BatchWorld();
  const archive = Object.assign(Object.create(world.archive), {
    put: () => Promise.reject(NAMED('SlowDown')),
  });
  const registry = () => ({ envelope: 'wrapped' as const });
  const contract = queueMessage('contract', { body: '{"id":"2"}' });
  expect(await outcomesOf(world, [contract], { registry, archive })).toEqual([]);
  expect(await outcomesOf(world, [contract], { registry })).toEqual(events(1, 1, 0, 0));
  const refusing = sinkOf(() => ({ accepted: false, error: { ErrorCode: 'RecordTooLarge' } }));
  expect(await outcomesOf(world, [queueMessage('1')], { sink: refusing, archive })).toEqual([]);
});
