import type { FileDeletes } from '../delete/write-position-deletes.js';
import { throwIfAborted } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { readDataFile } from '../scan/read-data-file.js';
import type { FileScanTask } from '../scan/scan-types.js';
import { POSITION_COLUMN } from '../schema/metadata-columns.js';
import type { TableIo } from '../table/table-io.js';
import type { KeySet } from './key-set.js';

const BATCH_ROWS = 65_536;

/**
 * Finds the live rows that have one of the keys. Files are passed over by their bounds only, which can never miss an
 * older version of a row.
 */
export async function findKeyRows(
  tasks: readonly FileScanTask[],
  keys: KeySet,
  options: { io: TableIo; metadata: TableMetadata; signal: AbortSignal | undefined },
): Promise<FileDeletes[]> {
  const found: FileDeletes[] = [];
  if (keys.size === 0) return found;
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
      output: [...keys.columns, POSITION_COLUMN],
      schemaFields: keys.columns,
      filter: { op: 'true' },
      batchSize: BATCH_ROWS,
    });
    for await (const batch of batches) {
      const matches = keys.matcher(batch, keyPositions);
      const places = batch.data.children[keys.columns.length]!.values as BigInt64Array;
      for (let row = 0; row < batch.numRows; row++) if (matches(row)) positions.push(Number(places[row]));
    }
    if (positions.length > 0) found.push({ file: dataFile.file, positions });
  }
  return found;
}
