import type { RawSink, SinkRecord } from '../raw-sink/raw-sink.js';

/** Cuts records into batches within a sink's limits, in order. Every record must be within `maxRecordBytes`. */
export function* pack<Item extends SinkRecord>(items: readonly Item[], sink: RawSink): Generator<Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const isFull = batch.length === sink.maxBatchRecords || bytes + item.bytes.length > sink.maxBatchBytes;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += item.bytes.length;
  }
  if (batch.length > 0) yield batch;
}
