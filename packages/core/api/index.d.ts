// Public API of @lean-ops/core. Written by scripts/api-snapshot.mjs.

// ArchiveKind
type ArchiveKind = 'quarantine' | 'dead-letter' | 'delivery-failure';

// BreakerRow
interface BreakerRow {
    readonly scope: string;
    readonly state: BreakerState;
    readonly override: 'open' | 'closed' | null;
    readonly reason: string | null;
    readonly changedAt: number;
    readonly trips: number;
    readonly nextProbeAt: number | null;
    readonly mappingHeld: boolean;
    readonly token: bigint;
    readonly revision: number;
}

// BreakerState
type BreakerState = 'closed' | 'open' | 'half-open';

// BreakerStore
interface BreakerStore {
    get(scope: string): Promise<BreakerRow | null>;
    list(): Promise<BreakerRow[]>;
    save(row: BreakerRow): Promise<BreakerRow | null>;
    count(counts: OutcomeCounts, options?: {
        readonly signal?: AbortSignal;
    }): Promise<void>;
    counts(since: number): Promise<OutcomeCounts[]>;
}

// CONTRACT_DEFAULTS
declare const CONTRACT_DEFAULTS: {
    readonly key: string;
    readonly orderBy: readonly string[];
    readonly envelope: 'auto';
    readonly partitionBy: readonly string[];
    readonly maxDepth: number;
    readonly maxColumns: number;
    readonly cdeSpikeThreshold: number;
    readonly onSpike: 'alarm';
    readonly engine: 'node';
};

// CONTRACT_PRIMITIVES
declare const CONTRACT_PRIMITIVES: readonly [
    "string",
    "boolean",
    "int",
    "long",
    "float",
    "double",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "uuid",
    "binary"
];

// Checkpoint
interface Checkpoint {
    readonly topic: string;
    readonly layer: Layer;
    readonly sourceTable: string;
    readonly snapshotId: bigint;
    readonly sequenceNumber: bigint;
    readonly committedAt: number;
}

// CheckpointStore
interface CheckpointStore {
    put(checkpoint: Checkpoint): Promise<void>;
    get(topic: string, layer: Layer): Promise<Checkpoint | null>;
    list(): Promise<Checkpoint[]>;
}

// Clock
interface Clock {
    now(): number;
}

// ColumnNames
declare class ColumnNames {
    #private;
    constructor(taken: Iterable<string>);
    assign(keys: readonly string[], path: string): {
        name: string;
        collidedWith: string | null;
    };
}

// ContractColumn
interface ContractColumn {
    readonly type: ContractType;
    readonly path?: string;
    readonly aliases?: readonly string[];
    readonly cde?: boolean | 'nonblank';
    readonly default?: string | number | boolean;
    readonly enum?: readonly string[];
    readonly onUnknown?: 'error' | 'null';
    readonly min?: number | string;
    readonly max?: number | string;
    readonly pattern?: string;
    readonly sensitive?: Sensitivity;
    readonly assumeUtc?: boolean;
    readonly epoch?: 'seconds' | 'millis' | 'micros';
    readonly description?: string;
}

// ContractPrimitive
type ContractPrimitive = (typeof CONTRACT_PRIMITIVES)[number];

// ContractStore
interface ContractStore {
    put(contract: TopicContract): Promise<void>;
    get(topic: string, version: string): Promise<TopicContract | null>;
    versions(topic: string): Promise<string[]>;
}

// ContractType
type ContractType = ContractPrimitive | `decimal(${number},${number})`;

// CoreError
declare class CoreError extends LeanOpsError<CoreErrorCode> {
}

// CoreErrorCode
type CoreErrorCode = 'CONTRACT_INVALID' | 'CONTRACT_UNREADABLE' | 'TOPIC_NAME_INVALID' | 'TOPIC_NAME_COLLISION' | 'STATE_STORE_VERSION' | 'STATE_STORE_UNREADABLE' | 'STATE_STORE_BUSY' | 'STATE_ITEM_TOO_LARGE' | 'TRACKED_ERROR_NOT_FOUND' | 'TOPIC_NOT_REGISTERED';

// ENVELOPE_COLUMNS
declare const ENVELOPE_COLUMNS: readonly EnvelopeColumn[];

// Engine
type Engine = 'node' | 'spark';

// Envelope
interface Envelope {
    topic_name: string;
    message_id: string;
    sqs_message_id: string;
    idempotency_key: string | null;
    period_reference: string | null;
    correlation_id: string | null;
    publish_time: bigint;
    publish_time_source: PublishTimeSource;
    ingestion_ts: bigint;
    json_payload: string;
    envelope_json: string | null;
}

// EnvelopeColumn
interface EnvelopeColumn {
    readonly name: keyof Envelope;
    readonly type: EnvelopeColumnType;
    readonly required: boolean;
}

// EnvelopeColumnType
type EnvelopeColumnType = 'string' | 'timestamptz';

// EnvelopeMode
type EnvelopeMode = 'auto' | 'bare' | 'wrapped';

