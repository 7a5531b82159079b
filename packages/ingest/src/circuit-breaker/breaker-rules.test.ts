import { type BreakerRow, GLOBAL_BREAKER, type Random } from '@lean-ops/core';
import { describe, expect, test } from 'vitest';
import {
  afterProbe,
  afterWindow,
  closedBreaker,
  DEFAULT_BREAKER_SETTINGS,
  isProbeDue,
  type ProbeResult,
  toHalfOpen,
  withOverride,
} from './breaker-rules.js';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const settings = DEFAULT_BREAKER_SETTINGS;
const latest: Random = { next: () => 1, uuid: () => '' };
const at = (now: number, random = latest) => ({ now, settings, random });
const breaker = (changes: Partial<BreakerRow> = {}): BreakerRow => ({
  ...closedBreaker('events', NOW - 30 * MINUTE),
  ...changes,
});
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

describe('a closed breaker', () => {
  test('opens above half of enough messages, and holds what it stops', () => {
    expect(afterWindow(breaker(), { messages: 100, failures: 51 }, at(NOW))).toEqual(
      breaker({
        state: 'open',
        reason: '51 of 100 messages failed',
        changedAt: NOW,
        trips: 1,
        nextProbeAt: NOW + MINUTE,
        mappingHeld: true,
      }),
    );
  });

  test.each([
    ['half of them', { messages: 100, failures: 50 }],
    ['too few messages', { messages: 99, failures: 99 }],
    ['no messages', { messages: 0, failures: 0 }],
  ])('stays as it is with %s', (_name, window) => {
    const row = breaker();
    expect(afterWindow(row, window, at(NOW))).toBe(row);
  });

  test('needs more messages where it is that of the sink', () => {
    const row = breaker({ scope: GLOBAL_BREAKER });
    expect(afterWindow(row, { messages: 499, failures: 499 }, at(NOW))).toBe(row);
    expect(afterWindow(row, { messages: 500, failures: 499 }, at(NOW))).toMatchObject({
      state: 'open',
      reason: '499 of 500 messages were not taken by the sink',
    });
  });

  test('needs few messages where the sink fails for every one of several topics', () => {
    const row = breaker({ scope: GLOBAL_BREAKER });
    const isEverywhere = true;
    expect(afterWindow(row, { messages: 29, failures: 29, isEverywhere }, at(NOW))).toBe(row);
    expect(afterWindow(row, { messages: 30, failures: 30, isEverywhere }, at(NOW))).toMatchObject({
      state: 'open',
    });
  });

  test('remembers its trips until enough messages were sound, or for an hour', () => {
    const row = breaker({ trips: 3, changedAt: NOW - MINUTE });
    expect(afterWindow(row, { messages: 99, failures: 0 }, at(NOW))).toBe(row);
    expect(afterWindow(row, { messages: 100, failures: 0 }, at(NOW)).trips).toBe(0);
    const quiet = { messages: 0, failures: 0 };
    expect(afterWindow(row, quiet, at(NOW + 58 * MINUTE)).trips).toBe(3);
    expect(afterWindow(row, quiet, at(NOW + 59 * MINUTE)).trips).toBe(0);
    expect(afterWindow(row, { messages: 100, failures: 100 }, at(NOW))).toMatchObject({
      trips: 4,
      nextProbeAt: NOW + 8 * MINUTE,
    });
  });
});

