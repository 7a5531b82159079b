import { Schema as ArrowSchema, Table as ArrowTable, type Data, type RecordBatch } from 'apache-arrow';
import { arrowField } from '../arrow/arrow-schema.js';
import { buildColumn } from '../arrow/build-column.js';
import { rowsOf } from '../arrow/rows-of.js';
import { structLeaf } from '../arrow/struct-data.js';
import { makeBatch, takeData } from '../arrow/take.js';
import { throwIfAborted } from '../error.js';
import { type BoundExpression, bindExpression, combine, referencedFields } from '../expression/bind.js';
import { alwaysTrue, type Expression } from '../expression/expression.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import {
  CHANGE_ORDINAL,
  CHANGE_TYPE,
  COMMIT_SNAPSHOT_ID,
  SCAN_METADATA_COLUMNS,
} from '../schema/metadata-columns.js';
import { structPath } from '../schema/prune-field.js';
import type { Schema } from '../schema/schema.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import { keyColumns } from '../transaction/key-set.js';
import type { NestedField } from '../type/iceberg-type.js';
import { refuseOpaque } from '../type/primitive.js';
import { DEFAULT_BATCH_ROWS, refuseBadCounts } from './file-scan.js';
import { type ChangedRows, type ChangeType, netChanges } from './net-changes.js';
import { outputColumns } from './output-columns.js';
import { type ChangedFile, planChanges, type SnapshotChanges } from './plan-changelog.js';
import { readChangedFile } from './read-changed-file.js';
import type { ChangelogScanOptions, FileScanTask, TableScan } from './scan-types.js';
import { rowTest } from './select-rows.js';
import { snapshotsBetween } from './snapshots-between.js';

const CHANGE_COLUMNS: readonly NestedField[] = [CHANGE_TYPE, CHANGE_ORDINAL, COMMIT_SNAPSHOT_ID];
const TRUE: BoundExpression = { op: 'true' };

/** The rows that snapshots of one lineage removed and added, snapshot by snapshot. */
export class ChangelogScan implements TableScan {
  readonly #source: { io: TableIo; metadata: TableMetadata };
  readonly #schema: Schema;
  readonly #to: Snapshot | null;
  readonly #options: ChangelogScanOptions;
  /** Columns to give, those that say how a row changed among them. */
  readonly #output: readonly NestedField[];
  /** The same without the latter. */
  readonly #stored: readonly NestedField[];
  readonly #key: readonly NestedField[];
  readonly #filter: BoundExpression;
  readonly #residual: Expression;

  /** Throws `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`, `INVALID_ARGUMENT`. */
  constructor(
    source: { io: TableIo; metadata: TableMetadata },
    schema: Schema,
    to: Snapshot | null,
    options: ChangelogScanOptions,
  ) {
    this.#source = source;
    // Rows are compared in all of their columns.
    for (const field of schema.fields) refuseOpaque(field.name, field.type);
    this.#schema = schema;
    this.#to = to;
    this.#options = options;
    const names = options.columns ?? schema.fields.map((field) => field.name);
    const given = outputColumns(schema, names, [...CHANGE_COLUMNS, ...SCAN_METADATA_COLUMNS]);
    this.#output = [...given, ...CHANGE_COLUMNS.filter((column) => !given.includes(column))];
    this.#stored = this.#output.filter((column) => !CHANGE_COLUMNS.includes(column));
    this.#key = options.key === undefined ? [] : keyColumns(schema, options.key);
    this.#residual = options.filter ?? alwaysTrue();
    this.#filter = bindExpression(this.#residual, schema);
    refuseBadCounts(options);
  }

