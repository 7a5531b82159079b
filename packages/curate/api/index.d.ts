// Public API of @lean-ops/curate. Written by scripts/api-snapshot.mjs.

// AbandonOptions
interface AbandonOptions extends Pick<JobOptions, 'catalog' | 'topic' | 'fencingToken' | 'clock' | 'logger' | 'names' | 'signal'> {
    readonly journals: JournalStore;
    readonly restored?: (journal: Journal) => Promise<void>;
    readonly hooks?: {
        at?(point: RebuildPoint): Promise<void> | void;
    };
}

// AppliedContract
interface AppliedContract {
    readonly passed: Int32Array;
    readonly columns: readonly {
        readonly name: string;
        readonly vector: Vector;
    }[];
    readonly failures: readonly RowFailures[];
    masked(row: number): Record<string, string | null>;
    readonly drift: readonly DriftEntry[];
}

// AskHistoryOptions
interface AskHistoryOptions {
    readonly catalog: Catalog;
    readonly names?: Partial<LayerNames>;
    readonly base: TopicContract;
    readonly head: TopicContract;
    readonly renamed?: ReadonlyMap<string, string>;
    readonly questions: readonly HistoryQuestion[];
    readonly signal?: AbortSignal;
}

// BatchInput
type BatchInput = Table | RecordBatch | Iterable<BatchLike> | AsyncIterable<BatchLike>;

// BatchLike
type BatchLike = RecordBatch | {
    readonly batch: RecordBatch;
    readonly rows?: Float64Array;
};

// CastCode
type CastCode = 'BLANK' | 'MALFORMED' | 'OUT_OF_RANGE' | 'NOT_INTEGER' | 'SCALE_EXCEEDED' | 'PRECISION_EXCEEDED' | 'FRACTION_TOO_FINE' | 'LEAP_SECOND' | 'ZONE_MISSING' | 'ZONE_UNEXPECTED' | 'EPOCH_UNIT_MISSING';

// CastOptions
interface CastOptions {
    readonly assumeUtc?: boolean | undefined;
    readonly epoch?: 'seconds' | 'millis' | 'micros' | undefined;
}

// CastResult
type CastResult = {
    readonly ok: true;
    readonly value: CastValue;
} | {
    readonly ok: false;
    readonly code: CastCode;
    readonly message: string;
};

// CastValue
type CastValue = string | number | bigint | boolean | Uint8Array;

// CollectOptions
interface CollectOptions {
    readonly maxRows?: number;
    readonly signal?: AbortSignal;
}

// ColumnChange
type ColumnChange = {
    readonly kind: 'add';
    readonly column: string;
    readonly type: NewType;
    readonly doc?: string;
} | {
    readonly kind: 'widen';
    readonly column: string;
    readonly from: string;
    readonly to: PrimitiveType;
};

// ColumnFailure
interface ColumnFailure {
    readonly column: string;
    readonly code: FailureCode;
    readonly message: string;
}

// ColumnPath
interface ColumnPath {
    readonly name: string;
    readonly path: string;
}

// CompileOptions
interface CompileOptions {
    readonly maskingKey?: Uint8Array | undefined;
}

// CompiledContract
declare class CompiledContract {
    #private;
    readonly columns: readonly CuratedColumn[];
    constructor(governed: readonly GovernedColumn[], mask: RowMask);
    apply(batch: RecordBatch): AppliedContract;
    runDrift(): DriftEntry[];
}

// CurateError
declare class CurateError extends LeanOpsError<CurateErrorCode> {
}

