import type { StatusChange, TrackedError, TrackedPosition, TrackedStatus } from '@lean-ops/core';
import type { ArchivedMessage } from '@lean-ops/ingest';
import { DeadLetterError } from '../error.js';
import { mapConcurrently } from '../map-concurrently.js';
import { Pacer } from '../pacer.js';
import type { DeadLetterPorts } from '../ports.js';
import { readArchive } from '../read-archive.js';
import { type DeadLetterFilter, selectDeadLetters, take } from '../select.js';
import { foresee } from './foresee.js';
import { send } from './send.js';

export interface ReplayOptions {
  /** Without statuses: what is open, and what an earlier run claimed and did not mark as sent. */
  readonly filter?: DeadLetterFilter;
  readonly limit?: number;
  /** Messages per second at most. Default 50. */
  readonly perSecond?: number;
  /** A message that was replayed this often is left alone. Default 3. */
  readonly maxReplays?: number;
  /** Sends also what would certainly come back. Default false. */
  readonly force?: boolean;
  /** Decides and sends nothing. */
  readonly dryRun?: boolean;
  /** Who asks. */
  readonly by: string;
  readonly signal?: AbortSignal;
}

export type ReplayOutcomeKind =
  | 'sent'
  | 'would-send'
  /** As things stand it would come back. */
  | 'would-fail'
  /** It was replayed as often as allowed. */
  | 'exhausted'
  /** The archive does not have it, or cannot read it. */
  | 'missing'
  | 'corrupt'
  /** The queue or the sink will never take it. */
  | 'refused'
  /** It was replayed or discarded before; also by somebody else since it was looked at. */
  | 'not-open';

export interface ReplayOutcome {
  readonly record: TrackedError;
  readonly outcome: ReplayOutcomeKind;
  /** Why, where it was not sent. */
  readonly detail: string | null;
}

const DEFAULT_PER_SECOND = 50;
const DEFAULT_MAX_REPLAYS = 3;
/** Messages that are read and sent at once; the rate is kept all the same. */
const CONCURRENCY = 8;

/**
 * Sends archived messages again, each marked with its first identity, and says of each what became of it.
 *
 * A message is claimed, sent, and marked as sent. Whoever is cut off in between leaves a claim, which the next run takes
 * up: every message is sent at least once, and RAW knows a second arrival for a copy. One that fails again is open again
 * with its replays counted, never sent twice by one run, and left alone after `maxReplays`.
 *
 * @throws {DeadLetterError} `REPLAY_INTERRUPTED` when queue or sink cannot be reached; `DEAD_LETTER_NOT_FOUND` and
 * `ID_AMBIGUOUS` for ids; `OPTION_INVALID`.
 */
export async function* replayDeadLetters(
  ports: DeadLetterPorts,
  options: ReplayOptions,
): AsyncGenerator<ReplayOutcome> {
  const { limit = Number.POSITIVE_INFINITY, perSecond = DEFAULT_PER_SECOND } = options;
  if (!(perSecond > 0)) {
    throw new DeadLetterError(`a rate of ${perSecond} per second sends nothing: give more than 0`, {
      code: 'OPTION_INVALID',
      context: { perSecond },
    });
  }
  const run: ReplayRun = {
    ports: { ...ports, registry: cached(ports.registry) },
    options,
    startedAt: ports.clock.now(),
    pacer: new Pacer({ ...ports, perSecond }),
  };
  yield* mapConcurrently(take(candidates(run), limit), CONCURRENCY, (record) => replayOne(record, run));
}

/** A run decides by one registry row per topic: it asks about thousands of messages. */
function cached(registry: DeadLetterPorts['registry']): DeadLetterPorts['registry'] {
  const rows = new Map<string, ReturnType<typeof registry.get>>();
  return {
    list: () => registry.list(),
    get: (topic) => {
      const row = rows.get(topic) ?? registry.get(topic);
      rows.set(topic, row);
      return row;
    },
  };
}

interface ReplayRun {
  readonly ports: DeadLetterPorts;
  readonly options: ReplayOptions;
  readonly startedAt: number;
  readonly pacer: Pacer;
}

/** Sending again what was sent must be asked for by its status. */
const DEFAULT_STATUSES: readonly TrackedStatus[] = ['open', 'replaying'];

