// Public API of @lean-ops/ingest. Written by scripts/api-snapshot.mjs.

// Archive
interface Archive {
    put(message: ArchivedMessage): Promise<string>;
    get(key: string): Promise<ArchivedMessage>;
    list(filter?: ArchiveFilter): AsyncIterable<string>;
}

// ArchiveFilter
interface ArchiveFilter {
    readonly kind?: ArchiveKind;
    readonly topic?: string;
    readonly day?: string;
}

// ArchivedMessage
interface ArchivedMessage {
    readonly id: string;
    readonly kind: ArchiveKind;
    readonly topic: string;
    readonly queueArn: string;
    readonly sqsMessageId: string;
    readonly sentTimestampMs: number;
    readonly firstIngestionMicros: bigint;
    readonly body: string;
    readonly attributes: Readonly<Record<string, string>>;
    readonly errorClass: string;
    readonly errorCode: string;
    readonly errorMessage: string;
    readonly archivedAtMs: number;
}

// BatchCounts
interface BatchCounts {
    readonly received: number;
    readonly accepted: number;
    readonly quarantined: number;
    readonly handedBack: number;
    readonly retries: number;
}

// BatchDrift
interface BatchDrift {
    readonly topic: string;
    readonly kind: string;
    readonly field: string;
    readonly path: string;
    readonly count: number;
    readonly sqsMessageIds: readonly string[];
    readonly sample: string;
}

// BatchResult
interface BatchResult {
    readonly failures: string[];
    readonly counts: BatchCounts;
    readonly drift: readonly BatchDrift[];
    readonly outcomes: readonly TopicOutcome[];
}

// BreakerSettings
interface BreakerSettings {
    readonly windowMinutes: number;
    readonly minMessages: number;
    readonly globalMinMessages: number;
    readonly globalMinTopics: number;
    readonly globalFewMessages: number;
    readonly maxErrorRate: number;
    readonly firstPauseMs: number;
    readonly maxPauseMs: number;
    readonly forgetAfterMs: number;
}

// Classification
interface Classification {
    readonly errorClass: ErrorClass;
    readonly action: FailureAction;
    readonly code: string;
}

// DEFAULT_BREAKER_SETTINGS
declare const DEFAULT_BREAKER_SETTINGS: BreakerSettings;

// DEFAULT_FIELD_PATHS
declare const DEFAULT_FIELD_PATHS: FieldPaths;

// EnvelopeDrift
interface EnvelopeDrift {
    readonly kind: EnvelopeDriftKind;
    readonly field: string;
    readonly path: string;
    readonly sample: string;
}

// EnvelopeDriftKind
type EnvelopeDriftKind = 'INVALID_PERIOD' | 'INVALID_PUBLISH_TIME' | 'IMPLAUSIBLE_PUBLISH_TIME' | 'TRUNCATED_PUBLISH_TIME' | 'INVALID_SENT_TIMESTAMP' | 'UNUSABLE_ID' | 'LONE_SURROGATE';

// ErrorClass
type ErrorClass = 'malformed' | 'contract' | 'throttle' | 'timeout' | 'network' | 'unknown';

// FailureAction
type FailureAction = 'DROP' | 'RETRY';

// FieldPaths
interface FieldPaths {
    readonly messageId: readonly string[];
    readonly publishTime: readonly string[];
    readonly idempotencyKey: readonly string[];
    readonly periodReference: readonly string[];
    readonly correlationId: readonly string[];
    readonly payload: readonly string[];
    readonly data: readonly string[];
}

// FirehoseRecord
interface FirehoseRecord {
    readonly recordId: string;
    readonly data: string;
}

// IngestError
declare class IngestError extends LeanOpsError<IngestErrorCode> {
}

// IngestErrorCode
type IngestErrorCode = 'ARCHIVE_CORRUPT' | 'ARCHIVE_KEY_INVALID' | 'ARCHIVE_NOT_FOUND' | 'ENVELOPE_UNREADABLE' | 'INVALID_ARGUMENT' | 'SINK_ANSWER_INVALID' | 'SINK_RECORD_REFUSED' | 'SINK_TIME_OVER';

// IngestFailure
interface IngestFailure {
    readonly errorClass: ErrorClass;
    readonly action: FailureAction;
    readonly code: string;
    readonly message: string;
}

// IngestFailureCode
type IngestFailureCode = 'BODY_NOT_JSON' | 'BODY_NOT_OBJECT' | 'BODY_NOT_UTF8' | 'PAYLOAD_MISSING' | 'PAYLOAD_NOT_BASE64' | 'PAYLOAD_NOT_UTF8' | 'RECORD_TOO_LARGE' | 'REPLAY_ATTRIBUTE_INVALID' | 'TOPIC_NOT_REGISTERED' | 'UNKNOWN_TOPIC';

