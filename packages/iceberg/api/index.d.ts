// Public API of @lean-ops/iceberg. Written by scripts/api-snapshot.mjs.

// ArrowInput
type ArrowInput = Table$1 | RecordBatch | Iterable<RecordBatch> | AsyncIterable<RecordBatch>;

// ByteRange
interface ByteRange {
    start: number;
    end: number;
}

// Catalog
interface Catalog {
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier): Promise<Table>;
    tableExists(identifier: TableIdentifier): Promise<boolean>;
    listTables(namespace?: string): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    }): Promise<void>;
    commitTable(commit: TableCommit): Promise<LoadedMetadata>;
}

// CatalogRuntimeOptions
interface CatalogRuntimeOptions {
    now?: () => number;
    random?: () => number;
    randomBytes?: (length: number) => Uint8Array;
    sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
    retry?: RetryOptions;
}

// CommitResult
interface CommitResult {
    table: Table;
    snapshotId: bigint | null;
    sequenceNumber: bigint | null;
    attempts: number;
}

// ComparisonOperator
type ComparisonOperator = 'eq' | 'notEq' | 'lt' | 'ltEq' | 'gt' | 'gtEq' | 'startsWith' | 'notStartsWith';

// CreateTableOptions
interface CreateTableOptions {
    schema: NewSchema;
    partitionBy?: readonly string[];
    properties?: Readonly<Record<string, string>>;
    formatVersion?: 2;
}

// DataFile
interface DataFile {
    readonly content: FileContent;
    readonly filePath: string;
    readonly fileFormat: string;
    readonly specId: number;
    readonly partition: readonly (Value | null)[];
    readonly recordCount: bigint;
    readonly fileSizeInBytes: bigint;
    readonly columnSizes?: ReadonlyMap<number, bigint>;
    readonly valueCounts?: ReadonlyMap<number, bigint>;
    readonly nullValueCounts?: ReadonlyMap<number, bigint>;
    readonly nanValueCounts?: ReadonlyMap<number, bigint>;
    readonly lowerBounds?: ReadonlyMap<number, Uint8Array>;
    readonly upperBounds?: ReadonlyMap<number, Uint8Array>;
    readonly keyMetadata?: Uint8Array;
    readonly splitOffsets?: readonly bigint[];
    readonly equalityIds?: readonly number[];
    readonly sortOrderId?: number;
    readonly referencedDataFile?: string;
    readonly contentOffset?: bigint;
    readonly contentSizeInBytes?: bigint;
}

// EntryStatus
type EntryStatus = 'existing' | 'added' | 'deleted';

// Expression
type Expression = {
    readonly op: 'true';
} | {
    readonly op: 'false';
} | {
    readonly op: 'and' | 'or';
    readonly left: Expression;
    readonly right: Expression;
} | {
    readonly op: 'not';
    readonly child: Expression;
} | {
    readonly op: 'isNull' | 'notNull';
    readonly column: string;
} | {
    readonly op: ComparisonOperator;
    readonly column: string;
    readonly value: LiteralValue;
} | {
    readonly op: 'in' | 'notIn';
    readonly column: string;
    readonly values: readonly LiteralValue[];
};

// FileContent
type FileContent = 'data' | 'position-deletes' | 'equality-deletes';

// FileScanTask
interface FileScanTask {
    dataFile: ManifestEntry;
    deleteFiles: readonly ManifestEntry[];
    residual: Expression;
}

// FolderCatalog
declare class FolderCatalog implements Catalog {
    #private;
    readonly warehouse: string;
    constructor(options: FolderCatalogOptions);
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier): Promise<Table>;
    tableExists(identifier: TableIdentifier): Promise<boolean>;
    listTables(namespace?: string): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    }): Promise<void>;
    commitTable(commit: TableCommit): Promise<LoadedMetadata>;
}

// FolderCatalogOptions
interface FolderCatalogOptions extends CatalogRuntimeOptions {
    warehouse: string;
    storage?: Storage;
}

// FolderStorage
declare class FolderStorage implements Storage {
    read(path: string, options?: {
        range?: ByteRange;
        signal?: AbortSignal;
    }): Promise<Uint8Array>;
    stat(path: string): Promise<{
        size: number;
        lastModified: number;
    } | null>;
    write(path: string, bytes: Uint8Array): Promise<void>;
    writeIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>;
    list(prefix: string): AsyncIterable<StoredFile>;
    delete(paths: readonly string[]): Promise<void>;
}

// IcebergError
declare class IcebergError extends Error {
    readonly code: IcebergErrorCode;
    readonly retryable: boolean;
    readonly context: Readonly<Record<string, unknown>>;
    constructor(message: string, options: IcebergErrorOptions);
}