// CurateErrorCode
type CurateErrorCode = 'PATH_INVALID' | 'OPTION_INVALID' | 'COLUMN_TYPE_MISMATCH' | 'COLUMN_MISSING' | 'BATCH_TOO_LARGE' | 'CONTRACT_INVALID' | 'MASKING_KEY_MISSING' | 'WATERMARK_MOVED' | 'LEASE_LOST' | 'WATERMARK_DETACHED' | 'SOURCE_DETACHED' | 'GENERATION_MISMATCH' | 'TABLE_SCHEMA_MISMATCH' | 'CONTRACT_NOT_DEPLOYED' | 'RESET_REQUIRED' | 'RAW_GAP' | 'REBUILD_NOT_BALANCED' | 'REBUILD_UNDER_WAY' | 'REBUILD_NONE' | 'SPIKE_HALTED' | 'FILE_UNREADABLE' | 'SOURCE_UNSTABLE' | 'SOURCE_NOT_REPEATABLE' | 'WORKER_LOST' | 'TOO_MANY_ROWS' | 'EVOLUTION_REFUSED' | 'ABORTED';

// CurateReport
interface CurateReport extends RunReport {
    readonly layer: 'curated';
    readonly inserted: number;
    readonly updated: number;
    readonly deleted: number;
    readonly failed: number;
    readonly skipped: number;
    readonly spike: boolean;
}

// CuratedColumn
interface CuratedColumn {
    readonly name: string;
    readonly type: ContractType;
}

// CuratedTableColumn
interface CuratedTableColumn {
    readonly name: string;
    readonly type: ContractType;
    readonly required: boolean;
    readonly sensitive: Exclude<Sensitivity, 'drop'> | null;
}

// DeduplicateOptions
interface DeduplicateOptions extends DeduplicateRules {
    readonly signal?: AbortSignal;
}

// DeduplicateRules
interface DeduplicateRules {
    readonly id?: string | readonly string[];
    readonly key?: string | readonly string[];
    readonly orderBy?: readonly (string | OrderColumn)[];
    readonly payload?: string;
}

// DeduplicatedPart
interface DeduplicatedPart {
    readonly batch: RecordBatch;
    readonly rows: Float64Array;
    readonly copies: Float64Array;
    readonly superseded: Float64Array;
    readonly drift: readonly DriftEntry[];
}

// DeduplicatedRows
interface DeduplicatedRows<Row> {
    readonly rows: readonly Row[];
    readonly numbers: readonly number[];
    readonly copies: readonly number[];
    readonly superseded: readonly number[];
    readonly drift: readonly DriftEntry[];
}

// Difference
interface Difference {
    readonly equation: string;
    readonly left: number;
    readonly right: number;
    readonly detail: string;
    readonly samples: readonly string[];
}

// DriftEntry
interface DriftEntry {
    readonly kind: DriftKind;
    readonly column: string | null;
    readonly path: string | null;
    readonly count: number;
    readonly sample: string | null;
    readonly firstRow: number;
}

// DriftKind
type DriftKind = 'COLUMN_ADDED' | 'NAME_COLLISION' | 'DUPLICATE_KEY' | 'DEPTH_LIMIT' | 'COLUMN_LIMIT' | 'LONE_SURROGATE' | 'INVALID_ORDER_VALUE' | 'INVALID_PERIOD' | 'MESSAGE_ID_REUSED' | 'FIELD_VANISHED' | 'FIELD_RENAMED' | 'TYPE_CHANGED' | 'DEFAULT_FILLS_ALL' | 'UNKNOWN_ENUM';

// Evidence
interface Evidence {
    readonly messages: bigint | number | null;
    readonly sqsMessageIds?: AsyncIterable<string>;
    readonly quarantined: AsyncIterable<string>;
    readonly deadLettered: AsyncIterable<string>;
    readonly deliveryFailures: AsyncIterable<string>;
    readonly inFlight: number;
}

// Evolution
interface Evolution {
    readonly add: readonly ColumnPath[];
}

// EvolveOptions
interface EvolveOptions {
    readonly formatVersion?: 2 | 3;
}

// EvolvingColumn
interface EvolvingColumn {
    readonly name: string;
    readonly type?: NewType;
    readonly required?: boolean;
    readonly doc?: string;
    readonly path?: string;
}

// ExactInstant
interface ExactInstant {
    readonly micros: bigint;
    readonly beyond: string;
}

// Extraction
interface Extraction {
    readonly failures: readonly ParseFailure[];
    readonly columns: readonly Utf8Column[];
}

