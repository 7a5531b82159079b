import assert from 'node:assert/strict';
import type { Lease, LeaseStore } from '../ports/state-store.js';
import type { ContractCase } from './contract-case.js';
import { CASE_START, casesOf, type StateStoreHarness } from './state-store-harness.js';

const TTL = 60_000;

async function mustAcquire(leases: LeaseStore, owner: string, above?: bigint): Promise<Lease> {
  const lease = await leases.acquire({
    resource: 'events/curated',
    owner,
    ttlMs: TTL,
    ...(above === undefined ? {} : { above }),
  });
  assert.ok(lease, `${owner} should have been given the lease`);
  return lease;
}

/** The lease half of the state store's contract: exclusivity, expiry by clock, fencing tokens. */
export function leaseContract(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'leases');
  return [
    example('the first to ask is given the lease until its time is over', async ({ store }) => {
      const lease = await mustAcquire(store.leases, 'a');
      assert.equal(lease.owner, 'a');
      assert.equal(lease.expiresAt, CASE_START + TTL);
      assert.ok(lease.token > 0n);
      assert.deepEqual(await store.leases.get('events/curated'), lease);
    }),
    example('nobody else is given it while it lasts', async ({ store, clock, again }) => {
      await mustAcquire(store.leases, 'a');
      clock.advance(TTL - 1);
      const request = { resource: 'events/curated', owner: 'b', ttlMs: TTL };
      assert.equal(await store.leases.acquire(request), null);
      assert.equal(await (await again()).leases.acquire(request), null);
    }),
    example('leases of different resources do not meet', async ({ store }) => {
      await mustAcquire(store.leases, 'a');
      assert.ok(await store.leases.acquire({ resource: 'clicks/curated', owner: 'b', ttlMs: TTL }));
    }),
    example(
      'a second process takes over once the clock has passed its expiry',
      async ({ store, clock, again }) => {
        const first = await mustAcquire(store.leases, 'a');
        clock.advance(TTL);
        assert.equal(await store.leases.get('events/curated'), null);
        const other = await again();
        const second = await mustAcquire(other.leases, 'b');
        assert.ok(second.token > first.token);
        assert.equal(await store.leases.renew(first, TTL), null, 'the first holder has lost it');
        await store.leases.release(first);
        assert.deepEqual(await other.leases.get('events/curated'), second, 'and cannot give it away');
      },
    ),
    example('renewing extends from now and keeps the token', async ({ store, clock }) => {
      const lease = await mustAcquire(store.leases, 'a');
      clock.advance(TTL - 1);
      const renewed = await store.leases.renew(lease, TTL);
      assert.deepEqual(renewed, { ...lease, expiresAt: CASE_START + 2 * TTL - 1 });
      clock.advance(TTL - 1);
      assert.deepEqual(await store.leases.get('events/curated'), renewed);
    }),
    example('a lease that expired cannot be renewed, even if nobody took it', async ({ store, clock }) => {
      const lease = await mustAcquire(store.leases, 'a');
      clock.advance(TTL);
      assert.equal(await store.leases.renew(lease, TTL), null);
    }),
    example('a released lease is free at once', async ({ store, again }) => {
      const lease = await mustAcquire(store.leases, 'a');
      await store.leases.release(lease);
      assert.equal(await store.leases.get('events/curated'), null);
      await mustAcquire((await again()).leases, 'b');
    }),
    example('a token is never given twice, whatever ended the lease', async ({ store, clock, again }) => {
      const tokens: bigint[] = [];
      const released = await mustAcquire(store.leases, 'a');
      tokens.push(released.token);
      await store.leases.release(released);
      await store.leases.release(released);
      tokens.push((await mustAcquire(store.leases, 'a')).token);
      clock.advance(TTL);
      tokens.push((await mustAcquire((await again()).leases, 'b')).token);
      clock.advance(10 * TTL);
      tokens.push((await mustAcquire(store.leases, 'a')).token);
      const sorted = [...tokens].sort((left, right) => (left < right ? -1 : 1));
      assert.deepEqual(tokens, sorted);
      assert.equal(new Set(tokens).size, tokens.length);
    }),
    example('an owner that asks again gets a new token, and its earlier lease is lost', async ({ store }) => {
      const first = await mustAcquire(store.leases, 'a');
      const second = await mustAcquire(store.leases, 'a');
      assert.ok(second.token > first.token);
      assert.equal(await store.leases.renew(first, TTL), null);
      await store.leases.release(first);
      assert.deepEqual(await store.leases.get('events/curated'), second);
    }),
    example('a new token is above the one the tables hold, exactly, beyond 2^53', async ({ store }) => {
      const above = 9_007_199_254_740_993n;
      const lease = await mustAcquire(store.leases, 'a', above);
      assert.equal(lease.token, above + 1n);
      assert.equal((await store.leases.get('events/curated'))?.token, above + 1n);
      await store.leases.release(lease);
      assert.equal(
        (await mustAcquire(store.leases, 'b', 5n)).token,
        above + 2n,
        'a lower bound changes nothing',
      );
    }),
    example('of many that ask at once exactly one is given it', async ({ store, again }) => {
      const other = await again();
      const asked = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? store : other).leases.acquire({ resource: 'r', owner: `o${index}`, ttlMs: TTL }),
        ),
      );
      assert.equal(asked.filter((lease) => lease !== null).length, 1);
    }),
  ];
}
