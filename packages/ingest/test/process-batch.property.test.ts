import type { ErrorTracker } from '@lean-ops/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Archive,
  decodeEnvelope,
  type MemoryArchive,
  type MemoryRawSink,
  type QueueMessage,
  type RawSink,
  type SinkResult,
} from '../src/index.js';
import { BatchWorld, queueArn, queueMessage, START } from './batch-world.js';

const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 5_000 : 300;

const LIMITS = { maxRecordBytes: 1_000, maxBatchRecords: 4, maxBatchBytes: 2_500 };

const kinds = [
  'good',
  'wrapped',
  'bad-json',
  'not-object',
  'oversize',
  'foreign',
  'unregistered',
  'no-registry',
] as const;
type Kind = (typeof kinds)[number];

function messageOf(kind: Kind, index: number): QueueMessage {
  const id = `id-${index}`;
  switch (kind) {
    case 'wrapped':
      return queueMessage(id, {
        body: `{"messageId":"${index}","publishTime":1,"payload":{"n":${index}.0}}`,
      });
    case 'bad-json':
      return queueMessage(id, { body: `{"n":${index}` });
    case 'not-object':
      return queueMessage(id, { body: `[${index}]` });
    case 'oversize':
      return queueMessage(id, { body: `{"n":${index},"q":"${'x'.repeat(1_000)}"}` });
    case 'foreign':
      return queueMessage(id, { queueArn: 'arn:aws:sqs:eu-west-1:1:foreign' });
    case 'unregistered':
      return queueMessage(id, { queueArn: queueArn('nobody') });
    case 'no-registry':
      return queueMessage(id, { queueArn: queueArn('clicks') });
    default:
      return queueMessage(id, { body: `{"n":${index}}` });
  }
}

const answers = ['accept', 'throttle', 'network', 'unknown', 'refuse'] as const;
const calls = ['each', 'each', 'each', 'reject', 'short', 'late'] as const;

/**
 * A sink that misbehaves by a random script. What it really took is in `taken`, whose rows it vouched for in `vouched`:
 * a record of those that is put again fails the test.
 */
