import { GLOBAL_BREAKER, MemoryStateStore } from '@lean-ops/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { LambdaMappings } from '../../aws/lambda-mappings.js';
import { arnOf, BreakerWorld, MINUTE, START } from './breaker-world.js';

const SOUND = { kind: 'answered', messages: 10, failures: 0, accepted: 10, sinkFailures: 0 } as const;
/** Malformed, all of it: quarantined, and never offered to the sink. */
const REJECTED = { kind: 'answered', messages: 10, failures: 0, accepted: 0, sinkFailures: 0 } as const;
const BAD = { kind: 'answered', messages: 10, failures: 10, accepted: 0, sinkFailures: 0 } as const;

describe('the circuit breaker of a topic', () => {
  let world: BreakerWorld;
  beforeEach(() => {
    world = new BreakerWorld();
  });

  it('switches the mapping off above half of enough messages, and no other', async () => {
    await world.count('events', 100, 51);
    await world.count('clicks', 100, 50);
    expect(await world.round()).toEqual({
      open: 1,
      globalOpen: false,
      switchedOff: 1,
      switchedOn: 0,
      left: 0,
    });
    expect(world.control.off()).toEqual(['events']);
    expect(world.probed).toEqual([]);
    expect(await world.state.breakers.get('events')).toMatchObject({ state: 'open', mappingHeld: true });
  });

  it('probes when the pause is over, closes after a sound probe, and the mapping is on again', async () => {
    await world.count('events', 100, 100);
    await world.round();
    world.answer = () => SOUND;
    world.clock.advance(MINUTE);
    expect(await world.round()).toEqual({
      open: 0,
      globalOpen: false,
      switchedOff: 0,
      switchedOn: 1,
      left: 0,
    });
    expect(world.probed).toEqual([arnOf('events')]);
    expect(world.control.off()).toEqual([]);
    expect(await world.state.breakers.get('events')).toMatchObject({ state: 'closed', mappingHeld: false });
    expect(await world.told('events')).toEqual(['breaker-open', 'breaker-half-open', 'breaker-closed']);
  });

  it('stays shut while probes fail, with pauses that grow to half an hour', async () => {
    world.answer = () => BAD;
    await world.count('events', 100, 100);
    const pauses: number[] = [];
    for (let tries = 0; tries < 9; tries += 1) {
      await world.round();
      const { nextProbeAt } = (await world.state.breakers.get('events'))!;
      pauses.push((nextProbeAt! - world.clock.now()) / MINUTE);
      world.clock.set(nextProbeAt!);
    }
    expect(pauses.map(Math.ceil).at(-1)).toBeGreaterThan(14);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30);
    for (const [index, pause] of pauses.entries())
      expect(pause).toBeGreaterThanOrEqual(Math.min(30, 2 ** index) / 2);
    expect(world.control.off()).toEqual(['events']);
    expect(world.control.calls.length).toBe(1);
  });

  it('stays shut where the messages that failed are hidden still: that is no trip, and says nothing', async () => {
    await world.count('events', 100, 60);
    await world.round();
    world.answer = () => ({ kind: 'hidden' });
    world.clock.advance(MINUTE);
    await world.round();
    expect(await world.state.breakers.get('events')).toMatchObject({ state: 'open', trips: 1 });
    expect(world.control.off()).toEqual(['events']);
    world.answer = () => SOUND;
    world.clock.advance(MINUTE);
    await world.round();
    expect(await world.stateOf('events')).toBe('closed');
  });

  it('closes where nothing waits to be probed with, and opens again when it fails again', async () => {
    await world.count('events', 100, 100);
    await world.round();
    world.clock.advance(MINUTE);
    await world.round();
    expect(await world.stateOf('events')).toBe('closed');
    world.clock.advance(MINUTE);
    await world.round();
    expect(await world.stateOf('events'), 'what failed before does not count').toBe('closed');
    await world.count('events', 100, 100);
    await world.round();
    expect(await world.state.breakers.get('events')).toMatchObject({ state: 'open', trips: 2 });
  });

  it('switches a mapping off again that somebody switched on meanwhile', async () => {
    await world.count('events', 100, 100);
    await world.round();
    world.control.set('events', 'Enabled');
    await world.round();
    expect(world.control.off()).toEqual(['events']);
  });

  it('leaves alone what it does not hold: a mapping that is off by hand stays off', async () => {
    world.control.set('events', 'Disabled');
    await world.round();
    expect(world.control.calls).toEqual([]);
  });

  it('waits for a mapping that is being changed', async () => {
    world.control.set('events', 'Updating');
    await world.count('events', 100, 100);
    expect(await world.round()).toMatchObject({ open: 1, switchedOff: 0, left: 1 });
    world.control.set('events', 'Enabled');
    expect(await world.round()).toMatchObject({ switchedOff: 1, left: 0 });
  });

  it('switches all mappings of the topic: a queue that it had before still has one', async () => {
    const world = new BreakerWorld(['orders', 'visits']);
    const before = { uuid: 'before', queueArn: `${arnOf('orders')}.fifo`, state: 'Enabled' };
    world.control.mappings.set('before', before);
    await world.count('orders', 100, 100);
    await world.round();
    expect(world.control.off()).toEqual(['orders', 'before']);
    const waiting = arnOf('orders');
    world.answer = (queueArn) => (queueArn === waiting ? SOUND : { kind: 'absent' });
    world.clock.advance(MINUTE);
    await world.round();
    expect(await world.stateOf('orders')).toBe('closed');
    expect(world.control.off()).toEqual([]);
    expect(await world.state.breakers.get('orders')).toMatchObject({ mappingHeld: false });
  });

  it('holds its topic until each of its mappings is on', async () => {
    const world = new BreakerWorld(['orders']);
    world.control.mappings.set('before', {
      uuid: 'before',
      queueArn: `${arnOf('orders')}.fifo`,
      state: 'Enabled',
    });
    await world.count('orders', 100, 100);
    await world.round();
    world.answer = () => SOUND;
    world.clock.advance(MINUTE);
    world.control.set('before', 'Updating');
    expect(await world.round()).toMatchObject({ open: 0, left: 1 });
    expect(await world.state.breakers.get('orders')).toMatchObject({ mappingHeld: true });
    world.control.set('before', 'Disabled');
    expect(await world.round()).toMatchObject({ left: 0 });
    expect(world.control.off()).toEqual([]);
    expect(await world.state.breakers.get('orders')).toMatchObject({ mappingHeld: false });
  });

  it('is closed where its mapping was deleted by hand, and trips again with the next one', async () => {
    await world.count('events', 100, 100);
    await world.round();
    world.control.mappings.delete('events');
    world.clock.advance(MINUTE);
    expect(await world.round()).toMatchObject({ open: 0 });
    expect(await world.state.breakers.get('events')).toMatchObject({
      state: 'closed',
      mappingHeld: false,
      reason: 'its queue or mapping is not there',
    });
    expect(world.probed).toEqual([]);
  });

  it('is closed where the queue was deleted and the mapping was not', async () => {
    await world.count('events', 100, 100);
    await world.round();
    world.answer = () => ({ kind: 'absent' });
    world.clock.advance(MINUTE);
    expect(await world.round()).toMatchObject({ open: 0 });
    expect(await world.state.breakers.get('events')).toMatchObject({ mappingHeld: false });
  });

  it('is probed again where whoever probed it was cut off', async () => {
    await world.count('events', 100, 100);
    await world.round();
    const row = (await world.state.breakers.get('events'))!;
    await world.state.breakers.save({ ...row, state: 'half-open' });
    world.answer = () => SOUND;
    await world.round();
    expect(await world.stateOf('events')).toBe('closed');
  });

  it('opens again for longer where the probe itself fails', async () => {
    await world.count('events', 100, 100);
    await world.round();
    world.answer = () => Promise.reject(new Error('the processor was not reached'));
    world.clock.advance(MINUTE);
    await world.round();
    expect(await world.state.breakers.get('events')).toMatchObject({
      state: 'open',
      trips: 2,
      reason: 'the probe failed: the processor was not reached',
    });
  });
});

