import type { TopicSchedule } from '@lean-ops/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueAt, freshnessLimitSeconds, isDue } from './schedule.js';

const at = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 0, day, hour, minute);
const topic = (schedule: TopicSchedule, stateSince: number | null = null) => ({ schedule, stateSince });

describe("a topic's schedule", () => {
  it('of every round makes every round take it, whatever was before', () => {
    expect(dueAt(topic('every-round'), at(15, 10))).toBeNull();
    expect(isDue(topic('every-round'), at(15, 10), at(15, 10))).toBe(true);
  });

  it.each(['hourly', 'daily'] as const)('%s takes a topic at once that had no round', (schedule) => {
    expect(dueAt(topic(schedule), null)).toBeNull();
    expect(isDue(topic(schedule), null, at(15, 10))).toBe(true);
  });

  it.each([
    ['hourly', at(15, 10, 5), at(15, 11)],
    ['hourly', at(15, 11), at(15, 12)],
    ['daily', at(15, 0, 5), at(16, 0)],
    ['daily', at(15, 23, 59), at(16, 0)],
  ] as const)('%s after a round at %i has the next one take it at %i', (schedule, last, next) => {
    expect(dueAt(topic(schedule), last)).toBe(next);
    expect(isDue(topic(schedule), last, next - 1)).toBe(false);
    expect(isDue(topic(schedule), last, next)).toBe(true);
  });

  it('is passed over once for a topic that was registered or let run again since its last round', () => {
    expect(isDue(topic('daily', at(15, 9)), at(15, 0, 5), at(15, 10))).toBe(true);
    expect(isDue(topic('daily', at(15, 9)), at(15, 9, 15), at(15, 10))).toBe(false);
  });

  it('is not held up by a round that a wrong clock put into the future', () => {
    expect(isDue(topic('daily'), at(20, 0), at(15, 10))).toBe(true);
  });

  it('gives each hour and each day one round, at whatever minutes rounds come, and fails', () => {
    const periods = [
      ['hourly', 3_600_000],
      ['daily', 86_400_000],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...periods),
        fc.array(fc.record({ afterMinutes: fc.integer({ min: 5, max: 40 }), succeeds: fc.boolean() }), {
          minLength: 50,
          maxLength: 200,
        }),
        ([schedule, period], rounds) => {
          let now = at(15, 0);
          let last: number | null = null;
          const done = new Map<number, number>();
          for (const { afterMinutes, succeeds } of rounds) {
            now += afterMinutes * 60_000;
            const window = Math.floor(now / period);
            // Whoever failed is tried again in the next round: no hour or day is missed that had a chance.
            if (!done.has(window)) expect(isDue(topic(schedule), last, now)).toBe(true);
            if (!isDue(topic(schedule), last, now)) continue;
            if (!succeeds) continue;
            last = now;
            done.set(window, (done.get(window) ?? 0) + 1);
          }
          expect([...done.values()].every((count) => count === 1)).toBe(true);
        },
      ),
      { seed: 7, numRuns: 100 },
    );
  });
});

describe('how old events may be', () => {
  it.each([
    ['every-round', 1_800, 1_800],
    ['hourly', 1_800, 5_400],
    ['hourly', 7_200, 7_200],
    ['daily', 1_800, 88_200],
    ['daily', 200_000, 200_000],
  ] as const)('%s with an objective of %i seconds: %i', (schedule, freshnessObjectiveSeconds, expected) => {
    expect(freshnessLimitSeconds({ schedule, freshnessObjectiveSeconds })).toBe(expected);
  });
});
