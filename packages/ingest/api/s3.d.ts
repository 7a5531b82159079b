// Public API of @lean-ops/ingest/s3. Written by scripts/api-snapshot.mjs.

// S3Archive
declare class S3Archive implements Archive {
    #private;
    constructor(options: S3ArchiveOptions);
    put(message: ArchivedMessage): Promise<string>;
    get(key: string): Promise<ArchivedMessage>;
    list(filter?: ArchiveFilter): AsyncIterable<string>;
}

// S3ArchiveCommand
type S3ArchiveCommand = GetObjectCommand | ListObjectsV2Command | PutObjectCommand;

// S3ArchiveCommandSender
interface S3ArchiveCommandSender {
    send(command: S3ArchiveCommand): Promise<unknown>;
}

// S3ArchiveOptions
interface S3ArchiveOptions {
    readonly client: S3ArchiveCommandSender;
    readonly bucket: string;
    readonly prefix?: string;
    readonly random?: Random;
    readonly sleep?: Sleep;
}
