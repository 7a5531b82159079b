import type { Envelope } from '@lean-ops/core';
import { decodeEnvelope } from '../envelope/envelope-codec.js';
import { checkBatch } from './check-batch.js';
import type { RawSink, SinkRecord, SinkResult } from './raw-sink.js';

export interface MemoryRawSinkOptions {
  /** Default 1,024,000, as Firehose. */
  readonly maxRecordBytes?: number;
  /** Default 500, as Firehose. */
  readonly maxBatchRecords?: number;
  /** Default 4 MiB, as Firehose. */
  readonly maxBatchBytes?: number;
}

/** Keeps envelopes for inspection. */
export class MemoryRawSink implements RawSink {
  readonly maxRecordBytes: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  /** Everything accepted, in order. */
  readonly envelopes: Envelope[] = [];

  constructor(options: MemoryRawSinkOptions = {}) {
    const { maxRecordBytes = 1_024_000, maxBatchRecords = 500, maxBatchBytes = 4 * 1024 * 1024 } = options;
    this.maxRecordBytes = maxRecordBytes;
    this.maxBatchRecords = maxBatchRecords;
    this.maxBatchBytes = maxBatchBytes;
  }

  async put(records: readonly SinkRecord[]): Promise<readonly SinkResult[]> {
    checkBatch(records, this);
    return records.map((record) => {
      try {
        this.envelopes.push(decodeEnvelope(record.bytes));
        return { accepted: true };
      } catch (error) {
        return { accepted: false, error };
      }
    });
  }
}
