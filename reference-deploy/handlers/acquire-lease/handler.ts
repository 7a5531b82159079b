import type { Clock, Engine, StateStore, TopicSchedule, TopicState } from '@lean-ops/core';
import { highestFencingToken, type LayerNames } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { type LeaseJson, leaseToJson, topicResource } from '../shared/lease.js';
import { asTask, textField } from '../shared/task.js';

/** Two Spark jobs of two hours each, with five starts of each that were refused at first. */
const SPARK_LEASE_TTL_MS = 5 * 60 * 60_000;

export interface AcquireLeaseDependencies {
  readonly state: Pick<StateStore, 'topics' | 'leases'>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly names?: Partial<LayerNames>;
  /** Longer than a task may run: a job renews the lease when it begins and must end within it. */
  readonly leaseTtlMs: number;
  /** The same for a topic on Spark, whose jobs renew nothing: longer than all of them together may run. Default: 5 hours. */
  readonly sparkLeaseTtlMs?: number;
}

export interface AcquireLeaseInput {
  readonly topic_name: string;
  /** Owns the lease; the same execution asking again gets the lease it has. */
  readonly execution_id: string;
  /** Maintenance runs on no Spark. A paused topic is kept as it is by both. Default: a pipeline run. */
  readonly purpose?: 'maintenance';
}

/** `held`: another execution has the topic. */
export type AcquireLeaseResult =
  | {
      readonly status: 'acquired';
      readonly has_contract: boolean;
      readonly engine: Engine;
      readonly schedule: TopicSchedule;
      /** When the topic was asked for, milliseconds since the epoch: what came to RAW before it is read. */
      readonly claimed_at: number;
      readonly lease: LeaseJson;
    }
  | { readonly status: 'held' | 'unregistered' | Exclude<TopicState, 'enabled'> };

/** Claims a topic for one execution, with a fencing token above all that its tables have seen. */
export function createHandler(
  dependencies: AcquireLeaseDependencies,
): (input: AcquireLeaseInput) => Promise<AcquireLeaseResult> {
  const {
    state,
    catalog,
    clock,
    names = {},
    leaseTtlMs,
    sparkLeaseTtlMs = SPARK_LEASE_TTL_MS,
  } = dependencies;
  return (input) =>
    asTask(async () => {
      const topic = textField(input, 'topic_name');
      const owner = textField(input, 'execution_id');
      const claimedAt = clock.now();
      const row = await state.topics.get(topic);
      if (row === null) return { status: 'unregistered' };
      if (row.state !== 'enabled') return { status: row.state };
      const resource = topicResource(topic);
      const above = await highestFencingToken(catalog, topic, names);
      // An owner that holds the lease gets it again under a new token: a retry is not locked out by its own
      // first attempt, and that attempt, should it still run, is.
      const onSpark = row.engine === 'spark' && input.purpose !== 'maintenance';
      const ttlMs = onSpark ? sparkLeaseTtlMs : leaseTtlMs;
      const lease = await state.leases.acquire({ resource, owner, ttlMs, above });
      if (lease === null) return { status: 'held' };
      // Whoever takes a topic out of the rounds does so before asking for the lease: the row counts that is there now.
      const current = await state.topics.get(topic);
      if (current?.state !== 'enabled') {
        await state.leases.release(lease);
        return { status: current?.state ?? 'unregistered' };
      }
      return {
        status: 'acquired',
        has_contract: current.contractVersion !== null,
        engine: current.engine,
        schedule: current.schedule,
        claimed_at: claimedAt,
        lease: leaseToJson(lease),
      };
    });
}
