// Public API of @lean-ops/iceberg/glue. Written by scripts/api-snapshot.mjs.

// GlueCatalog
declare class GlueCatalog implements Catalog {
    #private;
    readonly namespaces: GlueNamespaces;
    constructor(options: GlueCatalogOptions);
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier, options?: AbortOptions): Promise<Table>;
    tableExists(identifier: TableIdentifier, options?: AbortOptions): Promise<boolean>;
    listTables(namespace?: string, { signal }?: AbortOptions): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    } & AbortOptions): Promise<void>;
    commitTable(commit: TableCommit, { signal }?: AbortOptions): Promise<LoadedMetadata>;
}

// GlueCatalogOptions
interface GlueCatalogOptions extends CatalogRuntimeOptions {
    client: GlueCommandSender;
    storage: Storage;
    warehouse: string;
    catalogId?: string;
    anyNames?: boolean;
    skipArchive?: boolean;
    calls?: RemoteCallOptions;
}

// GlueCommand
type GlueCommand = CreateDatabaseCommand | CreateTableCommand | DeleteDatabaseCommand | DeleteTableCommand | GetDatabaseCommand | GetDatabasesCommand | GetTableCommand | GetTablesCommand | UpdateTableCommand;

// GlueCommandSender
interface GlueCommandSender {
    send(command: GlueCommand, options?: {
        abortSignal?: AbortSignal;
    }): Promise<unknown>;
}

// GlueNamespaces
interface GlueNamespaces {
    create(namespace: string, options?: {
        location?: string;
    } & AbortOptions): Promise<void>;
    exists(namespace: string, options?: AbortOptions): Promise<boolean>;
    list(options?: AbortOptions): Promise<string[]>;
    drop(namespace: string, options?: AbortOptions): Promise<void>;
}

// RemoteCallOptions
interface RemoteCallOptions {
    attempts?: number;
    minDelayMs?: number;
    maxDelayMs?: number;
    retryBudget?: number;
    timeoutMs?: number;
    random?: () => number;
    sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
    startTimer?: (milliseconds: number, onEnd: () => void) => () => void;
}
