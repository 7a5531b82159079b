import type { BreakerStore } from '../../ports/breaker-store.js';
import type { JournalStore } from '../../ports/journal-store.js';
import type { Clock } from '../../ports/runtime.js';
import type {
  CheckpointStore,
  ContractStore,
  ErrorTracker,
  LeaseStore,
  OpsOutbox,
  RoundStore,
  StateStore,
  TopicRegistry,
} from '../../ports/state-store.js';
import { systemClock } from '../../runtime/clock.js';
import { MemoryBreakerStore } from './breakers.js';
import { MemoryErrorTracker } from './error-tracker.js';
import { MemoryJournalStore } from './journals.js';
import { MemoryLeaseStore } from './leases.js';
import { MemoryOpsOutbox } from './outbox.js';
import {
  MemoryCheckpointStore,
  MemoryContractStore,
  MemoryRoundStore,
  MemoryTopicRegistry,
} from './registry.js';

/**
 * A state store that lives as long as the object. What it gives and takes are copies.
 *
 * @example
 * const state = new MemoryStateStore({ clock });
 * const lease = await state.leases.acquire({ resource: 'events/curated', owner: runId, ttlMs: 60_000 });
 */
export class MemoryStateStore implements StateStore {
  readonly topics: TopicRegistry = new MemoryTopicRegistry();
  readonly contracts: ContractStore = new MemoryContractStore();
  readonly checkpoints: CheckpointStore = new MemoryCheckpointStore();
  readonly rounds: RoundStore = new MemoryRoundStore();
  readonly leases: LeaseStore;
  readonly errors: ErrorTracker = new MemoryErrorTracker();
  readonly outbox: OpsOutbox = new MemoryOpsOutbox();
  readonly breakers: BreakerStore = new MemoryBreakerStore();
  readonly journals: JournalStore = new MemoryJournalStore();

  /** @param options.clock Decides when leases expire. Default {@link systemClock}. */
  constructor(options: { readonly clock?: Clock } = {}) {
    this.leases = new MemoryLeaseStore(options.clock ?? systemClock);
  }

  async close(): Promise<void> {}
}