// MemoryArchive
declare class MemoryArchive implements Archive {
    #private;
    put(message: ArchivedMessage): Promise<string>;
    get(key: string): Promise<ArchivedMessage>;
    list(filter?: ArchiveFilter): AsyncIterable<string>;
}

// MemoryRawSink
declare class MemoryRawSink implements RawSink {
    readonly maxRecordBytes: number;
    readonly maxBatchRecords: number;
    readonly maxBatchBytes: number;
    readonly envelopes: Envelope[];
    constructor(options?: MemoryRawSinkOptions);
    put(records: readonly SinkRecord[]): Promise<readonly SinkResult[]>;
}

// MemoryRawSinkOptions
interface MemoryRawSinkOptions {
    readonly maxRecordBytes?: number;
    readonly maxBatchRecords?: number;
    readonly maxBatchBytes?: number;
}

// NormalizeContext
interface NormalizeContext {
    readonly topic: string;
    readonly mode: EnvelopeMode;
    readonly fieldPaths?: FieldPaths;
    readonly nowMicros: bigint;
}

// NormalizedMessage
type NormalizedMessage = {
    readonly ok: true;
    readonly envelope: Envelope;
    readonly drift: readonly EnvelopeDrift[];
} | {
    readonly ok: false;
    readonly failure: IngestFailure;
};

// ProbeResult
type ProbeResult = {
    readonly kind: 'answered';
    readonly messages: number;
    readonly failures: number;
    readonly accepted: number;
    readonly sinkFailures: number;
} | {
    readonly kind: 'empty';
} | {
    readonly kind: 'hidden';
} | {
    readonly kind: 'absent';
} | {
    readonly kind: 'failed';
    readonly reason: string;
};

// ProcessBatchDependencies
interface ProcessBatchDependencies {
    readonly topicOf: (queueArn: string) => {
        readonly topic: string;
        readonly queueTopic?: string;
    } | null;
    readonly registry: (topic: string) => RegisteredTopic | null | Promise<RegisteredTopic | null>;
    readonly sink: RawSink;
    readonly archive: Archive;
    readonly tracker: ErrorTracker;
    readonly clock: Clock;
    readonly random: Random;
    readonly sleep: Sleep;
    readonly logger: Logger;
    readonly metrics: Metrics;
    readonly deadlineMs: number;
    readonly signal?: AbortSignal;
    readonly retry?: RetryOptions;
    readonly fieldPaths?: FieldPaths;
}

// QUARANTINE_METRIC
declare const QUARANTINE_METRIC = "MessagesArchived";

// QuarantineDependencies
interface QuarantineDependencies {
    readonly archive: Archive;
    readonly tracker: ErrorTracker;
    readonly metrics: Metrics;
}

// QueueMessage
interface QueueMessage {
    readonly messageId: string;
    readonly body: string;
    readonly sentTimestampMs: number;
    readonly attributes: Readonly<Record<string, string>>;
    readonly receiveCount: number;
    readonly queueArn: string;
    readonly groupId?: string;
}

// QueueNaming
interface QueueNaming {
    readonly project: string;
    readonly environment: string;
}

// QueueTopic
interface QueueTopic {
    readonly topic: string;
    readonly queueTopic: string;
    readonly fifo: boolean;
}

// REPLAY_ATTRIBUTE
declare const REPLAY_ATTRIBUTE = "lean_ops_replay";

// RawSink
interface RawSink {
    readonly maxRecordBytes: number;
    readonly maxBatchRecords: number;
    readonly maxBatchBytes: number;
    put(records: readonly SinkRecord[], options?: {
        readonly signal?: AbortSignal;
    }): Promise<readonly SinkResult[]>;
}

// RegisteredTopic
interface RegisteredTopic {
    readonly envelope: EnvelopeMode;
    readonly queueTopic?: string;
}

// Replay
interface Replay {
    readonly sqsMessageId: string;
    readonly sentTimestampMs: number;
    readonly firstIngestionMicros: bigint;
    readonly replays: number;
}

// RetryOptions
interface RetryOptions {
    readonly maxAttempts?: number;
    readonly baseDelayMs?: number;
    readonly maxDelayMs?: number;
}

// SinkRecord
interface SinkRecord {
    readonly topic: string;
    readonly bytes: Uint8Array;
}

// SinkResult
type SinkResult = {
    readonly accepted: true;
} | {
    readonly accepted: false;
    readonly error: unknown;
};

// TopicOutcome
interface TopicOutcome {
    readonly topic: string;
    readonly messages: number;
    readonly failures: number;
    readonly accepted: number;
    readonly sinkFailures: number;
}

// TransformFailure
interface TransformFailure {
    readonly recordId: string;
    readonly reason: TransformFailureReason;
    readonly topic: string | null;
    readonly sqsMessageId: string | null;
    readonly correlationId: string | null;
}

