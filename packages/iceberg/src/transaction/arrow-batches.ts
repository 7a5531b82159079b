import type { RecordBatch } from 'apache-arrow';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import type { Schema } from '../schema/schema.js';
import type { ArrowInput, PlainRow } from './transaction-types.js';

const ROWS_PER_BATCH = 8192;

/** The record batches of any accepted input; plain rows are made to batches of `schema`. */
export async function* arrowBatches(data: ArrowInput, schema: Schema): AsyncGenerator<RecordBatch> {
  const items = 'batches' in data ? data.batches : isBatch(data) ? [data] : data;
  let rows: PlainRow[] = [];
  for await (const item of items) {
    if (!isBatch(item)) rows.push(item);
    if (rows.length > 0 && (isBatch(item) || rows.length === ROWS_PER_BATCH)) {
      yield batchFromRows(schema, rows);
      rows = [];
    }
    if (isBatch(item)) yield item;
  }
  if (rows.length > 0) yield batchFromRows(schema, rows);
}

/** By a method: the caller may have another copy of the Arrow library, and values of plain rows are no functions. */
function isBatch(item: object): item is RecordBatch {
  return typeof (item as Partial<RecordBatch>).getChildAt === 'function';
}
