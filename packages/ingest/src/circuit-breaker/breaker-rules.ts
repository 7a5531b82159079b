import { type BreakerRow, GLOBAL_BREAKER, type Random } from '@lean-ops/core';
import type { Window } from './outcome-window.js';

/** When breakers open, and how long they wait. */
export interface BreakerSettings {
  /** Length of the sliding window. Default 5. */
  readonly windowMinutes: number;
  /** A topic with fewer messages in its window does not trip. Default 100. */
  readonly minMessages: number;
  /** The same for the breaker of the shared sink. Default 500. */
  readonly globalMinMessages: number;
  /** Where the sink fails for each of so many topics or more, few messages suffice for its breaker. Default 3. */
  readonly globalMinTopics: number;
  /** How few. Default 30. */
  readonly globalFewMessages: number;
  /** A breaker trips above it. Default 0.5. */
  readonly maxErrorRate: number;
  /** Pause before the first probe at most; it doubles with every trip. Default one minute. */
  readonly firstPauseMs: number;
  /** Longest pause between probes. Default half an hour. */
  readonly maxPauseMs: number;
  /** A breaker that stays closed so long without enough messages to tell has closed for good. Default an hour. */
  readonly forgetAfterMs: number;
}

export const DEFAULT_BREAKER_SETTINGS: BreakerSettings = {
  windowMinutes: 5,
  minMessages: 100,
  globalMinMessages: 500,
  globalMinTopics: 3,
  globalFewMessages: 30,
  maxErrorRate: 0.5,
  firstPauseMs: 60_000,
  maxPauseMs: 30 * 60_000,
  forgetAfterMs: 3_600_000,
};

/** What a bounded receive through the processor came to. */
export type ProbeResult =
  | {
      readonly kind: 'answered';
      readonly messages: number;
      readonly failures: number;
      readonly accepted: number;
      readonly sinkFailures: number;
    }
  /** Nothing was waiting. */
  | { readonly kind: 'empty' }
  /** Messages are there and hidden: they were received lately, and show again when their visibility time-out is over. */
  | { readonly kind: 'hidden' }
  /** There is no such queue any more. */
  | { readonly kind: 'absent' }
  /** The processor itself failed, or was not reached. */
  | { readonly kind: 'failed'; readonly reason: string };

interface Rules {
  readonly now: number;
  readonly settings: BreakerSettings;
  readonly random: Random;
}

/** The breaker of a scope that has no row yet. */
export function closedBreaker(scope: string, now: number): BreakerRow {
  return {
    scope,
    state: 'closed',
    override: null,
    reason: null,
    changedAt: now,
    trips: 0,
    nextProbeAt: null,
    mappingHeld: false,
    token: 0n,
    revision: 0,
  };
}

/** Whether nothing may flow: half-open too, for the mapping stays off while it is probed. */
export function isShut(row: BreakerRow | undefined): boolean {
  return row !== undefined && row.state !== 'closed';
}

/**
 * What the last minutes and a person's word make of a breaker; the same row where nothing changes.
 *
 * A closed breaker opens above the error rate, of enough messages. Enough sound messages, or a long time, end the series
 * of its trips. An open one is left to its probes, and a person's word counts before everything.
 */
export function afterWindow(row: BreakerRow, window: Window, rules: Rules): BreakerRow {
  const { now, settings } = rules;
  if (row.override === 'open') return row.state === 'open' ? row : opened(row, now, null);
  if (row.override === 'closed') return row.state === 'closed' ? row : { ...closed(row, now), trips: 0 };
  if (row.state !== 'closed') return row;
  const enough = enoughFor(row, window, settings);
  const isEnough = window.messages >= Math.max(1, enough);
  if (isEnough && isAbove(window, settings)) {
    const { messages, failures } = window;
    const what = row.scope === GLOBAL_BREAKER ? 'messages were not taken by the sink' : 'messages failed';
    return tripped(row, `${failures} of ${messages} ${what}`, rules);
  }
  const isOver = isEnough || now - row.changedAt >= settings.forgetAfterMs;
  return row.trips > 0 && isOver ? { ...row, trips: 0 } : row;
}

/**
 * Whether an open breaker is to be probed now. One that was left half-open is (whoever probed it is gone), and so is one
 * whose next probe is further away than any pause: the clock was set back.
 */
