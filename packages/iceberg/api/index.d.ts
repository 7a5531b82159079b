// Public API of @lean-ops/iceberg. Written by scripts/api-snapshot.mjs.

// AbortOptions
interface AbortOptions {
    signal?: AbortSignal | undefined;
}

// AddColumnOptions
interface AddColumnOptions {
    required?: boolean;
    doc?: string;
    initialDefault?: unknown;
    writeDefault?: unknown;
    first?: true;
    after?: string;
    before?: string;
}

// AnyValue
type AnyValue = Value | null | readonly AnyValue[];

// ArrowInput
type ArrowInput = Table$1 | RecordBatch | Iterable<RecordBatch | RowLike> | AsyncIterable<RecordBatch | RowLike>;

// BranchRetention
interface BranchRetention {
    minSnapshotsToKeep?: number;
    maxSnapshotAgeMs?: number;
    maxRefAgeMs?: number;
}

// ByteRange
interface ByteRange {
    start: number;
    end: number;
}

// Catalog
interface Catalog {
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier, options?: AbortOptions): Promise<Table>;
    tableExists(identifier: TableIdentifier, options?: AbortOptions): Promise<boolean>;
    listTables(namespace?: string, options?: AbortOptions): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    } & AbortOptions): Promise<void>;
    commitTable(commit: TableCommit, options?: AbortOptions): Promise<LoadedMetadata>;
}

// CatalogRuntimeOptions
interface CatalogRuntimeOptions {
    now?: () => number;
    random?: () => number;
    randomBytes?: (length: number) => Uint8Array;
    sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
    retry?: RetryOptions;
}

// ChangelogScanOptions
interface ChangelogScanOptions extends IncrementalScanOptions {
    key?: readonly string[];
}

// CherryPickOptions
interface CherryPickOptions extends CommitOptions {
    branch?: string;
}

// ColumnPlace
type ColumnPlace = {
    first: true;
    after?: never;
    before?: never;
} | {
    after: string;
    first?: never;
    before?: never;
} | {
    before: string;
    first?: never;
    after?: never;
};

// CommitOptions
interface CommitOptions {
    signal?: AbortSignal | undefined;
    retries?: number;
}

// CommitResult
interface CommitResult {
    table: Table;
    snapshotId: bigint | null;
    sequenceNumber: bigint | null;
    attempts: number;
}

// CompactOptions
interface CompactOptions {
    strategy?: 'bin-pack' | 'sort';
    sortBy?: readonly string[];
    filter?: Expression;
    readUpTo?: bigint;
    targetFileBytes?: number;
    minFileBytes?: number;
    maxFileBytes?: number;
    minInputFiles?: number;
    deleteFileThreshold?: number;
    deleteRatioThreshold?: number;
    rewriteAll?: boolean;
    removeDanglingDeletes?: boolean;
    partialProgress?: boolean;
    maxCommits?: number;
    maxGroupBytes?: number;
    dryRun?: boolean;
    branch?: string;
    summary?: Readonly<Record<string, string>>;
    check?: (fresh: Table) => void;
    signal?: AbortSignal | undefined;
    retries?: number;
    onProgress?: (progress: CompactProgress) => void;
}

// CompactProgress
interface CompactProgress {
    readonly groupsDone: number;
    readonly groups: number;
    readonly bytesDone: number;
    readonly bytes: number;
}

// CompactResult
interface CompactResult {
    table: Table;
    rewrittenFiles: number;
    addedFiles: number;
    rewrittenBytes: number;
    addedBytes: number;
    removedDeleteFiles: number;
    commits: number;
    failedGroups: readonly FailedGroup[];
}

// ComparisonOperator
type ComparisonOperator = 'eq' | 'notEq' | 'lt' | 'ltEq' | 'gt' | 'gtEq' | 'startsWith' | 'notStartsWith';