// FailureCode
type FailureCode = 'CDE_MISSING' | 'CDE_BLANK' | `CAST_${CastCode}` | 'ENUM_UNKNOWN' | 'BELOW_MIN' | 'ABOVE_MAX' | 'PATTERN_MISMATCH';

// FlatRow
type FlatRow = Record<string, string | null>;

// FlattenBatchesOptions
interface FlattenBatchesOptions extends FlattenLimits {
    readonly payload?: string;
    readonly keep?: readonly string[];
    onFailures?(failures: readonly PayloadFailure[], failed: RecordBatch): Promise<void> | void;
}

// FlattenLimits
interface FlattenLimits extends Omit<FlattenOptions, 'reserved'> {
    readonly schema?: 'grow' | 'fixed';
    readonly signal?: AbortSignal;
}

// FlattenOptions
interface FlattenOptions {
    readonly maxDepth?: number;
    readonly maxColumns?: number;
    readonly columns?: readonly ColumnPath[];
    readonly reserved?: readonly string[];
    readonly contractPaths?: readonly string[];
}

// FlattenRowsOptions
interface FlattenRowsOptions extends FlattenLimits {
    readonly batchRows?: number;
}

// FlattenedBatch
interface FlattenedBatch {
    readonly rowCount: number;
    readonly rows: Int32Array;
    readonly columns: readonly FlattenedColumn[];
    readonly overflow: Vector<Utf8> | null;
    readonly failures: readonly ParseFailure[];
    readonly drift: readonly DriftEntry[];
}

// FlattenedColumn
interface FlattenedColumn extends ColumnPath {
    readonly vector: Vector<Utf8>;
}

// FlattenedPart
interface FlattenedPart {
    readonly batch: RecordBatch;
    readonly rows: Float64Array;
    readonly columns: readonly ColumnPath[];
    readonly failures: readonly PayloadFailure[];
    readonly failed: RecordBatch;
    readonly drift: readonly DriftEntry[];
}

// FlattenedRows
interface FlattenedRows {
    readonly rows: readonly FlatRow[];
    readonly numbers: readonly number[];
    readonly columns: readonly ColumnPath[];
    readonly failures: readonly PayloadFailure[];
    readonly drift: readonly DriftEntry[];
}

// Flattener
declare class Flattener {
    #private;
    constructor({ maxDepth, maxColumns, columns, reserved, contractPaths, }?: FlattenOptions);
    get columns(): readonly ColumnPath[];
    vanished(): readonly ColumnPath[];
    adopt(found: readonly FoundColumn[]): {
        names: string[];
        drift: DriftEntry[];
    } | null;
    place(keys: readonly string[]): {
        name: string | null;
        path: string;
    };
    validate(payloads: Utf8Column): (ParseFailure | null)[];
    extract(payloads: Utf8Column, paths: readonly string[], rows?: Int32Array): Extraction;
    flatten(payloads: Utf8Column, rows?: Int32Array): FlattenedBatch;
}

// FlushOptions
interface FlushOptions {
    readonly catalog: Catalog;
    readonly outbox: OpsOutbox;
    readonly clock: Clock;
    readonly names?: Partial<LayerNames>;
    readonly hooks?: {
        at?(point: FlushPoint): Promise<void> | void;
    };
}

// FlushPoint
type FlushPoint = 'ops:before-commit' | 'ops:after-commit' | 'ops:after-remove';

// FlushReport
interface FlushReport {
    readonly appended: Readonly<Record<OpsTable, number>>;
}

// GovernedTable
type GovernedTable = 'standardized' | 'curated';

// HandOver
interface HandOver {
    remainingMs(): number;
    readonly signal?: AbortSignal;
}

// JobHooks
interface JobHooks {
    at?(point: JobPoint): Promise<void> | void;
}