  async planFiles(): Promise<FileScanTask[]> {
    const tasks: FileScanTask[] = [];
    for await (const { removed, added } of this.#changes()) {
      for (const { dataFile, liveUnder } of [...removed, ...added])
        tasks.push({ dataFile, deleteFiles: liveUnder, residual: this.#residual });
    }
    return tasks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch> {
    const { signal, limit = Number.POSITIVE_INFINITY } = this.#options;
    throwIfAborted(signal);
    let left = limit;
    if (left === 0) return;
    for await (const changes of this.#changes()) {
      for await (const changed of this.#read(changes)) {
        throwIfAborted(signal);
        const batch = this.#toBatch(changed, changes);
        yield batch.numRows > left ? batch.slice(0, left) : batch;
        left -= batch.numRows;
        if (left <= 0) return;
      }
    }
  }

  async toArrow(): Promise<ArrowTable> {
    const batches: RecordBatch[] = [];
    for await (const batch of this) batches.push(batch);
    return new ArrowTable(new ArrowSchema(this.#output.map(arrowField)), batches);
  }

  async *rows<Row extends object = Record<string, unknown>>(): AsyncGenerator<Row> {
    for await (const batch of this) yield* rowsOf<Row>(batch, this.#output);
  }

  async count(): Promise<number> {
    const counting = new ChangelogScan(this.#source, this.#schema, this.#to, {
      ...this.#options,
      columns: [],
    });
    let total = 0;
    for await (const batch of counting) total += batch.numRows;
    return total;
  }

  async *#changes(): AsyncGenerator<SnapshotChanges> {
    const { io, metadata } = this.#source;
    const { signal, fromSnapshotId } = this.#options;
    const byId = new Map(metadata.snapshots.map((snapshot) => [snapshot.snapshotId, snapshot]));
    const filter = this.#pairing();
    let last: SnapshotChanges | null = null;
    for (const snapshot of snapshotsBetween(metadata, fromSnapshotId, this.#to)) {
      // A rewrite of files leaves the rows as they are.
      if (snapshot.operation === 'replace') continue;
      const { parentSnapshotId } = snapshot;
      const isNext: boolean = last !== null && last.snapshot.snapshotId === parentSnapshotId;
      last = await planChanges({
        io,
        metadata,
        snapshot,
        parent: parentSnapshotId === null ? null : byId.get(parentSnapshotId)!,
        ...(isNext ? { parentManifests: last!.manifests } : {}),
        ordinal: last === null ? 0 : last.ordinal + 1,
        filter,
        ...(signal === undefined ? {} : { signal }),
      });
      yield last;
    }
  }

  async *#read({ removed, added }: SnapshotChanges): AsyncGenerator<ChangedRows> {
    if (removed.length === 0 || added.length === 0) {
      const type: ChangeType = added.length === 0 ? 'delete' : 'insert';
      for await (const batch of this.#rowsOf([...removed, ...added], this.#stored, this.#filter)) {
        const rows = Int32Array.from({ length: batch.numRows }, (_, row) => row);
        yield { batch, rows, types: new Array<ChangeType>(batch.numRows).fill(type) };
      }
      return;
    }
    const { fields } = this.#schema;
    const columns = [...fields, ...this.#stored.filter((column) => !fields.includes(column))];
    const places = this.#stored.map((column) => columns.indexOf(column));
    const early = this.#pairing();
    const net = netChanges({
      removed: () => this.#rowsOf(removed, columns, early),
      added: () => this.#rowsOf(added, columns, early),
      fields,
      key: this.#key,
    });
    for await (const changed of net) {
      const matching = this.#key.length === 0 ? changed : matchingRows(changed, this.#filter, fields);
      const schema = new ArrowSchema(this.#stored.map(arrowField));
      const children = places.map((place) => changed.batch.data.children[place] as Data);
      yield { ...matching, batch: makeBatch(schema, children, changed.batch.numRows) };
    }
  }

  /** What rows have to meet to be looked at: the two of an update may differ in all but their key, and both are needed. */
  #pairing(): BoundExpression {
    return this.#key.length === 0 ? this.#filter : onlyOf(this.#filter, this.#key);
  }

  async *#rowsOf(
    files: readonly ChangedFile[],
    output: readonly NestedField[],
    filter: BoundExpression,
  ): AsyncGenerator<RecordBatch> {
    const { signal, batchSize = DEFAULT_BATCH_ROWS } = this.#options;
    for (const file of files) {
      throwIfAborted(signal);
      yield* readChangedFile(file, {
        ...this.#source,
        output,
        schemaFields: this.#schema.fields,
        filter,
        batchSize,
        ...(signal === undefined ? {} : { signal }),
      });
    }
  }

  #toBatch({ batch, rows, types }: ChangedRows, { ordinal, snapshot }: SnapshotChanges): RecordBatch {
    const children = this.#output.map((column): Data => {
      if (column === CHANGE_TYPE) return buildColumn(column.type, types);
      if (column === CHANGE_ORDINAL)
        return buildColumn(column.type, new Array<number>(rows.length).fill(ordinal));
      if (column === COMMIT_SNAPSHOT_ID)
        return buildColumn(column.type, new Array<bigint>(rows.length).fill(snapshot.snapshotId));
      const data = batch.data.children[this.#stored.indexOf(column)] as Data;
      return rows.length === batch.numRows ? data : takeData(data, rows);
    });
    return makeBatch(new ArrowSchema(this.#output.map(arrowField)), children, rows.length);
  }
}

/** What a filter demands of some columns alone: every row it accepts is accepted. */
function onlyOf(filter: BoundExpression, columns: readonly NestedField[]): BoundExpression {
  if (filter.op === 'and') return combine('and', onlyOf(filter.left, columns), onlyOf(filter.right, columns));
  const allowed = new Set(columns.map((column) => column.id));
  return [...referencedFields(filter)].every((id) => allowed.has(id)) ? filter : TRUE;
}

function matchingRows(
  changed: ChangedRows,
  filter: BoundExpression,
  fields: readonly NestedField[],
): ChangedRows {
  if (filter.op === 'true') return changed;
  const test = rowTest(filter, ({ fieldId }) => {
    const { column, places } = structPath(fields, fieldId)!;
    return structLeaf(changed.batch.data.children[fields.indexOf(column)] as Data, places);
  });
  const kept = Array.from(changed.rows.keys()).filter((at) => test(changed.rows[at]!));
  return {
    batch: changed.batch,
    rows: Int32Array.from(kept, (at) => changed.rows[at]!),
    types: kept.map((at) => changed.types[at]!),
  };
}
