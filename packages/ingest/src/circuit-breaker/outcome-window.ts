import type { BreakerRow, OutcomeCounts } from '@lean-ops/core';
import type { BreakerSettings } from './breaker-rules.js';

/** Messages of the last minutes, and how many of them failed. */
export interface Window {
  readonly messages: number;
  readonly failures: number;
  /** Of the sink: it fails for each of several topics, so that the fault is no single topic's. */
  readonly isEverywhere?: boolean;
}

type WindowSettings = Pick<BreakerSettings, 'windowMinutes'>;
type SinkSettings = Pick<BreakerSettings, 'windowMinutes' | 'maxErrorRate' | 'globalMinTopics'>;

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
  settings: SinkSettings,
): Window {
  let window = EMPTY;
  const topics = new Map<string, Window>();
  for (const { topic, minute, accepted, sinkFailures } of counts) {
    const offered = accepted + sinkFailures;
    if (minute < startOf(row, now, settings) || offered === 0) continue;
    window = plus(window, offered, sinkFailures);
    topics.set(topic, plus(topics.get(topic), offered, sinkFailures));
  }
  const fails = ({ messages, failures }: Window): boolean => failures / messages > settings.maxErrorRate;
  const isEverywhere = topics.size >= settings.globalMinTopics && [...topics.values()].every(fails);
  return { ...window, isEverywhere };
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
