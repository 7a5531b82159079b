import type { RecordBatch } from 'apache-arrow';
import { throwIfAborted } from '../error.js';
import type { BoundExpression } from '../expression/bind.js';
import type { DataFile } from '../manifest/data-file.js';
import { partitionFieldsOf } from '../scan/manifest-reader.js';
import { planScan } from '../scan/plan-scan.js';
import type { FileScanTask } from '../scan/scan-types.js';
import type { Table } from '../table/table.js';
import type { TableIo } from '../table/table-io.js';
import { arrowBatches } from './arrow-batches.js';
import { DataFileWriter } from './data-file-writer.js';
import type { FileLedger } from './file-ledger.js';
import { type PreparedChanges, pendingFiles } from './prepared-changes.js';
import { tableSort } from './sort-buffer.js';
import { branchHead } from './target-branch.js';
import type { ArrowInput, TransactionOptions } from './transaction-types.js';

/** What the methods of a transaction work on. */
export interface ChangeContext {
  /** The version of the table that the transaction began on. */
  readonly table: Table;
  readonly changes: PreparedChanges;
  readonly io: TableIo;
  readonly ledger: FileLedger;
  readonly options: TransactionOptions;
}

/** Live files as a transaction sees them, those of its base and its own, as far as they may hold matching rows. */
export function liveFiles(
  { table, changes, io, options }: ChangeContext,
  filter: BoundExpression = { op: 'true' },
): Promise<FileScanTask[]> {
  return planScan({
    io,
    metadata: table.metadata,
    snapshot: branchHead(table, options),
    filter,
    residual: { op: 'true' },
    pending: pendingFiles(changes),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** A writer of data files in the table's current schema and partitioning. */
export function openWriter(
  { table: { metadata }, changes, io, ledger }: ChangeContext,
  options: { lineage?: boolean } = {},
): DataFileWriter {
  return new DataFileWriter({
    io,
    schema: changes.schema,
    specId: metadata.defaultSpecId,
    partition: partitionFieldsOf(metadata, metadata.defaultSpecId),
    properties: metadata.properties,
    uniqueName: ledger.uniqueName,
    onFile: ledger.record,
    sort: tableSort(metadata, changes.schema),
    ...options,
  });
}

/** Writes rows as data files; `inspect` sees every batch in the table's columns. */
export async function writeRows(
  context: ChangeContext,
  data: ArrowInput,
  inspect: (batch: RecordBatch) => void | Promise<void> = () => undefined,
): Promise<DataFile[]> {
  return writeFiles(context, openWriter(context), async (writer) => {
    for await (const batch of arrowBatches(data, context.changes.schema)) {
      throwIfAborted(context.options.signal);
      await inspect(await writer.write(batch));
    }
  });
}

/** What a writer of files can do besides writing. */
interface FileWriter {
  close(): Promise<DataFile[]>;
  abort(): Promise<void>;
}

/** Fills a writer and closes it; where that fails, nothing it wrote is left. */
export async function writeFiles<Writer extends FileWriter>(
  { ledger }: ChangeContext,
  writer: Writer,
  fill: (writer: Writer) => Promise<void>,
): Promise<DataFile[]> {
  const mark = ledger.mark();
  try {
    await fill(writer);
    return await writer.close();
  } catch (error) {
    await writer.abort();
    await ledger.discard(ledger.since(mark));
    throw error;
  }
}
