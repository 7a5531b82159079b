// Public API of @lean-ops/ingest/testing. Written by scripts/api-snapshot.mjs.

// ArchiveFixture
interface ArchiveFixture {
    readonly archive: Archive;
    again(): Promise<Archive>;
    dispose(): Promise<void>;
}

// ArchiveHarness
interface ArchiveHarness {
    create(): Promise<ArchiveFixture>;
}

// ContractCase
interface ContractCase {
    readonly name: string;
    run(): Promise<void>;
}

// RawSinkFixture
interface RawSinkFixture {
    readonly sink: RawSink;
    rows(topic: string): Promise<Envelope[]>;
    dispose(): Promise<void>;
}

// RawSinkHarness
interface RawSinkHarness {
    create(topics: readonly string[]): Promise<RawSinkFixture>;
}

// archiveContract
declare function archiveContract(harness: ArchiveHarness): ContractCase[];

// rawSinkContract
declare function rawSinkContract(harness: RawSinkHarness): ContractCase[];

// sampleArchivedMessage
declare function sampleArchivedMessage(changes?: Partial<ArchivedMessage>): ArchivedMessage;

// sampleEnvelope
declare function sampleEnvelope(changes?: Partial<Envelope>): Envelope;