// ErrorTracker
interface ErrorTracker {
    record(error: TrackedError): Promise<boolean>;
    get(id: string): Promise<TrackedError | null>;
    list(filter?: TrackedErrorFilter): AsyncIterable<TrackedError>;
    changeStatus(id: string, change: {
        readonly from: TrackedPosition;
        readonly to: TrackedPosition;
        readonly change: StatusChange;
    }): Promise<boolean>;
}

// FlattenLimits
interface FlattenLimits {
    readonly maxDepth?: number;
    readonly maxColumns?: number;
}

// GLOBAL_BREAKER
declare const GLOBAL_BREAKER = "*";

// Journal
interface Journal {
    readonly name: string;
    readonly revision: string;
    readonly document: JournalDocument;
}

// JournalDocument
type JournalDocument = Readonly<Record<string, unknown>>;

// JournalStore
interface JournalStore {
    get(name: string): Promise<Journal | null>;
    create(name: string, document: JournalDocument): Promise<Journal | null>;
    replace(journal: Journal, document: JournalDocument): Promise<Journal | null>;
    remove(journal: Journal): Promise<boolean>;
    list(prefix: string): Promise<string[]>;
}

// JsonLoggerOptions
interface JsonLoggerOptions {
    readonly stream: {
        write(text: string): unknown;
    };
    readonly level?: LogLevel;
    readonly clock?: Clock;
    readonly fields?: LogFields;
}

// Layer
type Layer = 'standardized' | 'curated';

// LeanOpsError
declare class LeanOpsError<Code extends string = string> extends Error {
    readonly code: Code;
    readonly retryable: boolean;
    readonly context: Readonly<Record<string, unknown>>;
    constructor(message: string, options: LeanOpsErrorOptions<Code>);
}

// LeanOpsErrorOptions
interface LeanOpsErrorOptions<Code extends string> {
    code: Code;
    retryable?: boolean;
    context?: Readonly<Record<string, unknown>>;
    cause?: unknown;
}

// Lease
interface Lease {
    readonly resource: string;
    readonly owner: string;
    readonly token: bigint;
    readonly expiresAt: number;
}

// LeaseRequest
interface LeaseRequest {
    readonly resource: string;
    readonly owner: string;
    readonly ttlMs: number;
    readonly above?: bigint;
}

// LeaseStore
interface LeaseStore {
    acquire(request: LeaseRequest): Promise<Lease | null>;
    renew(lease: Lease, ttlMs: number): Promise<Lease | null>;
    release(lease: Lease): Promise<void>;
    get(resource: string): Promise<Lease | null>;
}

// LogFields
type LogFields = Readonly<Record<string, unknown>>;

// LogLevel
type LogLevel = 'debug' | 'info' | 'warn' | 'error';

// LogLine
interface LogLine {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: LogFields;
}

// Logger
interface Logger {
    debug(message: string, fields?: LogFields): void;
    info(message: string, fields?: LogFields): void;
    warn(message: string, fields?: LogFields): void;
    error(message: string, fields?: LogFields): void;
    child(fields: LogFields): Logger;
}

// METADATA_RETENTION
declare const METADATA_RETENTION: Readonly<Record<string, string>>;

// ManualClock
declare class ManualClock implements Clock {
    #private;
    constructor(start?: number);
    now(): number;
    advance(milliseconds: number): void;
    set(milliseconds: number): void;
}

// Measurement
interface Measurement {
    readonly name: string;
    readonly value: number;
    readonly unit: MetricUnit;
    readonly dimensions: Readonly<Record<string, string>>;
}

// MemoryLogger
declare class MemoryLogger implements Logger {
    #private;
    readonly lines: LogLine[];
    debug(message: string, fields?: LogFields): void;
    info(message: string, fields?: LogFields): void;
    warn(message: string, fields?: LogFields): void;
    error(message: string, fields?: LogFields): void;
    child(fields: LogFields): Logger;
}

// MemoryMetrics
declare class MemoryMetrics implements Metrics {
    readonly measurements: Measurement[];
    add(name: string, value: number, unit: MetricUnit, dimensions?: Readonly<Record<string, string>>): void;
    total(name: string, dimensions?: Readonly<Record<string, string>>): number;
}

// MemoryStateStore
declare class MemoryStateStore implements StateStore {
    readonly topics: TopicRegistry;
    readonly contracts: ContractStore;
    readonly checkpoints: CheckpointStore;
    readonly rounds: RoundStore;
    readonly leases: LeaseStore;
    readonly errors: ErrorTracker;
    readonly outbox: OpsOutbox;
    readonly breakers: BreakerStore;
    readonly journals: JournalStore;
    constructor(options?: {
        readonly clock?: Clock;
    });
    close(): Promise<void>;
}

// MetricUnit
type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds' | 'Bytes' | 'Percent';

// Metrics
interface Metrics {
    add(name: string, value: number, unit: MetricUnit, dimensions?: Readonly<Record<string, string>>): void;
}

