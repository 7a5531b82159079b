import { parseReplay, REPLAY_ATTRIBUTE } from '@lean-ops/ingest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDeadLetters } from '../check.js';
import { discardDeadLetters } from '../discard.js';
import type { DeadLetterPorts, ReplayMessage } from '../ports.js';
import { replayDeadLetters } from '../replay/replay.js';
import { collect, DeadLetterWorld, message, queueArn } from './world.js';

const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 5_000 : 300;
const MAX_REPLAYS = 3;

/** How a message comes to be in the archive, or does not. */
const FATES = ['good', 'malformed', 'unregistered', 'dead-letter', 'undelivered', 'twice'] as const;
type Fate = (typeof FATES)[number];

type Step =
  | {
      readonly do: 'replay';
      readonly force: boolean;
      readonly limit: number;
      readonly dieAfter: number | null;
    }
  | { readonly do: 'replay-twice-at-once'; readonly force: boolean }
  | { readonly do: 'discard'; readonly pick: number }
  | { readonly do: 'discard-while-replaying'; readonly pick: number; readonly force: boolean }
  | { readonly do: 'deliver'; readonly share: number; readonly twice: boolean }
  | { readonly do: 'deliver-original'; readonly pick: number }
  | { readonly do: 'fail-delivery'; readonly pick: number }
  | { readonly do: 'register' };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('replay' as const),
    force: fc.boolean(),
    limit: fc.integer({ min: 1, max: 12 }),
    dieAfter: fc.option(fc.nat(4), { freq: 2 }),
  }),
  fc.record({ do: fc.constant('replay-twice-at-once' as const), force: fc.boolean() }),
  fc.record({ do: fc.constant('discard' as const), pick: fc.nat(20) }),
  fc.record({ do: fc.constant('discard-while-replaying' as const), pick: fc.nat(20), force: fc.boolean() }),
  fc.record({
    do: fc.constant('deliver' as const),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    twice: fc.boolean(),
  }),
  fc.record({ do: fc.constant('deliver-original' as const), pick: fc.nat(20) }),
  fc.record({ do: fc.constant('fail-delivery' as const), pick: fc.nat(20) }),
  fc.record({ do: fc.constant('register' as const) }),
);

class Story {
  readonly world = new DeadLetterWorld();
  readonly originals: ReturnType<typeof message>[] = [];
  readonly discarded = new Set<string>();

  /** @param atOnce Messages are processed before whoever sends them hears that they were sent. */
  constructor(atOnce: boolean) {
    const { world } = this;
    if (!atOnce) return;
    const { queue } = world.ports;
    Object.assign(world.ports, {
      queue: {
        send: async (sent: ReplayMessage) => {
          await queue.send(sent);
          await world.drain();
        },
      },
    });
  }

  async receive(fates: readonly Fate[]): Promise<void> {
    for (const [index, fate] of fates.entries()) {
      const id = String(index);
      const original = originalOf(id, fate);
      this.originals.push(original);
      this.world.clock.advance(7);
      if (fate === 'dead-letter') await this.world.deadLetter(id);
      else if (fate === 'undelivered') await this.world.deliveryFailure(id);
      else await this.world.process(fate === 'twice' ? [original, original] : [original]);
    }
  }

