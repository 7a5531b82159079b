// Public API of @lean-ops/iceberg/glue. Written by scripts/api-snapshot.mjs.

// GlueCatalog
declare class GlueCatalog implements Catalog {
    #private;
    readonly namespaces: GlueNamespaces;
    constructor(options: GlueCatalogOptions);
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier): Promise<Table>;
    tableExists(identifier: TableIdentifier): Promise<boolean>;
    listTables(namespace?: string): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    }): Promise<void>;
    commitTable(commit: TableCommit): Promise<LoadedMetadata>;
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
    }): Promise<void>;
    exists(namespace: string): Promise<boolean>;
    list(): Promise<string[]>;
    drop(namespace: string): Promise<void>;
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
