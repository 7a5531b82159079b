import { plainValue } from '../../arrow/rows-of.js';
import type { MetadataTableName } from '../../metadata-table/metadata-table.js';
import { partitionFieldsOf } from '../../scan/manifest-reader.js';
import type { FileScanTask } from '../../scan/scan-types.js';
import { fieldsById, fieldsByPath, type LocatedField } from '../../schema/field-path.js';
import type { Schema } from '../../schema/schema.js';
import type { Table } from '../../table/table.js';
import { valueToJson } from '../../type/json-value.js';
import { describeType } from '../../type/primitive.js';
import { didYouMean } from '../../util/suggest.js';
import type { AddressOptions } from '../address/address-options.js';
import { openCatalog, openToRead } from '../address/open-address.js';
import { type OutputFormat, printRows, type Row } from '../output/print-rows.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { filterOf } from './filter-of.js';
import { timeTravel, type VersionOptions, versionOf } from './read-rows.js';

interface DescribeOptions extends AddressOptions, VersionOptions {
  readonly filter?: string;
  readonly limit?: number;
  readonly format?: OutputFormat;
}

const METADATA_TABLES: readonly MetadataTableName[] = [
  'snapshots',
  'history',
  'refs',
  'metadata_log_entries',
  'files',
  'data_files',
  'delete_files',
  'entries',
  'manifests',
  'partitions',
];

/** Prints what a table is. */
export async function describe(
  session: Session,
  [address]: [string],
  options: DescribeOptions,
): Promise<undefined> {
  const table = await openToRead(session, address, options);
  const facts = factsOf(table);
  const { stdout } = session.context;
  const format = options.format ?? (stdout.isTerminal ? 'table' : 'ndjson');
  const rows = format === 'table' ? Object.entries(facts).map(([name, value]) => ({ name, value })) : [facts];
  await printRows(stdout, rows, ['name', 'value'], format);
}

function factsOf(table: Table): Row {
  const { metadata } = table;
  const current = table.currentSnapshot();
  const order = metadata.sortOrders.find(({ orderId }) => orderId === metadata.defaultSortOrderId);
  const names = fieldsById(table.schema());
  return {
    uuid: table.uuid,
    location: table.location,
    metadata_location: table.metadataLocation,
    format_version: metadata.formatVersion,
    last_updated: new Date(metadata.lastUpdatedMs).toISOString(),
    current_snapshot_id: current?.snapshotId ?? null,
    snapshots: metadata.snapshots.length,
    total_records: current === null ? null : recordCount(current.summary, 'total-records'),
    columns: table.schema().fields.length,
    partitioned_by: table
      .spec()
      .fields.map(({ transform, sourceId }) => termText(transform, names.get(sourceId))),
    sorted_by: (order?.fields ?? []).map(
      ({ transform, sourceId, direction }) => `${termText(transform, names.get(sourceId))} ${direction}`,
    ),
    refs: Object.keys(table.refs),
    properties: table.properties,
  };
}

/** A transform as `create` takes it: `day(ts)`, `bucket(16, id)`. */
function termText(transform: string, source: LocatedField | undefined): string {
  const column = source?.path ?? 'a dropped column';
  const match = /^(\w+)\[(\d+)\]$/.exec(transform);
  if (match !== null) return `${match[1]}(${match[2]}, ${column})`;
  return transform === 'identity' ? column : `${transform}(${column})`;
}

/** Prints the columns of a table, nested fields below what holds them. */
export async function schema(
  session: Session,
  [address]: [string],
  options: DescribeOptions,
): Promise<undefined> {
  const table = await openToRead(session, address, options);
  return printSchema(session, versionOf(session, table, options).schema, options);
}

/** Prints columns, nested fields below what holds them. */
export async function printSchema(
  session: Session,
  selected: Schema,
  options: { readonly format?: OutputFormat },
): Promise<undefined> {
  const all = [...fieldsByPath(selected).values()];
  const below = (parent: LocatedField | null): LocatedField[] =>
    all.filter((located) => located.parent === parent).flatMap((located) => [located, ...below(located)]);
  const rows = below(null).map(({ path, field }) => ({
    id: field.id,
    name: path,
    type: describeType(field.type),
    required: field.required,
    doc: field.doc ?? null,
    ...(field.initialDefault !== undefined && {
      initial_default: valueToJson(field.type, field.initialDefault),
    }),
    ...(field.writeDefault !== undefined && { write_default: valueToJson(field.type, field.writeDefault) }),
  }));
  const defaults = ['initial_default', 'write_default'].filter((name) => rows.some((row) => name in row));
  const columns = ['id', 'name', 'type', 'required', 'doc', ...defaults];
  await printRows(session.context.stdout, rows, columns, options.format);
}

