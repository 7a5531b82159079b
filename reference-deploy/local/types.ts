import type {
  Clock,
  EnvelopeMode,
  Logger,
  Metrics,
  Random,
  Sleep,
  StateStore,
  TopicContract,
  TopicSchedule,
} from '@lean-ops/core';
import type {
  CurateReport,
  MaintenancePolicy,
  MaintenanceReport,
  Reconciliation,
  StandardizeReport,
  TableMaintenance,
  TopicStatus,
} from '@lean-ops/curate';
import type { Catalog, Storage } from '@lean-ops/iceberg';
import type { Archive } from '@lean-ops/ingest';
import type { DeployOptions, DeployOutcome } from '../contract/deploy/deploy-contract.js';
import type { DeployPlan } from '../contract/deploy/deploy-plan.js';
import type { PlanOptions } from '../contract/deploy/plan-deploy.js';
import type { DeployPorts } from '../contract/deploy/ports.js';
import type { DeadLetterPorts } from '../dead-letters/ports.js';
import type { Invocation } from '../handlers/shared/invocation.js';
import type { LineageEmitter } from '../lineage/lineage-emitter.js';
import type { EmbeddedRebuildOptions, EmbeddedRebuildResult } from './rebuild.js';

/** How the embedded Firehose gathers records before it delivers them; the first limit reached flushes. */
export interface BufferHints {
  /** Bytes of encoded envelopes. Default 32 MiB. */
  readonly maxBytes?: number;
  /** Default 50,000. */
  readonly maxRecords?: number;
  /** Age of the oldest record on the injected clock, milliseconds. Default 60,000. */
  readonly intervalMs?: number;
}

/** Called with the name of each point a crash may happen at; see `crash-points.ts`. */
export interface EmbeddedHooks {
  at?(point: string): void | Promise<void>;
}

export interface EmbeddedOptions {
  /** The folder of the warehouse; created when absent. */
  readonly warehouse: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Waits for a hidden message or a retry. Where `clock` is not the wall clock, sleeping must move it. */
  readonly sleep?: Sleep;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** First part of every queue name. Default `lean-ops`. */
  readonly project?: string;
  /** Second part of every queue name. Default `local`. */
  readonly environment?: string;
  /** Where table files are written. Default the local folder. */
  readonly storage?: Storage;
  readonly hooks?: EmbeddedHooks;
  /** Receives before a message goes to the dead-letter queue. Default 5. */
  readonly maxReceiveCount?: number;
  /** Default 30,000. */
  readonly visibilityTimeoutMs?: number;
  /** Messages per invocation of the processor, 1 to 10,000. Default 1,000. */
  readonly batchSize?: number;
  readonly firehose?: BufferHints;
  /** Key for columns with `sensitive: hash`. */
  readonly maskingKey?: Uint8Array;
  /** Where OpenLineage events of the jobs go. Default: nowhere. */
  readonly lineage?: LineageEmitter;
  /** Source rows per commit of a job at most. Default 1,000,000. */
  readonly rowsPerCommit?: number;
  /** Called for each task of a job: the time it has, as in Lambda's context. Default: as long as it takes. */
  readonly invocation?: () => Invocation;
}

/** A message as a producer sends it. */
export interface OutgoingMessage {
  /** The topic as the queue spells it (may hold hyphens). */
  readonly queueTopic: string;
  readonly body: string;
  readonly sqsMessageId: string;
  /** Milliseconds since the epoch: the queue's `SentTimestamp`. */
  readonly sentTimestampMs: number;
  /** Message attributes, string values. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Sends to this queue instead of the topic's own, whatever its name. */
  readonly queueArn?: string;
}

export interface TopicRegistration {
  readonly queueTopic: string;
  /** Null keeps the contract that is already live; a topic that has none stops at Standardized. */
  readonly contract: TopicContract | null;
  /** Default: the contract's, else what is registered, else `auto`. */
  readonly envelope?: EnvelopeMode;
  /** Default: what is registered, else every round. */
  readonly schedule?: TopicSchedule;
}

/** What one `pump` did, in messages (receives of the same message count each time). */
export interface PumpReport {
  readonly received: number;
  /** Taken by the Firehose buffer and acknowledged. */
  readonly accepted: number;
  readonly quarantined: number;
  readonly handedBack: number;
  readonly deadLettered: number;
  /** Rows committed to RAW. */
  readonly delivered: number;
  readonly deliveryFailures: number;
}