// JobOptions
interface JobOptions {
    readonly catalog: Catalog;
    readonly topic: string;
    readonly contract: TopicContract | null;
    readonly fencingToken: bigint;
    readonly clock: Clock;
    readonly outbox: OpsOutbox;
    readonly checkpoints: CheckpointStore;
    readonly runId: string;
    readonly logger?: Logger;
    readonly metrics?: Metrics;
    readonly names?: Partial<LayerNames>;
    readonly maskingKey?: Uint8Array;
    readonly upTo?: bigint;
    readonly signal?: AbortSignal;
    readonly handOver?: HandOver;
    readonly reviewErrors?: boolean;
    readonly hooks?: JobHooks;
    readonly maxRowsPerCommit?: number;
    readonly cacheBytes?: number;
    readonly workers?: number;
    readonly deleteMode?: RowMode;
}

// JobPoint
type JobPoint = 'parse-errors:before-commit' | 'parse-errors:after-commit' | 'standardized:before-commit' | 'standardized:after-commit' | 'standardized:after-checkpoint' | 'errors:before-commit' | 'errors:after-commit' | 'curated:before-commit' | 'curated:after-commit' | 'curated:after-checkpoint';

// JsonRow
type JsonRow = string | Uint8Array | object | null;

// LayerNames
interface LayerNames {
    readonly raw: string;
    readonly standardized: string;
    readonly curated: string;
    readonly ops: string;
}

// MAINTAINED_TABLES
declare const MAINTAINED_TABLES: readonly [
    "errors",
    "curated",
    "parse_errors",
    "standardized",
    "raw"
];

// MaintainOpsOptions
interface MaintainOpsOptions {
    readonly catalog: Catalog;
    readonly clock: Clock;
    readonly names?: Partial<LayerNames>;
    readonly policy?: MaintenancePolicy;
    readonly handOver?: HandOver;
    readonly signal?: AbortSignal;
}

// MaintainOptions
interface MaintainOptions extends MaintenanceScope {
    readonly table: MaintainedTable;
    readonly fencingToken: bigint;
    readonly outbox: OpsOutbox;
    readonly runId: string;
    readonly logger?: Logger;
    readonly handOver?: HandOver;
}

// MaintainedTable
type MaintainedTable = (typeof MAINTAINED_TABLES)[number];

// MaintenancePolicy
interface MaintenancePolicy {
    readonly snapshotAgeMs?: number;
    readonly minInputFiles?: number;
    readonly deleteFileThreshold?: number;
    readonly targetFileBytes?: number;
    readonly groupBytes?: number;
    readonly maxManifests?: number;
    readonly orphanAgeMs?: number;
    readonly orphanEveryDays?: number;
}

// MaintenanceReport
interface MaintenanceReport {
    readonly name: string;
    readonly finished: boolean;
    readonly rewrittenFiles: number;
    readonly addedFiles: number;
    readonly appliedDeleteFiles: number;
    readonly rewrittenManifests: number;
    readonly expiredSnapshots: number;
    readonly deletedFiles: number;
    readonly orphans: number;
    readonly orphanBytes: number;
    readonly heldBackBy: string | null;
    readonly durationMs: number;
}

// MaintenanceScope
interface MaintenanceScope {
    readonly catalog: Catalog;
    readonly topic: string;
    readonly hasContract: boolean;
    readonly clock: Clock;
    readonly names?: Partial<LayerNames>;
    readonly policy?: MaintenancePolicy;
    readonly signal?: AbortSignal;
}

// Mask
type Mask = (text: Uint8Array) => string;

// OVERFLOW_COLUMN
declare const OVERFLOW_COLUMN = "_overflow";

// OrderColumn
interface OrderColumn {
    readonly column: string;
    readonly type?: ContractType;
    readonly epoch?: 'seconds' | 'millis' | 'micros';
    readonly assumeUtc?: boolean;
}

// ParseFailure
interface ParseFailure {
    readonly row: number;
    readonly reason: ParseReason;
    readonly offset: number;
}

// ParseReason
type ParseReason = 'NULL_PAYLOAD' | 'INVALID_UTF8' | 'NOT_AN_OBJECT' | 'UNEXPECTED_END' | 'UNEXPECTED_CHARACTER' | 'INVALID_NUMBER' | 'INVALID_ESCAPE' | 'CONTROL_CHARACTER' | 'TRAILING_BYTES';

