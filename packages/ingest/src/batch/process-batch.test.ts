import type { TrackedPosition } from '@lean-ops/core';
import { describe, expect, test } from 'vitest';
import { BatchWorld, queueArn, queueMessage, START } from '../../test/batch-world.js';
import {
  DEFAULT_FIELD_PATHS,
  formatReplay,
  quarantine,
  type RawSink,
  REPLAY_ATTRIBUTE,
  type SinkResult,
} from '../index.js';
import { sampleArchivedMessage } from '../testing/archive-contract.js';

const throttled: SinkResult = {
  accepted: false,
  error: { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'slow down' },
};
const broken: SinkResult = { accepted: false, error: new Error('odd') };

/** A sink that answers calls by script, and then as the memory sink does. */
function scripted(
  world: BatchWorld,
  script: ((ids: string[]) => SinkResult[] | Error)[],
): RawSink & { calls: string[][] } {
  const calls: string[][] = [];
  const { maxRecordBytes, maxBatchRecords, maxBatchBytes } = world.sink;
  return {
    calls,
    maxRecordBytes,
    maxBatchRecords,
    maxBatchBytes,
    async put(records) {
      const ids = records.map(
        ({ bytes }) => JSON.parse(Buffer.from(bytes).toString()).sqs_message_id as string,
      );
      const answer = script[calls.length]?.(ids);
      calls.push(ids);
      if (answer instanceof Error) throw answer;
      return answer ?? world.sink.put(records);
    },
  };
}

describe('what becomes of a message', () => {
  test('good ones are in the sink and nothing is handed back', async () => {
    const world = new BatchWorld();
    const result = await world.process([
      queueMessage('1'),
      queueMessage('2', { queueArn: queueArn('clicks') }),
    ]);
    expect(result).toEqual({
      failures: [],
      counts: { received: 2, accepted: 2, quarantined: 0, handedBack: 0, retries: 0 },
      drift: [],
      outcomes: ['events', 'clicks'].map((topic) => ({
        topic,
        messages: 1,
        failures: 0,
        accepted: 1,
        sinkFailures: 0,
      })),
    });
    expect(world.sink.envelopes.map((envelope) => [envelope.topic_name, envelope.json_payload])).toEqual([
      ['events', '{"id":"1"}'],
      ['clicks', '{"id":"2"}'],
    ]);
    expect(world.metrics.total('MessagesAccepted', { topic: 'clicks' })).toBe(1);
  });

  test('malformed, unknown, unregistered and oversize ones are quarantined whole, each under its code', async () => {
    const world = new BatchWorld();
    // 600,000 bytes in the queue, above the limit only because every quote grows when it is encoded.
    const quotes = `{"q":"${'\\"'.repeat(300_000)}"}`;
    const messages = [
      queueMessage('bad', { body: '{"a":' }),
      queueMessage('unknown', { queueArn: 'arn:aws:sqs:eu-west-1:1:elsewhere' }),
      queueMessage('unregistered', { queueArn: queueArn('new-topic') }),
      queueMessage('oversize', { body: quotes }),
      queueMessage('good'),
    ];
    const { failures, counts } = await world.process(messages);
    expect(failures).toEqual([]);
    expect(counts).toMatchObject({ accepted: 1, quarantined: 4 });
    expect(await world.quarantined()).toEqual(
      new Map([
        ['bad', { code: 'BODY_NOT_JSON', body: '{"a":', topic: 'events' }],
        ['unknown', { code: 'UNKNOWN_TOPIC', body: '{"id":"unknown"}', topic: 'unknown' }],
        ['unregistered', { code: 'TOPIC_NOT_REGISTERED', body: '{"id":"unregistered"}', topic: 'new_topic' }],
        ['oversize', { code: 'RECORD_TOO_LARGE', body: quotes, topic: 'events' }],
      ]),
    );
    expect(world.metrics.total('MessagesArchived', { errorCode: 'RECORD_TOO_LARGE' })).toBe(1);
  });

  test('an empty batch is nothing to do', async () => {
    const { failures, counts } = await new BatchWorld().process([]);
    expect([failures, counts.received]).toEqual([[], 0]);
  });

  test('drift is counted per kind, and the messages are taken', async () => {
    const world = new BatchWorld();
    const odd = (id: string) => queueMessage(id, { body: `{"period_reference":"${id}"}` });
    const { drift, counts } = await world.process([odd('x'), odd('y'), queueMessage('z')]);
    expect(counts.accepted).toBe(3);
    expect(drift).toEqual([
      {
        topic: 'events',
        kind: 'INVALID_PERIOD',
        field: 'period_reference',
        path: 'period_reference',
        sample: 'x',
        count: 2,
        sqsMessageIds: ['x', 'y'],
      },
    ]);
    expect(world.metrics.total('EnvelopeDrift', { kind: 'INVALID_PERIOD' })).toBe(2);
  });

  test('drift of a message that is handed back waits until it is taken', async () => {
    const world = new BatchWorld();
    const odd = queueMessage('x', { body: '{"period_reference":"x"}' });
    const sink = scripted(world, [(ids) => ids.map(() => broken)]);
    const first = await world.process([odd], { sink, retry: { maxAttempts: 1 } });
    expect([first.failures, first.drift]).toEqual([['x'], []]);
    expect((await world.process([odd])).drift).toMatchObject([{ count: 1, sqsMessageIds: ['x'] }]);
  });

  test('a message odd to the last bracket is taken like any other', async () => {
    const world = new BatchWorld();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = `{"message_id":${deep},"publish_time":${deep},"period_reference":${deep}}`;
    const { counts, drift } = await world.process([queueMessage('deep', { body })]);
    expect(counts.accepted).toBe(1);
    expect(drift.map(({ kind, sample }) => [kind, sample])).toEqual([
      ['INVALID_PUBLISH_TIME', '(array)'],
      ['UNUSABLE_ID', '(array)'],
      ['INVALID_PERIOD', '(array)'],
    ]);
    expect(world.sink.envelopes).toMatchObject([{ message_id: 'deep', json_payload: body }]);
  });

  test('envelope fields are looked for where the deployment says', async () => {
    const world = new BatchWorld();
    const fieldPaths = { ...DEFAULT_FIELD_PATHS, idempotencyKey: ['head.key'] };
    await world.process([queueMessage('1', { body: '{"head":{"key":7},"idempotency_key":8}' })], {
      fieldPaths,
    });
    expect(world.sink.envelopes[0]?.idempotency_key).toBe('7');
  });
});

