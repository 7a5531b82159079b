import { GLOBAL_BREAKER, type LeaseStore } from '@lean-ops/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BreakerWorld, MINUTE } from '../handlers/circuit-breaker/breaker-world.js';
import { createHandler } from '../handlers/circuit-breaker/handler.js';

const TOPICS = ['events', 'clicks', 'logins'];
const runs = process.env['LEAN_OPS_TEST'] === 'full' ? 3_000 : 100;

const step = fc.oneof(
  fc.record({ count: fc.constantFrom(...TOPICS), failures: fc.nat(200), sink: fc.nat(900) }),
  fc.record({
    answer: fc.constantFrom('sound', 'bad', 'sink', 'empty', 'hidden', 'absent', 'error'),
    minutes: fc.nat(40),
  }),
  fc.record({
    override: fc.constantFrom(...TOPICS, GLOBAL_BREAKER),
    state: fc.constantFrom('open', 'closed', null),
  }),
  fc.record({
    byHand: fc.constantFrom(...TOPICS),
    state: fc.constantFrom('Enabled', 'Disabled', 'Updating'),
  }),
  fc.record({ crashAfter: fc.nat(12) }),
);

const ANSWERS = {
  sound: { kind: 'answered', messages: 10, failures: 0, accepted: 10, sinkFailures: 0 },
  bad: { kind: 'answered', messages: 10, failures: 10, accepted: 0, sinkFailures: 0 },
  sink: { kind: 'answered', messages: 0, failures: 0, accepted: 0, sinkFailures: 10 },
  empty: { kind: 'empty' },
  hidden: { kind: 'hidden' },
  absent: { kind: 'absent' },
} as const;

test('whatever happens and wherever rounds are cut off, everything flows again once nothing fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = new BreakerWorld(TOPICS);
      for (const one of steps) {
        world.clock.advance(MINUTE);
        if ('count' in one) {
          await world.count(one.count, 200, one.failures, one.sink);
        } else if ('override' in one) {
          const { override: scope, state } = one;
          await world.round({ override: { scope, state, by: 'ana', reason: 'so' } });
        } else if ('byHand' in one) {
          world.control.set(one.byHand, one.state);
        } else if ('crashAfter' in one) {
          await cutOff(world, one.crashAfter);
          continue;
        } else {
          world.clock.advance(one.minutes * MINUTE);
          world.answer = () => {
            if (one.answer === 'error') throw new Error('not reached');
            return ANSWERS[one.answer];
          };
        }
        await world.round();
      }
      // Everything is well from here on, and nobody holds anything.
      for (const [topic, { state }] of world.control.mappings) {
        if (state === 'Updating') world.control.set(topic, 'Enabled');
        else if (state === 'Disabled' && !(await world.state.breakers.get(topic))?.mappingHeld) {
          world.control.set(topic, 'Enabled');
        }
      }
      world.answer = () => ANSWERS.sound;
      for (const { scope } of await world.state.breakers.list()) {
        await world.round({ override: { scope, state: null, by: 'ana', reason: 'well again' } });
      }
      for (let minutes = 0; minutes < 70; minutes += 1) {
        world.clock.advance(MINUTE);
        await world.round();
      }
      expect(world.control.off()).toEqual([]);
      for (const row of await world.state.breakers.list()) {
        expect(row).toMatchObject({ state: 'closed', mappingHeld: false });
      }
    }),
    { seed: 11, numRuns: runs },
  );
}, 600_000);

/** A round that dies at its n-th write or call, without giving its lease back. */
async function cutOff(world: BreakerWorld, calls: number): Promise<void> {
  let left = calls;
  const die = (): void => {
    left -= 1;
    if (left < 0) throw new Error('killed');
  };
  const { breakers, leases, outbox } = world.state;
  const mortal = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        return async (...values: unknown[]) => {
          die();
          return await (member.apply(target, values) as unknown);
        };
      },
    });
  const kept: LeaseStore = { ...bound(leases), release: async () => {} };
  const changes = {
    breakers: mortal(breakers),
    outbox: mortal(outbox),
    control: mortal(world.control),
    leases: kept,
  };
  await world.round({}, changes).catch(() => undefined);
}

function bound(leases: LeaseStore): LeaseStore {
  return {
    acquire: (request) => leases.acquire(request),
    renew: (lease, ttlMs) => leases.renew(lease, ttlMs),
    release: (lease) => leases.release(lease),
    get: (resource) => leases.get(resource),
  };
}

test('rounds that run into one another never act on one token, and what an older one knew is not written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          stallMs: fc.integer({ min: 0, max: 400_000 }),
          readsLate: fc.boolean(),
          failures: fc.nat(200),
        }),
        {
          minLength: 2,
          maxLength: 6,
        },
      ),
      fc.scheduler(),
      async (rounds, scheduler) => {
        const world = new BreakerWorld(TOPICS);
        world.answer = () => ANSWERS.bad;
        const holders = new Map<bigint, number>();
        const written: { readonly scope: string; readonly token: bigint }[] = [];
        const breakers = world.state.breakers;
        const running = rounds.map(async ({ stallMs, readsLate, failures }, holder) => {
          await scheduler.schedule(Promise.resolve());
          for (const topic of TOPICS) await world.count(topic, 200, failures);
          const recording = {
            get: (scope: string) => breakers.get(scope),
            // A process that stands still for minutes in the midst of its round.
            list: async () => {
              const before = await breakers.list();
              world.clock.advance(stallMs);
              await scheduler.schedule(Promise.resolve());
              return readsLate ? await breakers.list() : before;
            },
            save: async (row: Parameters<typeof breakers.save>[0]) => {
              await scheduler.schedule(Promise.resolve());
              const saved = await breakers.save(row);
              if (saved === null) return null;
              const other = holders.get(row.token);
              expect(other === undefined || other === holder, 'two holders act on one token').toBe(true);
              holders.set(row.token, holder);
              written.push({ scope: row.scope, token: row.token });
              return saved;
            },
            count: breakers.count.bind(breakers),
            counts: (since: number) => breakers.counts(since),
          };
          const handler = createHandler(world.dependencies({ breakers: recording }));
          const endsAt = world.clock.now() + 300_000;
          await handler({}, { getRemainingTimeInMillis: () => endsAt - world.clock.now() });
        });
        await scheduler.waitFor(Promise.all(running));
        for (const scope of TOPICS) {
          const tokens = written.filter((one) => one.scope === scope).map(({ token }) => token);
          expect(tokens).toEqual(tokens.toSorted((left, right) => Number(left - right)));
        }
      },
    ),
    { seed: 5, numRuns: runs },
  );
}, 600_000);
