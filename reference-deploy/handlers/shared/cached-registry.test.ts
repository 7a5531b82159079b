import { ManualClock, seededRandom, type TopicRow } from '@lean-ops/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CachedRegistryOptions, cachedRegistry } from './cached-registry.js';

const ROW: TopicRow = {
  topic: 'orders',
  queueTopic: 'orders',
  state: 'enabled',
  stateReason: null,
  stateBy: null,
  stateSince: null,
  contractVersion: null,
  engine: 'node',
  envelope: 'auto',
  schedule: 'every-round',
  freshnessObjectiveSeconds: 1_800,
  updatedAt: 0,
};

describe('the cached registry', () => {
  const clock = new ManualClock();
  let reads: string[];
  let answer: () => Promise<TopicRow | null>;

  beforeEach(() => {
    clock.set(1_000_000);
    reads = [];
    answer = async () => ROW;
  });

  const open = (overrides: Partial<CachedRegistryOptions> = {}) => {
    const get = (topic: string): Promise<TopicRow | null> => {
      reads.push(topic);
      return answer();
    };
    return cachedRegistry({ registry: { get }, clock, lifeMs: 1_000, ...overrides });
  };

  it('reads a row once in its life', async () => {
    const rowOf = open();
    expect(await rowOf('orders')).toBe(ROW);
    clock.advance(999);
    expect(await rowOf('orders')).toBe(ROW);
    expect(reads).toEqual(['orders']);
    clock.advance(1);
    await rowOf('orders');
    expect(reads).toHaveLength(2);
  });

  it('asks each time for a topic that is not registered, so that registering it counts at once', async () => {
    const rowOf = open();
    answer = async () => null;
    expect(await rowOf('orders')).toBeNull();
    answer = async () => ROW;
    expect(await rowOf('orders')).toBe(ROW);
  });

  it('keeps no error, and no row beyond its life while the registry is down', async () => {
    const rowOf = open();
    await rowOf('orders');
    clock.advance(1_000);
    answer = () => Promise.reject(new Error('throttled'));
    await expect(rowOf('orders')).rejects.toThrow('throttled');
    answer = async () => ({ ...ROW, envelope: 'bare' });
    expect(await rowOf('orders')).toMatchObject({ envelope: 'bare' });
  });

  it('reads anew when the clock was set back', async () => {
    const rowOf = open();
    await rowOf('orders');
    clock.advance(-10_000);
    await rowOf('orders');
    expect(reads).toHaveLength(2);
  });

  it('reads at times that differ from instance to instance', async () => {
    const random = seededRandom(1);
    const lives = new Set<number>();
    for (let instance = 0; instance < 20; instance += 1) {
      clock.set(1_000_000);
      const rowOf = open({ random });
      await rowOf('orders');
      let life = 0;
      for (reads = []; reads.length === 0; life += 10) {
        clock.advance(10);
        await rowOf('orders');
      }
      lives.add(life);
    }
    expect(lives.size).toBeGreaterThan(10);
    expect(Math.min(...lives)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...lives)).toBeLessThanOrEqual(1_200);
  });

  describe('that may give what it kept while the registry is down', () => {
    const DAY_MS = 86_400_000;
    let stale: string[];
    const openStale = () => {
      stale = [];
      return open({ onStale: (topic, error) => stale.push(`${topic}: ${(error as Error).message}`) });
    };
    const down = () => Promise.reject(new Error('throttled'));

    it('gives the row of a known topic, says so, and asks again only after a pause', async () => {
      const rowOf = openStale();
      await rowOf('orders');
      clock.advance(1_000);
      answer = down;
      expect(await rowOf('orders')).toBe(ROW);
      clock.advance(4_999);
      expect(await rowOf('orders')).toBe(ROW);
      expect(reads).toHaveLength(2);
      expect(stale).toEqual(['orders: throttled']);
      clock.advance(1);
      expect(await rowOf('orders')).toBe(ROW);
      expect(reads).toHaveLength(3);
    });

    it('leaves the error of a topic that it never read to the caller, every time', async () => {
      const rowOf = openStale();
      answer = down;
      await expect(rowOf('orders')).rejects.toThrow('throttled');
      await expect(rowOf('orders')).rejects.toThrow('throttled');
      expect([reads.length, stale]).toEqual([2, []]);
    });

    it('trusts no row that was read a day ago, however often it was given since', async () => {
      const rowOf = openStale();
      await rowOf('orders');
      answer = down;
      clock.advance(DAY_MS - 10_000);
      expect(await rowOf('orders')).toBe(ROW);
      clock.advance(10_000);
      await expect(rowOf('orders')).rejects.toThrow('throttled');
      answer = async () => ROW;
      expect(await rowOf('orders')).toBe(ROW);
    });

    it('honours a row that was removed or changed as soon as the registry answers', async () => {
      const rowOf = openStale();
      await rowOf('orders');
      clock.advance(1_000);
      answer = down;
      await rowOf('orders');
      clock.advance(5_000);
      answer = async () => null;
      expect(await rowOf('orders')).toBeNull();
      answer = down;
      await expect(rowOf('orders')).rejects.toThrow('throttled');
    });
  });
});
