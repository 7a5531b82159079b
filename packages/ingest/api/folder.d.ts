// Public API of @lean-ops/ingest/folder. Written by scripts/api-snapshot.mjs.

// FolderArchive
declare class FolderArchive implements Archive {
    #private;
    constructor(options: FolderArchiveOptions);
    put(message: ArchivedMessage): Promise<string>;
    get(key: string): Promise<ArchivedMessage>;
    list(filter?: ArchiveFilter): AsyncIterable<string>;
}

// FolderArchiveOptions
interface FolderArchiveOptions {
    readonly folder: string;
    readonly random?: Random;
}
