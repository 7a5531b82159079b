// Public API of @lean-ops/iceberg/testing. Written by scripts/api-snapshot.mjs.

// CatalogHarness
interface CatalogHarness {
    open(): Promise<Catalog>;
}

// ContractCase
interface ContractCase {
    readonly name: string;
    readonly run: () => Promise<void>;
}

// FullDiskStorage
declare class FullDiskStorage implements Storage {
    #private;
    readonly writes: number[];
    constructor(inner: Storage, capacity: number);
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

// StorageHarness
interface StorageHarness {
    open(): Promise<{
        storage: Storage;
        root: string;
    }>;
}

// catalogContract
declare function catalogContract(harness: CatalogHarness): ContractCase[];

// storageContract
declare function storageContract(harness: StorageHarness): ContractCase[];
