import { immediateSleep, ManualClock } from '@lean-ops/core';
import { describe, expect, it } from 'vitest';
import type { OrchestratorReport, TopicOutcomeKind } from '../local/index.js';
import { orchestrateFully } from './orchestrate-fully.js';

/** A platform whose rounds end as told, the last one again and again. */
function platformWith(...rounds: readonly Record<string, TopicOutcomeKind>[]) {
  let round = 0;
  const notDue = ['later'];
  return {
    get rounds() {
      return round;
    },
    async orchestrate(): Promise<OrchestratorReport> {
      const outcomes = rounds[Math.min(round, rounds.length - 1)] ?? {};
      round += 1;
      const topics = Object.entries(outcomes).map(([topic, outcome]) => ({
        topic,
        outcome,
        error: outcome === 'failed' ? { name: 'LEASE_LOST', message: 'somebody else has it' } : null,
        standardized: null,
        curated: null,
      }));
      return { executionId: String(round), topics, notDue, opsAppended: {} };
    },
  };
}

function listener() {
  const lines: string[] = [];
  return { lines, context: { stderr: { line: async (text = '') => void lines.push(text) } as never } };
}

describe('orchestrateFully', () => {
  const sleep = immediateSleep(new ManualClock());

  it('is done after one round where every topic had its turn', async () => {
    const platform = platformWith({ a: 'succeeded', b: 'succeeded' });
    await orchestrateFully(platform, ['a', 'b'], listener().context, { sleep });
    expect(platform.rounds).toBe(1);
  });

  it('waits for a topic that another process holds', async () => {
    const platform = platformWith(
      { a: 'held', b: 'succeeded' },
      { a: 'held', b: 'succeeded' },
      { a: 'succeeded' },
    );
    await orchestrateFully(platform, ['a', 'b'], listener().context, { sleep });
    expect(platform.rounds).toBe(3);
  });

  it('goes on at once with a topic that one round did not finish', async () => {
    const clock = new ManualClock();
    const platform = platformWith({ a: 'unfinished' }, { a: 'unfinished' }, { a: 'succeeded' });
    await orchestrateFully(platform, ['a'], listener().context, { sleep: immediateSleep(clock) });
    expect(platform.rounds).toBe(3);
    expect(clock.now()).toBe(new ManualClock().now());
  });

  it('gives up on a topic that stays held', async () => {
    await expect(
      orchestrateFully(platformWith({ a: 'held' }), ['a'], listener().context, { sleep }),
    ).rejects.toThrow('another process still holds a; run again when it is done');
  });

  it('names the topic that failed, and minds only its own', async () => {
    const platform = platformWith({ a: 'failed', other: 'failed' });
    await expect(orchestrateFully(platform, ['a'], listener().context, { sleep })).rejects.toThrow(
      'a: somebody else has it [LEASE_LOST]',
    );
    await orchestrateFully(platformWith({ a: 'succeeded', other: 'failed' }), ['a'], listener().context, {
      sleep,
    });
  });

  it('says that a paused topic waits', async () => {
    const { lines, context } = listener();
    await orchestrateFully(platformWith({ a: 'paused' }), ['a'], context, { sleep });
    expect(lines).toEqual(['a is paused: its events wait in RAW']);
  });

  it('says of its own topics that they are not due', async () => {
    const { lines, context } = listener();
    const platform = platformWith({ a: 'succeeded' });
    await orchestrateFully(platform, ['a'], context, { sleep });
    expect(lines).toEqual([]);
    await orchestrateFully(platform, ['a', 'later'], context, { sleep });
    expect(lines).toEqual(['later is not due yet: its events wait in RAW']);
    expect(platform.rounds).toBe(2);
  });
});
