import type { BreakerRow, OutcomeCounts } from '@lean-ops/core';
import type { BreakerSettings } from './breaker-rules.js';

/** Messages of the last minutes, and how many of them failed. */
export interface Window {
  readonly messages: number;
  readonly failures: number;
}

type WindowSettings = Pick<BreakerSettings, 'windowMinutes'>;

const MINUTE_MS = 60_000;
const EMPTY: Window = { messages: 0, failures: 0 };

/**
 * The windows of all topics at a time. A topic whose breaker changed lately has the minutes since: what failed before it
 * was closed must not open it again.
 */
export function topicWindows(
  counts: readonly OutcomeCounts[],
  rows: ReadonlyMap<string, BreakerRow>,
  now: number,
  settings: WindowSettings,
): Map<string, Window> {
  const windows = new Map<string, Window>();
  for (const { topic, minute, messages, failures } of counts) {
    if (minute < startOf(rows.get(topic), now, settings)) continue;
    windows.set(topic, plus(windows.get(topic), messages, failures));
  }
  return windows;
}

/** The window of the shared sink: what it answered for, of whatever topic. Rejected messages were never offered to it. */
export function globalWindow(
  counts: readonly OutcomeCounts[],
  row: BreakerRow | undefined,
  now: number,
  settings: WindowSettings,
): Window {
  let window = EMPTY;
  for (const { minute, accepted, sinkFailures } of counts) {
    if (minute < startOf(row, now, settings)) continue;
    window = plus(window, accepted + sinkFailures, sinkFailures);
  }
  return window;
}

/** Start of the oldest minute that counts. */
export function windowStart(now: number, { windowMinutes }: WindowSettings): number {
  return Math.floor(now / MINUTE_MS) * MINUTE_MS - (windowMinutes - 1) * MINUTE_MS;
}

function startOf(row: BreakerRow | undefined, now: number, settings: WindowSettings): number {
  return Math.max(windowStart(now, settings), row?.changedAt ?? 0);
}

function plus(window: Window = EMPTY, messages: number, failures: number): Window {
  return { messages: window.messages + messages, failures: window.failures + failures };
}