describe('partial failures', () => {
  test('map to the right message although earlier ones never reached the sink', async () => {
    const world = new BatchWorld();
    const sink = scripted(
      world,
      Array.from(
        { length: 6 },
        () => (ids: string[]) => ids.map((id): SinkResult => (id === '4' ? broken : { accepted: true })),
      ),
    );
    const messages = ['1', '2', '3', '4', '5'].map((id) =>
      queueMessage(id, id <= '2' ? { body: 'bad' } : {}),
    );
    const { failures, counts } = await world.process(messages, { sink });
    expect(failures).toEqual(['4']);
    expect(counts).toEqual({ received: 5, accepted: 2, quarantined: 2, handedBack: 1, retries: 5 });
    expect(sink.calls).toEqual([['3', '4', '5'], ['4'], ['4'], ['4'], ['4'], ['4']]);
  });

  test('are retried with full jitter, only what failed, until they pass', async () => {
    const world = new BatchWorld();
    const sink = scripted(world, [
      (ids) => ids.map((id) => (id === '2' ? throttled : { accepted: true })),
      () => Object.assign(new Error('x'), { code: 'ECONNRESET' }),
    ]);
    const { failures, counts } = await world.process([queueMessage('1'), queueMessage('2')], { sink });
    expect(failures).toEqual([]);
    expect(counts).toMatchObject({ accepted: 2, retries: 2 });
    expect(sink.calls).toEqual([['1', '2'], ['2'], ['2']]);
    expect(world.slept).toEqual([50, 100]);
  });

  test('are handed back when the next delay would outlast the time left', async () => {
    const world = new BatchWorld();
    const sink = scripted(
      world,
      Array(9).fill((ids: string[]) => ids.map(() => throttled)),
    );
    const { failures } = await world.process([queueMessage('1')], { sink, deadlineMs: START + 120 });
    expect(failures).toEqual(['1']);
    expect(world.slept).toEqual([50]);
    expect(world.clock.now()).toBeLessThan(START + 120);
  });

  test('a record that the sink refuses for good is quarantined', async () => {
    const world = new BatchWorld();
    const refusal: SinkResult = { accepted: false, error: { ErrorCode: 'RecordTooLarge' } };
    const sink = scripted(world, [(ids) => ids.map((id) => (id === '1' ? refusal : { accepted: true }))]);
    const { failures } = await world.process([queueMessage('1'), queueMessage('2')], { sink });
    expect(failures).toEqual([]);
    expect([...(await world.quarantined())].map(([id, { code }]) => [id, code])).toEqual([
      ['1', 'RecordTooLarge'],
    ]);
  });

  test('an error of the whole call drops nobody, even one that would drop a record', async () => {
    const world = new BatchWorld();
    const sink = scripted(
      world,
      Array(9).fill(() => Object.assign(new Error('413'), { status: 413 })),
    );
    const { failures } = await world.process([queueMessage('1'), queueMessage('2')], { sink });
    expect(failures).toEqual(['1', '2']);
    expect((await world.quarantined()).size).toBe(0);
  });

  test('a sink that answers too few results vouches only for those it names', async () => {
    const world = new BatchWorld();
    const sink = scripted(
      world,
      Array(9).fill((ids: string[]) => ids.slice(0, -1).map(() => ({ accepted: true }))),
    );
    const { failures } = await world.process([queueMessage('1'), queueMessage('2')], { sink });
    expect(failures).toEqual(['2']);
  });

  test('one queue id twice in a batch is handed back once if either copy failed', async () => {
    const world = new BatchWorld();
    const sink = scripted(
      world,
      Array(9).fill((ids: string[]) => ids.map((_, index) => (index === 0 ? broken : { accepted: true }))),
    );
    const { failures } = await world.process([queueMessage('1'), queueMessage('1')], { sink });
    expect(failures).toEqual(['1']);
  });
});

