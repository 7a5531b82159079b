import type {
  Clock,
  Lease,
  Logger,
  Random,
  Sleep,
  StateStore,
  TopicContract,
  TopicRow,
} from '@lean-ops/core';
import {
  abandonRebuild,
  highestFencingToken,
  type LayerNames,
  type RebuildOptions,
  type RebuildPoint,
  type RebuildProgress,
  type RebuildReport,
  rebuild,
  rebuildUnderWay,
  type Scratch,
} from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { changeTopic } from '../handlers/shared/change-topic.js';
import { HandlerError } from '../handlers/shared/error.js';
import { renewOrFail, topicResource } from '../handlers/shared/lease.js';
import { liveContract } from '../handlers/shared/live-contract.js';
import { executionOf, rebuildReason, stateBefore } from './state-before.js';

/** What a platform gives a rebuild. */
export interface RebuildParts {
  readonly state: StateStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuid'>;
  readonly logger: Logger;
  readonly names?: Partial<LayerNames>;
  /** Key of columns with `sensitive: hash`. */
  readonly maskingKey?: Uint8Array;
  /** Longer than one commit may take: the lease is renewed at every commit. */
  readonly leaseTtlMs: number;
  /** Owns the topic's lease; the same owner calling again goes on with it. */
  readonly owner: string;
  /** Source rows per commit at most. */
  readonly maxRowsPerCommit?: number;
  /** Where rows of the audit wait packed. Default: below the folder of the new files. */
  readonly scratch?: Scratch;
  readonly hooks?: { at?(point: RebuildPoint): Promise<void> | void };
}

export interface AbandonTopicOptions extends RebuildParts {
  /** Table-safe topic. */
  readonly topic: string;
  /** Who wants it; stands in the registry as long as the topic is being rebuilt. */
  readonly requestedBy: string;
  readonly signal?: AbortSignal;
  /** How long a run that is under way is waited for, milliseconds, and by what. Default: not at all. */
  readonly wait?: { readonly forMs: number; readonly sleep: Sleep };
}

export interface RebuildTopicOptions extends AbandonTopicOptions {
  /**
   * The contract to rebuild under, which goes live with the new tables; it is in the contract store. Null: none. Default:
   * that of the rebuild that is under way, else the live one.
   */
  readonly contract?: TopicContract | null;
  readonly acceptRawGap?: boolean;
  /**
   * Where a run has the topic, it stays out of the rounds for the next call, or for {@link giveUpWaiting}. Default: it is
   * given back.
   */
  readonly staysOut?: boolean;
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** The time of this call. Default: as long as it takes. */
  readonly handOver?: RebuildOptions['handOver'];
}

export type RebuildTopicResult = Pick<
  RebuildReport,
  'topic' | 'step' | 'contractVersion' | 'rows' | 'carried' | 'commits' | 'tags'
> & {
  /**
   * `continue`: the time was over first, the same call goes on. `unchanged`: the contract given is live already, and no
   * rebuild is under way.
   */
  readonly status: RebuildReport['status'] | 'unchanged';
  /** Null where nothing was to be done. */
  readonly generation: number | null;
};

/** How often a run that is under way is looked after. */
const POLL_MS = 1_000;
const TELL_WAITING_MS = 30_000;

/**
 * Rebuilds a topic's tables from RAW, from taking it out of the rounds to giving it back: the saga of docs/rebuild.md.
 * Where one is under way that was cut off, it is finished.
 *
 * In one write of the registry row the topic gets the new contract and the state it had before: an operator's pause stays a
 * pause. Where it fails, what was begun waits to be finished by the same call or given up ({@link abandonTopicRebuild}), and
 * the topic stays `rebuilding`; where nothing was begun, it gets its state back at once.
 *
 * @throws {HandlerError} `TOPIC_NOT_REGISTERED`, `CONTRACT_MISSING`; `TOPIC_BUSY` (retryable) while a run has the topic;
 *   `LEASE_LOST`.
 * @throws {CurateError} as `rebuild` of `@lean-ops/curate`: `RAW_GAP`, `REBUILD_NOT_BALANCED`, `REBUILD_UNDER_WAY`, …
 * @example
 * const { generation, tags } = await rebuildTopic({ ...parts, topic: 'events', requestedBy: 'ada', contract });
 */
