import { ManualClock, type TopicRow } from '@lean-ops/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { cachedRegistry } from './cached-registry.js';

const ROW: TopicRow = {
  topic: 'orders',
  queueTopic: 'orders',
  state: 'enabled',
  stateReason: null,
  contractVersion: null,
  engine: 'node',
  envelope: 'auto',
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

  const open = () => {
    const get = (topic: string): Promise<TopicRow | null> => {
      reads.push(topic);
      return answer();
    };
    return cachedRegistry({ registry: { get }, clock, lifeMs: 1_000 });
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
});
