import { type FileScanTask, parseFilter, type Table } from '@lean-ops/iceberg';
import type { CommandContext } from '../command-context.js';
import { openTable } from '../folder/open-table.js';
import { jsonText } from '../output/output.js';
import { textTable } from '../output/text-table.js';

export interface TableOptions {
  readonly columns?: string[];
  readonly filter?: string;
  readonly snapshot?: bigint;
  readonly limit?: number;
  readonly format?: 'ndjson' | 'table';
}

type Row = Record<string, unknown>;

/** Lines that are written in one go. */
const LINES_PER_WRITE = 500;
/** Rows under one heading: laying out a table takes time that grows with the square of its rows. */
const ROWS_PER_PAGE = 100;

export async function scanTable(
  folder: string,
  options: TableOptions,
  context: CommandContext,
): Promise<void> {
  const table = await openTable(folder);
  const { columns, filter, snapshot, limit } = options;
  const scan = table.scan({
    ...(columns && { columns }),
    ...(filter !== undefined && { filter: parseFilter(filter) }),
    ...(snapshot !== undefined && { snapshotId: snapshot }),
    ...(limit !== undefined && { limit }),
  });
  const names = columns ?? schemaAt(table, snapshot).fields.map(({ name }) => name);
  await printRows(scan.rows(), names, options, context);
}

export async function tableSchema(
  folder: string,
  options: TableOptions,
  context: CommandContext,
): Promise<void> {
  const table = await openTable(folder);
  const rows = schemaAt(table, options.snapshot).fields.map(({ id, name, type, required, doc }) => ({
    id,
    name,
    type: typeof type === 'string' ? type : jsonText(type),
    required,
    doc: doc ?? null,
  }));
  await printRows(rows, ['id', 'name', 'type', 'required', 'doc'], options, context);
}

export async function tableSnapshots(
  folder: string,
  options: TableOptions,
  context: CommandContext,
): Promise<void> {
  const table = await openTable(folder);
  const current = table.currentSnapshot()?.snapshotId ?? null;
  const all = [...table.snapshots()].sort((a, b) => Number(a.sequenceNumber - b.sequenceNumber));
  const rows = all
    .slice(options.limit === undefined ? 0 : Math.max(all.length - options.limit, 0))
    .map((snapshot) => ({
      snapshot_id: snapshot.snapshotId,
      parent_id: snapshot.parentSnapshotId,
      sequence_number: snapshot.sequenceNumber,
      committed_at: new Date(snapshot.timestampMs).toISOString(),
      operation: snapshot.operation,
      current: snapshot.snapshotId === current,
      summary: snapshot.summary,
    }));
  const columns = [
    'snapshot_id',
    'parent_id',
    'sequence_number',
    'committed_at',
    'operation',
    'current',
    'summary',
  ];
  await printRows(rows, columns, options, context);
}

export async function tableFiles(
  folder: string,
  options: TableOptions,
  context: CommandContext,
): Promise<void> {
  const table = await openTable(folder);
  const { filter, snapshot, limit } = options;
  const scan = table.scan({
    ...(filter !== undefined && { filter: parseFilter(filter) }),
    ...(snapshot !== undefined && { snapshotId: snapshot }),
  });
  const tasks = await scan.planFiles();
  const columns = ['file', 'format', 'records', 'bytes', 'partition', 'sequence_number', 'delete_files'];
  await printRows(tasks.slice(0, limit).map(fileRow), columns, options, context);
}

function fileRow({ dataFile, deleteFiles }: FileScanTask): Row {
  const { file, dataSequenceNumber } = dataFile;
  return {
    file: file.filePath,
    format: file.fileFormat,
    records: file.recordCount,
    bytes: file.fileSizeInBytes,
    partition: file.partition,
    sequence_number: dataSequenceNumber,
    delete_files: deleteFiles.map((entry) => entry.file.filePath),
  };
}

/** The schema a scan of the snapshot shows: its own, or the table's current one. */
function schemaAt(table: Table, snapshotId: bigint | undefined): ReturnType<Table['schema']> {
  if (snapshotId === undefined) return table.schema();
  const { schemaId } = table.snapshot(snapshotId);
  return table.metadata.schemas.find((schema) => schema.schemaId === schemaId) ?? table.schema();
}

async function printRows(
  rows: Iterable<Row> | AsyncIterable<Row>,
  columns: readonly string[],
  options: TableOptions,
  { stdout }: CommandContext,
): Promise<void> {
  const format = options.format ?? (stdout.isTerminal ? 'table' : 'ndjson');
  if (format === 'table') {
    let page: unknown[][] = [];
    let pages = 0;
    for await (const row of rows) {
      if (page.length === ROWS_PER_PAGE) {
        await stdout.line(`${textTable(columns, page)}\n`);
        if (stdout.closed) return;
        page = [];
        pages += 1;
      }
      page.push(columns.map((name) => shown(row[name])));
    }
    if (page.length > 0 || pages === 0) await stdout.line(textTable(columns, page));
    return;
  }
  let lines: string[] = [];
  for await (const row of rows) {
    lines.push(`${jsonText(row)}\n`);
    if (lines.length < LINES_PER_WRITE) continue;
    await stdout.write(lines.join(''));
    lines = [];
    if (stdout.closed) return;
  }
  await stdout.write(lines.join(''));
}

function shown(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