describe('what cannot be decided', () => {
  test('a registry that cannot be read hands back its topic’s messages only', async () => {
    const world = new BatchWorld();
    const registry = async (topic: string) => {
      if (topic === 'clicks') throw new Error('down');
      return { envelope: 'auto' } as const;
    };
    const messages = [queueMessage('1', { queueArn: queueArn('clicks') }), queueMessage('2')];
    expect((await world.process(messages, { registry })).failures).toEqual(['1']);
    expect(world.sink.envelopes.map((envelope) => envelope.sqs_message_id)).toEqual(['2']);
  });

  test('a quarantine that fails hands the message back, and says why', async () => {
    const world = new BatchWorld();
    const put = async () => Promise.reject(new Error('disk full'));
    const archive = Object.assign(Object.create(world.archive), { put });
    const { failures, counts } = await world.process(
      [queueMessage('1', { body: 'bad' }), queueMessage('2')],
      { archive },
    );
    expect(failures).toEqual(['1']);
    expect(counts).toMatchObject({ accepted: 1, quarantined: 0, handedBack: 1 });
    expect(world.logger.lines.find((line) => line.level === 'error')?.fields).toMatchObject({
      sqsMessageId: '1',
    });
  });

  test('a tracker that fails hands the message back, and doing it again leaves one record', async () => {
    const world = new BatchWorld();
    const message = queueMessage('1', { body: 'bad' });
    const record = async () => Promise.reject(new Error('down'));
    const tracker = Object.assign(Object.create(world.state.errors), { record });
    expect((await world.process([message], { tracker })).failures).toEqual(['1']);
    world.clock.advance(86_400_000);
    expect((await world.process([message], { deadlineMs: world.clock.now() + 1_000 })).failures).toEqual([]);
    expect((await world.quarantined()).size).toBe(1);
    const keys: string[] = [];
    for await (const key of world.archive.list()) keys.push(key);
    expect(keys.length).toBe(1);
  });

  test('past the deadline nothing is begun and everything is handed back', async () => {
    const world = new BatchWorld();
    const messages = [queueMessage('1'), queueMessage('2', { body: 'bad' })];
    expect((await world.process(messages, { deadlineMs: START })).failures).toEqual(['1', '2']);
    expect(world.sink.envelopes).toEqual([]);
    expect((await world.quarantined()).size).toBe(0);
  });
});

