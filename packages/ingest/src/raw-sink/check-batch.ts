import { IngestError } from '../error.js';
import type { RawSink, SinkRecord } from './raw-sink.js';

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
