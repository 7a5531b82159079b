import type { Clock, Logger, Metrics, StateStore, TopicRow } from '@lean-ops/core';
import { highestFencingToken, type LayerNames, warehouseStatus } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { rebuildReason, stateBefore } from '../../rebuild/state-before.js';
import { createHandler as reportFailure } from '../report-failure/handler.js';
import { changeTopic } from '../shared/change-topic.js';
import { HandlerError } from '../shared/error.js';
import { type LeaseJson, leaseFromJson, leaseToJson, topicResource } from '../shared/lease.js';
import { asTask, textField } from '../shared/task.js';

export interface RebuildTopicDependencies {
  readonly state: Pick<StateStore, 'topics' | 'leases' | 'outbox'>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly names?: Partial<LayerNames>;
  /** Longer than a task may run: the jobs renew it when they begin. */
  readonly leaseTtlMs: number;
}

/** What `begin` returned, or `{ "status": "none" }` where it did not get so far. */
interface Claim {
  readonly status: string;
  readonly lease?: unknown;
}

export type RebuildTopicInput =
  | {
      readonly step: 'begin';
      readonly topic_name: string;
      /** Owns the topic's lease. */
      readonly execution_id: string;
      readonly requested_by: string;
    }
  | { readonly step: 'end'; readonly topic_name: string; readonly claim: Claim }
  | {
      readonly step: 'fail';
      readonly topic_name: string;
      readonly run_id: string;
      readonly claim: Claim;
      readonly failure: { readonly Error?: string; readonly Cause?: string };
    };

export type RebuildTopicResult =
  | { readonly status: 'acquired'; readonly has_contract: boolean; readonly lease: LeaseJson }
  /** A run is under way: it finishes first. */
  | { readonly status: 'held' }
  | { readonly status: 'restored'; readonly state: string };

/**
 * The steps around a rebuild: `begin` claims the topic and takes it out of the rounds, `end` and `fail` give it back
 * the state it had.
 *
 * @throws {HandlerError} `TOPIC_NOT_REGISTERED`; `REBUILD_REPLACES_TABLES` where live tables hold rows already, which
 * only a publish by generation could replace; `LEASE_LOST`, `EVENT_INVALID`.
 */
export function createHandler(
  dependencies: RebuildTopicDependencies,
): (input: RebuildTopicInput) => Promise<RebuildTopicResult> {
  return (input) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      if (input.step === 'begin') return await begin(dependencies, topic, input);
      if (input.step === 'end') return await restore(dependencies, topic, input.claim);
      if (input.step !== 'fail') throw unknownStep(input);
      const restored = await restore(dependencies, topic, input.claim);
      // The lease is given up already, and by whom it was held is nothing to report.
      const report = { ...input, claim: { status: 'none' } };
      await reportFailure(dependencies)(report);
      return restored;
    });
}

async function begin(
  dependencies: RebuildTopicDependencies,
  topic: string,
  input: Extract<RebuildTopicInput, { step: 'begin' }>,
): Promise<RebuildTopicResult> {
  const { state, catalog, names, leaseTtlMs, clock } = dependencies;
  const owner = textField(input, 'execution_id');
  const requestedBy = textField(input, 'requested_by');
  await rowOf(state, topic);
  const above = await highestFencingToken(catalog, topic, names);
  const resource = topicResource(topic);
  const lease = await state.leases.acquire({ resource, owner, ttlMs: leaseTtlMs, above });
  if (lease === null) return { status: 'held' };
  try {
    // Read again: from here on nobody but us works on the topic.
    const row = await rowOf(state, topic);
    if (row.state !== 'rebuilding') await refuseReplacement(dependencies, topic);
    await changeTopic(state.topics, topic, (now) => {
      const before = now.state === 'rebuilding' ? stateBefore(now.stateReason) : now;
      const stateReason = rebuildReason(before, { execution: owner, requestedBy });
      return { ...now, state: 'rebuilding', stateReason, updatedAt: clock.now() };
    });
    return { status: 'acquired', has_contract: row.contractVersion !== null, lease: leaseToJson(lease) };
  } catch (error) {
    await state.leases.release(lease);
    throw error;
  }
}

/** A rebuild that was killed half-way goes on in the tables that it has begun; any other needs tables without rows. */
async function refuseReplacement({ catalog, names }: RebuildTopicDependencies, topic: string): Promise<void> {
  const [status] = await warehouseStatus({
    catalog,
    topics: [topic],
    ...(names === undefined ? {} : { names }),
  });
  const tables = [status?.standardized, status?.parseErrors, status?.curated, status?.errors];
  const full = tables.find((table) => table !== null && table !== undefined && table.snapshotId !== null);
  if (full === undefined || full === null) return;
  throw new HandlerError(
    `${full.table} has been written before (${full.rows} rows live): a rebuild would have to replace it while readers use it, which is not supported yet. Drop the tables of ${topic} in the layers standardized and curated, then start the rebuild again; RAW has everything`,
    { code: 'REBUILD_REPLACES_TABLES', context: { topic, table: full.table, rows: full.rows } },
  );
}

async function restore(
  { state, clock }: RebuildTopicDependencies,
  topic: string,
  claim: Claim,
): Promise<RebuildTopicResult> {
  const row = await state.topics.get(topic);
  if (claim.status !== 'acquired') return { status: 'restored', state: row?.state ?? 'unregistered' };
  const lease = leaseFromJson(claim.lease);
  const held = await state.leases.get(lease.resource);
  // Whoever took over in the meantime gives the topic its state back.
  const isOurs = held === null || held.token === lease.token;
  if (row?.state === 'rebuilding' && isOurs) {
    await changeTopic(state.topics, topic, (now) =>
      now.state === 'rebuilding' ? { ...now, ...stateBefore(now.stateReason), updatedAt: clock.now() } : null,
    );
  }
  await state.leases.release(lease);
  return { status: 'restored', state: (await state.topics.get(topic))?.state ?? 'unregistered' };
}

async function rowOf(state: Pick<StateStore, 'topics'>, topic: string): Promise<TopicRow> {
  const row = await state.topics.get(topic);
  if (row !== null) return row;
  throw new HandlerError(`topic ${topic} is not in the registry: register it first`, {
    code: 'TOPIC_NOT_REGISTERED',
    context: { topic },
  });
}

function unknownStep(input: unknown): HandlerError {
  return new HandlerError(
    `the step of a rebuild is begin, end or fail: ${JSON.stringify(input)?.slice(0, 200)}`,
    { code: 'EVENT_INVALID' },
  );
}
