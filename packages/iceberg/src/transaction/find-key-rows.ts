import type { RecordBatch } from 'apache-arrow';
import { columnReader } from '../arrow/column-reader.js';
import { deletedPositions } from '../delete/deleted-positions.js';
import type { FileDeletes } from '../delete/write-position-deletes.js';
import { throwIfAborted } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { readDataFile } from '../scan/read-data-file.js';
import type { FileScanTask } from '../scan/scan-types.js';
import { POSITION_COLUMN, ROW_ID_COLUMN } from '../schema/metadata-columns.js';
import type { TableIo } from '../table/table-io.js';
import { mapAtOnce } from '../util/map-at-once.js';
import type { EncodedKey, KeySet } from './key-set.js';

const BATCH_ROWS = 65_536;

/** Data files that are searched at once: most of the time goes by waiting for a distant storage. */
const FILES_AT_ONCE = 4;

/** Row ids by key. */
export type RowIds = Map<EncodedKey, bigint>;

/** What a search for keys needs. */
export interface KeySearch {
  io: TableIo;
  metadata: TableMetadata;
  signal: AbortSignal | undefined;
  /** Takes the ids of the rows found (version 3). */
  rowIds?: RowIds | undefined;
}

/**
 * Finds the live rows that have one of the keys. Files and row groups are passed over by their bounds only, which can
 * never miss an older version of a row.
 */
export async function findKeyRows(
  tasks: readonly FileScanTask[],
  keys: KeySet,
  options: KeySearch,
): Promise<FileDeletes[]> {
  if (keys.size === 0) return [];
  const candidates = tasks.filter(({ dataFile }) => keys.mayBeIn(dataFile.file));
  const found = await mapAtOnce(candidates, FILES_AT_ONCE, async (task): Promise<FileDeletes> => {
    throwIfAborted(options.signal);
    return { file: task.dataFile.file, positions: await positionsIn(task, keys, options) };
  });
  return found.filter(({ positions }) => positions.length > 0);
}

async function positionsIn(
  { dataFile, deleteFiles }: FileScanTask,
  keys: KeySet,
  { io, metadata, signal, rowIds }: KeySearch,
): Promise<number[]> {
  const found: number[] = [];
  // Most rows have none of the keys, so that rows deleted by position are passed over among those that have one.
  const deleted = await deletedPositions(io, dataFile.file, deleteFiles);
  const keyPositions = keys.columns.map((_, position) => position);
  const batches = readDataFile({
    io,
    metadata,
    dataFile,
    deleteFiles: deleteFiles.filter(({ file }) => file.content !== 'position-deletes'),
    output: [...keys.columns, POSITION_COLUMN, ...(rowIds === undefined ? [] : [ROW_ID_COLUMN])],
    schemaFields: keys.columns,
    filter: { op: 'true' },
    pruneBy: keys.range(),
    batchSize: BATCH_ROWS,
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const batch of batches) {
    const places = batch.data.children[keys.columns.length]!.values as BigInt64Array;
    const matching = keys.matchingRows(batch, keyPositions);
    const rows =
      deleted === null ? matching : matching.filter((row) => !includes(deleted, Number(places[row])));
    for (const row of rows) found.push(Number(places[row]));
    if (rowIds !== undefined) collectRowIds(batch, rows, keys, rowIds);
  }
  return found;
}

function includes(sorted: Float64Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}

function collectRowIds(batch: RecordBatch, rows: readonly number[], keys: KeySet, rowIds: RowIds): void {
  const keyOf = keys.reader(
    batch,
    keys.columns.map((_, position) => position),
  );
  const idOf = columnReader(batch.data.children[keys.columns.length + 1]!, 'long');
  for (const row of rows) {
    const [key, id] = [keyOf(row)!, idOf(row)];
    // Where several rows had the key, the new one is one of them.
    if (id !== null && !rowIds.has(key)) rowIds.set(key, id as bigint);
  }
}