// IcebergErrorCode
type IcebergErrorCode = 'TABLE_NOT_FOUND' | 'TABLE_ALREADY_EXISTS' | 'COMMIT_CONFLICT' | 'COMMIT_STATE_UNKNOWN' | 'SNAPSHOT_NOT_FOUND' | 'SNAPSHOT_EXPIRED' | 'REF_NOT_FOUND' | 'COLUMN_NOT_FOUND' | 'TYPE_MISMATCH' | 'INCOMPATIBLE_EVOLUTION' | 'INVALID_NAME' | 'INVALID_METADATA' | 'CORRUPT_FILE' | 'FILE_NOT_FOUND' | 'UNSUPPORTED_FORMAT_VERSION' | 'UNSUPPORTED_FEATURE' | 'UNSUPPORTED_FILE_FORMAT' | 'INVALID_ARGUMENT' | 'REQUIRED_VALUE_MISSING' | 'STORAGE_FAILED' | 'LOCATION_OUTSIDE_TABLE' | 'NAMESPACE_NOT_FOUND' | 'NAMESPACE_ALREADY_EXISTS' | 'NAMESPACE_NOT_EMPTY' | 'NOT_AUTHENTICATED' | 'ACCESS_DENIED' | 'CATALOG_FAILED' | 'ABORTED';

// IcebergErrorOptions
interface IcebergErrorOptions {
    code: IcebergErrorCode;
    retryable?: boolean;
    context?: Readonly<Record<string, unknown>>;
    cause?: unknown;
}

// IcebergType
type IcebergType = PrimitiveType | StructType | ListType | MapType;

// IncrementalScanOptions
interface IncrementalScanOptions extends Omit<ScanOptions, 'snapshotId' | 'afterSequenceNumber'> {
    fromSnapshotId?: bigint;
    toSnapshotId?: bigint;
}

// KeyOptions
interface KeyOptions {
    key: readonly string[];
}

// ListType
interface ListType {
    readonly type: 'list';
    readonly elementId: number;
    readonly element: IcebergType;
    readonly elementRequired: boolean;
}

// LiteralValue
type LiteralValue = boolean | number | bigint | string | Date | Uint8Array;

// LoadedMetadata
interface LoadedMetadata {
    metadata: TableMetadata;
    metadataLocation: string;
}

// LocationPrefix
interface LocationPrefix {
    readonly old: string;
    readonly new: string;
}

// ManifestEntry
interface ManifestEntry {
    readonly status: EntryStatus;
    readonly snapshotId: bigint;
    readonly dataSequenceNumber: bigint;
    readonly fileSequenceNumber: bigint;
    readonly file: DataFile;
}

// MapType
interface MapType {
    readonly type: 'map';
    readonly keyId: number;
    readonly key: IcebergType;
    readonly valueId: number;
    readonly value: IcebergType;
    readonly valueRequired: boolean;
}

// MemoryCatalog
declare class MemoryCatalog implements Catalog {
    #private;
    constructor(options?: MemoryCatalogOptions);
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier): Promise<Table>;
    tableExists(identifier: TableIdentifier): Promise<boolean>;
    listTables(namespace?: string): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    }): Promise<void>;
    commitTable(commit: TableCommit): Promise<LoadedMetadata>;
}

// MemoryCatalogOptions
interface MemoryCatalogOptions extends CatalogRuntimeOptions {
    storage?: Storage;
}

// MemoryStorage
declare class MemoryStorage implements Storage {
    #private;
    constructor(options?: {
        now?: () => number;
    });
    read(path: string, options?: {
        range?: ByteRange;
        signal?: AbortSignal;
    }): Promise<Uint8Array>;
    stat(path: string): Promise<{
        size: number;
        lastModified: number;
    } | null>;
    write(path: string, bytes: Uint8Array): Promise<void>;
    writeIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>;
    list(prefix: string): AsyncIterable<StoredFile>;
    delete(paths: readonly string[]): Promise<void>;
}

// MetadataLogEntry
interface MetadataLogEntry {
    readonly metadataFile: string;
    readonly timestampMs: number;
}

// NestedField
interface NestedField {
    readonly id: number;
    readonly name: string;
    readonly required: boolean;
    readonly type: IcebergType;
    readonly doc?: string;
    readonly extra?: Readonly<Record<string, unknown>>;
}

// NewField
interface NewField {
    readonly name: string;
    readonly type: NewType;
    readonly required?: boolean;
    readonly doc?: string;
}

// NewSchema
interface NewSchema {
    readonly fields: readonly NewField[];
}

// NewType
type NewType = PrimitiveType | {
    readonly type: 'struct';
    readonly fields: readonly NewField[];
} | {
    readonly type: 'list';
    readonly element: NewType;
    readonly elementRequired?: boolean;
} | {
    readonly type: 'map';
    readonly key: NewType;
    readonly value: NewType;
    readonly valueRequired?: boolean;
};