describe('what goes wrong next to a message', () => {
  test('a queue that spells a registered topic otherwise does not reach its table', async () => {
    const world = new BatchWorld();
    const registry = () => ({ envelope: 'auto', queueTopic: 'user-logins' }) as const;
    const messages = ['user-logins', 'user_logins'].map((name, index) =>
      queueMessage(`${index}`, { queueArn: queueArn(name) }),
    );
    const { failures } = await world.process(messages, { registry });
    expect(failures).toEqual([]);
    expect(world.sink.envelopes.map((envelope) => envelope.sqs_message_id)).toEqual(['0']);
    expect([...(await world.quarantined())].map(([id, { code }]) => [id, code])).toEqual([
      ['1', 'TOPIC_NOT_REGISTERED'],
    ]);
  });

  test('malformed messages are quarantined although the sink takes the whole time', async () => {
    const world = new BatchWorld();
    const sink = scripted(
      world,
      Array(9).fill((ids: string[]) => ids.map(() => throttled)),
    );
    const messages = [queueMessage('1', { body: 'bad' }), queueMessage('2')];
    const { failures } = await world.process(messages, { sink, deadlineMs: START + 60 });
    expect(failures).toEqual(['2']);
    expect([...(await world.quarantined()).keys()]).toEqual(['1']);
  });

  test('a message that is not what its type says is handed back alone', async () => {
    const world = new BatchWorld();
    const odd = queueMessage('1', { body: undefined as unknown as string });
    expect((await world.process([odd, queueMessage('2')])).failures).toEqual(['1']);
    expect(world.sink.envelopes.map((envelope) => envelope.sqs_message_id)).toEqual(['2']);
  });
});