// CreateBranchOptions
interface CreateBranchOptions extends CommitOptions, BranchRetention {
    snapshotId?: bigint;
}

// CreateTableOptions
interface CreateTableOptions extends AbortOptions {
    schema: NewSchema;
    partitionBy?: readonly string[];
    sortBy?: readonly string[];
    identifierFields?: readonly string[];
    properties?: Readonly<Record<string, string>>;
    formatVersion?: 2 | 3;
}

// CreateTagOptions
interface CreateTagOptions extends CommitOptions, TagRetention {
    snapshotId?: bigint;
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
    readonly firstRowId?: bigint;
}

// EncodedColumn
interface EncodedColumn {
    readonly name: string;
    readonly type: EncodedType;
    readonly nullable: boolean;
    readonly bytes: Uint8Array;
    readonly dictionaryBytes: number;
    readonly unpackedBytes: number;
    readonly values: number;
    readonly nulls: number;
    readonly lower: Uint8Array | null;
    readonly upper: Uint8Array | null;
}

// EncodedRows
interface EncodedRows {
    readonly rowCount: number;
    readonly partition: readonly (Value | null)[];
    readonly columns: readonly EncodedColumn[];
}

// EncodedType
type EncodedType = 'string' | 'long' | 'timestamp' | 'timestamptz' | 'list<long>';

// EntryStatus
type EntryStatus = 'existing' | 'added' | 'deleted';

// ExpireOptions
interface ExpireOptions {
    olderThan?: Date | number;
    retainLast?: number;
    snapshotIds?: readonly bigint[];
    deleteFiles?: boolean;
    dryRun?: boolean;
    cleanMetadata?: boolean;
    signal?: AbortSignal | undefined;
    retries?: number;
    onProgress?: (progress: MaintenanceProgress) => void;
}

// ExpireResult
interface ExpireResult {
    table: Table;
    expiredSnapshotIds: readonly bigint[];
    removedRefs: readonly string[];
    deleted: Readonly<ExpiredFiles>;
    files: readonly string[];
    failed: readonly string[];
}

// ExpiredFiles
interface ExpiredFiles {
    dataFiles: number;
    deleteFiles: number;
    manifests: number;
    manifestLists: number;
    statisticsFiles: number;
    metadataFiles: number;
}

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
    readonly op: 'isNull' | 'notNull' | 'isNaN' | 'notNaN';
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

// FailedGroup
interface FailedGroup {
    error: unknown;
    files: readonly string[];
}

// FileContent
type FileContent = 'data' | 'position-deletes' | 'equality-deletes';

// FileScanTask
interface FileScanTask {
    dataFile: ManifestEntry;
    deleteFiles: readonly ManifestEntry[];
    residual: Expression;
}

// FilterOptions
interface FilterOptions {
    filter: Expression;
    mode?: RowMode;
}