// OpsEntry
interface OpsEntry {
    readonly sequence: number;
    readonly id: string;
    readonly table: OpsTable;
    readonly row: Readonly<Record<string, string | number | boolean | null>>;
}

// OpsOutbox
interface OpsOutbox {
    put(entries: readonly Omit<OpsEntry, 'sequence'>[]): Promise<void>;
    peek(table: OpsTable, limit: number): Promise<OpsEntry[]>;
    removeThrough(table: OpsTable, sequence: number): Promise<void>;
}

// OpsTable
type OpsTable = 'job_runs' | 'drift_log' | 'reconciliation' | 'schema_versions';

// OutcomeCounts
interface OutcomeCounts {
    readonly topic: string;
    readonly minute: number;
    readonly messages: number;
    readonly failures: number;
    readonly accepted: number;
    readonly sinkFailures: number;
}

// PublishTimeSource
type PublishTimeSource = 'producer' | 'sqs';

// QualityRules
interface QualityRules {
    readonly cdeSpikeThreshold?: number;
    readonly onSpike?: 'alarm' | 'halt';
}

// RAW_RETENTION
declare const RAW_RETENTION: Readonly<Record<string, string>>;

// Random
interface Random {
    next(): number;
    uuid(): string;
}

// RoundStore
interface RoundStore {
    put(topic: string, startedAt: number): Promise<void>;
    get(topic: string): Promise<number | null>;
    list(): Promise<ReadonlyMap<string, number>>;
}

// Sensitivity
type Sensitivity = 'last4' | 'hash' | 'redact' | 'drop';

// Sleep
type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

// StateStore
interface StateStore {
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

// StatusChange
interface StatusChange {
    readonly at: number;
    readonly by: string;
    readonly reason: string | null;
}

// TopicContract
interface TopicContract {
    readonly topic: string;
    readonly version: string;
    readonly owner: string;
    readonly key?: string;
    readonly orderBy?: readonly string[];
    readonly envelope?: EnvelopeMode;
    readonly partitionBy?: readonly string[];
    readonly correctionWindow?: string;
    readonly flatten?: FlattenLimits;
    readonly columns: Readonly<Record<string, ContractColumn>>;
    readonly quality?: QualityRules;
    readonly engine?: Engine;
    readonly reset?: {
        readonly justification: string;
        readonly impact: string;
    };
}

// TopicRegistry
interface TopicRegistry {
    put(row: TopicRow): Promise<void>;
    replace(before: TopicRow | null, after: TopicRow): Promise<boolean>;
    get(topic: string): Promise<TopicRow | null>;
    list(): Promise<TopicRow[]>;
    remove(topic: string): Promise<void>;
}

// TopicRow
interface TopicRow {
    readonly topic: string;
    readonly queueTopic: string;
    readonly state: TopicState;
    readonly stateReason: string | null;
    readonly stateBy: string | null;
    readonly stateSince: number | null;
    readonly contractVersion: string | null;
    readonly engine: Engine;
    readonly envelope: EnvelopeMode;
    readonly schedule: TopicSchedule;
    readonly freshnessObjectiveSeconds: number;
    readonly updatedAt: number;
}

// TopicSchedule
type TopicSchedule = 'every-round' | 'hourly' | 'daily';

// TopicState
type TopicState = 'enabled' | 'paused' | 'rebuilding';

// TrackedError
interface TrackedError {
    readonly id: string;
    readonly kind: ArchiveKind;
    readonly topic: string;
    readonly sqsMessageId: string;
    readonly errorClass: string;
    readonly errorCode: string;
    readonly errorMessage: string;
    readonly archiveKey: string;
    readonly firstSeenAt: number;
    readonly status: TrackedStatus;
    readonly replays: number;
    readonly lastChange: StatusChange | null;
}

// TrackedErrorFilter
interface TrackedErrorFilter {
    readonly topic?: string;
    readonly kind?: ArchiveKind;
    readonly status?: TrackedStatus;
    readonly errorClass?: string;
    readonly since?: number;
    readonly until?: number;
}

// TrackedPosition
interface TrackedPosition {
    readonly status: TrackedStatus;
    readonly replays: number;
}

// TrackedStatus
type TrackedStatus = 'open' | 'replaying' | 'replayed' | 'discarded';

// formatPath
declare function formatPath(keys: readonly string[]): string;

// immediateSleep
declare function immediateSleep(clock?: ManualClock): Sleep;

// jsonLogger
declare function jsonLogger(options: JsonLoggerOptions): Logger;

// noopMetrics
declare const noopMetrics: Metrics;

// pathHash
declare function pathHash(path: string): string;

// seededRandom
declare function seededRandom(seed: number): Random;

// silentLogger
declare const silentLogger: Logger;

// stableHash
declare function stableHash(text: string): number;

// systemClock
declare const systemClock: Clock;

// systemRandom
declare const systemRandom: Random;

// systemSleep
declare const systemSleep: Sleep;

// tableSafeTopic
declare function tableSafeTopic(queueTopic: string): string;