export async function rebuildTopic(options: RebuildTopicOptions): Promise<RebuildTopicResult> {
  const { state, topic, acceptRawGap, onProgress, handOver } = options;
  const begun = await rebuildUnderWay(state.journals, topic);
  const row = await rowOf(options);
  const contract = await wantedContract(options, begun?.contractVersion);
  if (begun === null && options.contract !== undefined && row.state !== 'rebuilding') {
    if (row.contractVersion === (contract?.version ?? null)) return unchanged(topic, row);
  }
  const lease = await claimFromRounds(options);
  return await withTopic(options, lease, async (at) => {
    await takeOut(options);
    const report = await rebuild({
      ...tableParts(options, lease, at),
      contract,
      outbox: state.outbox,
      checkpoints: state.checkpoints,
      random: options.random,
      runId: `rebuild-${options.owner}`,
      ...defined({ acceptRawGap, onProgress, handOver, scratch: options.scratch }),
      ...defined({ maskingKey: options.maskingKey, maxRowsPerCommit: options.maxRowsPerCommit }),
      restored: async () => {
        await giveBack(options, {
          change: (before) => ({
            contractVersion: contract?.version ?? null,
            engine: contract?.engine ?? before.engine,
            envelope: contract?.envelope ?? before.envelope,
          }),
        });
      },
    });
    const { step, status, generation, contractVersion, rows, carried, commits, tags } = report;
    return { topic, step, status, generation, contractVersion, rows, carried, commits, tags };
  });
}

/**
 * Gives up the rebuild that a topic is in: its tables are what they were, and so is its state.
 *
 * @returns the generation that was given up; null where the topic had only been taken out of the rounds.
 * @throws as {@link rebuildTopic}, and `REBUILD_NONE`.
 */
export async function abandonTopicRebuild(
  options: AbandonTopicOptions,
): Promise<{ readonly topic: string; readonly generation: number | null }> {
  const { state, topic } = options;
  const row = await rowOf(options);
  const lease = await claim(options);
  return await withTopic(options, lease, async (at) => {
    const begun = await rebuildUnderWay(state.journals, topic);
    if (begun === null && row.state === 'rebuilding') {
      await giveBack(options);
      return { topic, generation: null };
    }
    const { generation } = await abandonRebuild({
      ...tableParts(options, lease, at),
      restored: async () => await giveBack(options),
    });
    return { topic, generation };
  });
}

async function wantedContract(
  { state, topic, contract }: RebuildTopicOptions,
  begun: string | null | undefined,
): Promise<TopicContract | null> {
  if (contract !== undefined) return contract;
  if (begun === undefined) return await liveContract(state, topic);
  const found = begun === null ? null : await state.contracts.get(topic, begun);
  if (begun === null || found !== null) return found;
  throw new HandlerError(
    `the rebuild of ${topic} that is under way is under contract ${begun}, which is not stored: give it, or abandon the rebuild`,
    { code: 'CONTRACT_MISSING', context: { topic, version: begun } },
  );
}

type At = (point: RebuildPoint) => Promise<void>;

/** Works under the topic's lease, which is kept for the next call where this one hands over. */
async function withTopic<Result extends object>(
  options: AbandonTopicOptions,
  first: Lease,
  work: (at: At) => Promise<Result>,
): Promise<Result> {
  const { state, leaseTtlMs, clock, hooks, topic } = options;
  let lease = first;
  const at: At = async (point) => {
    await hooks?.at?.(point);
    if (lease.expiresAt - clock.now() < leaseTtlMs / 2)
      lease = await renewOrFail(state.leases, lease, leaseTtlMs);
  };
  let keeps = false;
  try {
    const result = await work(at);
    keeps = 'status' in result && result.status === 'continue';
    return result;
  } catch (error) {
    // Nothing was begun: the topic is as it was.
    if ((await rebuildUnderWay(state.journals, topic)) === null && (await holds(state, lease)))
      await giveBack(options);
    throw error;
  } finally {
    if (!keeps) await state.leases.release(lease);
  }
}

async function holds(state: StateStore, { resource, token }: Lease): Promise<boolean> {
  return (await state.leases.get(resource))?.token === token;
}

/** A run that is under way finishes first, and no other begins before this one. */
async function claimFromRounds(options: RebuildTopicOptions): Promise<Lease> {
  try {
    return await claim(options, async () => await takeOut(options, { unlessOut: true }));
  } catch (error) {
    if (options.staysOut !== true) await giveUpWaiting(options);
    throw error;
  }
}

