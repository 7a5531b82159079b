import { joinRaw, type RawBatch } from './raw-batch.js';

/** Rows and bytes at which a batch is large enough: one row group of Standardized comes of it. */
const ENOUGH_ROWS = 49_152;
const ENOUGH_BYTES = 32 << 20;

/** Small batches put together, so that row groups are not as small as the files that RAW was delivered in. */
export async function* joinedBatches(batches: AsyncIterable<RawBatch>): AsyncGenerator<RawBatch> {
  let waiting: RawBatch[] = [];
  let rows = 0;
  let bytes = 0;
  for await (const batch of batches) {
    waiting.push(batch);
    rows += batch.rowCount;
    bytes += batch.byteLength;
    if (rows < ENOUGH_ROWS && bytes < ENOUGH_BYTES) continue;
    yield joined(waiting);
    waiting = [];
    rows = 0;
    bytes = 0;
  }
  if (waiting.length > 0) yield joined(waiting);
}

function joined(batches: readonly RawBatch[]): RawBatch {
  const [first] = batches;
  return batches.length === 1 && first !== undefined ? first : joinRaw(batches);
}