// PayloadCode
type PayloadCode = ParseReason | 'NOT_JSON';

// PayloadFailure
interface PayloadFailure {
    readonly row: number;
    readonly code: PayloadCode;
    readonly offset: number;
    readonly message: string;
}

// PayloadHash
type PayloadHash = (bytes: Uint8Array) => bigint;

// PlainValue
type PlainValue = string | number | bigint | boolean | Uint8Array | null;

// REDACTED
declare const REDACTED = "***";

// RebuildOptions
interface RebuildOptions extends AbandonOptions, Pick<JobOptions, 'contract' | 'outbox' | 'checkpoints' | 'runId' | 'maskingKey' | 'handOver' | 'maxRowsPerCommit' | 'cacheBytes' | 'workers'> {
    readonly random: {
        uuid(): string;
    };
    readonly acceptRawGap?: boolean;
    readonly keepOldMs?: number;
    readonly scratch?: Scratch;
    readonly onProgress?: (progress: RebuildProgress) => void;
}

// RebuildPoint
type RebuildPoint = JobPoint | 'rebuild:begun' | 'rebuild:created' | 'rebuild:carried' | 'rebuild:standardized' | 'rebuild:curated' | 'rebuild:audited' | `rebuild:before-${RebuiltTable}` | `rebuild:after-${RebuiltTable}` | 'rebuild:published' | 'rebuild:restored' | 'rebuild:cleared' | 'abandon:begun' | `abandon:after-${RebuiltTable}` | 'abandon:restored';

// RebuildProgress
interface RebuildProgress {
    readonly topic: string;
    readonly step: RebuildStep;
    readonly rows: number;
    readonly totalRows: number;
    readonly rowsPerSecond: number | null;
    readonly remainingMs: number | null;
}

// RebuildReport
interface RebuildReport {
    readonly topic: string;
    readonly status: 'done' | 'continue';
    readonly step: RebuildStep;
    readonly generation: number;
    readonly contractVersion: string | null;
    readonly rawSnapshotId: bigint | null;
    readonly rows: Readonly<Record<RebuiltTable, number | null>>;
    readonly carried: number;
    readonly commits: number;
    readonly tags: Readonly<Record<string, string>>;
}

// RebuildStep
type RebuildStep = 'standardize' | 'curate' | 'audit' | 'publish' | 'published' | 'abandon';

// RebuildUnderWay
interface RebuildUnderWay {
    readonly generation: number;
    readonly contractVersion: string | null;
    readonly step: RebuildStep;
    readonly startedAt: number;
}

// RebuildWatch
declare class RebuildWatch {
    #private;
    constructor(options: RebuildWatchOptions);
    look(): Promise<RebuildProgress | null>;
}

// RebuildWatchOptions
interface RebuildWatchOptions {
    readonly catalog: Catalog;
    readonly journals: JournalStore;
    readonly topic: string;
    readonly clock: Clock;
    readonly names?: Partial<LayerNames>;
}

// RebuiltTable
type RebuiltTable = (typeof REBUILT_TABLES)[number];

// ReconcileOptions
interface ReconcileOptions {
    readonly catalog: Catalog;
    readonly topic: string;
    readonly contract: TopicContract | null;
    readonly clock: Clock;
    readonly evidence: Evidence;
    readonly names?: Partial<LayerNames>;
    readonly outbox?: OpsOutbox;
    readonly rowsPerPass?: number;
    readonly scratch?: Scratch;
    readonly workers?: number;
}

// ReconcileTurn
type ReconcileTurn = {
    readonly status: 'done';
    readonly cursor: null;
    readonly result: Reconciliation;
} | {
    readonly status: 'continue';
    readonly cursor: string;
    readonly result: null;
};

// ReconcileTurnOptions
interface ReconcileTurnOptions extends ReconcileOptions {
    readonly scratch: Scratch;
    readonly handOver?: HandOver;
    readonly cursor?: string | null;
}