/** Gives a topic back that an owner has only waited for: nothing was begun, and nobody else has it. */
export async function giveUpWaiting(
  options: Pick<AbandonTopicOptions, 'state' | 'topic' | 'clock' | 'owner'>,
): Promise<void> {
  const { state, topic, owner } = options;
  if ((await rebuildUnderWay(state.journals, topic)) !== null) return;
  await giveBack(options, { ifOf: owner });
}

async function claim(
  options: AbandonTopicOptions,
  whileHeld: () => Promise<void> = async () => {},
): Promise<Lease> {
  const { state, catalog, topic, names, owner, leaseTtlMs, clock, signal, wait } = options;
  const resource = topicResource(topic);
  const until = clock.now() + (wait?.forMs ?? 0);
  for (;;) {
    signal?.throwIfAborted();
    const above = await highestFencingToken(catalog, topic, names);
    const lease = await state.leases.acquire({ resource, owner, ttlMs: leaseTtlMs, above });
    if (lease !== null) return lease;
    await whileHeld();
    if (wait === undefined || clock.now() >= until) throw busy(topic);
    await wait.sleep(POLL_MS);
  }
}

function busy(topic: string): HandlerError {
  return new HandlerError(`a run or another rebuild has topic ${topic}: try again when it is over`, {
    code: 'TOPIC_BUSY',
    retryable: true,
    context: { topic },
  });
}

/** Takes the topic out of the rounds, with the state that it is to have afterwards. */
async function takeOut(
  { state, topic, clock, owner, requestedBy }: RebuildTopicOptions,
  { unlessOut = false }: { readonly unlessOut?: boolean } = {},
): Promise<void> {
  await changeTopic(state.topics, topic, (now) => {
    const isBegun = now.state === 'rebuilding';
    // Who waits says so again and again: else it would pass for a rebuild that was left.
    if (isBegun && unlessOut) {
      const isDue = clock.now() - now.updatedAt >= TELL_WAITING_MS;
      return isDue && executionOf(now.stateReason) === owner ? { ...now, updatedAt: clock.now() } : null;
    }
    const stateReason = rebuildReason(isBegun ? stateBefore(now.stateReason) : now, owner);
    const stateSince = isBegun ? now.stateSince : clock.now();
    const change = { stateReason, stateBy: requestedBy, stateSince, updatedAt: clock.now() };
    return { ...now, ...change, state: 'rebuilding' };
  });
}

interface GiveBackOptions {
  readonly change?: (before: TopicRow) => Partial<TopicRow>;
  /** Only where this owner has taken it out. */
  readonly ifOf?: string;
}

/** Gives the topic back the state it had; where that was done already, nothing. */
async function giveBack(
  { state, topic, clock }: Pick<AbandonTopicOptions, 'state' | 'topic' | 'clock'>,
  { change = () => ({}), ifOf }: GiveBackOptions = {},
): Promise<void> {
  await changeTopic(state.topics, topic, (now) =>
    now.state === 'rebuilding' && (ifOf === undefined || executionOf(now.stateReason) === ifOf)
      ? { ...now, ...stateBefore(now.stateReason), ...change(now), updatedAt: clock.now() }
      : null,
  );
}

function tableParts(options: AbandonTopicOptions, lease: Lease, at: At) {
  const { catalog, topic, state, clock, logger, names, signal } = options;
  return {
    ...{ catalog, topic, clock, logger, journals: state.journals, fencingToken: lease.token, hooks: { at } },
    ...defined({ names, signal }),
  };
}

async function rowOf({ state, topic }: AbandonTopicOptions): Promise<TopicRow> {
  const row = await state.topics.get(topic);
  if (row !== null) return row;
  throw new HandlerError(`topic ${topic} is not in the registry: register it first`, {
    code: 'TOPIC_NOT_REGISTERED',
    context: { topic },
  });
}

function unchanged(topic: string, { contractVersion }: TopicRow): RebuildTopicResult {
  const rows = { standardized: null, curated: null, parseErrors: null, errors: null };
  const nothing = { step: 'published' as const, generation: null, rows, carried: 0, commits: 0, tags: {} };
  return { ...nothing, topic, contractVersion, status: 'unchanged' };
}

function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
