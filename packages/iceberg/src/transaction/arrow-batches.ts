import type { RecordBatch } from 'apache-arrow';
import type { ArrowInput } from './transaction-types.js';

/** The record batches of any accepted input. */
export async function* arrowBatches(data: ArrowInput): AsyncGenerator<RecordBatch> {
  if ('batches' in data) {
    yield* data.batches as readonly RecordBatch[];
  } else if ('numRows' in data) {
    yield data;
  } else {
    yield* data as AsyncIterable<RecordBatch>;
  }
}