describe('the breaker of the shared sink', () => {
  let world: BreakerWorld;
  beforeEach(async () => {
    world = new BreakerWorld(['events', 'clicks', 'logins']);
    await world.count('events', 0, 0, 300);
    await world.count('clicks', 10, 0, 300);
  });

  it('switches every mapping off, and trips no topic', async () => {
    expect(await world.round()).toMatchObject({ open: 0, globalOpen: true, switchedOff: 3 });
    expect(world.metrics.total('GlobalBreakerOpen')).toBe(1);
    expect(await world.stateOf('events')).toBe('closed');
    expect(await world.state.breakers.get(GLOBAL_BREAKER)).toMatchObject({
      state: 'open',
      mappingHeld: true,
    });
    expect(await world.state.breakers.get('logins')).toMatchObject({ mappingHeld: true });
  });

  it('is probed with whatever topic has messages, and everything flows again', async () => {
    await world.round();
    world.answer = (queueArn) => (queueArn === arnOf('logins') ? SOUND : { kind: 'empty' });
    world.clock.advance(MINUTE);
    expect(await world.round()).toMatchObject({ globalOpen: false, switchedOn: 3 });
    expect(world.probed).toContain(arnOf('logins'));
    expect(world.control.off()).toEqual([]);
  });

  it('is not closed by messages that were never offered to it, and asks the next topic', async () => {
    await world.round();
    world.answer = () =>
      world.probed.length === 1 ? REJECTED : { ...REJECTED, messages: 6, sinkFailures: 4 };
    world.clock.advance(MINUTE);
    expect(await world.round()).toMatchObject({ globalOpen: true, switchedOn: 0 });
    expect(world.probed.length).toBe(2);
  });

  it('trips at few messages where it fails for every one of several topics', async () => {
    const small = new BreakerWorld(['events', 'clicks', 'logins']);
    for (const topic of ['events', 'clicks']) await small.count(topic, 0, 0, 20);
    expect(await small.round(), 'two topics may have a fault in common').toMatchObject({ globalOpen: false });
    await small.count('logins', 4, 0, 5);
    expect(await small.round()).toMatchObject({ globalOpen: true, switchedOff: 3 });
  });

  it('trips though most messages are rejected before the sink is asked', async () => {
    const mixed = new BreakerWorld();
    await mixed.count('events', 700, 0, 600, 0);
    expect(await mixed.round()).toMatchObject({ globalOpen: true });
  });

  it('stays shut where all messages are hidden still', async () => {
    for (const topic of ['events', 'clicks']) await world.count(topic, 0, 0, 300);
    await world.round();
    expect(await world.stateOf('*')).toBe('open');
    world.answer = (queueArn) => (queueArn === arnOf('events') ? { kind: 'hidden' } : { kind: 'empty' });
    world.clock.advance(MINUTE);
    await world.round();
    expect(await world.stateOf('*')).toBe('open');
    world.answer = () => ({ kind: 'empty' });
    world.clock.advance(MINUTE);
    await world.round();
    expect(await world.stateOf('*')).toBe('closed');
  });

  it('is not probed with topics that a person holds shut', async () => {
    const override = { scope: 'events', by: 'ana', reason: 'wrong data', state: 'open' } as const;
    await world.round({ override });
    world.clock.advance(MINUTE);
    await world.round();
    expect(world.probed.toSorted()).toEqual([arnOf('clicks'), arnOf('logins')]);
  });

  it('is probed with topics that are shut themselves only where no other has a message', async () => {
    await world.count('events', 100, 100);
    await world.count('clicks', 100, 100);
    await world.round();
    world.clock.advance(MINUTE);
    world.answer = (queueArn) => (queueArn === arnOf('logins') ? { kind: 'empty' } : SOUND);
    await world.round({}, { random: { next: () => 0, uuid: () => 'round' } });
    expect(world.probed[0]).toBe(arnOf('logins'));
  });

  it('keeps topics from being probed while it is shut, and theirs stay shut when it opens', async () => {
    await world.count('events', 100, 100);
    await world.round();
    world.answer = () => ({ kind: 'answered', messages: 0, failures: 0, accepted: 0, sinkFailures: 10 });
    world.clock.advance(MINUTE);
    expect(await world.round()).toMatchObject({ open: 1, globalOpen: true });
    expect(world.probed.length).toBe(1);
    // The sink takes them again; half of them still break their contract.
    world.answer = () => ({ ...BAD, failures: 6, accepted: 4 });
    world.clock.advance(2 * MINUTE);
    expect(await world.round()).toMatchObject({ open: 1, globalOpen: false, switchedOn: 2 });
    expect(world.control.off()).toEqual(['events']);
  });
});

