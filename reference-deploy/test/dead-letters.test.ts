import type { TrackedError } from '@lean-ops/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDeadLetters } from '../dead-letters/check.js';
import { discardDeadLetters } from '../dead-letters/discard.js';
import type { DeadLetterPorts } from '../dead-letters/ports.js';
import { type ReplayOptions, replayDeadLetters } from '../dead-letters/replay/replay.js';
import type { EmbeddedPlatform, OutgoingMessage, Platform } from '../local/index.js';
import { openPlatform } from './support/open-platform.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const NOW = Date.UTC(2026, 5, 1);
const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 60 : 3;

let warehouse: TemporaryWarehouse;
let platform: EmbeddedPlatform;
beforeEach(async () => {
  warehouse = new TemporaryWarehouse();
  platform = await openPlatform(warehouse.path, NOW);
});
afterEach(async () => {
  await platform.close();
  warehouse.remove();
});

const order = (id: string, changes: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  queueTopic: 'orders',
  body: `{"idempotency_key":"${id}","amount":1.10}`,
  sqsMessageId: `sqs-${id}`,
  sentTimestampMs: NOW - 1_000,
  ...changes,
});

const replay = async (
  options: Partial<ReplayOptions> = {},
  ports: DeadLetterPorts = platform.deadLetters(),
): Promise<string[]> => {
  const outcomes: string[] = [];
  const all = { by: 'ana', perSecond: 1_000, ...options };
  for await (const { outcome } of replayDeadLetters(ports, all)) outcomes.push(outcome);
  return outcomes;
};

const tracked = async (
  filter: Parameters<Platform['state']['errors']['list']>[0] = {},
): Promise<TrackedError[]> => {
  const records: TrackedError[] = [];
  for await (const record of platform.state.errors.list(filter)) records.push(record);
  return records;
};

/** Accountability holds as things stand, in flight or not, and archive and tracker agree. */
async function expectExact(figures: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const [orders] = await platform.reconcile(['orders']);
  expect(orders).toMatchObject({ balanced: true, differences: [], ...figures });
  for (const result of await platform.reconcile()) expect(result.differences).toEqual([]);
  for await (const finding of checkDeadLetters(platform.deadLetters())) expect(finding).toBeNull();
}

/** The processor can place none of the messages, however often it tries. */
async function deadLetters(messages: readonly OutgoingMessage[]): Promise<void> {
  const get = platform.state.topics.get.bind(platform.state.topics);
  Object.assign(platform.state.topics, { get: () => Promise.reject(new Error('no registry')) });
  await platform.send(messages);
  await platform.pump();
  Object.assign(platform.state.topics, { get });
}

/** Firehose finds no table for the records. */
async function deliveryFailures(messages: readonly OutgoingMessage[]): Promise<void> {
  const load = platform.catalog.loadTable.bind(platform.catalog);
  Object.assign(platform.catalog, {
    loadTable: () => Promise.reject(Object.assign(new Error('no table'), { code: 'TABLE_NOT_FOUND' })),
  });
  await platform.send(messages);
  await platform.pump();
  Object.assign(platform.catalog, { loadTable: load });
}

describe('what is replayed on a warehouse folder', () => {
  beforeEach(() => platform.registerTopic({ queueTopic: 'orders', contract: null }));

  it('dead letters: counted once while they wait, and once they are in RAW', async () => {
    await deadLetters([order('1'), order('2')]);
    await expectExact({ messages: 2, deadLettered: 2, inFlight: 0, raw: 0 });
    expect(await replay()).toEqual(['sent', 'sent']);
    await expectExact({ messages: 2, deadLettered: 2, inFlight: 0 });
    expect(await platform.pump()).toMatchObject({ received: 2, delivered: 2 });
    await platform.orchestrate();
    await expectExact({ messages: 2, deadLettered: 0, raw: 2, copies: 0, standardized: 2 });
  });

  it('delivery failures: back into the stream as they were', async () => {
    await deliveryFailures([order('1')]);
    await expectExact({ messages: 1, deliveryFailures: 1, raw: 0 });
    expect(await replay()).toEqual(['sent']);
    await expectExact({ messages: 1, deliveryFailures: 1, inFlight: 0 });
    expect(await platform.pump()).toMatchObject({ delivered: 1, deliveryFailures: 0 });
    await platform.orchestrate();
    await expectExact({ messages: 1, deliveryFailures: 0, raw: 1, standardized: 1 });
  });

  it('delivery failures that fail again are open again and counted', async () => {
    await deliveryFailures([order('1')]);
    await replay();
    await deliveryFailures([]);
    expect(await tracked()).toMatchObject([{ kind: 'delivery-failure', status: 'open', replays: 1 }]);
    await expectExact({ messages: 1, deliveryFailures: 1 });
  });

  it('quarantine of a topic nobody registered: taken once it is', async () => {
    await platform.send([order('1', { queueTopic: 'visits' })]);
    await platform.pump();
    expect(await replay()).toEqual(['would-fail']);
    await platform.registerTopic({ queueTopic: 'visits', contract: null });
    expect(await replay()).toEqual(['sent']);
    await platform.pump();
    await platform.orchestrate();
    expect(await platform.reconcile(['visits'])).toMatchObject([
      { balanced: true, messages: 1, raw: 1, quarantined: 0, standardized: 1 },
    ]);
  });

  it('a dead letter that turns out malformed comes back to quarantine, and never loops', async () => {
    await deadLetters([order('1', { body: '{"cut off' })]);
    for (const replays of [1, 2, 3]) {
      expect(await replay({ force: true })).toEqual(['sent']);
      await platform.pump();
      await expectExact({ messages: 1, inFlight: 0, raw: 0 });
      const open = await tracked({ status: 'open' });
      expect(open).toMatchObject([{ kind: 'quarantine', replays, sqsMessageId: 'sqs-1' }]);
    }
    expect(await replay({ force: true })).toEqual(['exhausted']);
  });

  it('messages without an id of their own are the same messages, however often they are replayed', async () => {
    const anonymous = order('1', { body: '{"amount":1.10}' });
    await deadLetters([anonymous]);
    await replay();
    await replay({ filter: { statuses: ['replayed'] } });
    await platform.send([anonymous]);
    await platform.pump();
    await platform.orchestrate();
    await expectExact({ messages: 1, raw: 3, copies: 2, standardized: 1 });
  });

  it('discarded messages stay accounted for', async () => {
    await deadLetters([order('1')]);
    const ports = platform.deadLetters();
    for await (const { outcome } of discardDeadLetters(ports, { by: 'ana', reason: 'test data' })) {
      expect(outcome).toBe('discarded');
    }
    expect(await replay()).toEqual([]);
    await expectExact({ messages: 1, deadLettered: 1 });
  });
});

