import {
  type BreakerStore,
  type Clock,
  GLOBAL_BREAKER,
  type Lease,
  type LeaseStore,
  type Logger,
  type Metrics,
  type OpsOutbox,
  type OutcomeCounts,
  type Random,
  type Sleep,
} from '@lean-ops/core';
import {
  afterWindow,
  type BreakerSettings,
  closedBreaker,
  DEFAULT_BREAKER_SETTINGS,
  globalWindow,
  isShut,
  topicFromQueueArn,
  topicWindows,
  windowStart,
  withOverride,
  withoutMapping,
} from '@lean-ops/ingest';
import { HandlerError } from '../shared/error.js';
import type { Invocation } from '../shared/invocation.js';
import { atOnce } from './at-once.js';
import { BreakerBook } from './breaker-book.js';
import type { MappingControl, QueueProbe, SwitchableMapping, TopicMappings } from './ports.js';
import { probeBreakers } from './probe-breakers.js';
import { SwitchReport, switchOff, switchOn } from './switch-mappings.js';
import { TokenBucket } from './token-bucket.js';

export interface CircuitBreakerDependencies {
  /** First and second part of the queues' names. */
  readonly project: string;
  readonly environment: string;
  readonly breakers: BreakerStore;
  readonly leases: LeaseStore;
  /** Takes every transition, for `ops.job_runs`. */
  readonly outbox: OpsOutbox;
  readonly control: MappingControl;
  readonly probe: QueueProbe;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settings?: Partial<BreakerSettings>;
  /** Calls of Lambda's control plane in a second; an account has 15. Default 10: deployments need some, too. */
  readonly controlCallsPerSecond?: number;
}

/** A schedule's event, or a person's word about one breaker. */
export interface CircuitBreakerEvent {
  readonly override?: {
    /** A table-safe topic, or `*` for the breaker of the shared sink. */
    readonly scope: string;
    /** `open`: nothing flows. `closed`: it never trips. Null: the rules decide again. */
    readonly state: 'open' | 'closed' | null;
    readonly by: string;
    readonly reason: string;
  };
}

/** What a round came to; null while another one is under way. */
export interface CircuitBreakerReport {
  /** Topics whose breaker is not closed. */
  readonly open: number;
  readonly globalOpen: boolean;
  readonly switchedOff: number;
  readonly switchedOn: number;
  /** Mappings that are not yet as they should be; the next round goes on with them. */
  readonly left: number;
}

const BREAKER_RESOURCE = 'circuit-breaker';

/** Kept for giving the lease back and telling how things stand. */
const SAFETY_MARGIN_MS = 5_000;
/** How long the lease outlasts the last call: the clocks of two functions may differ. */
const LEASE_MARGIN_MS = 15_000;
/** A probe's call of the processor may take that one's whole time-out. */
const PROBE_MS = 130_000;
const DEFAULT_REMAINING_MS = 120_000;
const SAVES_AT_ONCE = 16;

/**
 * One round of the circuit breakers: reads what became of messages, opens and probes, and switches mappings.
 *
 * A lease keeps rounds apart, its token fences the rows, and mappings are compared with what the rows say in every round:
 * a round that is cut off anywhere is finished by the next.
 */
export function createHandler(
  dependencies: CircuitBreakerDependencies,
): (event: CircuitBreakerEvent | null, context?: Invocation) => Promise<CircuitBreakerReport | null> {
  const { leases, clock, random, logger } = dependencies;
  return async (event, context) => {
    if (event?.override !== undefined) await override(event.override, dependencies);
    const remainingMs = context?.getRemainingTimeInMillis() ?? DEFAULT_REMAINING_MS;
    const endsAt = clock.now() + Math.max(0, remainingMs - SAFETY_MARGIN_MS);
    const lease = await leases.acquire({
      resource: BREAKER_RESOURCE,
      owner: random.uuid(),
      ttlMs: remainingMs + LEASE_MARGIN_MS,
    });
    if (lease === null) {
      logger.info('another round of the circuit breakers is under way');
      return null;
    }
    try {
      return await runRound(lease, endsAt, dependencies);
    } finally {
      await leases.release(lease).catch((error: unknown) => {
        logger.warn('the lease of the circuit breakers was not given back: it ends by itself', { error });
      });
    }
  };
}