describe("a person's word", () => {
  it('opens, holds, and gives back to the rules', async () => {
    const world = new BreakerWorld();
    const override = { scope: 'events', by: 'ana', reason: 'the producer is being mended' };
    await world.round({ override: { ...override, state: 'open' } });
    expect(world.control.off()).toEqual(['events']);
    world.clock.advance(100 * MINUTE);
    world.answer = () => SOUND;
    await world.round();
    expect(world.probed).toEqual([]);
    await world.round({ override: { ...override, state: null } });
    expect(world.probed).toEqual([arnOf('events')]);
    expect(world.control.off()).toEqual([]);
  });

  it('keeps everything flowing', async () => {
    const world = new BreakerWorld();
    await world.count('events', 100, 100);
    await world.round({ override: { scope: 'events', by: 'ana', reason: 'known', state: 'closed' } });
    await world.round();
    expect(world.control.calls).toEqual([]);
    expect(await world.told('events'), 'nothing has changed').toEqual([]);
  });

  it.each([
    [{ scope: 'Events', by: 'ana', reason: '', state: 'open' }],
    [{ scope: 'events', by: '', reason: '', state: 'open' }],
    [{ scope: 'events', by: 'ana', reason: '', state: 'ajar' }],
  ])('is refused where it is no such word: %j', async (override) => {
    const world = new BreakerWorld();
    await expect(world.round({ override: override as never })).rejects.toMatchObject({
      code: 'EVENT_INVALID',
    });
    expect(await world.state.breakers.list()).toEqual([]);
  });
});