// Reconciliation
interface Reconciliation {
    readonly topic: string;
    readonly checkedAt: number;
    readonly balanced: boolean;
    readonly messages: number | null;
    readonly inFlight: number;
    readonly quarantined: number;
    readonly deadLettered: number;
    readonly deliveryFailures: number;
    readonly raw: number;
    readonly carried: number;
    readonly copies: number;
    readonly superseded: number;
    readonly parseErrors: number;
    readonly standardized: number;
    readonly curated: number | null;
    readonly openErrors: number | null;
    readonly pending: {
        readonly raw: number;
        readonly standardized: number;
    };
    readonly differences: readonly Difference[];
}

// Refusal
interface Refusal {
    readonly code: RefusalCode;
    readonly column: string;
    readonly from: string | null;
    readonly to: string;
    readonly message: string;
}

// RefusalCode
type RefusalCode = 'TYPE_CHANGED' | 'SCALE_CHANGED' | 'REQUIRED_ADDED' | 'NAME_TAKEN' | 'NAME_TWICE' | 'FORMAT_VERSION';

// RowFailures
interface RowFailures {
    readonly row: number;
    readonly failures: readonly ColumnFailure[];
}

// RunReport
interface RunReport {
    readonly topic: string;
    readonly runId: string;
    readonly commits: number;
    readonly from: bigint | null;
    readonly to: bigint | null;
    readonly snapshotId: bigint | null;
    readonly rowsRead: number;
    readonly finished: boolean;
    readonly rowsLeft: number;
    readonly reviewed: number;
    readonly mended: number;
    readonly durationMs: number;
}

// SchemaEvolution
interface SchemaEvolution {
    readonly changes: readonly ColumnChange[];
    readonly refusals: readonly Refusal[];
    apply(change: SchemaChange): void;
}

// Scratch
interface Scratch {
    readonly storage: Storage;
    readonly location: string;
}

// StandardizeReport
interface StandardizeReport extends RunReport {
    readonly layer: 'standardized';
    readonly copies: number;
    readonly superseded: number;
    readonly parseErrors: number;
    readonly inserted: number;
    readonly updated: number;
    readonly columnsAdded: number;
}

// StatusOptions
interface StatusOptions {
    readonly catalog: Catalog;
    readonly topics: readonly string[];
    readonly names?: Partial<LayerNames>;
}

// TableChange
interface TableChange {
    readonly layer: GovernedTable;
    readonly table: string;
    readonly kind: 'create' | 'change' | 'none' | 'rebuild';
    readonly columns: readonly TableColumnChange[];
    readonly partitionBy: readonly string[];
    readonly detail: string | null;
}

// TableColumnChange
type TableColumnChange = {
    readonly kind: 'add';
    readonly id: number;
    readonly column: string;
    readonly type: string;
} | {
    readonly kind: 'rename';
    readonly id: number;
    readonly column: string;
    readonly to: string;
} | {
    readonly kind: 'widen';
    readonly id: number;
    readonly column: string;
    readonly from: string;
    readonly to: PrimitiveType;
};

// TableMaintenance
interface TableMaintenance {
    readonly table: MaintainedTable;
    readonly name: string;
    readonly filesToRewrite: number;
    readonly bytesToRewrite: number;
    readonly deleteFilesToApply: number;
    readonly manifests: number;
    readonly snapshots: number;
    readonly snapshotsToExpire: number;
    readonly snapshotsHeldBack: number;
    readonly heldBackBy: string | null;
    readonly orphansDue: boolean;
    readonly isNeeded: boolean;
}

// TableStatus
interface TableStatus {
    readonly table: string;
    readonly rows: number;
    readonly snapshotId: bigint | null;
    readonly committedAt: number | null;
    readonly watermark: {
        readonly snapshotId: bigint;
        readonly sequenceNumber: bigint;
    } | null;
    readonly runId: string | null;
}

// TopicStatus
interface TopicStatus {
    readonly topic: string;
    readonly raw: TableStatus | null;
    readonly standardized: TableStatus | null;
    readonly parseErrors: TableStatus | null;
    readonly curated: TableStatus | null;
    readonly errors: TableStatus | null;
    readonly pendingRaw: number;
}

