import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../ports/runtime.js';
import type { Lease, LeaseStore } from '../../ports/state-store.js';
import { nextToken } from '../rules.js';
import type { Transact } from './transact.js';

interface LeaseRow {
  resource: string;
  owner: string;
  token: bigint;
  expires_at: bigint;
}

const RELEASED = 0;

export function sqliteLeaseStore(database: DatabaseSync, transact: Transact, clock: Clock): LeaseStore {
  const select = database.prepare('SELECT * FROM leases WHERE resource = ?');
  select.setReadBigInts(true);
  const replace = database.prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)');
  const setExpiry = database.prepare('UPDATE leases SET expires_at = ? WHERE resource = ? AND token = ?');
  const find = (resource: string): LeaseRow | undefined => select.get(resource) as LeaseRow | undefined;
  const isHeld = (row: LeaseRow | undefined): row is LeaseRow =>
    row !== undefined && Number(row.expires_at) > clock.now();

  return {
    async acquire({ resource, owner, ttlMs, above }) {
      return transact(() => {
        const row = find(resource);
        if (isHeld(row) && row.owner !== owner) return null;
        const token = nextToken(row?.token ?? 0n, above);
        const expiresAt = clock.now() + ttlMs;
        replace.run(resource, owner, token, expiresAt);
        return { resource, owner, token, expiresAt };
      });
    },
    async renew(lease, ttlMs) {
      return transact(() => {
        const row = find(lease.resource);
        if (!isHeld(row) || row.token !== lease.token) return null;
        const expiresAt = clock.now() + ttlMs;
        setExpiry.run(expiresAt, lease.resource, lease.token);
        return { ...lease, expiresAt };
      });
    },
    async release(lease) {
      transact(() => setExpiry.run(RELEASED, lease.resource, lease.token));
    },
    async get(resource) {
      const row = find(resource);
      return isHeld(row) ? leaseOf(row) : null;
    },
  };
}

function leaseOf(row: LeaseRow): Lease {
  return { resource: row.resource, owner: row.owner, token: row.token, expiresAt: Number(row.expires_at) };
}
