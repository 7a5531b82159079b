import type { RecordBatch } from 'apache-arrow';
import { atRow, noRows, rowsToBatch } from '../arrow/batch-from-rows.js';
import { IcebergError } from '../error.js';
import type { Schema } from '../schema/schema.js';
import type { RowLike } from '../type/plain-row.js';
import { abortableItems } from '../util/abortable.js';
import type { ArrowInput } from './transaction-types.js';

const ROWS_PER_BATCH = 8192;

/**
 * The record batches of any accepted input; plain rows are made to batches of `schema`. Errors count rows over all of
 * the input. Input that does not come is waited for until the signal fires.
 */
export async function* arrowBatches(
  data: ArrowInput,
  schema: Schema,
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordBatch> {
  let rows: RowLike[] = [];
  let before = 0;
  const batchOfRows = (): RecordBatch => {
    const batch = rowsToBatch(schema, rows, (error, index) => atRow(error, before + index));
    before += rows.length;
    rows = [];
    return batch;
  };
  const items = itemsOf(data);
  for await (const item of Symbol.asyncIterator in items ? abortableItems(items, signal) : items) {
    if (!isBatch(item)) rows.push(item);
    if (rows.length > 0 && (isBatch(item) || rows.length === ROWS_PER_BATCH)) yield batchOfRows();
    if (isBatch(item)) {
      before += item.numRows;
      yield item;
    }
  }
  if (rows.length > 0) yield batchOfRows();
}

function itemsOf(data: ArrowInput): Iterable<RecordBatch | RowLike> | AsyncIterable<RecordBatch | RowLike> {
  if (typeof data !== 'object' || data === null) throw noRows(data);
  if ('batches' in data && 'schema' in data) return data.batches;
  if (isBatch(data)) return [data];
  if (ArrayBuffer.isView(data)) {
    throw new IcebergError(
      `The data is ${data.byteLength} bytes; read those of an Arrow stream or file with tableFromIPC first.`,
      { code: 'TYPE_MISMATCH', context: { bytes: data.byteLength } },
    );
  }
  if (Symbol.iterator in data || Symbol.asyncIterator in data) return data;
  throw noRows(data);
}

/** By a method: the caller may have another copy of the Arrow library, and values of plain rows are no functions. */
function isBatch(item: unknown): item is RecordBatch {
  return (
    typeof item === 'object' &&
    item !== null &&
    typeof (item as Partial<RecordBatch>).getChildAt === 'function'
  );
}
