// Public API of @lean-ops/curate. Written by scripts/api-snapshot.mjs.

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
type CurateErrorCode = 'PATH_INVALID' | 'OPTION_INVALID' | 'COLUMN_TYPE_MISMATCH' | 'COLUMN_MISSING' | 'BATCH_TOO_LARGE' | 'CONTRACT_INVALID' | 'MASKING_KEY_MISSING' | 'WATERMARK_MOVED' | 'LEASE_LOST' | 'WATERMARK_DETACHED' | 'SOURCE_DETACHED' | 'GENERATION_MISMATCH' | 'TABLE_SCHEMA_MISMATCH' | 'RESET_REQUIRED' | 'SPIKE_HALTED' | 'SOURCE_UNSTABLE';

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
type DriftKind = 'COLUMN_ADDED' | 'NAME_COLLISION' | 'DUPLICATE_KEY' | 'DEPTH_LIMIT' | 'COLUMN_LIMIT' | 'LONE_SURROGATE' | 'INVALID_ORDER_VALUE' | 'INVALID_PERIOD' | 'MESSAGE_ID_REUSED' | 'FIELD_VANISHED' | 'DEFAULT_FILLS_ALL' | 'UNKNOWN_ENUM';

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

// FlattenOptions
interface FlattenOptions {
    readonly maxDepth?: number;
    readonly maxColumns?: number;
    readonly columns?: readonly ColumnPath[];
    readonly reserved?: readonly string[];
    readonly contractPaths?: readonly string[];
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

// Flattener
declare class Flattener {
    #private;
    constructor({ maxDepth, maxColumns, columns, reserved, contractPaths, }?: FlattenOptions);
    get columns(): readonly ColumnPath[];
    vanished(): readonly ColumnPath[];
    validate(payloads: Utf8Column): (ParseFailure | null)[];
    extract(payloads: Utf8Column, paths: readonly string[]): Extraction;
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
    readonly hooks?: JobHooks;
    readonly maxRowsPerCommit?: number;
    readonly cacheBytes?: number;
}

// JobPoint
type JobPoint = 'parse-errors:before-commit' | 'parse-errors:after-commit' | 'standardized:before-commit' | 'standardized:after-commit' | 'standardized:after-checkpoint' | 'errors:before-commit' | 'errors:after-commit' | 'curated:before-commit' | 'curated:after-commit' | 'curated:after-checkpoint';

// LayerNames
interface LayerNames {
    readonly raw: string;
    readonly standardized: string;
    readonly curated: string;
    readonly ops: string;
}

// Mask
type Mask = (text: Uint8Array) => string;

// OVERFLOW_COLUMN
declare const OVERFLOW_COLUMN = "_overflow";

// ParseFailure
interface ParseFailure {
    readonly row: number;
    readonly reason: ParseReason;
    readonly offset: number;
}

// ParseReason
type ParseReason = 'NULL_PAYLOAD' | 'INVALID_UTF8' | 'NOT_AN_OBJECT' | 'UNEXPECTED_END' | 'UNEXPECTED_CHARACTER' | 'INVALID_NUMBER' | 'INVALID_ESCAPE' | 'CONTROL_CHARACTER' | 'TRAILING_BYTES';

// PayloadHash
type PayloadHash = (bytes: Uint8Array) => bigint;

// REDACTED
declare const REDACTED = "***";

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
    readonly durationMs: number;
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

// Utf8Column
interface Utf8Column {
    readonly length: number;
    readonly data: Uint8Array;
    readonly offsets: Int32Array;
    readonly validity: Uint8Array | null;
}

// castValue
declare function castValue(type: ContractType, text: Uint8Array, options?: CastOptions): CastResult;

// compareInstants
declare function compareInstants(left: ExactInstant, right: ExactInstant): number;

// compileContract
declare function compileContract(contract: TopicContract, standardizedColumns: readonly ColumnPath[], { maskingKey }?: CompileOptions): CompiledContract;

// contractPaths
declare function contractPaths({ columns, key, orderBy }: TopicContract): readonly string[];

// curate
declare function curate(options: JobOptions): Promise<CurateReport>;

// flushOps
declare function flushOps(options: FlushOptions): Promise<FlushReport>;

// formatPath
declare function formatPath(keys: readonly string[]): string;

// highestFencingToken
declare function highestFencingToken(catalog: Catalog, topic: string, names?: Partial<LayerNames>): Promise<bigint>;

// isPresent
declare function isPresent(column: Utf8Column, row: number): boolean;

// loadPayloadHash
declare function loadPayloadHash(): Promise<PayloadHash>;

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

// readOverflow
declare function readOverflow(text: string): Map<string, string | null>;

// reconcile
declare function reconcile(options: ReconcileOptions): Promise<Reconciliation>;

// reconciliationEntry
declare function reconciliationEntry(result: Reconciliation): Omit<OpsEntry, 'sequence'>;

// standardize
declare function standardize(options: JobOptions): Promise<StandardizeReport>;

// utf8Column
declare function utf8Column(vector: Vector): Utf8Column;

// utf8ColumnOf
declare function utf8ColumnOf(values: readonly (string | Uint8Array | null)[]): Utf8Column;

// utf8Vector
declare function utf8Vector(column: Utf8Column): Vector<Utf8>;

// warehouseStatus
declare function warehouseStatus({ catalog, topics, names }: StatusOptions): Promise<TopicStatus[]>;
