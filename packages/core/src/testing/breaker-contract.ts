import assert from 'node:assert/strict';
import { type BreakerRow, GLOBAL_BREAKER, type OutcomeCounts } from '../ports/breaker-store.js';
import type { ContractCase } from './contract-case.js';
import { CASE_START, casesOf, type StateStoreHarness } from './state-store-harness.js';

const MINUTE = 60_000;

function row(scope: string, changes: Partial<BreakerRow> = {}): BreakerRow {
  return {
    scope,
    state: 'open',
    override: null,
    reason: '8 of 10 messages failed "so"',
    changedAt: CASE_START,
    trips: 1,
    nextProbeAt: CASE_START + MINUTE,
    mappingHeld: true,
    token: 9_007_199_254_740_993n,
    revision: 0,
    ...changes,
  };
}

function counts(topic: string, minute: number, changes: Partial<OutcomeCounts> = {}): OutcomeCounts {
  return {
    topic,
    minute: CASE_START + minute * MINUTE,
    messages: 10,
    failures: 3,
    accepted: 6,
    sinkFailures: 1,
    ...changes,
  };
}

/** The circuit breakers' half of the state store's contract: rows with fencing, counts by minute. */
export function breakerContract(harness: StateStoreHarness): ContractCase[] {
  return [...rowCases(harness), ...countCases(harness)];
}

function rowCases(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'breakers');
  return [
    example('a row comes back as it was saved, with its revision', async ({ store, again }) => {
      assert.equal(await store.breakers.get('events'), null);
      const saved = await store.breakers.save(row('events'));
      assert.deepEqual(saved, row('events', { revision: 1 }));
      assert.deepEqual(await (await again()).breakers.get('events'), saved);
      const bare = { override: 'closed', reason: null, nextProbeAt: null, mappingHeld: false } as const;
      const next = await store.breakers.save({ ...saved!, ...bare });
      assert.deepEqual(await store.breakers.get('events'), row('events', { ...bare, revision: 2 }));
      assert.deepEqual(next, await store.breakers.get('events'));
    }),
    example('rows are listed by scope, the one of all topics among them', async ({ store }) => {
      for (const scope of ['clicks', GLOBAL_BREAKER, 'a_b']) await store.breakers.save(row(scope));
      const scopes = (await store.breakers.list()).map(({ scope }) => scope);
      assert.deepEqual(scopes, [GLOBAL_BREAKER, 'a_b', 'clicks']);
    }),
    example('what was read before somebody else wrote is not saved', async ({ store, again }) => {
      const first = (await store.breakers.save(row('events')))!;
      const other = await again();
      const second = await other.breakers.save({ ...first, override: 'open' });
      assert.equal(await store.breakers.save({ ...first, state: 'closed' }), null);
      assert.equal(await store.breakers.save(row('events')), null, 'nor as if it were new');
      assert.deepEqual(await store.breakers.get('events'), second);
    }),
    example('a lower token than the stored one saves nothing, an equal one does', async ({ store }) => {
      const first = (await store.breakers.save(row('events', { token: 7n })))!;
      assert.equal(await store.breakers.save({ ...first, token: 6n }), null);
      assert.deepEqual(await store.breakers.get('events'), first);
      const equal = await store.breakers.save({ ...first, trips: 2 });
      assert.equal(equal?.revision, 2);
      assert.equal((await store.breakers.save({ ...equal!, token: 8n }))?.token, 8n);
    }),
    example('of many that save at once exactly one does', async ({ store, again }) => {
      const other = await again();
      const saved = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? store : other).breakers.save(row('events', { trips: index })),
        ),
      );
      const won = saved.filter((one) => one !== null);
      assert.equal(won.length, 1);
      assert.deepEqual(await store.breakers.get('events'), won[0]);
    }),
  ];
}

function countCases(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'breaker counts');
  return [
    example('counts of a minute add up, from all processes', async ({ store, again }) => {
      assert.deepEqual(await store.breakers.counts(CASE_START), []);
      const other = await again();
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? store : other).breakers.count(counts('events', 0, { messages: index })),
        ),
      );
      assert.deepEqual(await store.breakers.counts(CASE_START), [
        counts('events', 0, { messages: 45, failures: 30, accepted: 60, sinkFailures: 10 }),
      ]);
    }),
    example('topics and minutes do not meet, and older minutes are left out', async ({ store, clock }) => {
      for (const [topic, minute] of [
        ['events', 0],
        ['clicks', 2],
        ['events', 2],
        ['events', 1],
      ] as const) {
        clock.set(CASE_START + minute * MINUTE);
        await store.breakers.count(counts(topic, minute));
      }
      clock.set(CASE_START + 2 * MINUTE);
      const found = await store.breakers.counts(CASE_START + MINUTE);
      assert.deepEqual(found, [counts('events', 1), counts('clicks', 2), counts('events', 2)]);
      assert.deepEqual(await store.breakers.counts(CASE_START + MINUTE + 1), found.slice(1));
    }),
    example('many topics in one minute are all counted', async ({ store }) => {
      const topics = Array.from({ length: 120 }, (_, index) => `topic_${String(index).padStart(3, '0')}`);
      for (let start = 0; start < topics.length; start += 40) {
        const some = topics.slice(start, start + 40);
        await Promise.all(some.map((topic) => store.breakers.count(counts(topic, 0))));
      }
      assert.deepEqual(
        await store.breakers.counts(CASE_START),
        topics.map((topic) => counts(topic, 0)),
      );
    }),
  ];
}