  async take(step: Step): Promise<void> {
    const { world } = this;
    world.clock.advance(1_000);
    switch (step.do) {
      case 'replay':
        return await this.#replay(step);
      case 'replay-twice-at-once': {
        await Promise.all([this.#replay(step), this.#replay(step)]);
        return;
      }
      case 'discard':
        return await this.#discard(step.pick);
      case 'discard-while-replaying': {
        await Promise.all([this.#replay(step), this.#discard(step.pick)]);
        return;
      }
      case 'deliver': {
        const count = Math.round(world.queued.length * step.share);
        const later = world.queued.splice(count);
        if (step.twice) world.queued.push(...world.queued);
        await world.drain();
        world.queued.push(...later);
        return;
      }
      case 'deliver-original': {
        // The queue delivers at least once: an old receive may still come.
        const original = this.originals[step.pick % this.originals.length];
        if (original !== undefined) await world.process([original]);
        return;
      }
      case 'fail-delivery': {
        const undelivered = (await world.tracked()).filter(({ kind }) => kind === 'delivery-failure');
        const record = undelivered[step.pick % Math.max(1, undelivered.length)];
        if (record !== undefined) await world.deliveryFailure(record.sqsMessageId.replace('sqs-', ''));
        return;
      }
      case 'register':
        world.registered.add('visits');
    }
  }

  async #discard(pick: number): Promise<void> {
    const { world } = this;
    const open = (await world.tracked()).filter(({ status }) => status === 'open');
    const record = open[pick % Math.max(1, open.length)];
    if (record === undefined) return;
    const options = { filter: { ids: [record.id] }, by: 'ana', reason: 'test' };
    for (const { outcome } of await collect(discardDeadLetters(world.ports, options)))
      if (outcome === 'discarded') this.discarded.add(record.sqsMessageId);
  }

  async #replay({
    force,
    limit = 100,
    dieAfter = null,
  }: {
    force: boolean;
    limit?: number;
    dieAfter?: number | null;
  }) {
    const { world } = this;
    const ports = dieAfter === null ? world.ports : dying(world.ports, dieAfter);
    try {
      await collect(
        replayDeadLetters(ports, { by: 'ana', force, limit, maxReplays: MAX_REPLAYS, perSecond: 1_000 }),
      );
    } catch (error) {
      if ((error as Error).message !== 'killed') throw error;
    }
  }

  /** What holds after every step. */
  async check(): Promise<void> {
    const { world, originals } = this;
    const records = await world.tracked();
    const found = new Set([
      ...world.sink.envelopes.map(({ sqs_message_id }) => sqs_message_id),
      ...records.map(({ sqsMessageId }) => sqsMessageId),
    ]);
    const inFlight = world.queued.map(
      ({ attributes }) => parseReplay(attributes[REPLAY_ATTRIBUTE] ?? '')?.sqsMessageId,
    );
    for (const id of inFlight) if (id !== undefined) found.delete(id);
    const everywhere = new Set([...found, ...inFlight]);
    // No message is lost, and none is made up.
    expect([...everywhere].sort()).toEqual(originals.map(({ messageId }) => messageId).sort());
    // However often a message arrives, it is the same row: RAW knows it for a copy.
    const versions = new Map<string, unknown>();
    for (const envelope of world.sink.envelopes) {
      const known = versions.get(envelope.sqs_message_id);
      const { ingestion_ts: _time, ...version } = envelope;
      if (known === undefined) versions.set(envelope.sqs_message_id, version);
      else expect(version).toEqual(known);
    }
    // The archive has what the tracker knows, and the other way round.
    expect(await collect(checkDeadLetters(world.ports))).toEqual([]);
    expect(records.every(({ replays }) => replays <= MAX_REPLAYS)).toBe(true);
  }
}

function originalOf(id: string, fate: Fate): ReturnType<typeof message> {
  if (fate === 'malformed') return message(id, { body: `{"cut off ${id}` });
  if (fate === 'unregistered') return message(id, { queueArn: queueArn('visits') });
  return message(id);
}

/** Ports of a process that is killed at its n-th send: before it, or right after. */
function dying(ports: DeadLetterPorts, sends: number): DeadLetterPorts {
  let left = sends;
  const die = (): never => {
    throw new Error('killed');
  };
  return {
    ...ports,
    queue: {
      send: async (sent) => {
        if (left < 0) die();
        left -= 1;
        if (left >= 0 || sends % 2 === 0) await ports.queue.send(sent);
        if (left < 0) die();
      },
    },
    tracker: {
      ...ports.tracker,
      record: (error) => ports.tracker.record(error),
      get: (id) => ports.tracker.get(id),
      list: (filter) => ports.tracker.list(filter),
      changeStatus: async (id, change) => {
        if (left < 0) die();
        return await ports.tracker.changeStatus(id, change);
      },
    },
    sleep: async (milliseconds, signal) => {
      if (left < 0) die();
      await ports.sleep(milliseconds, signal);
    },
  };
}

describe('any mix of faults, replays and discards', () => {
  it('loses no message, doubles none, and ends with all in RAW that can be and may be', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 10 }),
        fc.array(steps, { maxLength: 12 }),
        fc.boolean(),
        async (fates, story, atOnce) => {
          const told = new Story(atOnce);
          await told.receive(fates);
          await told.check();
          for (const step of story) {
            await told.take(step);
            await told.check();
          }
          const { world } = told;
          world.registered.add('visits');
          await world.drain();
          world.clock.advance(1_000);
          await collect(
            replayDeadLetters(world.ports, { by: 'ana', maxReplays: MAX_REPLAYS + 1, perSecond: 1_000 }),
          );
          await world.drain();
          const inRaw = new Set(world.sink.envelopes.map(({ sqs_message_id }) => sqs_message_id));
          for (const [index, fate] of fates.entries()) {
            const id = `sqs-${index}`;
            if (fate === 'malformed') expect(inRaw.has(id)).toBe(false);
            else if (!told.discarded.has(id)) expect([id, fate, inRaw.has(id)]).toEqual([id, fate, true]);
          }
          const records = await world.tracked();
          expect(records.filter(({ status }) => status === 'replaying')).toEqual([]);
          // What is not in RAW and was not discarded is somewhere open: no failure is taken for a success.
          const open = new Set(
            records.filter(({ status }) => status === 'open').map((record) => record.sqsMessageId),
          );
          for (const { messageId } of told.originals) {
            const isKnown = inRaw.has(messageId) || told.discarded.has(messageId) || open.has(messageId);
            expect([messageId, isKnown]).toEqual([messageId, true]);
          }
        },
      ),
      { seed: 20_260_601, numRuns: RUNS },
    );
  });
});
