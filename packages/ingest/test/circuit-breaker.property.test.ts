import { type BreakerRow, GLOBAL_BREAKER, seededRandom } from '@lean-ops/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterProbe,
  afterWindow,
  closedBreaker,
  DEFAULT_BREAKER_SETTINGS,
  isProbeDue,
  isShut,
  type ProbeResult,
  toHalfOpen,
  withOverride,
} from '../src/index.js';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const settings = DEFAULT_BREAKER_SETTINGS;
const at = (now: number, random = seededRandom(1)) => ({ now, settings, random });
const answered = (
  messages: number,
  failures: number,
  sinkFailures = 0,
  accepted = messages - failures,
): ProbeResult => ({
  kind: 'answered',
  messages,
  failures,
  accepted,
  sinkFailures,
});

describe('any history of a breaker', () => {
  const window = fc
    .record({ messages: fc.nat(1_000), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ messages, share }) => ({ messages, failures: Math.round(messages * share) }));
  const probe: fc.Arbitrary<ProbeResult> = fc.oneof(
    fc
      .tuple(fc.nat(10), fc.nat(10), fc.nat(10))
      .map(([messages, failures, sink]) => answered(messages, Math.min(messages, failures), sink)),
    fc.constantFrom<ProbeResult>({ kind: 'empty' }, { kind: 'absent' }, { kind: 'failed', reason: 'x' }),
  );
  const step = fc.oneof(
    fc.record({ window }),
    fc.record({ probe }),
    fc.record({ override: fc.constantFrom('open', 'closed', null) }),
    fc.record({ crash: fc.constant(true) }),
    fc.record({ clock: fc.integer({ min: -3 * 3_600_000, max: 3 * 3_600_000 }) }),
  );

  test('ends, once nothing fails and nobody holds it, in a closed breaker within the longest pause', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer(), fc.boolean(), (steps, seed, isGlobal) => {
        const random = seededRandom(seed);
        let now = NOW;
        let row = closedBreaker(isGlobal ? GLOBAL_BREAKER : 'events', now);
        for (const one of steps) {
          now += MINUTE;
          if ('clock' in one) now = Math.max(1, now + one.clock);
          else if ('override' in one) row = withOverride(row, one.override as BreakerRow['override'], 'ana');
          else if ('window' in one) row = afterWindow(row, one.window, at(now, random));
          else if (isProbeDue(row, at(now))) {
            row = toHalfOpen(row, now);
            if ('probe' in one) row = afterProbe(row, one.probe, at(now, random));
          }
          // Nothing that flows is held by the sink's breaker, and nothing is stopped unheld.
          if (isShut(row)) expect(row.mappingHeld).toBe(true);
          else if (isGlobal) expect(row.mappingHeld).toBe(false);
        }
        row = withOverride(row, null, 'ana: done');
        const sound: ProbeResult = answered(10, 0);
        let minutes = 0;
        while (isShut(row)) {
          row = afterWindow(row, { messages: 0, failures: 0 }, at(now, random));
          if (isProbeDue(row, at(now))) row = afterProbe(toHalfOpen(row, now), sound, at(now, random));
          now += MINUTE;
          minutes += 1;
          expect(minutes).toBeLessThanOrEqual(settings.maxPauseMs / MINUTE + 2);
        }
      }),
      { seed: 7, numRuns: process.env['LEAN_OPS_TEST'] === 'full' ? 20_000 : 500 },
    );
  });
});
