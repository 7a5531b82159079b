import type { DatabaseSync } from 'node:sqlite';
import type { BreakerStore } from '../../ports/breaker-store.js';
import type { JournalStore } from '../../ports/journal-store.js';
import type { Clock, Sleep } from '../../ports/runtime.js';
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
import { systemSleep } from '../../runtime/sleep.js';
import { sqliteBreakerStore } from './breakers.js';
import { inTransaction, openDatabase } from './database.js';
import { sqliteErrorTracker } from './error-tracker.js';
import { sqliteJournalStore } from './journals.js';
import { sqliteLeaseStore } from './leases.js';
import { sqliteOpsOutbox } from './outbox.js';
import {
  sqliteCheckpointStore,
  sqliteContractStore,
  sqliteRoundStore,
  sqliteTopicRegistry,
} from './registry.js';
import type { Transact } from './transact.js';

export interface SqliteStateStoreOptions {
  /** The database file; created when absent, its folder must exist. */
  readonly path: string;
  /** Decides when leases expire. Default: the machine's clock. */
  readonly clock?: Clock;
  /** How long a call waits for other processes' transactions, milliseconds. Default 10,000. */
  readonly busyTimeoutMs?: number;
  /** Waits between attempts to open a file that another process is creating. Default: real time. */
  readonly sleep?: Sleep;
}

/**
 * A state store in one SQLite file, safe for several processes at once and durable when a call resolves.
 *
 * @example
 * const state = await SqliteStateStore.open({ path: 'state.sqlite' });
 * const lease = await state.leases.acquire({ resource: 'events', owner: runId, ttlMs: 300_000 });
 * await state.close();
 */
export class SqliteStateStore implements StateStore {
  readonly topics: TopicRegistry;
  readonly contracts: ContractStore;
  readonly checkpoints: CheckpointStore;
  readonly rounds: RoundStore;
  readonly leases: LeaseStore;
  readonly errors: ErrorTracker;
  readonly outbox: OpsOutbox;
  readonly breakers: BreakerStore;
  readonly journals: JournalStore;
  readonly #database: DatabaseSync;

  /**
   * Opens or creates the file.
   *
   * @throws {CoreError} `STATE_STORE_VERSION` for a file of a newer release, `STATE_STORE_UNREADABLE` for one
   * that is no state store, `STATE_STORE_BUSY` (retryable) when it stays locked.
   */
  static async open(options: SqliteStateStoreOptions): Promise<SqliteStateStore> {
    const { path, clock = systemClock, busyTimeoutMs = 10_000, sleep = systemSleep } = options;
    const database = await openDatabase({ path, busyTimeoutMs, sleep });
    return new SqliteStateStore(database, path, clock);
  }

  private constructor(database: DatabaseSync, path: string, clock: Clock) {
    const transact: Transact = (work) => inTransaction(database, path, work);
    this.#database = database;
    this.topics = sqliteTopicRegistry(database, transact);
    this.contracts = sqliteContractStore(database, transact);
    this.checkpoints = sqliteCheckpointStore(database, transact);
    this.rounds = sqliteRoundStore(database, transact);
    this.leases = sqliteLeaseStore(database, transact, clock);
    this.errors = sqliteErrorTracker(database, transact);
    this.outbox = sqliteOpsOutbox(database, transact);
    this.breakers = sqliteBreakerStore(database, transact);
    this.journals = sqliteJournalStore(database, transact);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}
