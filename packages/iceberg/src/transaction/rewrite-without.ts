import type { Data, RecordBatch } from 'apache-arrow';
import { arrowSchema } from '../arrow/arrow-schema.js';
import { makeBatch, takeRows } from '../arrow/take.js';
import type { FileDeletes } from '../delete/write-position-deletes.js';
import { throwIfAborted } from '../error.js';
import { readDataFile } from '../scan/read-data-file.js';
import type { FileScanTask } from '../scan/scan-types.js';
import { LINEAGE_COLUMNS, POSITION_COLUMN } from '../schema/metadata-columns.js';
import { type ChangeContext, openWriter, writeFiles } from './change-context.js';
import { addTarget, removeDataFile } from './prepared-changes.js';

const BATCH_ROWS = 32_768;

/**
 * Writes data files anew without some of their rows, in the table's current schema and partitioning, and removes the old
 * ones (copy-on-write). In version 3 the rows that stay keep their ids and the sequence number of their last change.
 *
 * Nobody may delete rows of these files meanwhile: the new files would hold them still.
 */
export async function rewriteWithout(
  context: ChangeContext,
  deletes: readonly FileDeletes[],
  tasks: readonly FileScanTask[],
): Promise<void> {
  if (deletes.length === 0) return;
  const { changes } = context;
  const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task]));
  const rewritten = deletes.map(({ file, positions }) => ({ task: live.get(file.filePath)!, positions }));
  const lineage = changes.formatVersion >= 3;
  const files = await writeFiles(context, openWriter(context, { lineage }), async (writer) => {
    for (const { task, positions } of rewritten)
      for await (const batch of rowsWithout(context, task, positions, lineage)) await writer.write(batch);
  });
  for (const { task } of rewritten) {
    addTarget(changes, task, 'any-deletes');
    removeDataFile(changes, task);
  }
  changes.dataFiles.push(...files);
}

/** The live rows of a data file but those at some positions, ascending. */
async function* rowsWithout(
  { table: { metadata }, changes: { schema }, io, options: { signal } }: ChangeContext,
  { dataFile, deleteFiles }: FileScanTask,
  positions: readonly number[],
  lineage: boolean,
): AsyncGenerator<RecordBatch> {
  const columns = lineage ? [...schema.fields, ...LINEAGE_COLUMNS] : schema.fields;
  const kept = arrowSchema({ schemaId: 0, fields: columns });
  const batches = readDataFile({
    io,
    metadata,
    dataFile,
    deleteFiles,
    output: [...columns, POSITION_COLUMN],
    schemaFields: schema.fields,
    filter: { op: 'true' },
    batchSize: BATCH_ROWS,
    ...(signal === undefined ? {} : { signal }),
  });
  let next = 0;
  for await (const batch of batches) {
    throwIfAborted(signal);
    const places = batch.data.children[columns.length]!.values as BigInt64Array;
    const indices = new Int32Array(batch.numRows);
    let count = 0;
    for (let row = 0; row < batch.numRows; row++) {
      const place = Number(places[row]);
      while (next < positions.length && positions[next]! < place) next++;
      if (positions[next] !== place) indices[count++] = row;
    }
    if (count === 0) continue;
    const taken = count === batch.numRows ? batch : takeRows(batch, indices.subarray(0, count));
    yield makeBatch(kept, (taken.data.children as Data[]).slice(0, columns.length), count);
  }
}