// OpenTableOptions
interface OpenTableOptions extends CatalogRuntimeOptions {
    metadataLocation?: string;
    folder?: string;
    storage?: Storage;
    locationPrefixes?: readonly LocationPrefix[];
    allowedLocations?: readonly string[];
    identifier?: TableIdentifier;
}

// PartitionField
interface PartitionField {
    readonly sourceId: number;
    readonly fieldId: number;
    readonly name: string;
    readonly transform: string;
}

// PartitionSpec
interface PartitionSpec {
    readonly specId: number;
    readonly fields: readonly PartitionField[];
}

// PositionDeletes
interface PositionDeletes {
    file: string;
    positions: Iterable<bigint | number>;
}

// PrimitiveType
type PrimitiveType = 'boolean' | 'int' | 'long' | 'float' | 'double' | 'date' | 'time' | 'timestamp' | 'timestamptz' | 'timestamp_ns' | 'timestamptz_ns' | 'string' | 'uuid' | 'binary' | `decimal(${number}, ${number})` | `decimal(${number},${number})` | `fixed[${number}]`;

// PropertyChanges
type PropertyChanges = Readonly<Record<string, string | null>>;

// RetryOptions
interface RetryOptions {
    retries?: number;
    minDelayMs?: number;
    maxDelayMs?: number;
}

// ScanOptions
interface ScanOptions {
    columns?: readonly string[];
    filter?: Expression;
    snapshotId?: bigint;
    afterSequenceNumber?: bigint;
    limit?: number;
    batchSize?: number;
    signal?: AbortSignal;
}

// Schema
interface Schema {
    readonly schemaId: number;
    readonly fields: readonly NestedField[];
    readonly identifierFieldIds?: readonly number[];
}

// Snapshot
interface Snapshot {
    readonly snapshotId: bigint;
    readonly parentSnapshotId: bigint | null;
    readonly sequenceNumber: bigint;
    readonly timestampMs: number;
    readonly operation: SnapshotOperation;
    readonly summary: Readonly<Record<string, string>>;
    readonly manifestList: string;
    readonly schemaId: number | null;
    readonly extra?: Readonly<Record<string, unknown>>;
}

// SnapshotLogEntry
interface SnapshotLogEntry {
    readonly snapshotId: bigint;
    readonly timestampMs: number;
}

// SnapshotOperation
type SnapshotOperation = 'append' | 'replace' | 'overwrite' | 'delete';

// SnapshotRef
interface SnapshotRef {
    readonly snapshotId: bigint;
    readonly type: 'branch' | 'tag';
    readonly extra?: Readonly<Record<string, unknown>>;
}

// SortField
interface SortField {
    readonly transform: string;
    readonly sourceId: number;
    readonly direction: string;
    readonly nullOrder: string;
}

// SortOrder
interface SortOrder {
    readonly orderId: number;
    readonly fields: readonly SortField[];
}

// Storage
interface Storage {
    read(path: string, options?: {
        range?: ByteRange;
        signal?: AbortSignal;
    }): Promise<Uint8Array>;
    stat(path: string): Promise<{
        size: number;
        lastModified: number;
    } | null>;
    write(path: string, bytes: Uint8Array): Promise<void>;
    writeIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>;
    list(prefix: string): AsyncIterable<StoredFile>;
    delete(paths: readonly string[]): Promise<void>;
}

// StoredFile
interface StoredFile {
    path: string;
    size: number;
    lastModified: number;
}

// StructType
interface StructType {
    readonly type: 'struct';
    readonly fields: readonly NestedField[];
}

// Table
declare class Table {
    #private;
    readonly identifier: TableIdentifier;
    readonly metadata: TableMetadata;
    readonly metadataLocation: string;
    constructor(source: TableSource);
    get location(): string;
    get uuid(): string;
    get properties(): Readonly<Record<string, string>>;
    schema(): Schema;
    spec(): PartitionSpec;
    currentSnapshot(): Snapshot | null;
    snapshot(id: bigint): Snapshot;
    snapshots(): readonly Snapshot[];
    ancestors(fromSnapshotId?: bigint | null): Snapshot[];
    refresh(): Promise<Table>;
    scan(options?: ScanOptions): TableScan;
    incrementalScan(options: IncrementalScanOptions): TableScan;
    transaction(options?: TransactionOptions): Transaction;
    append(data: ArrowInput, options?: TransactionOptions): Promise<CommitResult>;
    upsert(data: ArrowInput, options: TransactionOptions & KeyOptions): Promise<CommitResult>;
}

// TableCommit
interface TableCommit {
    identifier: TableIdentifier;
    requirements: readonly TableRequirement[];
    updates: readonly TableUpdate[];
    baseLocation?: string;
}

// TableIdentifier
interface TableIdentifier {
    namespace: string;
    name: string;
}

