import type { Envelope } from '@lean-ops/core';
import { decodeEnvelope } from '../envelope/envelope-codec.js';
import { IngestError } from '../error.js';
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

/** @throws {IngestError} `INVALID_ARGUMENT` when a call is above one of the sink's limits. */
export function checkBatch(records: readonly SinkRecord[], sink: RawSink): void {
  const bytes = records.reduce((sum, record) => sum + record.bytes.length, 0);
  const largest = records.reduce((most, record) => Math.max(most, record.bytes.length), 0);
  const isWithin =
    records.length <= sink.maxBatchRecords && bytes <= sink.maxBatchBytes && largest <= sink.maxRecordBytes;
  if (isWithin) return;
  throw new IngestError(
    `a batch of ${records.length} records and ${bytes} bytes, the largest of ${largest}, is above the sink's limits: split it`,
    {
      code: 'INVALID_ARGUMENT',
      context: {
        records: records.length,
        bytes,
        largest,
        maxBatchRecords: sink.maxBatchRecords,
        maxBatchBytes: sink.maxBatchBytes,
        maxRecordBytes: sink.maxRecordBytes,
      },
    },
  );
}