describe('a round', () => {
  it('tells how things stand every time, also when nothing is wrong', async () => {
    const world = new BreakerWorld();
    await world.round(null);
    const told = world.metrics.measurements.map(({ name, value }) => [name, value]);
    expect(told).toEqual([
      ['BreakersOpen', 0],
      ['GlobalBreakerOpen', 0],
    ]);
    expect(await world.state.breakers.list()).toEqual([]);
  });

  it('does nothing while another one is under way', async () => {
    const world = new BreakerWorld();
    await world.state.leases.acquire({ resource: 'circuit-breaker', owner: 'other', ttlMs: MINUTE });
    await world.count('events', 100, 100);
    expect(await world.round()).toBeNull();
    expect(world.control.calls).toEqual([]);
    world.clock.advance(MINUTE);
    await world.count('events', 100, 100);
    expect(await world.round()).toMatchObject({ switchedOff: 1 });
  });

  it('opens breakers though the mappings cannot be listed, and switches them in the next', async () => {
    const world = new BreakerWorld();
    await world.count('events', 100, 100);
    const control = { ...world.control, list: () => Promise.reject(new Error('TooManyRequestsException')) };
    expect(await world.round({}, { control: control as never })).toMatchObject({ open: 1, switchedOff: 0 });
    expect(await world.round()).toMatchObject({ open: 1, switchedOff: 1 });
  });

  it('leaves a mapping that Lambda would not switch to the next', async () => {
    const world = new BreakerWorld();
    await world.count('events', 100, 100);
    world.control.failures.push(Object.assign(new Error('in use'), { name: 'ResourceInUseException' }));
    expect(await world.round()).toMatchObject({ switchedOff: 0, left: 1 });
    expect(await world.round()).toMatchObject({ switchedOff: 1, left: 0 });
  });

  it('that stood still while another one wrote changes nothing, whatever it sees then', async () => {
    const world = new BreakerWorld();
    const { breakers } = world.state;
    const stalled = {
      get: breakers.get.bind(breakers),
      save: breakers.save.bind(breakers),
      count: breakers.count.bind(breakers),
      counts: async () => {
        // The lease runs out; another round opens the breaker, a third closes it, and it begins to fail again.
        world.clock.advance(400_000);
        await world.count('events', 100, 100);
        await world.round();
        world.clock.advance(MINUTE);
        world.answer = () => SOUND;
        await world.round();
        world.clock.advance(MINUTE);
        await world.count('events', 100, 100);
        return await breakers.counts(0);
      },
      list: async () => {
        while ((await breakers.get('events'))?.state !== 'closed') await new Promise(setImmediate);
        return await breakers.list();
      },
    };
    expect(await world.round({}, { breakers: stalled })).toMatchObject({ open: 0, switchedOff: 0 });
    expect(await world.state.breakers.get('events')).toMatchObject({ state: 'closed', token: 3n });
    expect(await world.round()).toMatchObject({ open: 1, switchedOff: 1 });
  });

  it('leaves a breaker alone that somebody else changed meanwhile', async () => {
    const world = new BreakerWorld();
    await world.count('events', 100, 100);
    const { breakers } = world.state;
    const meanwhile = {
      ...MemoryStateStore.prototype,
      get: breakers.get.bind(breakers),
      list: breakers.list.bind(breakers),
      counts: breakers.counts.bind(breakers),
      count: breakers.count.bind(breakers),
      save: async () => null,
    };
    expect(await world.round({}, { breakers: meanwhile })).toMatchObject({ open: 0, switchedOff: 0 });
    expect(world.control.calls).toEqual([]);
  });

  it('tells again of transitions that were not told because it was cut off, each once', async () => {
    const world = new BreakerWorld();
    await world.count('events', 100, 100);
    const outbox = { ...world.state.outbox, put: () => Promise.reject(new Error('down')) };
    await world.round({}, { outbox: outbox as never });
    expect(await world.told('events')).toEqual([]);
    await world.round();
    await world.round();
    expect(await world.told('events')).toEqual(['breaker-open']);
  });

  it('counts every transition, and says from where to where', async () => {
    const world = new BreakerWorld();
    await world.count('events', 100, 100);
    await world.round();
    expect(world.metrics.total('BreakerTransitions', { topic: 'events', from: 'closed', to: 'open' })).toBe(
      1,
    );
    expect(world.metrics.total('BreakersOpen')).toBe(1);
  });
});