async function runRound(
  lease: Lease,
  endsAt: number,
  dependencies: CircuitBreakerDependencies,
): Promise<CircuitBreakerReport> {
  const { breakers, clock, metrics, controlCallsPerSecond = 10 } = dependencies;
  const settings = { ...DEFAULT_BREAKER_SETTINGS, ...dependencies.settings };
  const bucket = new TokenBucket({ ...dependencies, perSecond: controlCallsPerSecond });
  const [book, counts, mappings] = await Promise.all([
    BreakerBook.open({ ...dependencies, token: lease.token }),
    breakers.counts(windowStart(clock.now(), settings)),
    listMappings(bucket, dependencies),
  ]);
  await judge(book, counts, { ...dependencies, settings });
  await book.tell();
  let off = new SwitchReport();
  let on = new SwitchReport();
  if (mappings !== null) {
    await closeAbsent(book, mappings, clock.now());
    // Before anything is probed, for probing takes its time.
    off = await switchOff(book, mappings, { ...dependencies, bucket, endsAt });
    const probeMs = Math.min(PROBE_MS, (endsAt - clock.now()) / 2);
    await probeBreakers(book, mappings, { ...dependencies, settings, endsAt: endsAt - probeMs });
    on = await switchOn(book, mappings, off.switched, { ...dependencies, bucket, endsAt });
    await book.tell();
  }
  const open = [...book.rows.values()].filter((row) => row.scope !== GLOBAL_BREAKER && isShut(row)).length;
  const globalOpen = isShut(book.global);
  metrics.add('BreakersOpen', open, 'Count');
  metrics.add('GlobalBreakerOpen', globalOpen ? 1 : 0, 'Count');
  const left = new Set([...off.left, ...on.left]).size;
  return { open, globalOpen, switchedOff: off.switched.size, switchedOn: on.switched.size, left };
}

/** What the last minutes make of every breaker, the sink's first. */
async function judge(
  book: BreakerBook,
  counts: readonly OutcomeCounts[],
  { clock, random, settings }: CircuitBreakerDependencies & { readonly settings: BreakerSettings },
): Promise<void> {
  const now = clock.now();
  const rules = { now, settings, random };
  const global = book.rowOf(GLOBAL_BREAKER);
  await book.change(global, afterWindow(global, globalWindow(counts, book.global, now, settings), rules));
  const windows = topicWindows(counts, book.rows, now, settings);
  const scopes = new Set([...book.rows.keys(), ...windows.keys()]);
  scopes.delete(GLOBAL_BREAKER);
  await atOnce(SAVES_AT_ONCE, scopes, async (scope) => {
    const row = book.rowOf(scope);
    const window = windows.get(scope) ?? { messages: 0, failures: 0 };
    await book.change(row, afterWindow(row, window, rules));
  });
}

/** Mappings by topic; null where the control plane gives none: breakers open all the same, and hold them later. */
async function listMappings(
  bucket: TokenBucket,
  { control, project, environment, logger }: CircuitBreakerDependencies,
): Promise<TopicMappings | null> {
  const found = new Map<string, readonly SwitchableMapping[]>();
  try {
    for (const mapping of await control.list(() => bucket.take())) {
      const queue = topicFromQueueArn(mapping.queueArn, { project, environment });
      if (queue !== null) found.set(queue.topic, [...(found.get(queue.topic) ?? []), mapping]);
    }
    return found;
  } catch (error) {
    logger.error('the mappings could not be listed: none is switched and nothing is probed in this round', {
      error,
    });
    return null;
  }
}

/** A breaker whose mapping was deleted has nothing to hold: it closes, and opens again with the mapping's next failures. */
async function closeAbsent(book: BreakerBook, mappings: TopicMappings, now: number): Promise<void> {
  for (const row of book.rows.values()) {
    const { scope, override: word, mappingHeld } = row;
    if (scope === GLOBAL_BREAKER || mappings.has(scope) || word === 'open') continue;
    if (isShut(row)) await book.change(row, withoutMapping(row, now));
    else if (mappingHeld) await book.change(row, { ...row, mappingHeld: false });
  }
}

/** A person's word, written down; the round that follows acts on it. */
async function override(
  word: NonNullable<CircuitBreakerEvent['override']>,
  { breakers, logger }: CircuitBreakerDependencies,
): Promise<void> {
  const { scope, state, by, reason } = word;
  const isSound =
    typeof scope === 'string' &&
    (scope === GLOBAL_BREAKER || /^[a-z][a-z0-9_]*$/.test(scope)) &&
    (state === null || state === 'open' || state === 'closed') &&
    typeof by === 'string' &&
    by !== '' &&
    typeof reason === 'string';
  if (!isSound) {
    throw new HandlerError(
      `an override takes {scope: topic or "*", state: "open", "closed" or null, by, reason}, not ${JSON.stringify(word)}`,
      { code: 'EVENT_INVALID', context: { override: word } },
    );
  }
  for (;;) {
    // A breaker that has no row has never changed.
    const row = (await breakers.get(scope)) ?? closedBreaker(scope, 0);
    if ((await breakers.save(withOverride(row, state, `${by}: ${reason}`))) !== null) break;
  }
  logger.warn('a person decided about a circuit breaker', { scope, state, by, reason });
}