describe('replays', () => {
  const attributes = (replays: number) => ({
    [REPLAY_ATTRIBUTE]: formatReplay({
      sqsMessageId: '1',
      sentTimestampMs: START - 1_000,
      firstIngestionMicros: BigInt(START) * 1000n,
      replays,
    }),
  });

  test('a replay that fails again is the same record, opened again and counted', async () => {
    const world = new BatchWorld();
    await world.process([queueMessage('1', { body: 'bad' })]);
    const [first] = await trackedErrors(world);
    await changed(world, { status: 'open', replays: 0 }, { status: 'replayed', replays: 1 });
    await world.process([queueMessage('new-id', { body: 'bad', attributes: attributes(1) })]);
    const lastChange = { at: START, by: 'ingestion', reason: 'failed again: BODY_NOT_JSON' };
    expect(await trackedErrors(world)).toEqual([{ ...first, status: 'open', replays: 1, lastChange }]);
  });

  test('a replay that fails before it was marked as sent is open all the same', async () => {
    const world = new BatchWorld();
    await world.process([queueMessage('1', { body: 'bad' })]);
    await changed(world, { status: 'open', replays: 0 }, { status: 'replaying', replays: 1 });
    await world.process([queueMessage('new-id', { body: 'bad', attributes: attributes(1) })]);
    expect(await trackedErrors(world)).toMatchObject([{ status: 'open', replays: 1 }]);
  });

  test('a copy of an earlier replay says nothing about the last one', async () => {
    const world = new BatchWorld();
    await world.process([queueMessage('1', { body: 'bad' })]);
    await changed(world, { status: 'open', replays: 0 }, { status: 'replayed', replays: 2 });
    await world.process([queueMessage('new-id', { body: 'bad', attributes: attributes(1) })]);
    expect(await trackedErrors(world)).toMatchObject([{ status: 'replayed', replays: 2 }]);
  });

  test('a replay that was taken back and arrived all the same is counted when it fails', async () => {
    const world = new BatchWorld();
    await world.process([queueMessage('1', { body: 'bad' })]);
    await world.process([queueMessage('new-id', { body: 'bad', attributes: attributes(1) })]);
    expect(await trackedErrors(world)).toMatchObject([{ status: 'open', replays: 1 }]);
  });

  test('a record that fails delivery again after a replay is open again', async () => {
    const { archive, state, metrics } = new BatchWorld();
    const record = sampleArchivedMessage({ kind: 'delivery-failure' });
    const fail = () => quarantine(record, { archive, tracker: state.errors, metrics });
    await fail();
    await fail();
    expect(await state.errors.get(record.id)).toMatchObject({ status: 'open', replays: 0 });
    const change = { at: START, by: 'ana', reason: null };
    const [from, to] = [
      { status: 'open', replays: 0 },
      { status: 'replayed', replays: 1 },
    ] as const;
    await state.errors.changeStatus(record.id, { from, to, change });
    await fail();
    expect(await state.errors.get(record.id)).toMatchObject({ status: 'open', replays: 1 });
  });

  test('a mark out of bounds is archived as evidence, under the identity of the queue', async () => {
    const world = new BatchWorld();
    const forged = JSON.stringify({
      sqsMessageId: 'x',
      sentTimestampMs: 0,
      firstIngestionMicros: '999999999999999999',
      replays: 9_007_199_254_740_991,
    });
    const early = formatReplay({
      sqsMessageId: 'x',
      sentTimestampMs: START,
      firstIngestionMicros: BigInt(START + 86_400_001) * 1000n,
      replays: 3,
    });
    await world.process([
      queueMessage('1', { attributes: { [REPLAY_ATTRIBUTE]: forged } }),
      queueMessage('2', { attributes: { [REPLAY_ATTRIBUTE]: early } }),
    ]);
    expect(world.sink.envelopes).toEqual([]);
    expect(await trackedErrors(world)).toMatchObject([
      { sqsMessageId: '1', errorCode: 'REPLAY_ATTRIBUTE_INVALID', replays: 0 },
      { sqsMessageId: '2', errorCode: 'REPLAY_ATTRIBUTE_INVALID', replays: 0 },
    ]);
    const kept = [];
    for await (const key of world.archive.list()) kept.push(await world.archive.get(key));
    expect(kept.map(({ firstIngestionMicros }) => firstIngestionMicros)).toEqual(
      Array(2).fill(BigInt(START) * 1000n),
    );
    expect(kept.map(({ attributes }) => attributes[REPLAY_ATTRIBUTE]).sort()).toEqual([early, forged].sort());
  });

  test('a late copy of the original does not open what was replayed or discarded', async () => {
    const world = new BatchWorld();
    await world.process([queueMessage('1', { body: 'bad' })]);
    await changed(world, { status: 'open', replays: 0 }, { status: 'replayed', replays: 1 });
    await world.process([queueMessage('1', { body: 'bad' })]);
    expect((await trackedErrors(world))[0]?.status).toBe('replayed');
    await changed(world, { status: 'replayed', replays: 1 }, { status: 'discarded', replays: 1 });
    await world.process([queueMessage('new-id', { body: 'bad', attributes: attributes(1) })]);
    expect((await trackedErrors(world))[0]?.status).toBe('discarded');
  });

  async function changed(world: BatchWorld, from: TrackedPosition, to: TrackedPosition): Promise<void> {
    const [first] = await trackedErrors(world);
    const change = { at: START, by: 'ana', reason: null };
    expect(await world.state.errors.changeStatus(first!.id, { from, to, change })).toBe(true);
  }

  async function trackedErrors(world: BatchWorld) {
    const errors = [];
    for await (const error of world.state.errors.list()) errors.push(error);
    return errors;
  }
});
