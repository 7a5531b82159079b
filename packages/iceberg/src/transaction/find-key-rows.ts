import type { RecordBatch } from 'apache-arrow';
import { columnReader } from '../arrow/column-reader.js';
import type { FileDeletes } from '../delete/write-position-deletes.js';
import { throwIfAborted } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { readDataFile } from '../scan/read-data-file.js';
import type { FileScanTask } from '../scan/scan-types.js';
import { POSITION_COLUMN, ROW_ID_COLUMN } from '../schema/metadata-columns.js';
import type { TableIo } from '../table/table-io.js';
import type { EncodedKey, KeySet } from './key-set.js';

const BATCH_ROWS = 65_536;

/** Row ids by key. */
export type RowIds = Map<EncodedKey, bigint>;

/**
 * Finds the live rows that have one of the keys. Files are passed over by their bounds only, which can never miss an
 * older version of a row. `rowIds`, where given, takes the ids of the rows found (version 3).
 */
export async function findKeyRows(
  tasks: readonly FileScanTask[],
  keys: KeySet,
  options: {
    io: TableIo;
    metadata: TableMetadata;
    signal: AbortSignal | undefined;
    rowIds?: RowIds | undefined;
  },
): Promise<FileDeletes[]> {
  const found: FileDeletes[] = [];
  if (keys.size === 0) return found;
  const { rowIds } = options;
  const keyPositions = keys.columns.map((_, position) => position);
  for (const { dataFile, deleteFiles } of tasks) {
    throwIfAborted(options.signal);
    if (!keys.mayBeIn(dataFile.file)) continue;
    const positions: number[] = [];
    const batches = readDataFile({
      io: options.io,
      metadata: options.metadata,
      dataFile,
      deleteFiles,
      output: [...keys.columns, POSITION_COLUMN, ...(rowIds === undefined ? [] : [ROW_ID_COLUMN])],
      schemaFields: keys.columns,
      filter: { op: 'true' },
      batchSize: BATCH_ROWS,
    });
    for await (const batch of batches) {
      const matches = keys.matcher(batch, keyPositions);
      const places = batch.data.children[keys.columns.length]!.values as BigInt64Array;
      const rows: number[] = [];
      for (let row = 0; row < batch.numRows; row++) if (matches(row)) rows.push(row);
      for (const row of rows) positions.push(Number(places[row]));
      if (rowIds !== undefined) collectRowIds(batch, rows, keys, rowIds);
    }
    if (positions.length > 0) found.push({ file: dataFile.file, positions });
  }
  return found;
}

function collectRowIds(batch: RecordBatch, rows: readonly number[], keys: KeySet, rowIds: RowIds): void {
  const keyOf = keys.reader(
    batch,
    keys.columns.map((_, position) => position),
  );
  const idOf = columnReader(batch.data.children[keys.columns.length + 1]!, 'long');
  for (const row of rows) {
    const [key, id] = [keyOf(row)!, idOf(row)];
    // Where several rows had the key, the new one is the first of them.
    if (id !== null && !rowIds.has(key)) rowIds.set(key, id as bigint);
  }
}