// TopicTablesOptions
interface TopicTablesOptions {
    readonly catalog: Catalog;
    readonly topic: string;
    readonly contract: TopicContract | null;
    readonly renamed?: ReadonlyMap<string, string>;
    readonly names?: Partial<LayerNames>;
}

// Utf8Column
interface Utf8Column {
    readonly length: number;
    readonly data: Uint8Array;
    readonly offsets: Int32Array;
    readonly validity: Uint8Array | null;
}

// ValidateOptions
interface ValidateOptions {
    readonly columns?: readonly ColumnPath[];
    readonly keep?: readonly string[];
    readonly maskingKey?: Uint8Array;
    readonly signal?: AbortSignal;
    onFailures?(failures: readonly RowFailures[], failed: RecordBatch): Promise<void> | void;
}

// ValidateRowsOptions
interface ValidateRowsOptions {
    readonly maskingKey?: Uint8Array;
    readonly batchRows?: number;
    readonly signal?: AbortSignal;
}

// ValidatedPart
interface ValidatedPart {
    readonly batch: RecordBatch;
    readonly rows: Float64Array;
    readonly columns: readonly CuratedColumn[];
    readonly failures: readonly RowFailures[];
    readonly failed: RecordBatch;
    readonly drift: readonly DriftEntry[];
    masked(row: number): Record<string, string | null>;
}

// ValidatedRows
interface ValidatedRows {
    readonly rows: readonly Readonly<Record<string, PlainValue>>[];
    readonly numbers: readonly number[];
    readonly columns: readonly CuratedColumn[];
    readonly failures: readonly RowFailures[];
    readonly unparsed: readonly PayloadFailure[];
    readonly drift: readonly DriftEntry[];
}

// ValueContract
interface ValueContract extends Pick<TopicContract, 'flatten'> {
    readonly columns: Readonly<Record<string, ContractColumn>>;
}

// abandonRebuild
declare function abandonRebuild(options: AbandonOptions): Promise<{
    readonly generation: number;
}>;

// arrowColumns
declare function arrowColumns(schema: Schema): EvolvingColumn[];

// askHistory
declare function askHistory(options: AskHistoryOptions): Promise<(question: HistoryQuestion) => HistoryAnswer | null>;

// castValue
declare function castValue(type: ContractType, text: Uint8Array, options?: CastOptions): CastResult;

// changeTopicTable
declare function changeTopicTable(layer: GovernedTable, options: TopicTablesOptions & {
    readonly contract: TopicContract;
    readonly fencingToken: bigint;
}): Promise<TableChange>;

// checkTopicTables
declare function checkTopicTables(contract: TopicContract): Promise<void>;

// collect
declare function collect(batches: BatchInput, options?: CollectOptions): Promise<Table>;

// columnPaths
declare function columnPaths(table: Table$1): ColumnPath[];

// compareInstants
declare function compareInstants(left: ExactInstant, right: ExactInstant): number;

// compileContract
declare function compileContract(contract: TopicContract, standardizedColumns: readonly ColumnPath[], { maskingKey }?: CompileOptions): CompiledContract;

// contractOfTable
declare function contractOfTable(catalog: Catalog, topic: string, names?: Partial<LayerNames>): Promise<string | null>;

// contractPaths
declare function contractPaths({ columns, key, orderBy, }: TopicContract): readonly string[];

// curate
declare function curate(options: JobOptions): Promise<CurateReport>;

// curatedColumns
declare function curatedColumns(contract: TopicContract): CuratedTableColumn[];

// deduplicate
declare function deduplicate(batches: BatchInput | (() => BatchInput), options: DeduplicateOptions): AsyncGenerator<DeduplicatedPart>;

// deduplicateRows
declare function deduplicateRows<Row extends object>(rows: Iterable<Row>, options: DeduplicateOptions): Promise<DeduplicatedRows<Row>>;

// evolve
declare function evolve(schema: {
    readonly fields: readonly (NestedField | NewField)[];
}, columns: readonly EvolvingColumn[], { formatVersion }?: EvolveOptions): SchemaEvolution;