describe('an open breaker', () => {
  const open = breaker({ state: 'open', trips: 2, nextProbeAt: NOW + MINUTE, mappingHeld: true });

  test('is left alone by the window, and is due when its pause is over', () => {
    expect(afterWindow(open, { messages: 0, failures: 0 }, at(NOW))).toBe(open);
    expect(isProbeDue(open, at(NOW + MINUTE - 1))).toBe(false);
    expect(isProbeDue(open, at(NOW + MINUTE))).toBe(true);
  });

  test('is due at once where the clock was set back by more than any pause', () => {
    const future = { ...open, nextProbeAt: NOW + settings.maxPauseMs + 1 };
    expect(isProbeDue(future, at(NOW))).toBe(true);
  });

  test('that was left half-open by whoever probed it is due at once', () => {
    expect(isProbeDue(toHalfOpen(open, NOW), at(NOW))).toBe(true);
  });

  const halfOpen = toHalfOpen(open, NOW);
  test.each<[string, ProbeResult, Partial<BreakerRow>]>([
    ['closes after a sound probe', answered(10, 5), { state: 'closed', nextProbeAt: null, trips: 2 }],
    ['opens again after a bad one, for longer', answered(10, 6), { trips: 3, nextProbeAt: NOW + 4 * MINUTE }],
    ['opens again where the processor failed', { kind: 'failed', reason: 'x' }, { state: 'open', trips: 3 }],
    [
      'closes where there is nothing to probe with',
      { kind: 'empty' },
      { state: 'closed', mappingHeld: true },
    ],
    [
      'waits as long as before where messages are hidden still',
      { kind: 'hidden' },
      { state: 'open', trips: 2, nextProbeAt: NOW + 2 * MINUTE, mappingHeld: true },
    ],
    ['lets go where its queue is gone', { kind: 'absent' }, { state: 'closed', mappingHeld: false }],
    [
      'waits as long as before where only the sink failed',
      answered(0, 0, 10),
      { state: 'open', trips: 2, nextProbeAt: NOW + 2 * MINUTE },
    ],
    ['closes where some were sound though the sink refused others', answered(1, 0, 9), { state: 'closed' }],
  ])('%s', (_name, result, expected) => {
    expect(afterProbe(halfOpen, result, at(NOW))).toMatchObject(expected);
  });

  test('of the sink looks at what the sink took', () => {
    const sink = { ...halfOpen, scope: GLOBAL_BREAKER };
    expect(afterProbe(sink, answered(5, 0, 5), at(NOW))).toMatchObject({
      state: 'closed',
      mappingHeld: false,
    });
    expect(afterProbe(sink, answered(4, 0, 6), at(NOW))).toMatchObject({ state: 'open', trips: 3 });
    // Six were rejected before the sink was asked.
    expect(afterProbe(sink, answered(6, 0, 4, 0), at(NOW))).toMatchObject({ state: 'open', trips: 3 });
  });

  test('waits at most half an hour, however often it tripped, and never less than half of its pause', () => {
    const often = { ...halfOpen, trips: 1_000 };
    expect(afterProbe(often, answered(1, 1), at(NOW)).nextProbeAt).toBe(NOW + 30 * MINUTE);
    const soonest: Random = { next: () => 0, uuid: () => '' };
    expect(afterProbe(often, answered(1, 1), at(NOW, soonest)).nextProbeAt).toBe(NOW + 15 * MINUTE);
  });
});

describe("a person's word", () => {
  const bad = { messages: 1_000, failures: 1_000 };

  test('keeps a breaker open and unprobed until it is taken back, and then it is probed', () => {
    const held = afterWindow(
      withOverride(breaker(), 'open', 'ana: mending'),
      { messages: 0, failures: 0 },
      at(NOW),
    );
    expect(held).toMatchObject({ state: 'open', mappingHeld: true, reason: 'ana: mending' });
    expect(afterWindow(held, bad, at(NOW))).toBe(held);
    expect(isProbeDue(held, at(NOW + 999 * MINUTE))).toBe(false);
    expect(isProbeDue(withOverride(held, null, 'ana: done'), at(NOW + MINUTE))).toBe(true);
  });

  test('keeps a breaker closed whatever fails, and closes one that is open', () => {
    const open = breaker({ state: 'open', trips: 5, mappingHeld: true });
    const held = afterWindow(withOverride(open, 'closed', 'ana: let it flow'), bad, at(NOW));
    expect(held).toMatchObject({ state: 'closed', trips: 0, mappingHeld: true, nextProbeAt: null });
    expect(afterWindow(held, bad, at(NOW))).toBe(held);
  });
});
