import { parseReplay, REPLAY_ATTRIBUTE } from '@lean-ops/ingest';
import { describe, expect, it } from 'vitest';
import { DeadLetterError } from '../error.js';
import type { ReplayMessage } from '../ports.js';
import { collect, DeadLetterWorld, message, queueArn, START } from '../test/world.js';
import { type ReplayOptions, type ReplayOutcome, replayDeadLetters } from './replay.js';

const replay = (world: DeadLetterWorld, options: Partial<ReplayOptions> = {}): Promise<ReplayOutcome[]> =>
  collect(replayDeadLetters(world.ports, { by: 'ana', ...options }));

const outcomes = (results: readonly ReplayOutcome[]): string[] => results.map(({ outcome }) => outcome);

describe('a replay', () => {
  it('sends the message as it was, to its own queue, marked with its first identity', async () => {
    const world = new DeadLetterWorld();
    const body = ' {"idempotency_key":"1","amount":1.10, "é":"\\u00e9\u{1F600}"}\r\n';
    const archived = await world.deadLetter('1', { body, attributes: { trace: 'x=1', empty: '' } });
    world.clock.advance(5_000);
    expect(outcomes(await replay(world))).toEqual(['sent']);
    const [sent] = world.queued as [ReplayMessage];
    expect(sent.body).toBe(body);
    expect(sent.queueArn).toBe(queueArn('orders'));
    const { [REPLAY_ATTRIBUTE]: mark, ...own } = sent.attributes;
    expect(own).toEqual({ trace: 'x=1', empty: '' });
    expect(parseReplay(mark ?? '')).toEqual({
      sqsMessageId: 'sqs-1',
      sentTimestampMs: START - 60_000,
      firstIngestionMicros: BigInt(START) * 1000n,
      replays: 1,
    });
    expect(await world.tracked()).toMatchObject([
      { id: archived.id, status: 'replayed', replays: 1, lastChange: { by: 'ana', at: START + 5_000 } },
    ]);
  });

  it('gives the RAW row that the message would have given at first', async () => {
    const [first, replayed] = [new DeadLetterWorld(), new DeadLetterWorld()];
    await first.process([message('1')]);
    await replayed.deadLetter('1');
    replayed.clock.advance(86_400_000);
    await replay(replayed);
    await replayed.drain();
    expect(replayed.sink.envelopes).toEqual(first.sink.envelopes);
  });

  it('puts a record that could not be delivered back into the stream, byte for byte', async () => {
    const world = new DeadLetterWorld();
    await world.process([message('1')]);
    const [envelope] = world.sink.envelopes;
    await world.deliveryFailure('1');
    world.clock.advance(60_000);
    expect(outcomes(await replay(world))).toEqual(['sent']);
    expect(world.queued).toEqual([]);
    expect(world.sink.envelopes).toEqual([envelope, envelope]);
    expect(await world.tracked()).toMatchObject([{ status: 'replayed', replays: 1 }]);
  });

  it('sends nothing when it is only to say what it would do', async () => {
    const world = new DeadLetterWorld();
    await world.deadLetter('1');
    const before = await world.tracked();
    expect(outcomes(await replay(world, { dryRun: true }))).toEqual(['would-send']);
    expect(world.queued).toEqual([]);
    expect(await world.tracked()).toEqual(before);
  });

  it('does not send again what was sent, unless it is asked for by its status', async () => {
    const world = new DeadLetterWorld();
    const { id } = await world.deadLetter('1');
    await replay(world);
    expect(await replay(world)).toEqual([]);
    expect(await replay(world, { filter: { ids: [id] } })).toMatchObject([
      { outcome: 'not-open', detail: 'it is replayed: ask for that status to send it again' },
    ]);
    expect(outcomes(await replay(world, { filter: { ids: [id], statuses: ['replayed'] } }))).toEqual([
      'sent',
    ]);
    expect(world.queued).toHaveLength(2);
    expect(await world.tracked()).toMatchObject([{ status: 'replayed', replays: 2 }]);
  });
});

