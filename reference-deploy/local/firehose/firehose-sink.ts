import type { Clock } from '@lean-ops/core';
import type { RawSink, SinkRecord, SinkResult } from '@lean-ops/ingest';
import type { BufferStore } from './buffer-store.js';

/** Limits of PutRecordBatch. */
const MAX_RECORD_BYTES = 1_000 * 1024;
const MAX_BATCH_RECORDS = 500;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

export interface FirehoseSinkOptions {
  readonly buffer: BufferStore;
  readonly clock: Clock;
  readonly onAccepted?: () => void | Promise<void>;
}

/** The delivery stream's entrance: a record it accepted is in the durable buffer. */
export class FirehoseSink implements RawSink {
  readonly maxRecordBytes: number = MAX_RECORD_BYTES;
  readonly maxBatchRecords: number = MAX_BATCH_RECORDS;
  readonly maxBatchBytes: number = MAX_BATCH_BYTES;
  readonly #options: FirehoseSinkOptions;

  constructor(options: FirehoseSinkOptions) {
    this.#options = options;
  }

  async put(records: readonly SinkRecord[]): Promise<readonly SinkResult[]> {
    const { buffer, clock, onAccepted = () => {} } = this.#options;
    buffer.put(records, clock.now());
    await onAccepted();
    return records.map(() => ({ accepted: true }));
  }
}