// TableMetadata
interface TableMetadata {
    readonly formatVersion: number;
    readonly tableUuid: string;
    readonly location: string;
    readonly lastSequenceNumber: bigint;
    readonly lastUpdatedMs: number;
    readonly lastColumnId: number;
    readonly schemas: readonly Schema[];
    readonly currentSchemaId: number;
    readonly partitionSpecs: readonly PartitionSpec[];
    readonly defaultSpecId: number;
    readonly lastPartitionId: number;
    readonly sortOrders: readonly SortOrder[];
    readonly defaultSortOrderId: number;
    readonly properties: Readonly<Record<string, string>>;
    readonly currentSnapshotId: bigint | null;
    readonly snapshots: readonly Snapshot[];
    readonly snapshotLog: readonly SnapshotLogEntry[];
    readonly metadataLog: readonly MetadataLogEntry[];
    readonly refs: Readonly<Record<string, SnapshotRef>>;
    readonly extra: Readonly<Record<string, unknown>>;
}

// TableRequirement
type TableRequirement = {
    readonly type: 'assert-table-uuid';
    readonly uuid: string;
} | {
    readonly type: 'assert-ref-snapshot-id';
    readonly ref: string;
    readonly snapshotId: bigint | null;
} | {
    readonly type: 'assert-last-assigned-field-id';
    readonly lastAssignedFieldId: number;
} | {
    readonly type: 'assert-current-schema-id';
    readonly currentSchemaId: number;
};

// TableScan
interface TableScan extends AsyncIterable<RecordBatch> {
    planFiles(): Promise<FileScanTask[]>;
    toArrow(): Promise<Table$1>;
    rows(): AsyncIterable<Record<string, unknown>>;
    count(): Promise<number>;
}

// TableUpdate
type TableUpdate = {
    readonly action: 'add-schema';
    readonly schema: Schema;
    readonly lastColumnId: number;
} | {
    readonly action: 'set-current-schema';
    readonly schemaId: number;
} | {
    readonly action: 'add-snapshot';
    readonly snapshot: Snapshot;
} | {
    readonly action: 'set-snapshot-ref';
    readonly refName: string;
    readonly ref: SnapshotRef;
} | {
    readonly action: 'set-properties';
    readonly updates: Readonly<Record<string, string>>;
} | {
    readonly action: 'remove-properties';
    readonly removals: readonly string[];
};

// Transaction
interface Transaction {
    addColumns(columns: readonly NewField[]): this;
    setProperties(properties: PropertyChanges): this;
    append(data: ArrowInput): Promise<this>;
    deletePositions(deletes: readonly PositionDeletes[]): Promise<this>;
    upsert(data: ArrowInput, options: KeyOptions): Promise<this>;
    deleteKeys(keys: ArrowInput, options: KeyOptions): Promise<this>;
    commit(): Promise<CommitResult>;
    abort(): Promise<void>;
}

// TransactionOptions
interface TransactionOptions {
    summary?: Readonly<Record<string, string>>;
    properties?: PropertyChanges | ((written: WrittenSnapshot) => PropertyChanges);
    check?: (fresh: Table) => void;
    emptySnapshot?: boolean;
    signal?: AbortSignal;
    retries?: number;
}

// Value
type Value = boolean | number | bigint | string | Uint8Array;

// WrittenSnapshot
interface WrittenSnapshot {
    snapshotId: bigint;
    sequenceNumber: bigint;
}

// alwaysFalse
declare function alwaysFalse(): Expression;

// alwaysTrue
declare function alwaysTrue(): Expression;

// and
declare function and(...children: readonly Expression[]): Expression;

// arrowSchema
declare function arrowSchema(schema: Schema): Schema$1;

// batchFromRows
declare function batchFromRows(schema: Schema, rows: Iterable<Record<string, unknown>>): RecordBatch;

// eq
declare function eq(column: string, value: LiteralValue): Expression;

// gt
declare function gt(column: string, value: LiteralValue): Expression;

// gtEq
declare function gtEq(column: string, value: LiteralValue): Expression;

// isIn
declare function isIn(column: string, values: Iterable<LiteralValue>): Expression;

// isNull
declare function isNull(column: string): Expression;

// lt
declare function lt(column: string, value: LiteralValue): Expression;

// ltEq
declare function ltEq(column: string, value: LiteralValue): Expression;

// not
declare function not(child: Expression): Expression;

// notEq
declare function notEq(column: string, value: LiteralValue): Expression;

// notIn
declare function notIn(column: string, values: Iterable<LiteralValue>): Expression;

// notNull
declare function notNull(column: string): Expression;

// openTable
declare function openTable(options: OpenTableOptions): Promise<Table>;

// or
declare function or(...children: readonly Expression[]): Expression;

// parseFilter
declare function parseFilter(text: string): Expression;

// startsWith
declare function startsWith(column: string, prefix: string): Expression;
