import type { RecordBatch } from 'apache-arrow';
import { concatBatches } from '../../arrow/concat-batches.js';
import { type SortKey, sortedRows } from '../../arrow/sort-batch.js';
import { takeRows } from '../../arrow/take.js';
import { IcebergError, throwIfAborted } from '../../error.js';
import type { DataFile } from '../../manifest/data-file.js';
import { partitionFieldsOf } from '../../scan/manifest-reader.js';
import { readDataFile } from '../../scan/read-data-file.js';
import { LINEAGE_COLUMNS } from '../../schema/metadata-columns.js';
import type { Table } from '../../table/table.js';
import type { TableIo } from '../../table/table-io.js';
import { DataFileWriter } from '../../transaction/data-file-writer.js';
import type { FileLedger } from '../../transaction/file-ledger.js';
import type { FileSort } from '../../transaction/sort-buffer.js';
import type { FileGroup } from './plan-groups.js';

const MAX_BATCH_ROWS = 32_768;
const MIN_BATCH_ROWS = 1024;

/** How to write files anew. */
export interface GroupRewrite {
  readonly table: Table;
  readonly io: TableIo;
  readonly ledger: FileLedger;
  /** Size at which another file is begun. */
  readonly fileBytes: number;
  readonly sort: FileSort | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the live rows of a group as files of the current schema and partition spec. In version 3 every row keeps its
 * id and the sequence number of its last change (spec, "Row Lineage"). Nothing is left of a group that fails.
 */
export async function rewriteGroup(group: FileGroup, rewrite: GroupRewrite): Promise<DataFile[]> {
  const { table, io, ledger, sort } = rewrite;
  const { metadata } = table;
  const mark = ledger.mark();
  const writer = new DataFileWriter({
    io,
    schema: table.schema(),
    specId: metadata.defaultSpecId,
    partition: partitionFieldsOf(metadata, metadata.defaultSpecId),
    properties: { ...metadata.properties, 'write.target-file-size-bytes': String(rewrite.fileBytes) },
    uniqueName: ledger.uniqueName,
    onFile: ledger.record,
    lineage: metadata.formatVersion >= 3,
  });
  try {
    let rows = 0;
    const batchRows = batchRowsOf(group, rewrite.fileBytes);
    const batches = liveRows(group, rewrite, batchRows);
    for await (const batch of sort === null ? batches : inOrder(batches, sort.keys, batchRows)) {
      throwIfAborted(rewrite.signal);
      rows += batch.numRows;
      await writer.write(batch);
    }
    const files = await writer.close();
    checkCount(files, rows);
    return sort === null ? files : files.map((file) => ({ ...file, sortOrderId: sort.orderId }));
  } catch (error) {
    await writer.abort();
    await ledger.discard(ledger.since(mark));
    throw error;
  }
}

/** A file ends between two batches, so that there should be several of them to a file. */
function batchRowsOf({ tasks, bytes }: FileGroup, fileBytes: number): number {
  const rows = tasks.reduce((total, { dataFile }) => total + Number(dataFile.file.recordCount), 0);
  const wanted = Math.floor((rows / Math.max(1, bytes)) * (fileBytes / 8));
  return Math.min(MAX_BATCH_ROWS, Math.max(MIN_BATCH_ROWS, wanted));
}

async function* liveRows(
  { tasks }: FileGroup,
  { table, io, signal }: GroupRewrite,
  batchSize: number,
): AsyncGenerator<RecordBatch> {
  const { fields } = table.schema();
  const lineage = table.metadata.formatVersion >= 3 ? LINEAGE_COLUMNS : [];
  for (const { dataFile, deleteFiles } of tasks) {
    yield* readDataFile({
      io,
      metadata: table.metadata,
      dataFile,
      deleteFiles,
      output: [...fields, ...lineage],
      schemaFields: fields,
      filter: { op: 'true' },
      batchSize,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** All rows are in memory twice for a moment: as they were read, and joined to be sorted. */
async function* inOrder(
  batches: AsyncIterable<RecordBatch>,
  keys: readonly SortKey[],
  batchRows: number,
): AsyncGenerator<RecordBatch> {
  const all: RecordBatch[] = [];
  for await (const batch of batches) all.push(batch);
  if (all.length === 0) return;
  const joined = concatBatches(all);
  all.length = 0;
  const rows = sortedRows(joined, keys);
  for (let start = 0; start < rows.length; start += batchRows)
    yield takeRows(joined, rows.subarray(start, start + batchRows));
}

/** A row that is lost here is lost for good once the old files are expired. */
function checkCount(files: readonly DataFile[], rows: number): void {
  const written = files.reduce((total, file) => total + file.recordCount, 0n);
  if (written === BigInt(rows)) return;
  throw new IcebergError(
    `${rows} rows were to be written anew and ${written} were; the files are not used.`,
    {
      code: 'CORRUPT_FILE',
      context: { rows, written },
    },
  );
}