describe('what would come back', () => {
  it('is not sent as things stand, and says why', async () => {
    const world = new DeadLetterWorld();
    await world.process([
      message('1', { body: 'not json' }),
      message('2', { queueArn: queueArn('visits') }),
      message('3', { queueArn: 'arn:aws:sqs:eu-west-1:1:somebody-elses' }),
      message('4', { body: JSON.stringify({ filler: 'a'.repeat(1_030_000) }) }),
      message('5', { attributes: { [REPLAY_ATTRIBUTE]: 'what is this' } }),
    ]);
    const details = (await replay(world)).map(({ outcome, detail }) => `${outcome} ${detail?.split(':')[0]}`);
    expect(details.sort()).toEqual([
      'would-fail BODY_NOT_JSON',
      'would-fail RECORD_TOO_LARGE',
      'would-fail REPLAY_ATTRIBUTE_INVALID',
      'would-fail TOPIC_NOT_REGISTERED',
      'would-fail UNKNOWN_TOPIC',
    ]);
    expect(world.queued).toEqual([]);
    expect((await world.tracked()).every(({ status, replays }) => status === 'open' && replays === 0)).toBe(
      true,
    );
  });

  it('is sent once its cause is mended', async () => {
    const world = new DeadLetterWorld();
    await world.process([message('2', { queueArn: queueArn('visits') })]);
    expect(outcomes(await replay(world))).toEqual(['would-fail']);
    world.registered.add('visits');
    expect(outcomes(await replay(world))).toEqual(['sent']);
    await world.drain();
    expect(world.sink.envelopes).toMatchObject([{ topic_name: 'visits', sqs_message_id: 'sqs-2' }]);
  });

  it('comes back when it is forced, with its replays counted, until it was replayed as often as allowed', async () => {
    const world = new DeadLetterWorld();
    await world.process([message('1', { body: 'not json' })]);
    for (const replays of [1, 2, 3]) {
      expect(outcomes(await replay(world, { force: true }))).toEqual(['sent']);
      await world.drain();
      expect(await world.tracked()).toMatchObject([{ status: 'open', replays, sqsMessageId: 'sqs-1' }]);
    }
    expect(await replay(world, { force: true })).toMatchObject([
      { outcome: 'exhausted', detail: 'replayed 3 times, 3 allowed' },
    ]);
    expect(outcomes(await replay(world, { force: true, maxReplays: 4 }))).toEqual(['sent']);
  });

  it('is found open when it fails before the run has marked it as sent', async () => {
    const world: DeadLetterWorld = new DeadLetterWorld({
      queue: {
        send: async (sent) => {
          world.queued.push(sent);
          await world.drain();
        },
      },
    });
    await world.process([message('1', { body: 'not json' })]);
    expect(outcomes(await replay(world, { force: true }))).toEqual(['sent']);
    expect(await world.tracked()).toMatchObject([
      { status: 'open', replays: 1, lastChange: { by: 'ingestion', reason: 'failed again: BODY_NOT_JSON' } },
    ]);
  });

  it('is not put into the stream when it is no record of its topic, whatever is forced', async () => {
    const world = new DeadLetterWorld();
    await world.deliveryFailure('1', '{"topic_name":"orders"');
    expect(await replay(world, { force: true })).toMatchObject([
      { outcome: 'would-fail', detail: expect.stringContaining('ENVELOPE_UNREADABLE') },
    ]);
    expect(world.sink.envelopes).toEqual([]);
  });

  it('is a record whose table is not there', async () => {
    const world = new DeadLetterWorld();
    await world.deliveryFailure('1');
    world.registered.clear();
    expect(await replay(world)).toMatchObject([
      { outcome: 'would-fail', detail: 'TABLE_NOT_FOUND: topic orders has no RAW table' },
    ]);
  });
});

