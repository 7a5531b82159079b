// Public API of @lean-ops/iceberg/rest. Written by scripts/api-snapshot.mjs.

// AwsCredentials
interface AwsCredentials {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
    expiration?: Date;
}

// OAuth2Options
interface OAuth2Options {
    clientId: string;
    clientSecret: string;
    tokenUri?: string;
    scope?: string;
    parameters?: Readonly<Record<string, string>>;
    refreshBeforeMs?: number;
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

// RestAuth
type RestAuth = (context: RestAuthContext) => RestAuthSession;

// RestAuthContext
interface RestAuthContext {
    readonly fetch: RestFetch;
    readonly now: () => number;
    readonly uri: string;
}

// RestAuthRequest
interface RestAuthRequest {
    readonly method: string;
    readonly url: URL;
    readonly body: string | undefined;
    readonly headers: Readonly<Record<string, string>>;
}

// RestAuthSession
interface RestAuthSession {
    headers(request: RestAuthRequest): Promise<Record<string, string>>;
    renew?(refused: Readonly<Record<string, string>>): Promise<boolean>;
}

// RestCatalog
declare class RestCatalog implements Catalog {
    #private;
    readonly uri: string;
    readonly namespaces: RestNamespaces;
    constructor(options: RestCatalogOptions);
    createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table>;
    registerTable(identifier: TableIdentifier, metadataLocation: string, options?: AbortOptions): Promise<Table>;
    loadTable(identifier: TableIdentifier, { signal }?: AbortOptions): Promise<Table>;
    tableExists(identifier: TableIdentifier, { signal }?: AbortOptions): Promise<boolean>;
    listTables(namespace?: string, options?: AbortOptions): Promise<TableIdentifier[]>;
    dropTable(identifier: TableIdentifier, options?: {
        purge?: boolean;
    } & AbortOptions): Promise<void>;
    renameTable(from: TableIdentifier, to: TableIdentifier, options?: AbortOptions): Promise<void>;
    commitTable(commit: TableCommit, { signal }?: AbortOptions): Promise<LoadedMetadata>;
}

// RestCatalogOptions
interface RestCatalogOptions extends CatalogRuntimeOptions {
    uri: string;
    warehouse?: string;
    auth?: RestAuth;
    storage?: RestStorage;
    properties?: Readonly<Record<string, string>>;
    headers?: Readonly<Record<string, string>>;
    fetch?: RestFetch;
    calls?: RemoteCallOptions;
}

// RestFetch
type RestFetch = (url: string, init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    signal?: AbortSignal;
    redirect?: 'follow' | 'manual';
}) => Promise<{
    readonly status: number;
    readonly headers: {
        get(name: string): string | null;
    };
    text(): Promise<string>;
}>;

// RestNamespaces
interface RestNamespaces {
    create(namespace: string, properties?: Readonly<Record<string, string>>, options?: AbortOptions): Promise<void>;
    properties(namespace: string, options?: AbortOptions): Promise<Record<string, string>>;
    exists(namespace: string, options?: AbortOptions): Promise<boolean>;
    list(parent?: string, options?: AbortOptions): Promise<string[]>;
    drop(namespace: string, options?: AbortOptions): Promise<void>;
}

// RestStorage
type RestStorage = Storage | ((access: RestTableAccess) => Storage | Promise<Storage>);

// RestTableAccess
interface RestTableAccess {
    readonly identifier: TableIdentifier;
    readonly location: string;
    readonly config: Readonly<Record<string, string>>;
    readonly reload: () => Promise<Readonly<Record<string, string>>>;
}

// SigV4Options
interface SigV4Options {
    service: 'glue' | 's3tables' | (string & {});
    region: string;
    credentials: AwsCredentials | (() => Promise<AwsCredentials>);
    now?: () => number;
}

// bearer
declare function bearer(token: string | (() => string | Promise<string>)): RestAuth;

// oauth2
declare function oauth2(options: OAuth2Options): RestAuth;

// sigV4
declare function sigV4(options: SigV4Options): RestAuth;