// TransformFailureReason
type TransformFailureReason = 'not-an-envelope' | 'no-table' | 'answer-full' | 'time-over';

// TransformOptions
interface TransformOptions {
    readonly namespace: string;
    readonly destinationTable: (topic: string) => string | null;
    readonly maxResponseBytes?: number;
    readonly isOver?: () => boolean;
    readonly onFailure?: (failure: TransformFailure) => void;
}

// TransformedRecord
interface TransformedRecord {
    readonly recordId: string;
    readonly result: 'Ok' | 'Dropped' | 'ProcessingFailed';
    readonly data: string;
    readonly metadata?: {
        readonly otfMetadata: {
            readonly destinationDatabaseName: string;
            readonly destinationTableName: string;
            readonly operation: 'insert';
        };
    };
}

// UNKNOWN_TOPIC
declare const UNKNOWN_TOPIC = "unknown";

// UndeliveredRecord
interface UndeliveredRecord {
    readonly data: Uint8Array;
    readonly arrivedMs: number;
    readonly code: string;
    readonly message: string;
}

// Window
interface Window {
    readonly messages: number;
    readonly failures: number;
    readonly isEverywhere?: boolean;
}

// afterProbe
declare function afterProbe(row: BreakerRow, result: ProbeResult, rules: Rules): BreakerRow;

// afterWindow
declare function afterWindow(row: BreakerRow, window: Window, rules: Rules): BreakerRow;

// archiveId
declare function archiveId(message: {
    readonly kind: ArchiveKind;
    readonly sqsMessageId: string;
    readonly body: string;
}): string;

// archivedMessage
declare function archivedMessage(message: QueueMessage, options: {
    kind: ArchiveKind;
    topic: string;
    failure: IngestFailure;
    nowMs: number;
}): ArchivedMessage;

// classifyError
declare function classifyError(error: unknown): Classification;

// closedBreaker
declare function closedBreaker(scope: string, now: number): BreakerRow;

// decodeEnvelope
declare function decodeEnvelope(bytes: Uint8Array): Envelope;

// deliveryFailure
declare function deliveryFailure(record: UndeliveredRecord, options: {
    readonly topic: string;
    readonly queueArn: string;
    readonly nowMs: number;
}): ArchivedMessage;

// encodeEnvelope
declare function encodeEnvelope(envelope: Envelope): Uint8Array;

// formatReplay
declare function formatReplay(replay: Replay): string;

// globalWindow
declare function globalWindow(counts: readonly OutcomeCounts[], row: BreakerRow | undefined, now: number, settings: SinkSettings): Window;

// isProbeDue
declare function isProbeDue(row: BreakerRow, { now, settings }: Omit<Rules, 'random'>): boolean;

// isSettled
declare function isSettled({ status, lastChange }: TrackedError, arrivedMs: number): boolean;

// isShut
declare function isShut(row: BreakerRow | undefined): boolean;

// normalizeMessage
declare function normalizeMessage(message: QueueMessage, context: NormalizeContext): NormalizedMessage;

// openError
declare function openError(record: ArchivedMessage, archiveKey: string, replays: number): TrackedError;

// parseErrorRecord
declare function parseErrorRecord(line: string): UndeliveredRecord | null;

// parseReplay
declare function parseReplay(text: string, nowMs?: number): Replay | null;

// processBatch
declare function processBatch(messages: readonly QueueMessage[], dependencies: ProcessBatchDependencies): Promise<BatchResult>;

// quarantine
declare function quarantine(record: ArchivedMessage, dependencies: QuarantineDependencies, replays?: number, arrivedMs?: number): Promise<void>;

// recordOutcomes
declare function recordOutcomes(outcomes: readonly TopicOutcome[], { breakers, clock, logger, metrics, signal }: RecordOutcomesDependencies): Promise<void>;

// toHalfOpen
declare function toHalfOpen(row: BreakerRow, now: number): BreakerRow;

// topicFromQueueArn
declare function topicFromQueueArn(arn: string, naming: QueueNaming): QueueTopic | null;

// topicOfRecord
declare function topicOfRecord(data: Uint8Array): string;

// topicWindows
declare function topicWindows(counts: readonly OutcomeCounts[], rows: ReadonlyMap<string, BreakerRow>, now: number, settings: WindowSettings): Map<string, Window>;

// transformRecords
declare function transformRecords(records: readonly FirehoseRecord[], options: TransformOptions): TransformedRecord[];

// windowStart
declare function windowStart(now: number, { windowMinutes }: WindowSettings): number;

// withOverride
declare function withOverride(row: BreakerRow, override: BreakerRow['override'], reason: string): BreakerRow;

// withoutMapping
declare function withoutMapping(row: BreakerRow, now: number): BreakerRow;