// flatten
declare function flatten(batches: BatchInput, options?: FlattenBatchesOptions): AsyncGenerator<FlattenedPart>;

// flattenRows
declare function flattenRows(rows: Iterable<JsonRow>, options?: FlattenRowsOptions): FlattenedRows;
declare function flattenRows(rows: AsyncIterable<JsonRow>, options?: FlattenRowsOptions): AsyncGenerator<FlattenedRows>;

// flushOps
declare function flushOps(options: FlushOptions): Promise<FlushReport>;

// formatPath
declare function formatPath(keys: readonly string[]): string;

// highestFencingToken
declare function highestFencingToken(catalog: Catalog, topic: string, names?: Partial<LayerNames>): Promise<bigint>;

// isCuratedCutOff
declare function isCuratedCutOff(catalog: Catalog, topic: string, names?: Partial<LayerNames>): Promise<boolean>;

// isPresent
declare function isPresent(column: Utf8Column, row: number): boolean;

// loadPayloadHash
declare function loadPayloadHash(): Promise<PayloadHash>;

// maintainOps
declare function maintainOps(options: MaintainOpsOptions): Promise<MaintenanceReport[]>;

// maintainTable
declare function maintainTable(options: MaintainOptions): Promise<MaintenanceReport | null>;

// maskOf
declare function maskOf(sensitivity: Sensitivity, key: Uint8Array | undefined, column: string): Mask | null;

// parseInstant
declare function parseInstant(text: Uint8Array, options?: CastOptions): bigint | CastCode;

// parseInstantExact
declare function parseInstantExact(text: Uint8Array, options?: CastOptions): ExactInstant | CastCode;

// parsePath
declare function parsePath(text: string): readonly string[];

// planEvolution
declare function planEvolution(existing: readonly ColumnPath[], discovered: readonly ColumnPath[]): Evolution;

// planMaintenance
declare function planMaintenance(scope: MaintenanceScope): Promise<TableMaintenance[]>;

// planTopicTables
declare function planTopicTables(options: TopicTablesOptions): Promise<TableChange[]>;

// readOverflow
declare function readOverflow(text: string): Map<string, string | null>;

// rebuild
declare function rebuild(options: RebuildOptions): Promise<RebuildReport>;

// rebuildUnderWay
declare function rebuildUnderWay(journals: JournalStore, topic: string): Promise<RebuildUnderWay | null>;

// reconcile
declare function reconcile(options: ReconcileOptions): Promise<Reconciliation>;

// reconcileTurn
declare function reconcileTurn(options: ReconcileTurnOptions): Promise<ReconcileTurn>;

// reconciliationEntry
declare function reconciliationEntry(result: Reconciliation): Omit<OpsEntry, 'sequence'>;

// standardize
declare function standardize(options: JobOptions): Promise<StandardizeReport>;

// topicTableNames
declare function topicTableNames(topic: string, names?: Partial<LayerNames>): TableIdentifier[];

// utf8Column
declare function utf8Column(vector: Vector): Utf8Column;

// utf8ColumnOf
declare function utf8ColumnOf(values: readonly (string | Uint8Array | null)[]): Utf8Column;

// utf8Vector
declare function utf8Vector(column: Utf8Column): Vector<Utf8>;

// validate
declare function validate(contract: ValueContract, batch: RecordBatch, options?: ValidateOptions): ValidatedPart;
declare function validate(contract: ValueContract, batches: BatchInput, options?: ValidateOptions): AsyncGenerator<ValidatedPart>;

// validateRows
declare function validateRows(contract: ValueContract, rows: Iterable<JsonRow>, options?: ValidateRowsOptions): ValidatedRows;
declare function validateRows(contract: ValueContract, rows: AsyncIterable<JsonRow>, options?: ValidateRowsOptions): AsyncGenerator<ValidatedRows>;

// warehouseStatus
declare function warehouseStatus({ catalog, topics, names }: StatusOptions): Promise<TopicStatus[]>;
