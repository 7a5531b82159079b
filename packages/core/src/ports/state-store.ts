import type { Engine, TopicContract } from '../contract/contract.js';
import type { EnvelopeMode } from '../envelope.js';
import type { BreakerStore } from './breaker-store.js';
import type { JournalStore } from './journal-store.js';

export type TopicState = 'enabled' | 'paused' | 'rebuilding';

/** How often a topic's jobs run: in every round of the orchestrator, or once in each hour or day (UTC). */
export type TopicSchedule = 'every-round' | 'hourly' | 'daily';

/** The registry row of a topic. */
export interface TopicRow {
  readonly topic: string;
  /** The topic as the queue spells it (may hold hyphens). */
  readonly queueTopic: string;
  readonly state: TopicState;
  /** Why it is in its state; null where that needs no reason. */
  readonly stateReason: string | null;
  /** The person, principal or component that brought it into its state; null where nobody wrote it down. */
  readonly stateBy: string | null;
  /** When that was, milliseconds since the epoch; null where nobody wrote it down. */
  readonly stateSince: number | null;
  /** Version of the live contract; null for a topic that stops at Standardized. */
  readonly contractVersion: string | null;
  readonly engine: Engine;
  readonly envelope: EnvelopeMode;
  /** How often its jobs run. What is not due waits in RAW. */
  readonly schedule: TopicSchedule;
  /**
   * Event to Curated, seconds; what the freshness alarm compares with. Where the schedule makes events wait for longer, that
   * counts.
   */
  readonly freshnessObjectiveSeconds: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/**
 * Topics by table-safe name. Two queue spellings of one name are refused with `TOPIC_NAME_COLLISION`. A row that was written
 * before a field was thought of comes back with what it meant: `every-round`, and null for who and when.
 */
export interface TopicRegistry {
  put(row: TopicRow): Promise<void>;
  /**
   * Writes `after` where the row is still `before`; null where there was none. False, and nothing changed, where
   * somebody else was faster: read the row again.
   */
  replace(before: TopicRow | null, after: TopicRow): Promise<boolean>;
  get(topic: string): Promise<TopicRow | null>;
  /** Sorted by topic. */
  list(): Promise<TopicRow[]>;
  remove(topic: string): Promise<void>;
}

/**
 * When each topic last had a round that left nothing to do: what its schedule is reckoned from. It is written only for topics
 * that do not run in every round; one without an entry is due.
 */
export interface RoundStore {
  /** The last put counts. `startedAt`: when the round took the topic, milliseconds since the epoch. */
  put(topic: string, startedAt: number): Promise<void>;
  get(topic: string): Promise<number | null>;
  /** By topic; also of topics that are not registered any more. */
  list(): Promise<ReadonlyMap<string, number>>;
}

/** Contract documents by topic and version; a stored version never changes. */
export interface ContractStore {
  /** Same topic, version and content: no effect. Same version, other content: `CONTRACT_INVALID`. */
  put(contract: TopicContract): Promise<void>;
  get(topic: string, version: string): Promise<TopicContract | null>;
  /** In the order they were put. */
  versions(topic: string): Promise<string[]>;
}

export type Layer = 'standardized' | 'curated';

/** A copy of a table's watermark, for people and scheduling. The table itself is right where they disagree. */
export interface Checkpoint {
  readonly topic: string;
  readonly layer: Layer;
  readonly sourceTable: string;
  readonly snapshotId: bigint;
  readonly sequenceNumber: bigint;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
}

export interface CheckpointStore {
  put(checkpoint: Checkpoint): Promise<void>;
  get(topic: string, layer: Layer): Promise<Checkpoint | null>;
  list(): Promise<Checkpoint[]>;
}

/** An expiring exclusive claim. Writers carry the token; a store or table that has seen a higher one refuses them. */
export interface Lease {
  readonly resource: string;
  readonly owner: string;
  readonly token: bigint;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface LeaseRequest {
  readonly resource: string;
  readonly owner: string;
  readonly ttlMs: number;
  /** The new token is above this (the highest token that the resource's tables hold). */
  readonly above?: bigint;
}

export interface LeaseStore {
  /**
   * Null while somebody else holds an unexpired lease. A new token is above every earlier one of the resource.
   *
   * An owner that asks again while it holds the lease gets a new one, and its earlier one is lost: use one
   * owner name per run.
   */
  acquire(request: LeaseRequest): Promise<Lease | null>;
  /** Extends a lease that is still ours and unexpired; null when it was lost. */
  renew(lease: Lease, ttlMs: number): Promise<Lease | null>;
  /** Gives it up early; no effect when it was lost. The token's number is never given again. */
  release(lease: Lease): Promise<void>;
  /** Null when nobody holds an unexpired lease. */
  get(resource: string): Promise<Lease | null>;
}

export type ArchiveKind = 'quarantine' | 'dead-letter' | 'delivery-failure';
/**
 * `replaying`: somebody has claimed the message to send it again, and has not said yet that it was sent. `replayed`: it
 * was sent; where it fails again it is open again.
 */
export type TrackedStatus = 'open' | 'replaying' | 'replayed' | 'discarded';

/** Who gave a tracked message its status, when and why. */
export interface StatusChange {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
  readonly reason: string | null;
}

/** Where an archived message stands: what a change of its status compares. */
export interface TrackedPosition {
  readonly status: TrackedStatus;
  readonly replays: number;
}

/** One archived message. `id` makes archiving idempotent. */
export interface TrackedError {
  readonly id: string;
  readonly kind: ArchiveKind;
  /** Table-safe topic, or `unknown`. */
  readonly topic: string;
  readonly sqsMessageId: string;
  /** Failure class: malformed, contract, throttle, timeout, network, unknown. */
  readonly errorClass: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** Where the archive keeps the whole message. */
  readonly archiveKey: string;
  /** Milliseconds since the epoch. */
  readonly firstSeenAt: number;
  readonly status: TrackedStatus;
  /** How often it was sent again. */
  readonly replays: number;
  /** The last change of its status; null while nobody has changed it. */
  readonly lastChange: StatusChange | null;
}

export interface TrackedErrorFilter {
  readonly topic?: string;
  readonly kind?: ArchiveKind;
  readonly status?: TrackedStatus;
  readonly errorClass?: string;
  /** Least `firstSeenAt`, milliseconds since the epoch, inclusive. */
  readonly since?: number;
  /** Greatest `firstSeenAt`, milliseconds since the epoch, inclusive. */
  readonly until?: number;
}

export interface ErrorTracker {
  /** Keeps the first record of an id; a repetition changes nothing. Returns whether it was new. */
  record(error: TrackedError): Promise<boolean>;
  get(id: string): Promise<TrackedError | null>;
  /** By `firstSeenAt`, then id. */
  list(filter?: TrackedErrorFilter): AsyncIterable<TrackedError>;
  /**
   * Changes status and replays where both are what the caller saw last. False, and nothing changed, where somebody
   * else was faster.
   *
   * @throws CoreError `TRACKED_ERROR_NOT_FOUND`
   */
  changeStatus(
    id: string,
    change: { readonly from: TrackedPosition; readonly to: TrackedPosition; readonly change: StatusChange },
  ): Promise<boolean>;
}

/** The tables of `ops` that entries wait for. */
export type OpsTable = 'job_runs' | 'drift_log' | 'reconciliation' | 'schema_versions';

/** An entry that waits to be appended to `ops.*` by the one writer of a round. */
export interface OpsEntry {
  /** Position in the outbox: strictly increasing per table. */
  readonly sequence: number;
  /** Deterministic: the same fact put twice is kept once, also after it was removed. */
  readonly id: string;
  readonly table: OpsTable;
  /** A flat JSON object: the row. */
  readonly row: Readonly<Record<string, string | number | boolean | null>>;
}

export interface OpsOutbox {
  put(entries: readonly Omit<OpsEntry, 'sequence'>[]): Promise<void>;
  /** The oldest entries of a table that still wait, in order of their sequence. */
  peek(table: OpsTable, limit: number): Promise<OpsEntry[]>;
  /** Forgets every entry of the table up to and including `sequence`. */
  removeThrough(table: OpsTable, sequence: number): Promise<void>;
}

/** Where lean-ops keeps what is not in a table. Every implementation passes the contract suite in `@lean-ops/core/testing`. */
export interface StateStore {
  readonly topics: TopicRegistry;
  readonly contracts: ContractStore;
  readonly checkpoints: CheckpointStore;
  readonly rounds: RoundStore;
  readonly leases: LeaseStore;
  readonly errors: ErrorTracker;
  readonly outbox: OpsOutbox;
  readonly breakers: BreakerStore;
  readonly journals: JournalStore;
  close(): Promise<void>;
}
