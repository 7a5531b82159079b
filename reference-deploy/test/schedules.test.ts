import { immediateSleep, ManualClock, MemoryMetrics } from '@lean-ops/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedPlatform } from '../local/index.js';
import { withPlatform } from './support/open-platform.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 15, 7, 2);

let warehouse: TemporaryWarehouse;
let clock: ManualClock;
let metrics: MemoryMetrics;
let sent: number;

beforeEach(() => {
  warehouse = new TemporaryWarehouse();
  clock = new ManualClock(START);
  metrics = new MemoryMetrics();
  sent = 0;
});
afterEach(() => warehouse.remove());

const onPlatform = (use: (platform: EmbeddedPlatform) => Promise<void>): Promise<void> =>
  withPlatform(warehouse.path, START, use, { clock, sleep: immediateSleep(clock), metrics });

/** A message for each topic reaches RAW, and then comes a round; the topics that ran in it. */
async function round(
  platform: EmbeddedPlatform,
  topics: readonly string[],
  options: { readonly allTopics?: boolean } = {},
): Promise<string[]> {
  sent += 1;
  await platform.send(
    topics.map((queueTopic) => ({
      queueTopic,
      body: JSON.stringify({ id: sent }),
      sqsMessageId: `${queueTopic}-${sent}`,
      sentTimestampMs: clock.now(),
    })),
  );
  await platform.pump();
  const { topics: outcomes, notDue } = await platform.orchestrate(options);
  expect([...outcomes.map(({ topic }) => topic), ...notDue].sort()).toEqual(topics);
  expect(outcomes.every(({ outcome }) => outcome === 'succeeded')).toBe(true);
  return outcomes.map(({ topic }) => topic);
}

const rowsOf = async (platform: EmbeddedPlatform): Promise<unknown> =>
  (await platform.status()).map(({ topic, raw, standardized, pendingRaw }) => [
    topic,
    raw?.rows,
    standardized?.rows,
    pendingRaw,
  ]);

describe('rounds through time', () => {
  const TOPICS = ['always', 'by_day', 'by_hour'];

  it('give each topic its schedule, and what waited in RAW is read by the next that takes it', async () => {
    await onPlatform(async (platform) => {
      await platform.registerTopic({ queueTopic: 'always', contract: null });
      await platform.registerTopic({ queueTopic: 'by_hour', contract: null, schedule: 'hourly' });
      await platform.registerTopic({ queueTopic: 'by_day', contract: null, schedule: 'daily' });
      const ran = new Map<string, string[]>(TOPICS.map((topic) => [topic, []]));
      const go = async (): Promise<void> => {
        const at = new Date(clock.now()).toISOString().slice(8, 16);
        for (const topic of await round(platform, TOPICS)) ran.get(topic)?.push(at);
      };
      for (let rounds = 0; rounds < 3; rounds += 1) {
        await go();
        clock.advance(45 * MINUTE);
      }
      expect(ran.get('always')).toHaveLength(3);
      expect(ran.get('by_hour')).toEqual(['15T07:02', '15T08:32']);
      expect(ran.get('by_day')).toEqual(['15T07:02']);
      expect(await rowsOf(platform)).toEqual([
        ['always', 3, 3, 0],
        ['by_day', 3, 1, 2],
        ['by_hour', 3, 3, 0],
      ]);
      // What waits is in flight, and nothing is missing.
      expect(await platform.reconcile()).toMatchObject(TOPICS.map((topic) => ({ topic, balanced: true })));
      clock.set(Date.UTC(2026, 0, 15, 23, 58));
      await go();
      // No rounds for days, and maintenance keeps what waits for one.
      clock.set(Date.UTC(2026, 0, 19, 0, 13));
      expect((await platform.maintain()).errors).toEqual([]);
      await go();
      expect(ran.get('by_day')).toEqual(['15T07:02', '19T00:13']);
      expect(ran.get('by_hour')?.slice(2)).toEqual(['15T23:58', '19T00:13']);
      expect(await rowsOf(platform)).toEqual(TOPICS.map((topic) => [topic, 5, 5, 0]));
      expect(await platform.reconcile()).toMatchObject(
        TOPICS.map((topic) => ({ topic, balanced: true, messages: 5, standardized: 5 })),
      );
    });
  });

  it('count what a schedule makes events wait as no lateness', async () => {
    await onPlatform(async (platform) => {
      await platform.registerTopic({ queueTopic: 'by_day', contract: null, schedule: 'daily' });
      await round(platform, ['by_day']);
      clock.advance(MINUTE);
      await round(platform, ['by_day']);
      clock.set(Date.UTC(2026, 0, 16, 0, 3));
      await round(platform, ['by_day']);
      const told = metrics.measurements.flatMap(({ name, value }) =>
        name === 'FreshnessOfObjective' ? [value] : [],
      );
      expect(told).toHaveLength(2);
      expect(told[1]).toBeGreaterThan(50);
      expect(told[1]).toBeLessThan(100);
    });
  });

  it('take a topic again soon that was resumed, whose round did not end well, or that somebody wants to run', async () => {
    await onPlatform(async (platform) => {
      const { state } = platform;
      await platform.registerTopic({ queueTopic: 'by_day', contract: null, schedule: 'daily' });
      const lease = await state.leases.acquire({ resource: 'topic:by_day', owner: 'other', ttlMs: MINUTE });
      const held = await platform.orchestrate();
      expect(held.topics).toMatchObject([{ topic: 'by_day', outcome: 'held' }]);
      await state.leases.release(lease!);
      expect(await round(platform, ['by_day'])).toEqual(['by_day']);
      expect(await round(platform, ['by_day'])).toEqual([]);
      clock.advance(MINUTE);
      const row = (await state.topics.get('by_day'))!;
      await state.topics.put({ ...row, stateBy: 'ada', stateSince: clock.now() });
      clock.advance(MINUTE);
      expect(await round(platform, ['by_day'])).toEqual(['by_day']);
      expect(await round(platform, ['by_day'])).toEqual([]);
      expect(await round(platform, ['by_day'], { allTopics: true })).toEqual(['by_day']);
    });
  });
});
