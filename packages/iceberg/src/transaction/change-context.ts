import type { RecordBatch } from 'apache-arrow';
import { throwIfAborted } from '../error.js';
import type { BoundExpression } from '../expression/bind.js';
import type { DataFile } from '../manifest/data-file.js';
import type { RowLayout } from '../parquet/encode/encode-rows.js';
import type { EncodedRows } from '../parquet/encode/encoded-rows.js';
import { encodedType } from '../parquet/encode/null-column.js';
import { partitionFieldsOf } from '../scan/manifest-reader.js';
import { planScan } from '../scan/plan-scan.js';
import type { FileScanTask } from '../scan/scan-types.js';
import type { Table } from '../table/table.js';
import type { TableIo } from '../table/table-io.js';
import type { NestedField } from '../type/iceberg-type.js';
import { abortableItems } from '../util/abortable.js';
import { arrowBatches } from './arrow-batches.js';
import { DataFileWriter, type DataFileWriterOptions } from './data-file-writer.js';
import { EncodedFileWriter } from './encoded-file-writer.js';
import type { FileLedger } from './file-ledger.js';
import { type PreparedChanges, pendingFiles } from './prepared-changes.js';
import { tableSort } from './sort-buffer.js';
import { branchHead } from './target-branch.js';
import type { ArrowInput, TransactionOptions } from './transaction-types.js';
import { writeProperties } from './write-properties.js';

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
export function openWriter(context: ChangeContext, options: { lineage?: boolean } = {}): DataFileWriter {
  return new DataFileWriter({ ...writerOptions(context), ...options });
}

function writerOptions({ table: { metadata }, changes, io, ledger }: ChangeContext): DataFileWriterOptions {
  return {
    io,
    schema: changes.schema,
    specId: metadata.defaultSpecId,
    partition: partitionFieldsOf(metadata, metadata.defaultSpecId),
    properties: metadata.properties,
    uniqueName: ledger.uniqueName,
    onFile: ledger.record,
    sort: tableSort(metadata, changes.schema),
  };
}

/** Writes rows as data files; `inspect` sees every batch in the table's columns. */
export async function writeRows(
  context: ChangeContext,
  data: ArrowInput,
  inspect: (batch: RecordBatch) => void | Promise<void> = () => undefined,
): Promise<DataFile[]> {
  return writeFiles(context, openWriter(context), async (writer) => {
    const { signal } = context.options;
    for await (const batch of arrowBatches(data, context.changes.schema, signal)) {
      throwIfAborted(signal);
      await inspect(await writer.write(batch));
    }
  });
}

/** Writes rows that came encoded, in the schema that the transaction has now. */
export async function writeEncodedRows(
  context: ChangeContext,
  rows: AsyncIterable<EncodedRows> | Iterable<EncodedRows>,
): Promise<DataFile[]> {
  return writeFiles(context, new EncodedFileWriter(writerOptions(context)), async (writer) => {
    const { signal } = context.options;
    for await (const part of Symbol.asyncIterator in rows ? abortableItems(rows, signal) : rows) {
      throwIfAborted(signal);
      await writer.write(part);
    }
  });
}

/** What rows are encoded by; `null` where the table's files have an order, or columns or defaults, that only its own writer gives. */
export function rowLayout({ table: { metadata }, changes }: ChangeContext): RowLayout | null {
  const { schema } = changes;
  if (writeProperties(metadata.properties).codec !== 'ZSTD') return null;
  const isUnfit = (field: NestedField): boolean =>
    encodedType(field) === null || field.writeDefault !== undefined;
  if (tableSort(metadata, schema) !== null || schema.fields.some(isUnfit)) return null;
  const partition = partitionFieldsOf(metadata, metadata.defaultSpecId).map((field) => ({
    ...field,
    column: schema.fields.find(({ id }) => id === field.sourceId)?.name,
  }));
  if (!partition.every((field): field is RowLayout['partition'][number] => field.column !== undefined))
    return null;
  return {
    required: schema.fields.filter(({ required }) => required).map(({ name }) => name),
    specId: metadata.defaultSpecId,
    partition,
  };
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
