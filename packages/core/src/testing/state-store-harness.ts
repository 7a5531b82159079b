import type { StateStore } from '../ports/state-store.js';
import { ManualClock } from '../runtime/clock.js';
import type { ContractCase } from './contract-case.js';

/** One empty store, and the means to look at it from elsewhere. */
export interface StateStoreFixture {
  readonly store: StateStore;
  /** Opens the same data again, as a second process would. */
  again(): Promise<StateStore>;
  /** Closes and removes everything. */
  dispose(): Promise<void>;
}

/** How a suite gets a fresh store. Its leases must expire by the given clock. */
export interface StateStoreHarness {
  create(clock: ManualClock): Promise<StateStoreFixture>;
}

export interface StateStoreSetup {
  readonly store: StateStore;
  readonly clock: ManualClock;
  again(): Promise<StateStore>;
}

/** 2026-01-01T00:00:00Z: where every case's clock starts. */
export const CASE_START = Date.UTC(2026, 0, 1);

/** Makes cases that each get a store of their own, disposed of afterwards. */
export function casesOf(
  harness: StateStoreHarness,
  group: string,
): (name: string, body: (setup: StateStoreSetup) => Promise<void>) => ContractCase {
  return (name, body) => ({
    name: `${group}: ${name}`,
    run: async () => {
      const clock = new ManualClock(CASE_START);
      const fixture = await harness.create(clock);
      try {
        await body({ store: fixture.store, clock, again: () => fixture.again() });
      } finally {
        await fixture.dispose();
      }
    },
  });
}
