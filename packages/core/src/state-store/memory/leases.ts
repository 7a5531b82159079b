import type { Clock } from '../../ports/runtime.js';
import type { Lease, LeaseRequest, LeaseStore } from '../../ports/state-store.js';
import { nextToken } from '../rules.js';

export class MemoryLeaseStore implements LeaseStore {
  readonly #clock: Clock;
  readonly #held = new Map<string, Lease>();
  readonly #lastTokens = new Map<string, bigint>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async acquire(request: LeaseRequest): Promise<Lease | null> {
    const { resource, owner, ttlMs, above } = request;
    const holder = this.#unexpired(resource);
    if (holder !== null && holder.owner !== owner) return null;
    const token = nextToken(this.#lastTokens.get(resource) ?? 0n, above);
    const lease: Lease = { resource, owner, token, expiresAt: this.#clock.now() + ttlMs };
    this.#lastTokens.set(resource, token);
    this.#held.set(resource, lease);
    return { ...lease };
  }

  async renew(lease: Lease, ttlMs: number): Promise<Lease | null> {
    if (this.#unexpired(lease.resource)?.token !== lease.token) return null;
    const renewed: Lease = { ...lease, expiresAt: this.#clock.now() + ttlMs };
    this.#held.set(lease.resource, renewed);
    return { ...renewed };
  }

  async release(lease: Lease): Promise<void> {
    if (this.#held.get(lease.resource)?.token === lease.token) this.#held.delete(lease.resource);
  }

  async get(resource: string): Promise<Lease | null> {
    const lease = this.#unexpired(resource);
    return lease === null ? null : { ...lease };
  }

  #unexpired(resource: string): Lease | null {
    const lease = this.#held.get(resource);
    return lease !== undefined && lease.expiresAt > this.#clock.now() ? lease : null;
  }
}