function faultySink(
  script: { answers: (typeof answers)[number][]; calls: (typeof calls)[number][] },
  taken: MemoryRawSink['envelopes'],
  advance: (ms: number) => void,
  vouched = new Set<string>(),
): RawSink {
  let answer = 0;
  let call = 0;
  const next = <T>(list: readonly T[], position: number): T => list[position % list.length]!;
  const errors = {
    throttle: { ErrorCode: 'ThrottlingException' },
    network: Object.assign(new Error('x'), { code: 'ECONNRESET' }),
    unknown: new Error('odd'),
    refuse: { ErrorCode: 'RecordTooLarge' },
  };
  return {
    ...LIMITS,
    async put(records) {
      expect(records.length).toBeLessThanOrEqual(LIMITS.maxBatchRecords);
      expect(records.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(
        LIMITS.maxBatchBytes,
      );
      const manner = next(script.calls, call++);
      if (manner === 'late') advance(15_000);
      if (manner === 'reject') throw Object.assign(new Error('x'), { $metadata: { httpStatusCode: 413 } });
      const idOf = (bytes: Uint8Array): string => decodeEnvelope(bytes).sqs_message_id;
      expect(records.filter(({ bytes }) => vouched.has(idOf(bytes)))).toEqual([]);
      const results = records.map(({ bytes }): SinkResult => {
        const kind = next(script.answers, answer++);
        if (kind !== 'accept') return { accepted: false, error: errors[kind] };
        taken.push(decodeEnvelope(bytes));
        return { accepted: true };
      });
      const given = manner === 'short' ? results.slice(0, -1) : results;
      for (const [index, { accepted }] of given.entries())
        if (accepted) vouched.add(idOf(records[index]!.bytes));
      return given;
    },
  };
}

/** Fails every so many calls, before or after having done the work. */
function faulty<T extends object>(
  target: T,
  method: keyof T & string,
  script: readonly ('ok' | 'before' | 'after')[],
): T {
  let call = 0;
  const original = (target[method] as (...args: unknown[]) => Promise<unknown>).bind(target);
  const replaced = async (...args: unknown[]): Promise<unknown> => {
    const manner = script[call++ % script.length];
    if (manner === 'before') throw new Error('before');
    const result = await original(...args);
    if (manner === 'after') throw new Error('after');
    return result;
  };
  return Object.assign(Object.create(target), { [method]: replaced });
}

const manners = fc.array(fc.constantFrom('ok', 'ok', 'ok', 'before', 'after'), {
  minLength: 1,
  maxLength: 6,
});

test('every message is accepted by the sink, quarantined whole, or handed back: exactly one of them', async () => {
  const arbitrary = fc.record({
    kinds: fc.array(fc.constantFrom(...kinds, 'good' as const, 'good' as const), { maxLength: 25 }),
    sink: fc.record({
      answers: fc.array(fc.constantFrom(...answers, 'accept' as const), { minLength: 1, maxLength: 12 }),
      calls: fc.array(fc.constantFrom(...calls), { minLength: 1, maxLength: 6 }),
    }),
    archive: manners,
    tracker: manners,
    timeMs: fc.constantFrom(0, 100, 20_000, 60_000),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async (scenario) => {
      const world = new BatchWorld();
      const taken: MemoryRawSink['envelopes'] = [];
      const vouched = new Set<string>();
      const messages = scenario.kinds.map(messageOf);
      const { failures, counts } = await world.process(messages, {
        sink: faultySink(scenario.sink, taken, (ms) => world.clock.advance(ms), vouched),
        archive: faulty<Archive>(world.archive, 'put', scenario.archive),
        tracker: faulty<ErrorTracker>(world.state.errors, 'record', scenario.tracker),
        registry: (topic) => {
          if (topic === 'clicks') throw new Error('registry down');
          return topic === 'events' ? { envelope: 'auto' } : null;
        },
        deadlineMs: START + scenario.timeMs,
      });

      expect(counts.accepted + counts.quarantined + counts.handedBack).toBe(messages.length);
      expect(failures.length).toBe(counts.handedBack);
      expect(new Set(failures).size).toBe(failures.length);
      const quarantined = await world.quarantined();
      let accepted = 0;
      for (const [index, message] of messages.entries()) {
        const rows = taken.filter((envelope) => envelope.sqs_message_id === message.messageId);
        const kept = quarantined.get(message.messageId);
        const isHandedBack = failures.includes(message.messageId);
        if (vouched.has(message.messageId)) expect([isHandedBack, kept]).toEqual([false, undefined]);
        if (isHandedBack) continue;
        expect([vouched.has(message.messageId), kept !== undefined]).toContain(true);
        if (kept === undefined) {
          accepted += 1;
          const payload = scenario.kinds[index] === 'wrapped' ? `{"n":${index}.0}` : message.body;
          expect(rows.at(-1)!.json_payload).toBe(payload);
        } else {
          expect(kept.body).toBe(message.body);
        }
      }
      expect(accepted).toBe(counts.accepted);
    }),
    { numRuns: RUNS, seed: 20_260_101 },
  );
});

test('handing back and delivering again until nothing is handed back loses nothing', async () => {
  const arbitrary = fc.record({
    kinds: fc.array(fc.constantFrom('good', 'wrapped', 'bad-json', 'oversize', 'foreign'), {
      minLength: 1,
      maxLength: 15,
    }),
    answers: fc.array(fc.constantFrom(...answers), { minLength: 1, maxLength: 8 }),
    archive: manners,
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async (scenario) => {
      const world = new BatchWorld();
      const taken: MemoryRawSink['envelopes'] = [];
      const script = {
        answers: [...scenario.answers, 'accept' as const],
        calls: ['each' as const, 'reject' as const],
      };
      const sink = faultySink(script, taken, () => {});
      const archive = faulty<Archive>(world.archive as MemoryArchive, 'put', [...scenario.archive, 'ok']);
      const messages = scenario.kinds.map(messageOf);
      let queue: readonly QueueMessage[] = messages;
      for (let delivery = 0; delivery < 100 && queue.length > 0; delivery += 1) {
        const { failures } = await world.process(queue, {
          sink,
          archive,
          deadlineMs: world.clock.now() + 60_000,
        });
        queue = queue.filter((message) => failures.includes(message.messageId));
      }
      expect(queue).toEqual([]);
      const there = new Set([
        ...taken.map((row) => row.sqs_message_id),
        ...(await world.quarantined()).keys(),
      ]);
      expect(there).toEqual(new Set(messages.map((message) => message.messageId)));
    }),
    { numRuns: Math.ceil(RUNS / 3), seed: 20_260_102 },
  );
});
