import type { RecordBatch } from 'apache-arrow';
import { throwIfAborted } from '../../error.js';
import { type FileBytes, ParquetFileReader } from '../../parquet/parquet-file-reader.js';

const BATCH_ROWS = 32_768;

/** Batches of a Parquet file, one row group in memory at a time. Throws `CORRUPT_FILE`. */
export async function* readParquet(bytes: FileBytes, signal: AbortSignal): AsyncGenerator<RecordBatch> {
  const reader = await ParquetFileReader.open(bytes);
  const columns = reader.schema.fields.map(({ name }) => name);
  try {
    for (const index of reader.rowGroups.keys()) {
      throwIfAborted(signal);
      yield* await reader.readRowGroup(index, { columns, batchSize: BATCH_ROWS });
    }
  } finally {
    reader.close();
  }
}
