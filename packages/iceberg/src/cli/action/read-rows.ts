import { outputColumns } from '../../scan/output-columns.js';
import type { ChangelogScanOptions, TableScan } from '../../scan/scan-types.js';
import { selectSnapshot, type TimeTravelOptions } from '../../scan/select-snapshot.js';
import {
  CHANGE_ORDINAL,
  CHANGE_TYPE,
  COMMIT_SNAPSHOT_ID,
  SCAN_METADATA_COLUMNS,
} from '../../schema/metadata-columns.js';
import type { Schema } from '../../schema/schema.js';
import type { Table } from '../../table/table.js';
import type { AddressOptions } from '../address/address-options.js';
import { openToRead } from '../address/open-address.js';
import type { TimeOrAge } from '../option-values.js';
import { type OutputFormat, printRows, type Row } from '../output/print-rows.js';
import type { Session } from '../session.js';
import { filterOf } from './filter-of.js';

/** Options that choose a version of a table. */
export interface VersionOptions {
  readonly snapshot?: bigint;
  readonly ref?: string;
  readonly asOf?: TimeOrAge;
}

interface RowOptions extends AddressOptions {
  readonly columns?: string[];
  readonly filter?: string;
  readonly limit?: number;
  readonly format?: OutputFormat;
  readonly count?: boolean;
}

/** Columns of a changelog that the table does not have. */
const CHANGE_COLUMNS = [CHANGE_TYPE, CHANGE_ORDINAL, COMMIT_SNAPSHOT_ID];

/** Prints the rows of a table. */
export async function scan(
  session: Session,
  [address]: [string],
  options: RowOptions & VersionOptions,
): Promise<undefined> {
  const table = await openToRead(session, address, options);
  const { version, schema } = versionOf(session, table, options);
  const rows = table.scan({ ...version, ...scanOptions(session, schema, options) });
  if (options.count === true) return printCount(session, rows);
  return printScan(session, rows, headings(schema, options.columns), options);
}

/** Prints how many rows a table has. */
export async function count(
  session: Session,
  [address]: [string],
  options: RowOptions & VersionOptions,
): Promise<undefined> {
  const table = await openToRead(session, address, options);
  const { version, schema } = versionOf(session, table, options);
  return printCount(session, table.scan({ ...version, ...scanOptions(session, schema, options) }));
}

interface ChangeOptions extends RowOptions {
  readonly from?: bigint;
  readonly to?: bigint;
  readonly ref?: string;
  readonly key?: string[];
}

/** Prints how the rows of a table changed. */
export async function changes(
  session: Session,
  [address]: [string],
  options: ChangeOptions,
): Promise<undefined> {
  const table = await openToRead(session, address, options);
  const { from, to, ref, key } = options;
  const request: ChangelogScanOptions = {
    ...(from !== undefined && { fromSnapshotId: from }),
    ...(to !== undefined && { toSnapshotId: to }),
    ...(ref !== undefined && { ref }),
    ...(key !== undefined && { key }),
    ...scanOptions(session, table.schema(), options),
  };
  const rows = table.changelogScan(request);
  if (options.count === true) return printCount(session, rows);
  const columns = headings(table.schema(), options.columns);
  const added = CHANGE_COLUMNS.map(({ name }) => name).filter((name) => !columns.includes(name));
  return printScan(session, rows, [...columns, ...added], options);
}

/** The version that options name. */
export function timeTravel(session: Session, { snapshot, ref, asOf }: VersionOptions): TimeTravelOptions {
  return {
    ...(snapshot !== undefined && { snapshotId: snapshot }),
    ...(ref !== undefined && { ref }),
    ...(asOf !== undefined && { asOf: session.momentOf(asOf) }),
  };
}

/** The same, and the schema of that version. */
export function versionOf(
  session: Session,
  table: Table,
  options: VersionOptions,
): { version: TimeTravelOptions; schema: Schema } {
  const version = timeTravel(session, options);
  return { version, schema: selectSnapshot(table.metadata, version).schema };
}

function scanOptions({ signal }: Session, schema: Schema, { columns, filter, limit }: RowOptions) {
  return {
    signal,
    ...(columns !== undefined && { columns }),
    ...(filter !== undefined && { filter: filterOf(filter, schema) }),
    ...(limit !== undefined && { limit }),
  };
}

/** A path into a struct stands below the name of its column. */
function headings(schema: Schema, names: readonly string[] | undefined): string[] {
  const columns =
    names === undefined
      ? schema.fields
      : outputColumns(schema, names, [...CHANGE_COLUMNS, ...SCAN_METADATA_COLUMNS]);
  return columns.map(({ name }) => name);
}

async function printCount({ context }: Session, rows: TableScan): Promise<undefined> {
  await context.stdout.line(String(await rows.count()));
}

async function printScan(
  session: Session,
  rows: TableScan,
  columns: readonly string[],
  { format }: RowOptions,
): Promise<undefined> {
  await printRows(session.context.stdout, counted(session, rows.rows()), columns, format);
}

/** Where the rows go elsewhere, the terminal shows how many there were. */
async function* counted({ context, progress }: Session, rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  const visible = !context.stdout.isTerminal;
  let total = 0;
  for await (const row of rows) {
    yield row;
    total += 1;
    if (visible && total % 1024 === 0) progress.show(`${total} rows`);
  }
}