/** Prints the snapshots of a table. */
export async function snapshots(
  session: Session,
  [address]: [string],
  options: DescribeOptions,
): Promise<undefined> {
  const table = await openToRead(session, address, options);
  const current = table.metadata.currentSnapshotId;
  const all = [...table.snapshots()].sort((left, right) =>
    compare(left.sequenceNumber, right.sequenceNumber),
  );
  const rows = all
    .slice(options.limit === undefined ? 0 : Math.max(all.length - options.limit, 0))
    .map((snapshot) => ({
      snapshot_id: snapshot.snapshotId,
      parent_id: snapshot.parentSnapshotId,
      sequence_number: snapshot.sequenceNumber,
      committed_at: new Date(snapshot.timestampMs).toISOString(),
      operation: snapshot.operation,
      current: snapshot.snapshotId === current,
      refs: Object.keys(table.refs).filter((name) => table.refs[name]?.snapshotId === snapshot.snapshotId),
      summary: snapshot.summary,
    }));
  const { stdout } = session.context;
  const format = options.format ?? (stdout.isTerminal ? 'table' : 'ndjson');
  if (format !== 'table') return (await printRows(stdout, rows, [], format)) as undefined;
  // For people: what a summary counts, instead of some twenty entries.
  const counted = rows.map(({ summary, refs, ...row }) => ({
    ...row,
    refs: refs.join(' '),
    added: recordCount(summary, 'added-records'),
    deleted: recordCount(summary, 'deleted-records'),
    records: recordCount(summary, 'total-records'),
  }));
  const columns = ['snapshot_id', 'parent_id', 'sequence_number', 'committed_at', 'operation', 'current'];
  await printRows(stdout, counted, [...columns, 'refs', 'added', 'deleted', 'records'], format);
}

function recordCount(summary: Readonly<Record<string, string>>, name: string): bigint | string | null {
  const text = summary[name];
  if (text === undefined) return null;
  return /^\d+$/.test(text) ? BigInt(text) : text;
}

/** Prints the data files that a scan reads. */
export async function files(
  session: Session,
  [address]: [string],
  options: DescribeOptions,
): Promise<undefined> {
  const table = await openToRead(session, address, options);
  const { version, schema: columnsOfThen } = versionOf(session, table, options);
  const scan = table.scan({
    ...version,
    signal: session.signal,
    ...(options.filter !== undefined && { filter: filterOf(options.filter, columnsOfThen) }),
  });
  const tasks = await scan.planFiles();
  const columns = ['file', 'format', 'records', 'bytes', 'partition', 'sequence_number', 'delete_files'];
  const rows = tasks.slice(0, options.limit).map((task) => fileRow(table, task));
  await printRows(session.context.stdout, rows, columns, options.format);
}

function fileRow(table: Table, { dataFile, deleteFiles }: FileScanTask): Row {
  const { file, dataSequenceNumber } = dataFile;
  const partition = partitionFieldsOf(table.metadata, file.specId).map(({ name, resultType }, index) => {
    const value = file.partition[index] ?? null;
    return [name, value === null ? null : plainValue(resultType)(value)];
  });
  return {
    file: file.filePath,
    format: file.fileFormat,
    records: file.recordCount,
    bytes: file.fileSizeInBytes,
    partition: Object.fromEntries(partition),
    sequence_number: dataSequenceNumber,
    delete_files: deleteFiles.map((entry) => entry.file.filePath),
  };
}

/** Prints one of the metadata tables. */
export async function metadata(
  session: Session,
  [address, name]: [string, string],
  options: DescribeOptions,
): Promise<undefined> {
  if (!(METADATA_TABLES as readonly string[]).includes(name)) {
    const meant = didYouMean(name, METADATA_TABLES);
    throw new UsageError(
      `there is no metadata table ${JSON.stringify(name)}; there are ${METADATA_TABLES.join(', ')}.${meant}`,
    );
  }
  const table = await openToRead(session, address, options);
  const rows = table.metadataTable(name as MetadataTableName, {
    ...timeTravel(session, options),
    signal: session.signal,
  });
  const columns = rows.columns.map((column) => column.name);
  await printRows(session.context.stdout, limited(rows.rows(), options.limit), columns, options.format);
}

/** The command of one metadata table. */
export function metadataNamed(name: string): typeof describe {
  return (session, [address], options) => metadata(session, [address, name], options);
}

async function* limited(rows: AsyncIterable<Row>, limit = Number.POSITIVE_INFINITY): AsyncGenerator<Row> {
  let left = limit;
  if (left === 0) return;
  for await (const row of rows) {
    yield row;
    left -= 1;
    if (left === 0) return;
  }
}

/** Prints the tables of a catalog. */
export async function tables(
  session: Session,
  [address]: [string],
  options: DescribeOptions,
): Promise<undefined> {
  const { catalog, namespace, identifier } = await openCatalog(session, address, options);
  if (identifier !== undefined) {
    throw new UsageError(
      `${address}: this names one table; name a catalog, such as folder:WAREHOUSE for a warehouse folder, or one namespace of it after the #`,
    );
  }
  const found = await catalog.listTables(namespace);
  const rows = found.map((table) => ({ namespace: table.namespace, name: table.name }));
  await printRows(session.context.stdout, rows, ['namespace', 'name'], options.format);
}

function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