describe('a rate', () => {
  it('is kept evenly on the clock', async () => {
    const world = new DeadLetterWorld();
    for (let id = 0; id < 20; id += 1) await world.deadLetter(`${id}`);
    await replay(world, { perSecond: 10 });
    expect(world.queued).toHaveLength(20);
    expect(world.clock.now() - START).toBeGreaterThanOrEqual(1_900);
    for (let second = 0; second < 2; second += 1) {
      const from = START + second * 1_000;
      expect(world.sentAt.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(11);
    }
  });

  it('of nothing is refused', async () => {
    await expect(replay(new DeadLetterWorld(), { perSecond: 0 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });
});

describe('a run that is cut off', () => {
  it('goes on where it was: what was sent is marked, what was claimed is sent as the same attempt', async () => {
    const world = new DeadLetterWorld();
    for (const id of ['1', '2', '3']) {
      await world.deadLetter(id);
      world.clock.advance(1);
    }
    let sends = 0;
    const dying = {
      ...world.ports,
      queue: {
        send: async (sent: ReplayMessage) => {
          sends += 1;
          if (sends > 1) throw new DOMException('killed', 'AbortError');
          world.queued.push(sent);
        },
      },
      sleep: async () => {
        throw new Error('killed');
      },
    };
    await expect(
      collect(replayDeadLetters(dying, { by: 'ana', perSecond: Number.POSITIVE_INFINITY })),
    ).rejects.toThrow('killed');
    const statuses = (await world.tracked()).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'replayed')).toHaveLength(1);
    expect(statuses).toContain('replaying');
    world.clock.advance(1_000);
    const rest = await replay(world);
    expect(outcomes(rest)).toEqual(['sent', 'sent']);
    await world.drain();
    expect(new Set(world.sink.envelopes.map(({ message_id }) => message_id)).size).toBe(3);
    expect(
      (await world.tracked()).every(({ status, replays }) => status === 'replayed' && replays === 1),
    ).toBe(true);
  });

  it('by an outage says so, and the attempts are not used up by it', async () => {
    const world = new DeadLetterWorld();
    await world.deadLetter('1');
    const down = {
      ...world.ports,
      queue: { send: () => Promise.reject(Object.assign(new Error('no route'), { code: 'ECONNREFUSED' })) },
    };
    for (let time = 0; time < 5; time += 1) {
      world.clock.advance(1_000);
      await expect(collect(replayDeadLetters(down, { by: 'ana' }))).rejects.toMatchObject({
        code: 'REPLAY_INTERRUPTED',
        retryable: true,
      });
    }
    expect(outcomes(await replay(world))).toEqual(['sent']);
    expect(await world.tracked()).toMatchObject([{ status: 'replayed', replays: 1 }]);
  });

  it('by its signal ends with the reason of it', async () => {
    const world = new DeadLetterWorld();
    await world.deadLetter('1');
    const reason = new Error('interrupted');
    await expect(replay(world, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await world.tracked()).toMatchObject([{ status: 'open', replays: 0 }]);
  });
});

describe('beside others', () => {
  it('two runs at once send each message once', async () => {
    const world = new DeadLetterWorld();
    for (let id = 0; id < 30; id += 1) await world.deadLetter(`${id}`);
    const both = await Promise.all([
      replay(world, { perSecond: 1_000 }),
      replay(world, { perSecond: 1_000 }),
    ]);
    expect(both.flatMap(outcomes).filter((outcome) => outcome === 'sent').length).toBeGreaterThanOrEqual(30);
    await world.drain();
    expect(new Set(world.sink.envelopes.map(({ sqs_message_id }) => sqs_message_id)).size).toBe(30);
    expect(
      (await world.tracked()).every(({ status, replays }) => status === 'replayed' && replays === 1),
    ).toBe(true);
  });

  it('a message that the queue refuses for good stays open and does not hold up the rest', async () => {
    const world: DeadLetterWorld = new DeadLetterWorld({
      queue: {
        send: async (sent) => {
          if (sent.body.includes('"1"')) {
            throw new DeadLetterError('no queue takes it', { code: 'REPLAY_REFUSED' });
          }
          world.queued.push(sent);
        },
      },
    });
    await world.deadLetter('1');
    await world.deadLetter('2');
    const results = await replay(world);
    expect(outcomes(results).sort()).toEqual(['refused', 'sent']);
    expect((await world.tracked()).map(({ status, replays }) => [status, replays]).sort()).toEqual([
      ['open', 0],
      ['replayed', 1],
    ]);
  });
});

describe('a damaged archive', () => {
  it('is told message by message', async () => {
    const world = new DeadLetterWorld();
    const [gone, broken] = [await world.deadLetter('1'), await world.deadLetter('2')];
    await world.deadLetter('3');
    const get = world.archive.get.bind(world.archive);
    Object.assign(world.archive, {
      get: async (key: string) => {
        if (key.includes(gone.id)) return await get(key.replace(gone.id, '0'.repeat(32)));
        if (key.includes(broken.id)) throw Object.assign(new Error('not gzip'), { code: 'ARCHIVE_CORRUPT' });
        return await get(key);
      },
    });
    expect(outcomes(await replay(world)).sort()).toEqual(['corrupt', 'missing', 'sent']);
  });

  it('that cannot be reached ends the run', async () => {
    const world = new DeadLetterWorld();
    await world.deadLetter('1');
    Object.assign(world.archive, { get: () => Promise.reject(new Error('no route')) });
    await expect(replay(world)).rejects.toThrow('no route');
    expect(await world.tracked()).toMatchObject([{ status: 'open', replays: 0 }]);
  });
});