export function isProbeDue(row: BreakerRow, { now, settings }: Omit<Rules, 'random'>): boolean {
  if (row.override !== null) return false;
  if (row.state !== 'open') return row.state === 'half-open';
  return row.nextProbeAt === null || now >= row.nextProbeAt || row.nextProbeAt - now > settings.maxPauseMs;
}

export function toHalfOpen(row: BreakerRow, now: number): BreakerRow {
  return { ...row, state: 'half-open', changedAt: now };
}

/**
 * What a probe makes of a half-open breaker: closed or open again.
 *
 * An empty queue closes it: there is nothing to learn without messages, and it trips again at the same few. So does one
 * that is gone. Where messages are only hidden nothing is known yet: it stays open, and that counts as no trip. A probe whose messages only the shared sink refused says nothing about a topic, and counts as no trip.
 */
export function afterProbe(row: BreakerRow, result: ProbeResult, rules: Rules): BreakerRow {
  const { now, settings } = rules;
  if (result.kind === 'failed') return tripped(row, `the probe failed: ${result.reason}`, rules);
  if (result.kind === 'empty') return { ...closed(row, now), reason: 'no messages to probe with' };
  if (result.kind === 'absent') return withoutMapping(row, now);
  const nextProbeAt = now + pauseOf(Math.max(1, row.trips), rules);
  if (result.kind === 'hidden') {
    return { ...opened(row, now, nextProbeAt), reason: 'the messages to probe with are hidden still' };
  }
  const { messages, failures, accepted, sinkFailures } = result;
  const isGlobal = row.scope === GLOBAL_BREAKER;
  const window = isGlobal
    ? { messages: accepted + sinkFailures, failures: sinkFailures }
    : { messages, failures };
  const about = `${window.failures} of ${window.messages} messages of the probe failed`;
  if (isAbove(window, settings)) return tripped(row, about, rules);
  if (window.messages > 0) return { ...closed(row, now), reason: about };
  return { ...opened(row, now, nextProbeAt), reason: 'the sink took no message of the probe' };
}

/** A breaker that has nothing to stop: its queue or mapping was deleted. */
export function withoutMapping(row: BreakerRow, now: number): BreakerRow {
  return { ...closed(row, now), mappingHeld: false, reason: 'its queue or mapping is not there' };
}

/** The row with a person's word; its state follows in the next round. */
export function withOverride(row: BreakerRow, override: BreakerRow['override'], reason: string): BreakerRow {
  return { ...row, override, reason };
}

function enoughFor({ scope }: BreakerRow, { isEverywhere }: Window, settings: BreakerSettings): number {
  const { minMessages, globalMinMessages, globalFewMessages } = settings;
  if (scope !== GLOBAL_BREAKER) return minMessages;
  return isEverywhere === true ? Math.min(globalFewMessages, globalMinMessages) : globalMinMessages;
}

function isAbove({ messages, failures }: Window, { maxErrorRate }: BreakerSettings): boolean {
  return messages > 0 && failures / messages > maxErrorRate;
}

function tripped(row: BreakerRow, reason: string, rules: Rules): BreakerRow {
  const trips = row.trips + 1;
  return { ...opened(row, rules.now, rules.now + pauseOf(trips, rules)), trips, reason };
}

/** An open breaker holds what it stops: whoever reads the row must know before anything is switched off. */
function opened(row: BreakerRow, now: number, nextProbeAt: number | null): BreakerRow {
  return { ...row, state: 'open', changedAt: now, nextProbeAt, mappingHeld: true };
}

/** A topic's mapping is held until it is switched on again; the sink's breaker has none, its topics hold theirs. */
function closed(row: BreakerRow, now: number): BreakerRow {
  const mappingHeld = row.scope === GLOBAL_BREAKER ? false : row.mappingHeld;
  return { ...row, state: 'closed', changedAt: now, nextProbeAt: null, mappingHeld };
}

/** Half of it is sure, half is by chance: hundreds that tripped at once are not probed at once. */
function pauseOf(trips: number, { settings, random }: Rules): number {
  const { firstPauseMs, maxPauseMs } = settings;
  const longest = Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(trips - 1, 30));
  return Math.ceil(longest / 2 + (random.next() * longest) / 2);
}
