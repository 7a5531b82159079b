// Public API of @lean-ops/iceberg/s3. Written by scripts/api-snapshot.mjs.

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

// S3ClientSettings
interface S3ClientSettings {
    region?: string;
    endpoint?: string;
    forcePathStyle?: boolean;
    credentials?: {
        accessKeyId: string;
        secretAccessKey: string;
        sessionToken?: string;
    };
}

// S3Command
type S3Command = AbortMultipartUploadCommand | CompleteMultipartUploadCommand | CreateMultipartUploadCommand | DeleteObjectsCommand | GetObjectCommand | HeadObjectCommand | ListObjectsV2Command | PutObjectCommand | UploadPartCommand;

// S3CommandSender
interface S3CommandSender {
    send(command: S3Command, options?: {
        abortSignal?: AbortSignal;
    }): Promise<unknown>;
}

// S3Storage
declare class S3Storage implements Storage {
    #private;
    constructor(options: S3StorageOptions);
    read(path: string, options?: {
        range?: ByteRange;
        signal?: AbortSignal | undefined;
    }): Promise<Uint8Array>;
    stat(path: string, options?: AbortOptions): Promise<{
        size: number;
        lastModified: number;
    } | null>;
    write(path: string, bytes: Uint8Array, { signal }?: AbortOptions): Promise<void>;
    writeIfAbsent(path: string, bytes: Uint8Array, { signal }?: AbortOptions): Promise<boolean>;
    list(prefix: string, options?: AbortOptions): AsyncIterable<StoredFile>;
    delete(paths: readonly string[], { signal }?: AbortOptions): Promise<void>;
}

// S3StorageOptions
interface S3StorageOptions {
    client: S3CommandSender;
    multipartThreshold?: number;
    partBytes?: number;
    concurrency?: number;
    newWriterId?: () => string;
    calls?: RemoteCallOptions;
}

// s3ClientSettings
declare function s3ClientSettings(config: Readonly<Record<string, string>>): S3ClientSettings;
