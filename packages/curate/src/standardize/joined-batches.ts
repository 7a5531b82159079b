import { freePayloads, joinRaw, type RawBatch } from './raw-batch.js';

/** Rows and bytes at which a batch is large enough: one row group of Standardized comes of it. */
const ENOUGH_ROWS = 49_152;
const ENOUGH_BYTES = 32 << 20;

/** Small batches put together, so that row groups are not as small as the files that RAW was delivered in. */
export async function* joinedBatches(batches: AsyncIterable<RawBatch>): AsyncGenerator<RawBatch> {
  let waiting: RawBatch[] = [];
  let rows = 0;
  let bytes = 0;
  for await (const batch of batches) {
    // One that is large enough is not copied for the sake of a few rows before it.
    if (waiting.length > 0 && isEnough(batch.rowCount, batch.byteLength)) {
      yield joined(waiting);
      waiting = [];
      rows = 0;
      bytes = 0;
    }
    waiting.push(batch);
    rows += batch.rowCount;
    bytes += batch.byteLength;
    if (!isEnough(rows, bytes)) continue;
    yield joined(waiting);
    waiting = [];
    rows = 0;
    bytes = 0;
  }
  if (waiting.length > 0) yield joined(waiting);
}

function isEnough(rows: number, bytes: number): boolean {
  return rows >= ENOUGH_ROWS || bytes >= ENOUGH_BYTES;
}

function joined(batches: readonly RawBatch[]): RawBatch {
  const [first] = batches;
  if (batches.length === 1 && first !== undefined) return first;
  const one = joinRaw(batches);
  for (const batch of batches) freePayloads(batch);
  return one;
}
