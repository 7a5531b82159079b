import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { QueueMessage, RawSink, SinkResult } from '../src/index.js';
import { BatchWorld, queueArn, queueMessage } from './batch-world.js';

const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 3_000 : 200;
const FIFO = `${queueArn('events')}.fifo`;

const inGroup = (messageId: string, groupId: string, changes: Partial<QueueMessage> = {}): QueueMessage =>
  queueMessage(messageId, { queueArn: FIFO, groupId, ...changes });

/** Refuses the messages of the given queue ids, with an error that asks for another attempt. */
function refusing(world: BatchWorld, refused: () => ReadonlySet<string>): RawSink {
  const { sink } = world;
  return {
    maxRecordBytes: sink.maxRecordBytes,
    maxBatchRecords: sink.maxBatchRecords,
    maxBatchBytes: sink.maxBatchBytes,
    put: async (records) =>
      await Promise.all(
        records.map(async (record): Promise<SinkResult> => {
          const { sqs_message_id } = JSON.parse(new TextDecoder().decode(record.bytes));
          if (refused().has(sqs_message_id)) return { accepted: false, error: new Error('not now') };
          await sink.put([record]);
          return { accepted: true };
        }),
      ),
  };
}

describe('a FIFO queue', () => {
  test('gets back what failed and all that stands behind it in its group', async () => {
    const world = new BatchWorld();
    const messages = [inGroup('a1', 'a'), inGroup('b1', 'b'), inGroup('a2', 'a'), inGroup('b2', 'b')];
    const { failures, counts } = await world.process(messages, {
      sink: refusing(world, () => new Set(['a1'])),
    });
    expect(failures).toEqual(['a1', 'a2']);
    expect(counts).toMatchObject({ accepted: 2, handedBack: 2 });
  });

  test('goes on behind a message that is safe in quarantine', async () => {
    const world = new BatchWorld();
    const { failures } = await world.process([inGroup('a1', 'a', { body: 'bad' }), inGroup('a2', 'a')]);
    expect(failures).toEqual([]);
    expect([...(await world.quarantined()).keys()]).toEqual(['a1']);
  });

  test('stops its group at a message that could not be quarantined', async () => {
    const world = new BatchWorld();
    const archive = Object.assign(Object.create(world.archive), {
      put: () => Promise.reject(Object.assign(new Error('slow down'), { name: 'SlowDown' })),
    });
    const messages = [inGroup('a1', 'a', { body: 'bad' }), inGroup('a2', 'a'), inGroup('b1', 'b')];
    const { failures } = await world.process(messages, { archive });
    expect(failures).toEqual(['a1', 'a2']);
  });

  test('a message that always fails takes none of its group into the dead-letter queue with it', async () => {
    const world = new BatchWorld();
    const maxReceiveCount = 5;
    let waiting = ['a1', 'a2', 'a3', 'a4'].map((id) => inGroup(id, 'a', { receiveCount: 0 }));
    const dead: string[] = [];
    while (waiting.length > 0) {
      waiting = waiting.map((message) => ({ ...message, receiveCount: message.receiveCount + 1 }));
      dead.push(
        ...waiting
          .filter(({ receiveCount }) => receiveCount > maxReceiveCount)
          .map(({ messageId }) => messageId),
      );
      waiting = waiting.filter(({ receiveCount }) => receiveCount <= maxReceiveCount);
      const { failures } = await world.process(waiting, {
        sink: refusing(world, () => new Set(['a1'])),
        retry: { maxAttempts: 1 },
        deadlineMs: world.clock.now() + 60_000,
      });
      waiting = waiting.filter(({ messageId }) => failures.includes(messageId));
    }
    expect(dead).toEqual(['a1']);
    expect(new Set(world.sink.envelopes.map((row) => row.sqs_message_id))).toEqual(
      new Set(['a2', 'a3', 'a4']),
    );
  });

  test('whatever fails how often, every group is acknowledged in its order and nothing is lost', async () => {
    const arbitrary = fc.record({
      groups: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 30 }),
      failing: fc.array(fc.array(fc.nat(29), { maxLength: 6 }), { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ groups, failing }) => {
        const world = new BatchWorld();
        let queue = groups.map((group, index) => inGroup(`${index}`, group));
        const acknowledged: string[] = [];
        for (let delivery = 0; queue.length > 0; delivery += 1) {
          const batch = queue.slice(0, 10);
          const refused = new Set((failing[delivery] ?? []).map(String));
          const { failures } = await world.process(batch, {
            sink: refusing(world, () => refused),
            deadlineMs: world.clock.now() + 60_000,
            retry: { maxAttempts: 1 },
          });
          const back = new Set(failures);
          acknowledged.push(...batch.filter(({ messageId }) => !back.has(messageId)).map((m) => m.messageId));
          queue = queue.filter(({ messageId }) => !acknowledged.includes(messageId));
        }
        for (const group of ['a', 'b', 'c']) {
          const sent = groups.flatMap((name, index) => (name === group ? [`${index}`] : []));
          expect(acknowledged.filter((id) => groups[Number(id)] === group)).toEqual(sent);
        }
        const there = new Set(world.sink.envelopes.map((row) => row.sqs_message_id));
        expect(there.size).toBe(groups.length);
      }),
      { numRuns: RUNS, seed: 20_260_301 },
    );
  });
});
