import type { Lease, LeaseStore } from '@lean-ops/core';
import { HandlerError } from './error.js';
import { textField } from './task.js';

/** A lease as it travels through a state machine. */
export interface LeaseJson {
  readonly resource: string;
  readonly owner: string;
  /** Decimal digits: JSON numbers cannot hold 64 bits. */
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expires_at: number;
}

/** The resource whose lease covers all tables of a topic. */
export function topicResource(topic: string): string {
  return `topic:${topic}`;
}

/** The resource whose lease only deploys take: two of one topic come one after the other. */
export function deployResource(topic: string): string {
  return `deploy:${topic}`;
}

/** The resource whose lease covers the `ops` tables. */
export const OPS_RESOURCE = 'ops';

export function leaseToJson(lease: Lease): LeaseJson {
  return {
    resource: lease.resource,
    owner: lease.owner,
    token: lease.token.toString(),
    expires_at: lease.expiresAt,
  };
}

/** @throws {HandlerError} `EVENT_INVALID` for anything but a lease. */
export function leaseFromJson(value: unknown): Lease {
  const token = textField(value, 'token');
  if (!/^\d+$/.test(token)) {
    throw new HandlerError(`the lease token ${JSON.stringify(token)} is not a number`, {
      code: 'EVENT_INVALID',
    });
  }
  return {
    resource: textField(value, 'resource'),
    owner: textField(value, 'owner'),
    token: BigInt(token),
    expiresAt: Number((value as LeaseJson).expires_at),
  };
}

/**
 * Extends a lease for the task that is about to begin.
 *
 * @throws {HandlerError} `LEASE_LOST` when it has ended or somebody else holds it.
 */
export async function renewOrFail(leases: LeaseStore, lease: Lease, ttlMs: number): Promise<Lease> {
  const renewed = await leases.renew(lease, ttlMs);
  if (renewed !== null) return renewed;
  throw new HandlerError(
    `the lease of ${lease.resource} with token ${lease.token} has ended or passed to another execution: nothing was written; the next round goes on from the tables`,
    { code: 'LEASE_LOST', context: { resource: lease.resource, owner: lease.owner, token: lease.token } },
  );
}
