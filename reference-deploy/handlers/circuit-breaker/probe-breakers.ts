import { type BreakerRow, type Clock, GLOBAL_BREAKER, type Logger, type Random } from '@lean-ops/core';
import {
  afterProbe,
  type BreakerSettings,
  isProbeDue,
  isShut,
  type ProbeResult,
  toHalfOpen,
} from '@lean-ops/ingest';
import { atOnce } from './at-once.js';
import type { BreakerBook } from './breaker-book.js';
import type { QueueProbe, SwitchableMapping, TopicMappings } from './ports.js';

export interface ProbeParts {
  readonly probe: QueueProbe;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: BreakerSettings;
  /** No probe is begun after it, milliseconds since the epoch. */
  readonly endsAt: number;
}

/** Probes at a time: each is one small batch through the processor. */
const AT_ONCE = 10;
/** Topics that are asked for a message when the shared sink is probed. */
const GLOBAL_TOPICS = 20;

/**
 * Probes the breakers that are due. That of the sink goes first; while it is shut a topic's own probe could only meet
 * the same sink, and waits.
 */
export async function probeBreakers(
  book: BreakerBook,
  mappings: TopicMappings,
  parts: ProbeParts,
): Promise<void> {
  const { clock, settings } = parts;
  const isDue = (row: BreakerRow): boolean =>
    // What opened just now is not probed yet: switching hundreds of mappings off takes longer than a pause.
    book.isOurs(row.scope) && !book.hasTurned(row.scope) && isProbeDue(row, { now: clock.now(), settings });
  const { global } = book;
  if (global !== undefined && isDue(global)) {
    await probeOne(book, global, parts, () => probeSink(candidates(book, mappings), parts));
  }
  if (isShut(book.global)) return;
  const due = [...book.rows.values()]
    .filter((row) => row.scope !== GLOBAL_BREAKER && isDue(row))
    // Where the time does not suffice for all, those that have waited longest are next.
    .sort((left, right) => (left.nextProbeAt ?? 0) - (right.nextProbeAt ?? 0));
  await atOnce(AT_ONCE, due, async (row) => {
    await probeOne(book, row, parts, () => probeTopic(mappings.get(row.scope) ?? [], parts));
  });
}

/** The first of a topic's queues that has anything to say; most topics have one. */
async function probeTopic(
  mappings: readonly SwitchableMapping[],
  { probe }: ProbeParts,
): Promise<ProbeResult> {
  let last: ProbeResult = { kind: 'absent' };
  for (const { queueArn } of mappings) {
    const result = await probe.run(queueArn);
    if (result.kind === 'answered' || result.kind === 'failed') return result;
    if (result.kind === 'hidden' || last.kind === 'absent') last = result;
  }
  return last;
}

async function probeOne(
  book: BreakerBook,
  row: BreakerRow,
  { clock, settings, random, logger, endsAt }: ProbeParts,
  run: () => Promise<ProbeResult>,
): Promise<void> {
  if (clock.now() >= endsAt || !(await book.change(row, toHalfOpen(row, clock.now())))) return;
  let result: ProbeResult;
  try {
    result = await run();
  } catch (error) {
    logger.error('a probe failed', { scope: row.scope, error });
    result = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
  const halfOpen = book.rowOf(row.scope);
  await book.change(halfOpen, afterProbe(halfOpen, result, { now: clock.now(), settings, random }));
}

/**
 * Queues to try the sink with: those that flow but for it first, those shut by their own breaker after them. What a person
 * holds shut is left alone: nothing flows there, a probe's messages neither.
 */
function candidates(book: BreakerBook, mappings: TopicMappings): string[][] {
  const flowing: string[] = [];
  const shut: string[] = [];
  for (const [topic, queues] of mappings) {
    const row = book.rows.get(topic);
    if (row?.override === 'open') continue;
    (isShut(row) ? shut : flowing).push(...queues.map(({ queueArn }) => queueArn));
  }
  return [flowing, shut];
}

/** The first of some topics, picked by chance from the first group that has any left, with a message for the sink. */
async function probeSink(
  groups: readonly string[][],
  { probe, random, clock, endsAt }: ProbeParts,
): Promise<ProbeResult> {
  let hidden = false;
  for (let tried = 0; tried < GLOBAL_TOPICS && clock.now() < endsAt; tried += 1) {
    const queues = groups.find(({ length }) => length > 0);
    if (queues === undefined) break;
    const [queueArn] = queues.splice(Math.floor(random.next() * queues.length), 1);
    const result = await probe.run(queueArn!);
    // Messages that were rejected before the sink was asked say nothing about it.
    const isTelling = result.kind === 'answered' && result.accepted + result.sinkFailures > 0;
    if (isTelling || result.kind === 'failed') return result;
    hidden ||= result.kind === 'hidden';
  }
  return { kind: hidden ? 'hidden' : 'empty' };
}