/**
 * How a topic's iteration of the orchestrator ended. `unfinished`: what it read is done, the next round goes on;
 * `held`: another process has the topic's lease.
 */
export type TopicOutcomeKind =
  | 'succeeded'
  | 'unfinished'
  | 'failed'
  | 'paused'
  | 'rebuilding'
  | 'held'
  | 'unregistered';

export interface TopicOutcome {
  readonly topic: string;
  readonly outcome: TopicOutcomeKind;
  readonly error: { readonly name: string; readonly message: string } | null;
  /** Null where the job did not run or did not end well. */
  readonly standardized: StandardizeReport | null;
  readonly curated: CurateReport | null;
}

export interface RoundOptions {
  /** Whether topics run too that their schedule has wait for a later round. Default false. */
  readonly allTopics?: boolean;
}

export interface OrchestratorReport {
  readonly executionId: string;
  /** Sorted by topic. */
  readonly topics: readonly TopicOutcome[];
  /** Topics that their schedule has wait for a later round: what came of them stays in RAW. Sorted. */
  readonly notDue: readonly string[];
  /** Rows appended per table of `ops`. */
  readonly opsAppended: Readonly<Record<string, number>>;
}

/** What the tables of one topic need. */
export interface TopicPlan {
  readonly topic: string;
  readonly tables: readonly TableMaintenance[];
}

/** One night of the Maintenance Orchestrator. */
export interface MaintenanceRound {
  readonly executionId: string;
  /** `maintained` or `failed`, by topic. */
  readonly topics: readonly { readonly topic: string; readonly outcome: string }[];
  /** What was done, in the order in which it was. */
  readonly tables: readonly MaintenanceReport[];
  /** What went wrong, also where it went well when it was tried again. */
  readonly errors: readonly {
    readonly topic: string | null;
    readonly table: string | null;
    readonly name: string;
    readonly message: string;
  }[];
}

export interface MaintainPlatformOptions {
  /** Default: every registered topic. */
  readonly topics?: readonly string[];
  readonly policy?: MaintenancePolicy;
}

/** The whole platform in one process, on one folder. Several processes may open the same folder at once. */
export interface Platform {
  readonly catalog: Catalog;
  readonly state: StateStore;
  readonly archive: Archive;
  /** Registry row, contract document, RAW table and queue. Repeating it changes nothing. */
  registerTopic(registration: TopicRegistration): Promise<void>;
  /**
   * Durable in the queue and in the send log before it resolves, with the topics the messages count under (`unknown`
   * for a queue of no topic).
   */
  send(messages: readonly OutgoingMessage[]): Promise<ReadonlySet<string>>;
  /** Queue → processor → Firehose buffer → transform → RAW, redrive → dead-letter processor, until nothing is in flight. */
  pump(options?: { signal?: AbortSignal }): Promise<PumpReport>;
  /** What the messages that are not in RAW are kept in, and sent back to. */
  deadLetters(): DeadLetterPorts;
  /** Says what a deploy of a contract would do. */
  planDeploy(options: PlanOptions): Promise<DeployPlan>;
  /** Makes a contract live. */
  deploy(options: DeployOptions): Promise<DeployOutcome>;
  /** What contracts are deployed to. */
  deployment(): DeployPorts;
  /** Makes a topic's tables anew from RAW and puts them in the place of the old ones, or gives that up. */
  rebuild(options: EmbeddedRebuildOptions): Promise<EmbeddedRebuildResult>;
  /** One round of the state machine. */
  orchestrate(options?: RoundOptions): Promise<OrchestratorReport>;
  /** What maintenance would do. */
  planMaintenance(options?: MaintainPlatformOptions): Promise<TopicPlan[]>;
  /** One night of the Maintenance Orchestrator. */
  maintain(options?: MaintainPlatformOptions): Promise<MaintenanceRound>;
  /**
   * Recomputes accountability from the tables, with the send log, the error tracker and the queues as evidence.
   * Without `topics`: every registered topic, and `unknown` where messages went to a queue of no topic. Refuses a topic
   * that nobody registered and nothing was sent to.
   */
  reconcile(topics?: readonly string[]): Promise<Reconciliation[]>;
  status(): Promise<TopicStatus[]>;
  close(): Promise<void>;
}
