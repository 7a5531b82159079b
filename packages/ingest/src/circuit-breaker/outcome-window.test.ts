import type { OutcomeCounts } from '@lean-ops/core';
import { expect, test } from 'vitest';
import { closedBreaker } from './breaker-rules.js';
import { globalWindow, topicWindows, windowStart } from './outcome-window.js';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 30);
const MINUTE = 60_000;
const settings = { windowMinutes: 5, maxErrorRate: 0.5, globalMinTopics: 3 };
const counts = (
  topic: string,
  minutesAgo: number,
  failures: number,
  sinkFailures = 0,
  accepted = 10,
): OutcomeCounts => ({
  topic,
  minute: Math.floor(NOW / MINUTE) * MINUTE - minutesAgo * MINUTE,
  messages: 10,
  failures,
  accepted,
  sinkFailures,
});

test('the window is of the minute that runs and of those before it', () => {
  expect(NOW - windowStart(NOW, settings)).toBe(4 * MINUTE + 30_000);
  const found = [0, 4, 5].map((minutesAgo) => counts('events', minutesAgo, 1));
  expect(topicWindows(found, new Map(), NOW, settings)).toEqual(
    new Map([['events', { messages: 20, failures: 2 }]]),
  );
});

test('minutes from before a breaker last changed do not count, nor that in which it did', () => {
  const rows = new Map([['events', closedBreaker('events', NOW - MINUTE)]]);
  const found = [0, 1, 2].flatMap((minutesAgo) => [
    counts('events', minutesAgo, 9),
    counts('clicks', minutesAgo, 1),
  ]);
  expect(topicWindows(found, rows, NOW, settings)).toEqual(
    new Map([
      ['events', { messages: 10, failures: 9 }],
      ['clicks', { messages: 30, failures: 3 }],
    ]),
  );
});

test('the window of the sink is of what was offered to it, by all topics', () => {
  const found = [counts('events', 0, 10, 5, 0), counts('clicks', 1, 0, 7)];
  expect(globalWindow(found, undefined, NOW, settings)).toMatchObject({ messages: 22, failures: 12 });
  expect(globalWindow(found, closedBreaker('*', NOW - MINUTE), NOW, settings)).toMatchObject({
    messages: 5,
    failures: 5,
  });
});

test('the sink fails everywhere where it fails for each of enough topics that had something for it', () => {
  const failing = ['events', 'clicks'].map((topic) => counts(topic, 0, 0, 4, 1));
  const rejected = counts('logins', 0, 0, 0, 0);
  const isEverywhere = (...more: OutcomeCounts[]) =>
    globalWindow([...failing, rejected, ...more], undefined, NOW, settings).isEverywhere;
  expect(isEverywhere()).toBe(false);
  expect(isEverywhere(counts('sales', 0, 0, 2, 1))).toBe(true);
  expect(isEverywhere(counts('sales', 0, 0, 2, 1), counts('sales', 1, 0, 0, 1))).toBe(false);
});
