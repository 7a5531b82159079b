import type { BreakerStore } from '../../ports/breaker-store.js';
import type { JournalStore } from '../../ports/journal-store.js';
import type { Clock, Random, Sleep } from '../../ports/runtime.js';
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
import { systemRandom } from '../../runtime/random.js';
import { systemSleep } from '../../runtime/sleep.js';
import { dynamoDbBreakerStore } from './breakers.js';
import { dynamoDbContractStore } from './contracts.js';
import type { DynamoDbCommandSender } from './dynamodb-client.js';
import { DynamoDbTable } from './dynamodb-table.js';
import { dynamoDbErrorTracker } from './error-tracker.js';
import { dynamoDbJournalStore } from './journals.js';
import { dynamoDbLeaseStore } from './leases.js';
import { dynamoDbOutbox } from './outbox.js';
import { dynamoDbCheckpointStore, dynamoDbRoundStore, dynamoDbTopicRegistry } from './registry.js';

export interface DynamoDbStateStoreOptions {
  /** A `DynamoDBClient`; its own retries of throttled calls are welcome. */
  readonly client: DynamoDbCommandSender;
  /** Name of the table, made as `stateTableDefinition` says. */
  readonly table: string;
  /** Decides when leases expire. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Names writes and spreads pauses. Default: the runtime's. */
  readonly random?: Random;
  /** Waits where another process was faster. Default: real time. */
  readonly sleep?: Sleep;
  /**
   * How long the outbox knows a fact after it was put, milliseconds. Default 90 days; by themselves facts come again
   * within the 28 that a queue and its dead-letter queue hold a message.
   */
  readonly factTtlMs?: number;
}

const FACT_TTL_MS = 90 * 24 * 3_600_000;

/**
 * A state store in one DynamoDB table, for any number of processes. Every call that resolved is durable, and every
 * read but the listing of tracked errors is strongly consistent. The layout is in docs/decisions/0001-dynamodb-layout.md.
 *
 * Throttling and failures of the service or the network give `STATE_STORE_BUSY` (retryable), a table that is not there
 * or not allowed `STATE_STORE_UNREADABLE`, what is above DynamoDB's 400 KB `STATE_ITEM_TOO_LARGE`.
 *
 * @example
 * const state = new DynamoDbStateStore({ client: new DynamoDBClient({}), table: 'lean-ops-dev-state' });
 * const lease = await state.leases.acquire({ resource: 'events', owner: runId, ttlMs: 300_000 });
 */
export class DynamoDbStateStore implements StateStore {
  readonly topics: TopicRegistry;
  readonly contracts: ContractStore;
  readonly checkpoints: CheckpointStore;
  readonly rounds: RoundStore;
  readonly leases: LeaseStore;
  readonly errors: ErrorTracker;
  readonly outbox: OpsOutbox;
  readonly breakers: BreakerStore;
  readonly journals: JournalStore;

  constructor(options: DynamoDbStateStoreOptions) {
    const { client, clock = systemClock, random = systemRandom, sleep = systemSleep } = options;
    const table = new DynamoDbTable({ client, table: options.table, random, sleep });
    this.topics = dynamoDbTopicRegistry(table);
    this.contracts = dynamoDbContractStore(table);
    this.checkpoints = dynamoDbCheckpointStore(table);
    this.rounds = dynamoDbRoundStore(table);
    this.leases = dynamoDbLeaseStore(table, clock);
    this.errors = dynamoDbErrorTracker(table);
    this.outbox = dynamoDbOutbox(table, clock, options.factTtlMs ?? FACT_TTL_MS);
    this.breakers = dynamoDbBreakerStore(table, clock);
    this.journals = dynamoDbJournalStore(table, clock, random);
  }

  /** The client is the caller's, and stays open. */
  async close(): Promise<void> {}
}
