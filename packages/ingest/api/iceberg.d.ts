// Public API of @lean-ops/ingest/iceberg. Written by scripts/api-snapshot.mjs.

// IcebergRawSink
declare class IcebergRawSink implements RawSink {
    #private;
    readonly maxRecordBytes: number;
    readonly maxBatchRecords: number;
    readonly maxBatchBytes: number;
    constructor(options: IcebergRawSinkOptions);
    put(records: readonly SinkRecord[], options?: {
        readonly signal?: AbortSignal;
    }): Promise<readonly SinkResult[]>;
}

// IcebergRawSinkOptions
interface IcebergRawSinkOptions {
    readonly catalog: Catalog;
    readonly namespace: string;
}

// appendRaw
declare function appendRaw(catalog: Catalog, identifier: TableIdentifier, envelopes: Iterable<Envelope>, options?: TransactionOptions): Promise<CommitResult>;

// rawTableName
declare function rawTableName(topic: string): string;

// rawTableOptions
declare function rawTableOptions(): CreateTableOptions;
