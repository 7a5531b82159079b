import {
  ManualClock,
  MemoryLogger,
  MemoryMetrics,
  MemoryStateStore,
  type OutcomeCounts,
} from '@lean-ops/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordOutcomes } from './record-outcomes.js';

const MINUTE = Date.UTC(2026, 0, 1);

describe('recording what a batch says', () => {
  const clock = new ManualClock(MINUTE + 59_999);
  let logger: MemoryLogger;
  let metrics: MemoryMetrics;
  beforeEach(() => {
    logger = new MemoryLogger();
    metrics = new MemoryMetrics();
  });
  const outcome = (topic: string) => ({ topic, messages: 9, failures: 2, accepted: 7, sinkFailures: 1 });

  test('is one write per topic, under the minute that runs', async () => {
    const state = new MemoryStateStore({ clock });
    const written: OutcomeCounts[] = [];
    const breakers = {
      count: (counts: OutcomeCounts) => {
        written.push(counts);
        return state.breakers.count(counts);
      },
    };
    const nothing = { topic: 'idle', messages: 0, failures: 0, accepted: 0, sinkFailures: 0 };
    await recordOutcomes([outcome('events'), nothing, outcome('clicks')], {
      breakers,
      clock,
      logger,
      metrics,
    });
    expect(written.length).toBe(2);
    expect(await state.breakers.counts(MINUTE)).toEqual([
      { ...outcome('clicks'), minute: MINUTE },
      { ...outcome('events'), minute: MINUTE },
    ]);
  });

  test('never rejects: a store that fails is logged and counted', async () => {
    const breakers = {
      count: async ({ topic }: OutcomeCounts) => {
        if (topic === 'events') throw new Error('throttled');
      },
    };
    await recordOutcomes([outcome('events'), outcome('clicks')], { breakers, clock, logger, metrics });
    expect(metrics.total('OutcomesNotRecorded')).toBe(1);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  test('does not wait for a store that hangs', async () => {
    const stop = new AbortController();
    const breakers = {
      count: (_counts: OutcomeCounts, options: { signal?: AbortSignal } = {}) => {
        expect(options.signal).toBe(stop.signal);
        setImmediate(() => stop.abort(new Error('time is over')));
        return new Promise<never>(() => undefined);
      },
    };
    await recordOutcomes([outcome('events')], { breakers, clock, logger, metrics, signal: stop.signal });
    expect(metrics.total('OutcomesNotRecorded', { topic: 'events' })).toBe(1);
  });
});