describe('seven hundred topics at once', () => {
  const topics = Array.from({ length: 700 }, (_, index) => `topic_${index}`);
  const busiestSecond = (times: readonly number[]): number =>
    Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + 1_000).length));

  it.each([10, 15])('are switched off and on again, never more than %i calls in a second', async (rate) => {
    const world = new BreakerWorld(topics);
    for (const topic of topics) await world.count(topic, 100, 100);
    const changes = { controlCallsPerSecond: rate };
    expect(await world.round({}, changes)).toMatchObject({ open: 700, switchedOff: 700, left: 0 });
    expect(world.clock.now() - START).toBeLessThan(Math.ceil(700 / rate) * 1_000 + 1_000);
    world.answer = () => SOUND;
    let rounds = 0;
    while (world.control.off().length > 0) {
      world.clock.advance(MINUTE);
      await world.round({}, changes);
      rounds += 1;
      expect(rounds).toBeLessThan(10);
    }
    expect(world.control.calls.length).toBe(1_400);
    expect(busiestSecond(world.control.calls.map(({ at }) => at))).toBeLessThanOrEqual(rate);
  });

  it('take no more calls of the control plane than allowed, those that list the mappings included', async () => {
    const world = new BreakerWorld(topics);
    for (const topic of topics) await world.count(topic, 100, 100);
    const calls: number[] = [];
    const client = {
      send: async ({ input }: { readonly input: { readonly UUID?: string; readonly Marker?: string } }) => {
        calls.push(world.clock.now());
        if (input.UUID !== undefined) return await world.control.update(input.UUID, { enabled: false });
        const from = Number(input.Marker ?? 0);
        const page = [...world.control.mappings.values()].slice(from, from + 100);
        return {
          EventSourceMappings: page.map(({ uuid, queueArn, state }) => ({
            UUID: uuid,
            EventSourceArn: queueArn,
            State: state,
          })),
          ...(from + 100 < topics.length && { NextMarker: String(from + 100) }),
        };
      },
    };
    const control = new LambdaMappings({ client: client as never, functionArn: 'arn' });
    expect(await world.round({}, { control })).toMatchObject({ open: 700, switchedOff: 700 });
    expect(calls).toHaveLength(7 + 700);
    expect(busiestSecond(calls)).toBeLessThanOrEqual(10);
  });

  it('are told in few calls of the outbox, whose one head does not take many at once', async () => {
    const world = new BreakerWorld(topics);
    for (const topic of topics) await world.count(topic, 100, 100);
    let puts = 0;
    const outbox = {
      put: async (entries: Parameters<typeof world.state.outbox.put>[0]) => {
        puts += 1;
        await world.state.outbox.put(entries);
      },
    };
    await world.round({}, { outbox: Object.assign(Object.create(world.state.outbox), outbox) });
    expect(puts).toBeLessThanOrEqual(2);
    expect(await world.told('topic_699')).toEqual(['breaker-open']);
  });

  it('are gone on with in the next round where the time of one does not suffice', async () => {
    const world = new BreakerWorld(topics);
    world.answer = () => BAD;
    for (const topic of topics) await world.count(topic, 100, 100);
    expect(await world.round({}, { remainingMs: 35_000 })).toMatchObject({
      open: 700,
      switchedOff: 300,
      left: 400,
    });
    expect(world.clock.now() - START).toBeLessThanOrEqual(30_000);
    await world.round({}, { remainingMs: 35_000 });
    await world.round({}, { remainingMs: 35_000 });
    expect(world.control.off().length).toBe(700);
    expect(world.control.calls.length).toBe(700);
  });

  it('are probed in the order in which they have waited where the time does not suffice', async () => {
    const world = new BreakerWorld(topics.slice(0, 20));
    for (const topic of topics.slice(0, 20)) await world.count(topic, 100, 100);
    await world.round();
    for (const [index, topic] of topics.slice(0, 20).entries()) {
      const row = (await world.state.breakers.get(topic))!;
      await world.state.breakers.save({ ...row, nextProbeAt: world.clock.now() + 60_000 - index });
    }
    world.answer = () => {
      world.clock.advance(300_000);
      return BAD;
    };
    world.clock.advance(60_000);
    await world.round();
    const last = topics.slice(10, 20).map((topic) => arnOf(topic.replace('_', '-')));
    expect([...world.probed].sort()).toEqual(last.sort());
  });

  it('are all probed in their turn though one round has time for few', async () => {
    const world = new BreakerWorld(topics);
    for (const topic of topics) await world.count(topic, 100, 100);
    await world.round();
    world.answer = () => {
      world.clock.advance(1_000);
      return BAD;
    };
    for (let rounds = 0; rounds < 60 && new Set(world.probed).size < 700; rounds += 1) {
      world.clock.advance(MINUTE);
      await world.round();
    }
    expect(new Set(world.probed).size).toBe(700);
  });
});