// FolderCatalog
declare class FolderCatalog implements Catalog {
    #private;
    readonly warehouse: string;
    constructor(options: FolderCatalogOptions);
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier, options?: AbortOptions): Promise<Table>;
    tableExists(identifier: TableIdentifier, options?: AbortOptions): Promise<boolean>;
    listTables(namespace?: string, options?: AbortOptions): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    } & AbortOptions): Promise<void>;
    commitTable(commit: TableCommit, { signal }?: AbortOptions): Promise<LoadedMetadata>;
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
        signal?: AbortSignal | undefined;
    }): Promise<Uint8Array>;
    stat(path: string, options?: AbortOptions): Promise<{
        size: number;
        lastModified: number;
    } | null>;
    write(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<void>;
    writeIfAbsent(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean>;
    list(prefix: string, options?: AbortOptions): AsyncIterable<StoredFile>;
    delete(paths: readonly string[], options?: AbortOptions): Promise<void>;
}

// IcebergError
declare class IcebergError extends Error {
    readonly code: IcebergErrorCode;
    readonly retryable: boolean;
    readonly context: Readonly<Record<string, unknown>>;
    constructor(message: string, options: IcebergErrorOptions);
}

// IcebergErrorCode
type IcebergErrorCode = 'TABLE_NOT_FOUND' | 'TABLE_ALREADY_EXISTS' | 'COMMIT_CONFLICT' | 'COMMIT_STATE_UNKNOWN' | 'SNAPSHOT_NOT_FOUND' | 'SNAPSHOT_EXPIRED' | 'REF_NOT_FOUND' | 'REF_ALREADY_EXISTS' | 'COLUMN_NOT_FOUND' | 'TYPE_MISMATCH' | 'INCOMPATIBLE_EVOLUTION' | 'INVALID_NAME' | 'INVALID_METADATA' | 'CORRUPT_FILE' | 'FILE_NOT_FOUND' | 'UNSUPPORTED_FORMAT_VERSION' | 'UNSUPPORTED_FEATURE' | 'UNSUPPORTED_FILE_FORMAT' | 'INVALID_ARGUMENT' | 'REQUIRED_VALUE_MISSING' | 'STORAGE_FAILED' | 'LOCATION_OUTSIDE_TABLE' | 'NAMESPACE_NOT_FOUND' | 'NAMESPACE_ALREADY_EXISTS' | 'NAMESPACE_NOT_EMPTY' | 'NOT_AUTHENTICATED' | 'ACCESS_DENIED' | 'CATALOG_FAILED' | 'ABORTED';

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
interface IncrementalScanOptions extends Omit<ScanOptions, 'snapshotId' | 'asOf' | 'afterSequenceNumber' | 'files'> {
    fromSnapshotId?: bigint;
    toSnapshotId?: bigint;
    ref?: string;
}

// KeyMode
type KeyMode = RowMode | 'equality-deletes';

// KeyOptions
interface KeyOptions {
    key?: readonly string[];
    mode?: KeyMode;
}

// ListType
interface ListType {
    readonly type: 'list';
    readonly elementId: number;
    readonly element: IcebergType;
    readonly elementRequired: boolean;
    readonly extra?: UnknownKeys;
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

// MaintenanceProgress
interface MaintenanceProgress {
    readonly phase: 'reading' | 'deleting';
    readonly done: number;
    readonly total: number;
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
    readonly extra?: UnknownKeys;
}

// MemoryCatalog
declare class MemoryCatalog implements Catalog {
    #private;
    constructor(options?: MemoryCatalogOptions);
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier, options?: AbortOptions): Promise<Table>;
    tableExists(identifier: TableIdentifier, options?: AbortOptions): Promise<boolean>;
    listTables(namespace?: string, options?: AbortOptions): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    } & AbortOptions): Promise<void>;
    commitTable(commit: TableCommit, { signal }?: AbortOptions): Promise<LoadedMetadata>;
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
        signal?: AbortSignal | undefined;
    }): Promise<Uint8Array>;
    stat(path: string, options?: AbortOptions): Promise<{
        size: number;
        lastModified: number;
    } | null>;
    write(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<void>;
    writeIfAbsent(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean>;
    list(prefix: string, options?: AbortOptions): AsyncIterable<StoredFile>;
    delete(paths: readonly string[], options?: AbortOptions): Promise<void>;
}

// MetadataLogEntry
interface MetadataLogEntry {
    readonly metadataFile: string;
    readonly timestampMs: number;
}

// MetadataTable
interface MetadataTable {
    readonly name: MetadataTableName;
    readonly schema: Schema;
    readonly columns: readonly {
        readonly name: string;
        readonly type: string;
    }[];
    rows<Row extends object = Record<string, unknown>>(): AsyncIterable<Row>;
    toArrow(): Promise<Table$1>;
}

// MetadataTableName
type MetadataTableName = 'snapshots' | 'history' | 'refs' | 'metadata_log_entries' | 'files' | 'data_files' | 'delete_files' | 'entries' | 'manifests' | 'partitions';

// MetadataTableOptions
interface MetadataTableOptions extends TimeTravelOptions {
    signal?: AbortSignal | undefined;
}

// NestedField
interface NestedField {
    readonly id: number;
    readonly name: string;
    readonly required: boolean;
    readonly type: IcebergType;
    readonly doc?: string;
    readonly initialDefault?: AnyValue;
    readonly writeDefault?: AnyValue;
    readonly extra?: UnknownKeys;
}

// NewField
interface NewField {
    readonly name: string;
    readonly type: NewType;
    readonly required?: boolean;
    readonly doc?: string;
    readonly initialDefault?: unknown;
    readonly writeDefault?: unknown;
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
interface OpenTableOptions extends CatalogRuntimeOptions, AbortOptions {
    metadataLocation?: string;
    folder?: string;
    storage?: Storage;
    locationPrefixes?: readonly LocationPrefix[];
    allowedLocations?: readonly string[];
    identifier?: TableIdentifier;
}

// OrphanOptions
interface OrphanOptions {
    olderThan?: Date | number;
    location?: string;
    force?: boolean;
    dryRun?: boolean;
    maxConcurrency?: number;
    signal?: AbortSignal | undefined;
    onProgress?: (progress: MaintenanceProgress) => void;
}

// OrphanResult
interface OrphanResult {
    orphans: readonly StoredFile[];
    deleted: number;
    bytes: number;
    failed: readonly string[];
}

// PartitionChange
declare class PartitionChange {
    #private;
    constructor(draft: PartitionDraft, operations: PartitionOperation[]);
    addField(term: string, name?: string): this;
    removeField(nameOrTerm: string): this;
    renameField(from: string, to: string): this;
}

// PartitionCodes
interface PartitionCodes {
    readonly values: readonly (Value | null)[];
    readonly codes: Int32Array | null;
}

// PartitionField
interface PartitionField {
    readonly sourceId: number;
    readonly fieldId: number;
    readonly name: string;
    readonly transform: string;
    readonly extra?: UnknownKeys;
}

// PartitionSpec
interface PartitionSpec {
    readonly specId: number;
    readonly fields: readonly PartitionField[];
    readonly extra?: UnknownKeys;
}

// PartitionedRows
interface PartitionedRows {
    readonly partition: readonly (Value | null)[];
    readonly rows: Int32Array | null;
}

// PlainRow
type PlainRow = Readonly<Record<string, unknown>>;

// PositionDeletes
interface PositionDeletes {
    file: string;
    positions: Iterable<bigint | number>;
}

// PositionOptions
interface PositionOptions {
    mode?: RowMode | undefined;
}

// PrimitiveType
type PrimitiveType = 'boolean' | 'int' | 'long' | 'float' | 'double' | 'date' | 'time' | 'timestamp' | 'timestamptz' | 'timestamp_ns' | 'timestamptz_ns' | 'string' | 'uuid' | 'binary' | `decimal(${number}, ${number})` | `decimal(${number},${number})` | `fixed[${number}]` | 'unknown' | OpaqueType;

// PropertyChanges
type PropertyChanges = Readonly<Record<string, string | null>>;

// ReplaceBranchOptions
interface ReplaceBranchOptions extends CommitOptions, BranchRetention {
    snapshotId?: bigint;
}

// ReplaceOptions
interface ReplaceOptions extends CommitOptions {
    keepAs?: {
        readonly tag: string;
        readonly forMs: number;
    };
    summary?: Readonly<Record<string, string>>;
    properties?: (written: WrittenSnapshot) => PropertyChanges;
    check?: (fresh: Table) => void;
}

// ReplaceTagOptions
interface ReplaceTagOptions extends CommitOptions, TagRetention {
    snapshotId?: bigint;
}

// ReplacementPlace
interface ReplacementPlace extends CatalogRuntimeOptions {
    readonly table: Table;
    readonly folder: string;
}

// RestoreOptions
interface RestoreOptions extends CommitOptions {
    readonly replacing: bigint;
    readonly dropTag?: string;
}

// RetryOptions
interface RetryOptions {
    retries?: number;
    minDelayMs?: number;
    maxDelayMs?: number;
}

// RewriteManifestsOptions
interface RewriteManifestsOptions {
    specId?: number;
    clusterBy?: readonly string[];
    branch?: string;
    summary?: Readonly<Record<string, string>>;
    check?: (fresh: Table) => void;
    signal?: AbortSignal | undefined;
    retries?: number;
}

// RewriteManifestsResult
interface RewriteManifestsResult {
    table: Table;
    rewritten: number;
    added: number;
    snapshotId: bigint | null;
}

// RollbackTarget
type RollbackTarget = {
    snapshotId: bigint;
    asOf?: never;
} | {
    asOf: Date | number | string;
    snapshotId?: never;
};

// RowLayout
interface RowLayout {
    readonly required: readonly string[];
    readonly specId: number;
    readonly partition: readonly (ResolvedPartitionField & {
        readonly column: string;
    })[];
}

// RowLike
type RowLike = PlainRow | (object & {
    readonly [Symbol.iterator]?: undefined;
});

// RowMode
type RowMode = 'merge-on-read' | 'copy-on-write';

// ScanOptions
interface ScanOptions extends TimeTravelOptions {
    columns?: readonly string[];
    filter?: Expression;
    afterSequenceNumber?: bigint;
    files?: ReadonlySet<string>;
    limit?: number;
    batchSize?: number;
    signal?: AbortSignal | undefined;
}

// Schema
interface Schema {
    readonly schemaId: number;
    readonly fields: readonly NestedField[];
    readonly identifierFieldIds?: readonly number[];
    readonly extra?: UnknownKeys;
}

// SchemaChange
declare class SchemaChange {
    #private;
    constructor(draft: SchemaDraft, operations: SchemaOperation[]);
    addColumn(path: string, type: NewType, options?: AddColumnOptions): this;
    dropColumn(path: string): this;
    renameColumn(path: string, name: string): this;
    widenColumn(path: string, type: PrimitiveType): this;
    makeOptional(path: string): this;
    setDoc(path: string, doc: string | null): this;
    setWriteDefault(path: string, value: unknown): this;
    moveColumn(path: string, place: ColumnPlace): this;
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
    readonly firstRowId?: bigint;
    readonly addedRows?: bigint;
    readonly keyId?: string;
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
    readonly minSnapshotsToKeep?: number;
    readonly maxSnapshotAgeMs?: number;
    readonly maxRefAgeMs?: number;
    readonly extra?: Readonly<Record<string, unknown>>;
}

// SortField
interface SortField {
    readonly transform: string;
    readonly sourceId: number;
    readonly direction: string;
    readonly nullOrder: string;
    readonly extra?: UnknownKeys;
}

// SortOrder
interface SortOrder {
    readonly orderId: number;
    readonly fields: readonly SortField[];
    readonly extra?: UnknownKeys;
}

// StatisticsFile
interface StatisticsFile {
    readonly snapshotId: bigint;
    readonly statisticsPath: string;
    readonly fileSizeInBytes: bigint;
    readonly extra?: UnknownKeys;
}

// Storage
interface Storage {
    read(path: string, options?: {
        range?: ByteRange;
    } & AbortOptions): Promise<Uint8Array>;
    stat(path: string, options?: AbortOptions): Promise<{
        size: number;
        lastModified: number;
    } | null>;
    write(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<void>;
    writeIfAbsent(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean>;
    list(prefix: string, options?: AbortOptions): AsyncIterable<StoredFile>;
    delete(paths: readonly string[], options?: AbortOptions): Promise<void>;
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
    readonly extra?: UnknownKeys;
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
    get folder(): string;
    get storage(): Storage;
    state(): TableState;
    get properties(): Readonly<Record<string, string>>;
    schema(): Schema;
    spec(): PartitionSpec;
    currentSnapshot(): Snapshot | null;
    snapshot(id: bigint): Snapshot;
    get refs(): Readonly<Record<string, SnapshotRef>>;
    snapshotOf(ref: string): Snapshot;
    snapshotAsOf(time: Date | number | string): Snapshot;
    snapshots(): readonly Snapshot[];
    ancestors(fromSnapshotId?: bigint | null): Snapshot[];
    refresh(options?: AbortOptions): Promise<Table>;
    scan(options?: ScanOptions): TableScan;
    incrementalScan(options: IncrementalScanOptions): TableScan;
    changelogScan(options?: ChangelogScanOptions): TableScan;
    metadataTable(name: MetadataTableName, options?: MetadataTableOptions): MetadataTable;
    transaction(options?: TransactionOptions): Transaction;
    append(data: ArrowInput, options?: TransactionOptions): Promise<CommitResult>;
    upsert(data: ArrowInput, options?: TransactionOptions & KeyOptions): Promise<CommitResult>;
    deleteKeys(keys: ArrowInput, options?: TransactionOptions & KeyOptions): Promise<CommitResult>;
    delete(options: TransactionOptions & FilterOptions): Promise<CommitResult>;
    overwrite(data: ArrowInput, options: TransactionOptions & FilterOptions): Promise<CommitResult>;
    updateSchema(change: (change: SchemaChange) => unknown, options?: TransactionOptions): Promise<CommitResult>;
    updatePartitioning(change: (change: PartitionChange) => unknown, options?: TransactionOptions): Promise<CommitResult>;
    replaceSortOrder(sortBy: readonly string[], options?: TransactionOptions): Promise<CommitResult>;
    setIdentifierFields(paths: readonly string[], options?: TransactionOptions): Promise<CommitResult>;
    upgradeFormatVersion(formatVersion: 2 | 3, options?: TransactionOptions): Promise<CommitResult>;
    setProperties(properties: PropertyChanges, options?: TransactionOptions): Promise<CommitResult>;
    compact(options?: CompactOptions): Promise<CompactResult>;
    rewriteManifests(options?: RewriteManifestsOptions): Promise<RewriteManifestsResult>;
    expireSnapshots(options?: ExpireOptions): Promise<ExpireResult>;
    removeOrphanFiles(options?: OrphanOptions): Promise<OrphanResult>;
    createBranch(name: string, options?: CreateBranchOptions): Promise<CommitResult>;
    createTag(name: string, options?: CreateTagOptions): Promise<CommitResult>;
    replaceBranch(name: string, options: ReplaceBranchOptions): Promise<CommitResult>;
    replaceTag(name: string, options: ReplaceTagOptions): Promise<CommitResult>;
    dropRef(name: string, options?: CommitOptions): Promise<CommitResult>;
    fastForward(branch: string, options: CommitOptions & {
        to: string;
    }): Promise<CommitResult>;
    rollbackTo(target: RollbackTarget & CommitOptions): Promise<CommitResult>;
    setCurrentSnapshot(snapshotId: bigint, options?: CommitOptions): Promise<CommitResult>;
    replaceWith(replacement: Table, options?: ReplaceOptions): Promise<CommitResult>;
    restore(state: TableState, options: RestoreOptions): Promise<CommitResult>;
    cherryPick(snapshotId: bigint, options?: CherryPickOptions): Promise<CommitResult>;
    publish(wapId: string, options?: CherryPickOptions): Promise<CommitResult>;
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
    readonly statistics: readonly StatisticsFile[];
    readonly partitionStatistics: readonly StatisticsFile[];
    readonly nextRowId: bigint;
    readonly extra: Readonly<Record<string, unknown>>;
}

// TableRequirement
type TableRequirement = {
    readonly type: 'assert-create';
} | {
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
} | {
    readonly type: 'assert-last-assigned-partition-id';
    readonly lastAssignedPartitionId: number;
} | {
    readonly type: 'assert-default-spec-id';
    readonly defaultSpecId: number;
} | {
    readonly type: 'assert-default-sort-order-id';
    readonly defaultSortOrderId: number;
};

// TableScan
interface TableScan extends AsyncIterable<RecordBatch> {
    planFiles(): Promise<FileScanTask[]>;
    toArrow(): Promise<Table$1>;
    rows<Row extends object = Record<string, unknown>>(): AsyncIterable<Row>;
    count(): Promise<number>;
}

// TableState
interface TableState {
    readonly snapshotId: bigint | null;
    readonly schemaId: number;
    readonly specId: number;
    readonly sortOrderId: number;
    readonly properties: Readonly<Record<string, string>>;
}

// TableUpdate
type TableUpdate = {
    readonly action: 'assign-uuid';
    readonly uuid: string;
} | {
    readonly action: 'upgrade-format-version';
    readonly formatVersion: number;
} | {
    readonly action: 'add-schema';
    readonly schema: Schema;
    readonly lastColumnId: number;
} | {
    readonly action: 'set-current-schema';
    readonly schemaId: number;
} | {
    readonly action: 'remove-schemas';
    readonly schemaIds: readonly number[];
} | {
    readonly action: 'add-spec';
    readonly spec: PartitionSpec;
} | {
    readonly action: 'set-default-spec';
    readonly specId: number;
} | {
    readonly action: 'remove-partition-specs';
    readonly specIds: readonly number[];
} | {
    readonly action: 'add-sort-order';
    readonly sortOrder: SortOrder;
} | {
    readonly action: 'set-default-sort-order';
    readonly sortOrderId: number;
} | {
    readonly action: 'add-snapshot';
    readonly snapshot: Snapshot;
} | {
    readonly action: 'remove-snapshots';
    readonly snapshotIds: readonly bigint[];
} | {
    readonly action: 'set-snapshot-ref';
    readonly refName: string;
    readonly ref: SnapshotRef;
} | {
    readonly action: 'remove-snapshot-ref';
    readonly refName: string;
} | {
    readonly action: 'set-properties';
    readonly updates: Readonly<Record<string, string>>;
} | {
    readonly action: 'remove-properties';
    readonly removals: readonly string[];
} | {
    readonly action: 'set-location';
    readonly location: string;
} | {
    readonly action: 'set-statistics';
    readonly statistics: StatisticsFile;
} | {
    readonly action: 'remove-statistics';
    readonly snapshotId: bigint;
} | {
    readonly action: 'set-partition-statistics';
    readonly partitionStatistics: StatisticsFile;
} | {
    readonly action: 'remove-partition-statistics';
    readonly snapshotId: bigint;
};

// TagRetention
interface TagRetention {
    maxRefAgeMs?: number;
}

// TextBuilder
declare class TextBuilder {
    #private;
    count: number;
    add(texts: TextPlaces, rows: Int32Array, { from, to }: {
        from: number;
        to: number;
    }): void;
    finish(rowCount: number): Data;
    drop(): void;
}

// TextPlaces
interface TextPlaces {
    readonly source: Uint8Array;
    readonly words: DataView;
    readonly starts: Int32Array;
    readonly ends: Int32Array;
}

// TimeTravelOptions
interface TimeTravelOptions {
    snapshotId?: bigint;
    ref?: string;
    asOf?: Date | number | string;
}

// Transaction
interface Transaction {
    schema(): Schema;
    addColumns(columns: readonly NewField[]): this;
    updateSchema(change: (change: SchemaChange) => unknown): this;
    updatePartitioning(change: (change: PartitionChange) => unknown): this;
    replaceSortOrder(sortBy: readonly string[]): this;
    setIdentifierFields(paths: readonly string[]): this;
    upgradeFormatVersion(formatVersion: 2 | 3): this;
    setProperties(properties: PropertyChanges): this;
    append(data: ArrowInput): Promise<this>;
    rowLayout(): RowLayout | null;
    appendEncoded(rows: AsyncIterable<EncodedRows> | Iterable<EncodedRows>): Promise<this>;
    deletePositions(deletes: readonly PositionDeletes[], options?: PositionOptions): Promise<this>;
    upsert(data: ArrowInput, options: KeyOptions): Promise<this>;
    deleteKeys(keys: ArrowInput, options: KeyOptions): Promise<this>;
    delete(options: FilterOptions): Promise<this>;
    overwrite(data: ArrowInput, options: FilterOptions): Promise<this>;
    commit(): Promise<CommitResult>;
    abort(): Promise<void>;
}

// TransactionOptions
interface TransactionOptions {
    summary?: Readonly<Record<string, string>>;
    properties?: PropertyChanges | ((written: WrittenSnapshot) => PropertyChanges);
    check?: (fresh: Table) => void;
    emptySnapshot?: boolean;
    branch?: string;
    stageOnly?: boolean;
    wapId?: string;
    isolation?: 'snapshot' | 'serializable';
    conflictFilter?: Expression;
    signal?: AbortSignal | undefined;
    retries?: number;
}

// UnknownKeys
type UnknownKeys = Readonly<Record<string, unknown>>;

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
declare function batchFromRows(schema: Schema, rows: Iterable<RowLike>): RecordBatch;

// compactTexts
declare function compactTexts(data: Data): Data;

// encodeColumns
declare function encodeColumns(layout: Pick<RowLayout, 'required'>, batch: RecordBatch, rows?: Int32Array | null): EncodedColumn[];

// encodeRows
declare function encodeRows(layout: RowLayout, batch: RecordBatch, rows?: Int32Array | null): EncodedRows[];

// eq
declare function eq(column: string, value: LiteralValue): Expression;

// forgetReplacement
declare function forgetReplacement({ table, folder }: ReplacementPlace, { purge }: {
    purge: boolean;
}): Promise<boolean>;

// gt
declare function gt(column: string, value: LiteralValue): Expression;

// gtEq
declare function gtEq(column: string, value: LiteralValue): Expression;

// isIn
declare function isIn(column: string, values: Iterable<LiteralValue>): Expression;

// isNaN
declare function isNaN(column: string): Expression;

// isNull
declare function isNull(column: string): Expression;

// loadIfExists
declare function loadIfExists(catalog: Pick<Catalog, 'loadTable'>, identifier: TableIdentifier): Promise<Table | null>;

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

// notNaN
declare function notNaN(column: string): Expression;

// notNull
declare function notNull(column: string): Expression;

// openReplacement
declare function openReplacement(place: ReplacementPlace): Promise<Table | null>;

// openTable
declare function openTable(options: OpenTableOptions): Promise<Table>;

// or
declare function or(...children: readonly Expression[]): Expression;

// parseFilter
declare function parseFilter(text: string): Expression;

// partitionCodes
declare function partitionCodes({ partition }: RowLayout, batch: RecordBatch, rows: Int32Array | null): (PartitionCodes | null)[];

// partitionRows
declare function partitionRows({ specId }: Pick<RowLayout, 'specId'>, { rows, count }: {
    rows: Int32Array | null;
    count: number;
}, known: readonly (PartitionCodes | null)[]): PartitionedRows[];

// replacementCatalog
declare function replacementCatalog({ table, folder, ...runtime }: ReplacementPlace): FolderCatalog;

// stageReplacement
declare function stageReplacement(place: ReplacementPlace, options: CreateTableOptions): Promise<Table>;

// startsWith
declare function startsWith(column: string, prefix: string): Expression;
