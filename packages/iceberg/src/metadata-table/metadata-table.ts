import { Table as ArrowTable, type RecordBatch } from 'apache-arrow';
import { arrowSchema } from '../arrow/arrow-schema.js';
import { buildColumn } from '../arrow/build-column.js';
import { rowsOf } from '../arrow/rows-of.js';
import { makeBatch } from '../arrow/take.js';
import { IcebergError, throwIfAborted } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { selectSnapshot, type TimeTravelOptions } from '../scan/select-snapshot.js';
import type { Schema } from '../schema/schema.js';
import type { TableIo } from '../table/table-io.js';
import { describeType } from '../type/primitive.js';
import { entriesTable, filesTable, type SnapshotSource } from './file-tables.js';
import { historyTable, metadataLogTable, refsTable, snapshotsTable } from './log-tables.js';
import { manifestsTable } from './manifests-table.js';
import type { MetadataRow, MetadataRows } from './metadata-rows.js';
import { partitionsTable } from './partitions-table.js';

/** What a table tells of itself as rows, named as by the reference implementation. */
export type MetadataTableName =
  | 'snapshots'
  | 'history'
  | 'refs'
  | 'metadata_log_entries'
  | 'files'
  | 'data_files'
  | 'delete_files'
  | 'entries'
  | 'manifests'
  | 'partitions';

/** A snapshot other than the current one may be named for the tables of files, entries, manifests and partitions. */
export interface MetadataTableOptions extends TimeTravelOptions {
  signal?: AbortSignal | undefined;
}

/** Rows about a table, with the columns and types of the reference implementation's metadata tables. */
export interface MetadataTable {
  readonly name: MetadataTableName;
  readonly schema: Schema;
  /** Names and types of the columns, types as text. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows as plain objects, values as {@link TableScan.rows} gives them. Manifests are read as rows are taken. */
  rows<Row extends object = Record<string, unknown>>(): AsyncIterable<Row>;
  toArrow(): Promise<ArrowTable>;
}

interface MetadataTableSource {
  readonly io: TableIo;
  readonly metadata: TableMetadata;
  readonly metadataLocation: string;
}

const OF_METADATA: Partial<Record<string, (source: MetadataTableSource) => MetadataRows>> = {
  snapshots: ({ metadata }) => snapshotsTable(metadata),
  history: ({ metadata }) => historyTable(metadata),
  refs: ({ metadata }) => refsTable(metadata),
  metadata_log_entries: ({ metadata, metadataLocation }) => metadataLogTable(metadata, metadataLocation),
};

const OF_SNAPSHOT: Partial<Record<string, (source: SnapshotSource) => MetadataRows>> = {
  files: (source) => filesTable(source, 'all'),
  data_files: (source) => filesTable(source, 'data'),
  delete_files: (source) => filesTable(source, 'deletes'),
  entries: entriesTable,
  manifests: manifestsTable,
  partitions: partitionsTable,
};

/** Throws `INVALID_ARGUMENT`, `SNAPSHOT_NOT_FOUND`, `REF_NOT_FOUND`. */
export function openMetadataTable(
  source: MetadataTableSource,
  name: MetadataTableName,
  options: MetadataTableOptions,
): MetadataTable {
  return new RowsTable(name, rowsFor(source, name, options), options.signal);
}

function rowsFor(source: MetadataTableSource, name: string, options: MetadataTableOptions): MetadataRows {
  const { signal, ...timeTravel } = options;
  const { snapshot } = selectSnapshot(source.metadata, timeTravel);
  const ofSnapshot = Object.hasOwn(OF_SNAPSHOT, name) ? OF_SNAPSHOT[name] : undefined;
  if (ofSnapshot !== undefined)
    return ofSnapshot({
      io: source.io,
      metadata: source.metadata,
      snapshot,
      ...(signal === undefined ? {} : { signal }),
    });
  const ofMetadata = Object.hasOwn(OF_METADATA, name) ? OF_METADATA[name] : undefined;
  if (ofMetadata === undefined) {
    const names = [...Object.keys(OF_METADATA), ...Object.keys(OF_SNAPSHOT)].join(', ');
    throw new IcebergError(`There is no metadata table "${name}"; there are ${names}.`, {
      code: 'INVALID_ARGUMENT',
      context: { name },
    });
  }
  if (Object.values(timeTravel).some((value) => value !== undefined)) {
    throw new IcebergError(
      `The metadata table ${name} tells of all snapshots; leave out snapshotId, ref and asOf.`,
      { code: 'INVALID_ARGUMENT', context: { name } },
    );
  }
  return ofMetadata(source);
}

const BATCH_ROWS = 1024;

class RowsTable implements MetadataTable {
  readonly name: MetadataTableName;
  readonly schema: Schema;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly #rows: MetadataRows;
  readonly #signal: AbortSignal | undefined;

  constructor(name: MetadataTableName, rows: MetadataRows, signal: AbortSignal | undefined) {
    this.name = name;
    this.schema = { schemaId: 0, fields: rows.fields };
    this.columns = rows.fields.map((field) => ({ name: field.name, type: describeType(field.type) }));
    this.#rows = rows;
    this.#signal = signal;
  }

  async *rows<Row extends object = Record<string, unknown>>(): AsyncGenerator<Row> {
    for await (const batch of this.#batches()) yield* rowsOf<Row>(batch, this.schema.fields);
  }

  async toArrow(): Promise<ArrowTable> {
    const batches: RecordBatch[] = [];
    for await (const batch of this.#batches()) batches.push(batch);
    return new ArrowTable(arrowSchema(this.schema), batches);
  }

  async *#batches(): AsyncGenerator<RecordBatch> {
    throwIfAborted(this.#signal);
    let rows: MetadataRow[] = [];
    for await (const row of this.#rows.rows()) {
      rows.push(row);
      if (rows.length < BATCH_ROWS) continue;
      throwIfAborted(this.#signal);
      yield this.#batch(rows);
      rows = [];
    }
    if (rows.length > 0) yield this.#batch(rows);
  }

  #batch(rows: readonly MetadataRow[]): RecordBatch {
    const children = this.schema.fields.map((field, position) =>
      buildColumn(
        field.type,
        rows.map((row) => row[position]!),
      ),
    );
    return makeBatch(arrowSchema(this.schema), children, rows.length);
  }
}
