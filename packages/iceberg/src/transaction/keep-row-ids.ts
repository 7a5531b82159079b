import { type Data, makeData, type RecordBatch } from 'apache-arrow';
import { nullData } from '../arrow/arrow-data.js';
import { arrowSchema, arrowType } from '../arrow/arrow-schema.js';
import { makeBatch } from '../arrow/take.js';
import { throwIfAborted } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import { readDataFile } from '../scan/read-data-file.js';
import { LINEAGE_COLUMNS } from '../schema/metadata-columns.js';
import { type ChangeContext, openWriter, writeFiles } from './change-context.js';
import type { RowIds } from './find-key-rows.js';
import type { KeySet } from './key-set.js';

const BATCH_ROWS = 32_768;

/**
 * Writes data files that are in no snapshot yet once more, with the row ids of the rows they replace: these are known
 * only after all keys are, and the rows may be more than memory holds.
 */
export async function keepRowIds(
  context: ChangeContext,
  written: readonly DataFile[],
  keys: KeySet,
  rowIds: RowIds,
): Promise<DataFile[]> {
  const {
    table: { metadata },
    changes: { schema },
    io,
    options: { signal },
  } = context;
  const positions = keys.columns.map((column) => schema.fields.findIndex((field) => field.id === column.id));
  const stored = arrowSchema({ ...schema, fields: [...schema.fields, ...LINEAGE_COLUMNS] });
  const files = await writeFiles(context, openWriter(context, { lineage: true }), async (writer) => {
    for (const file of written) {
      const batches = readDataFile({
        io,
        metadata,
        dataFile: { status: 'added', snapshotId: 0n, dataSequenceNumber: 0n, fileSequenceNumber: 0n, file },
        deleteFiles: [],
        output: schema.fields,
        schemaFields: schema.fields,
        filter: { op: 'true' },
        batchSize: BATCH_ROWS,
      });
      for await (const batch of batches) {
        throwIfAborted(signal);
        const ids = rowIdColumn(batch, keys.reader(batch, positions), rowIds);
        const changed = nullData(arrowType('long'), batch.numRows);
        await writer.write(
          makeBatch(stored, [...(batch.data.children as Data[]), ids, changed], batch.numRows),
        );
      }
    }
  });
  await context.ledger.discard(written.map((file) => file.filePath));
  return files;
}

function rowIdColumn(batch: RecordBatch, keyOf: ReturnType<KeySet['reader']>, rowIds: RowIds): Data {
  const length = batch.numRows;
  const data = new BigInt64Array(length);
  const nullBitmap = new Uint8Array(Math.ceil(length / 8));
  let nullCount = length;
  for (let row = 0; row < length; row++) {
    const id = rowIds.get(keyOf(row)!);
    if (id === undefined) continue;
    data[row] = id;
    nullBitmap[row >> 3]! |= 1 << (row & 7);
    nullCount--;
  }
  return makeData({ type: arrowType('long'), length, nullCount, nullBitmap, data } as never);
}