type Fate = 'good' | 'malformed' | 'dead-letter' | 'undelivered';
type Step =
  | 'replay'
  | 'replay-force'
  | 'replay-killed'
  | 'replay-both'
  | 'pump'
  | 'send-again'
  | 'discard'
  | 'orchestrate';

describe('any mix of faults and replays on a warehouse folder', () => {
  it('is accounted for after every step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<Fate>('good', 'malformed', 'dead-letter', 'undelivered'), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.array(
          fc.constantFrom<Step>(
            'replay',
            'replay-force',
            'replay-killed',
            'replay-both',
            'pump',
            'send-again',
            'discard',
            'orchestrate',
          ),
          { minLength: 3, maxLength: 8 },
        ),
        async (fates, steps) => {
          await platform.close();
          warehouse.remove();
          warehouse = new TemporaryWarehouse();
          platform = await openPlatform(warehouse.path, NOW);
          await platform.registerTopic({ queueTopic: 'orders', contract: null });
          const messages = fates.map((fate, index) =>
            order(`${index}`, fate === 'malformed' ? { body: `{"cut off ${index}` } : {}),
          );
          const of = (fate: Fate): OutgoingMessage[] => messages.filter((_, index) => fates[index] === fate);
          await deadLetters(of('dead-letter'));
          await deliveryFailures(of('undelivered'));
          await platform.send([...of('good'), ...of('malformed')]);
          for (const step of steps) {
            await take(step, messages);
            await expectExact({ messages: messages.length });
          }
          await platform.pump();
          await replay();
          await platform.pump();
          await platform.orchestrate();
          await expectExact({ messages: messages.length, inFlight: 0 });
        },
      ),
      { seed: 20_260_601, numRuns: RUNS, endOnFailure: true },
    );
  }, 600_000);

  async function take(step: Step, messages: readonly OutgoingMessage[]): Promise<void> {
    switch (step) {
      case 'replay':
        return void (await replay());
      case 'replay-force':
        return void (await replay({ force: true }));
      case 'replay-both':
        return void (await Promise.all([replay({ force: true }), replay()]));
      case 'replay-killed':
        return await replayKilled();
      case 'pump':
        return void (await platform.pump());
      case 'send-again':
        return void (await platform.send(messages.slice(0, 1)));
      case 'orchestrate':
        return void (await platform.orchestrate());
      case 'discard': {
        const [record] = await tracked({ status: 'open' });
        if (record === undefined) return;
        const options = { filter: { ids: [record.id] }, by: 'ana', reason: 'test' };
        for await (const _outcome of discardDeadLetters(platform.deadLetters(), options));
      }
    }
  }

  /** Sent, and killed before it could be marked. */
  async function replayKilled(): Promise<void> {
    const ports = platform.deadLetters();
    const killed = new Error('killed');
    const dying: DeadLetterPorts = {
      ...ports,
      queue: {
        send: async (message) => {
          await ports.queue.send(message);
          throw killed;
        },
      },
      sleep: () => Promise.reject(killed),
    };
    await replay({ force: true, perSecond: Number.POSITIVE_INFINITY }, dying).catch((error: unknown) => {
      if (error !== killed) throw error;
    });
  }
});
