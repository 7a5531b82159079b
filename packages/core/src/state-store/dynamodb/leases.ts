import type { Clock } from '../../ports/runtime.js';
import type { Lease, LeaseStore } from '../../ports/state-store.js';
import { nextToken } from '../rules.js';
import type { DynamoDbTable } from './dynamodb-table.js';
import { digits, type Item, type Key, readBigInt, readNumber, readText, text } from './item.js';

const RELEASED = 0;

/**
 * Leases as items that are never deleted, because `token` is the highest ever given. Expiry stands in the conditions;
 * DynamoDB's time to live, which is days late, has no part in it.
 */
export function dynamoDbLeaseStore(table: DynamoDbTable, clock: Clock): LeaseStore {
  return {
    async acquire({ resource, owner, ttlMs, above }) {
      for (let attempt = 1; ; attempt += 1) {
        const row = await table.get(keyOf(resource));
        const now = clock.now();
        if (row !== null && isHeld(row, now) && readText(row, 'owner') !== owner) return null;
        const last = row === null ? null : readBigInt(row, 'token');
        const token = nextToken(last ?? 0n, above);
        const expiresAt = now + ttlMs;
        const set = { owner: text(owner), token: digits(token), expiresAt: digits(expiresAt) };
        if (await table.updateIf(keyOf(resource), set, unchanged(last, owner, now))) {
          return { resource, owner, token, expiresAt };
        }
        await table.pause(attempt);
      }
    },
    async renew(lease, ttlMs) {
      const now = clock.now();
      const expiresAt = now + ttlMs;
      const renewed = await table.updateIf(
        keyOf(lease.resource),
        { expiresAt: digits(expiresAt) },
        {
          condition: '#token = :token AND expiresAt > :now',
          names: { '#token': 'token' },
          values: { ':token': digits(lease.token), ':now': digits(now) },
        },
      );
      return renewed ? { ...lease, expiresAt } : null;
    },
    async release(lease) {
      await table.updateIf(
        keyOf(lease.resource),
        { expiresAt: digits(RELEASED) },
        {
          condition: '#token = :token',
          names: { '#token': 'token' },
          values: { ':token': digits(lease.token) },
        },
      );
    },
    async get(resource) {
      const row = await table.get(keyOf(resource));
      return row !== null && isHeld(row, clock.now()) ? leaseOf(resource, row) : null;
    },
  };
}

/** Nobody was given the lease since it was looked at, and nobody else has extended it. */
function unchanged(last: bigint | null, owner: string, now: number) {
  if (last === null) return { condition: 'attribute_not_exists(pk)' };
  return {
    condition: '#token = :last AND (expiresAt <= :now OR #owner = :owner)',
    names: { '#token': 'token', '#owner': 'owner' },
    values: { ':last': digits(last), ':now': digits(now), ':owner': text(owner) },
  };
}

function keyOf(resource: string): Key {
  return { pk: `lease#${resource}`, sk: 'lease' };
}

function isHeld(row: Item, now: number): boolean {
  return readNumber(row, 'expiresAt') > now;
}

function leaseOf(resource: string, row: Item): Lease {
  return {
    resource,
    owner: readText(row, 'owner'),
    token: readBigInt(row, 'token'),
    expiresAt: readNumber(row, 'expiresAt'),
  };
}
