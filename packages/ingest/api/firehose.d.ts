// Public API of @lean-ops/ingest/firehose. Written by scripts/api-snapshot.mjs.

// FirehoseCommandSender
interface FirehoseCommandSender {
    send(command: PutRecordBatchCommand, options?: {
        abortSignal?: AbortSignal;
    }): Promise<unknown>;
}

// FirehoseRawSink
declare class FirehoseRawSink implements RawSink {
    #private;
    readonly maxRecordBytes: number;
    readonly maxBatchRecords: number;
    readonly maxBatchBytes: number;
    constructor(options: FirehoseRawSinkOptions);
    put(records: readonly SinkRecord[], options?: {
        readonly signal?: AbortSignal;
    }): Promise<readonly SinkResult[]>;
}

// FirehoseRawSinkOptions
interface FirehoseRawSinkOptions {
    readonly client: FirehoseCommandSender;
    readonly streams: readonly string[];
}

// streamOfTopic
declare function streamOfTopic(topic: string, streams: readonly string[]): string;
