import type { RecordBatch } from 'apache-arrow';
import { vectorOf } from '../standardize/raw-batch.js';
import { recordBatch, takeColumn } from '../tables/arrow.js';

/** Some rows of a batch of Standardized. `_seen` is left behind: nothing behind Standardized reads it. */
export function selectRows(batch: RecordBatch, rows: Int32Array): RecordBatch {
  if (rows.length === batch.numRows) return batch;
  const columns = batch.schema.fields
    .filter(({ name }) => name !== '_seen')
    .map(({ name }) => ({ name, vector: takeColumn(vectorOf(batch, name), rows) }));
  return recordBatch(columns, rows.length);
}