async function* candidates({ ports, options, startedAt }: ReplayRun): AsyncGenerator<TrackedError> {
  const { filter = {}, signal } = options;
  const named = filter.ids !== undefined;
  const statuses = filter.statuses ?? (named ? undefined : DEFAULT_STATUSES);
  const { statuses: _given, ...rest } = filter;
  const selected = selectDeadLetters(ports.tracker, statuses === undefined ? rest : { ...rest, statuses });
  for await (const record of selected) {
    signal?.throwIfAborted();
    // What this run itself sent and what came back in another form is for the next run.
    if (record.replays > 0 && record.firstSeenAt > startedAt) continue;
    if (record.status === 'replaying' && isOfLiveRun(record, startedAt)) continue;
    yield record;
  }
}

/** A claim that is younger than this run is of one that goes on beside it. */
function isOfLiveRun({ lastChange }: TrackedError, startedAt: number): boolean {
  return lastChange !== null && lastChange.at > startedAt;
}

async function replayOne(record: TrackedError, run: ReplayRun): Promise<ReplayOutcome> {
  const { ports, options, pacer } = run;
  const { dryRun = false, signal } = options;
  const decided = await decide(record, run);
  if ('outcome' in decided) {
    if (!dryRun && record.status === 'replaying') await openAgain(record, decided.detail, run);
    return { record, ...decided };
  }
  if (dryRun) return { record, outcome: 'would-send', detail: null };
  await pacer.turn(signal);
  signal?.throwIfAborted();
  return await claimAndSend(record, decided.message, ports, options);
}

/** Nobody goes on with what a run that was cut off had claimed: it is for whoever looks at it next. */
async function openAgain(
  { id, status, replays }: TrackedError,
  reason: string,
  { ports, options }: ReplayRun,
): Promise<void> {
  await ports.tracker.changeStatus(id, {
    from: { status, replays },
    to: { status: 'open', replays },
    change: { at: ports.clock.now(), by: options.by, reason },
  });
}

async function decide(
  record: TrackedError,
  { ports, options }: ReplayRun,
): Promise<
  { readonly message: ArchivedMessage } | { readonly outcome: ReplayOutcomeKind; readonly detail: string }
> {
  const { maxReplays = DEFAULT_MAX_REPLAYS, force = false, filter = {} } = options;
  const { status, replays } = record;
  const wanted = filter.statuses ?? DEFAULT_STATUSES;
  if (!wanted.includes(status)) {
    return { outcome: 'not-open', detail: `it is ${status}: ask for that status to send it again` };
  }
  // A claim has been counted when it was made.
  if (status !== 'replaying' && replays >= maxReplays) {
    return { outcome: 'exhausted', detail: `replayed ${replays} times, ${maxReplays} allowed` };
  }
  const reading = await readArchive(ports.archive, record);
  if (reading.state !== 'kept') return { outcome: reading.state, detail: reading.detail };
  const foresight = await foresee(reading.message, ports);
  // A record that is no envelope would be lost behind the sink: nothing forces that.
  const hopeless = !foresight.passes && foresight.code === 'ENVELOPE_UNREADABLE';
  if (foresight.passes || (force && !hopeless)) return { message: reading.message };
  return { outcome: 'would-fail', detail: `${foresight.code}: ${foresight.detail}` };
}

async function claimAndSend(
  record: TrackedError,
  message: ArchivedMessage,
  ports: DeadLetterPorts,
  { by, signal }: ReplayOptions,
): Promise<ReplayOutcome> {
  const { tracker, clock } = ports;
  const before: TrackedPosition = { status: record.status, replays: record.replays };
  const resumed = record.status === 'replaying';
  const claimed = { status: 'replaying', replays: record.replays + (resumed ? 0 : 1) } as const;
  // What is marked as sent bears the time of its claim: a failure from before that is of an earlier attempt.
  const at = clock.now();
  const change = (reason: string | null): StatusChange => ({ at, by, reason });
  if (!(await tracker.changeStatus(record.id, { from: before, to: claimed, change: change(null) }))) {
    return { record, outcome: 'not-open', detail: 'somebody else replayed or discarded it meanwhile' };
  }
  // An outage leaves the claim: whether the message arrived is not known, and the next run sends it as the same attempt.
  const result = await send(message, claimed.replays, ports, signal);
  if (!result.sent) {
    const to: TrackedPosition = resumed ? { status: 'open', replays: record.replays } : before;
    await tracker.changeStatus(record.id, { from: claimed, to, change: change(result.detail) });
    return { record, outcome: 'refused', detail: result.detail };
  }
  // False where it has failed again already: then it is open, and stays so.
  const to: TrackedPosition = { status: 'replayed', replays: claimed.replays };
  await tracker.changeStatus(record.id, { from: claimed, to, change: change(null) });
  return { record, outcome: 'sent', detail: null };
}
