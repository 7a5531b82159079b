import { Schema as ArrowSchema, type Data, type RecordBatch } from 'apache-arrow';
import { arrowField } from '../arrow/arrow-schema.js';
import { narrowData, structLeaf } from '../arrow/struct-data.js';
import { makeBatch, takeData } from '../arrow/take.js';
import { deletedPositions } from '../delete/deleted-positions.js';
import { EqualityDeletes } from '../delete/equality-deletes.js';
import { throwIfAborted } from '../error.js';
import { type BoundExpression, type BoundTerm, referencedFields } from '../expression/bind.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { LINEAGE_COLUMNS } from '../schema/metadata-columns.js';
import { partIds, pruneField, type StructPath, structPath } from '../schema/prune-field.js';
import type { TableIo } from '../table/table-io.js';
import type { NestedField } from '../type/iceberg-type.js';
import { metadataColumnData } from './metadata-column-data.js';
import { openDataFile } from './open-data-file.js';
import { type ProjectedBatch, ProjectedFile } from './projected-file.js';
import { RemovedRows } from './removed-rows.js';
import { rowTest, selectRows } from './select-rows.js';

/** What to read of a data file. */
export interface ReadRequest {
  io: TableIo;
  metadata: TableMetadata;
  dataFile: ManifestEntry;
  deleteFiles: readonly ManifestEntry[];
  /** Of the live rows only those that these delete files remove; default all. */
  removedBy?: readonly ManifestEntry[];
  /** Columns to give, metadata columns among them. */
  output: readonly NestedField[];
  /** Every column of the table's schema, for those that only the filter needs. */
  schemaFields: readonly NestedField[];
  filter: BoundExpression;
  /** What holds of every row that is wanted: row groups that cannot have one are passed over. Default: `filter`. */
  pruneBy?: BoundExpression;
  batchSize: number;
  signal?: AbortSignal | undefined;
}

/** Reads the live, matching rows of a data file, one row group in memory at a time. */
export async function* readDataFile(request: ReadRequest): AsyncGenerator<RecordBatch> {
  const { io, metadata, dataFile, deleteFiles, batchSize, signal } = request;
  const deleted = await deletedPositions(io, dataFile.file, deleteFiles);
  const equality = await EqualityDeletes.load({ io, metadata, deleteFiles });
  const removed = await removedRows(request);
  if (removed?.mayBeWithin(0, Number(dataFile.file.recordCount)) === false) return;
  const reader = await openDataFile(io, dataFile.file, signal);
  try {
    const fields = new Map(
      [...neededFields(request), ...equality.fields, ...(removed?.fields ?? [])].map((field) => [
        field.id,
        field,
      ]),
    );
    const file = new ProjectedFile(reader, { file: dataFile.file, fields, metadata });
    const selection = new RowSelection(request, fields, { deleted, equality, removed });
    let start = 0;
    for (const [group, rows] of file.rowGroups.entries()) {
      throwIfAborted(signal);
      const { pruneBy = request.filter } = request;
      const isUnchanged = removed?.mayBeWithin(start, rows) === false;
      if (
        isUnchanged ||
        !file.groupMightMatch(group, pruneBy) ||
        !(await file.bloomMightMatch(group, pruneBy))
      ) {
        start += rows;
        continue;
      }
      for (const batch of file.readGroup(group, batchSize)) {
        const kept = await selection.project(batch, start);
        start += batch.rows;
        if (kept !== null) yield kept;
      }
    }
  } finally {
    reader.close();
  }
}

async function removedRows(request: ReadRequest): Promise<RemovedRows | null> {
  const { deleteFiles: liveUnder, removedBy } = request;
  return removedBy === undefined ? null : RemovedRows.load({ ...request, liveUnder, removedBy });
}

/** Columns to read, of structs those fields that are given or that the filter looks at. */
function neededFields(request: ReadRequest): NestedField[] {
  const wanted = referencedFields(request.filter);
  for (const field of request.output) partIds(field, wanted);
  // Row lineage stands in a file only where its rows came from another one.
  const lineage = LINEAGE_COLUMNS.filter((column) => !request.schemaFields.includes(column));
  return [...request.schemaFields, ...lineage].flatMap((field) => pruneField(field, wanted) ?? []);
}

/** Takes the live and matching rows out of batches. */
class RowSelection {
  readonly #request: ReadRequest;
  readonly #deleted: Float64Array | null;
  readonly #equality: EqualityDeletes;
  readonly #removed: RemovedRows | null;
  readonly #schema: ArrowSchema;
  /** Columns as they are read, by id. */
  readonly #fields: ReadonlyMap<number, NestedField>;
  /** Columns by which rows are kept or not. */
  readonly #judged: ReadonlySet<number>;
  /** Where fields of structs are that the filter looks at. */
  readonly #nested = new Map<number, StructPath>();

  constructor(
    request: ReadRequest,
    fields: ReadonlyMap<number, NestedField>,
    rows: { deleted: Float64Array | null; equality: EqualityDeletes; removed: RemovedRows | null },
  ) {
    this.#request = request;
    this.#fields = fields;
    this.#deleted = rows.deleted;
    this.#equality = rows.equality;
    this.#removed = rows.removed;
    this.#schema = new ArrowSchema(request.output.map(arrowField));
    const compared = [...rows.equality.fields, ...(rows.removed?.fields ?? [])];
    const judged = new Set(compared.map((field) => field.id));
    for (const id of referencedFields(request.filter)) {
      const path = fields.has(id) ? null : structPath(fields.values(), id);
      if (path !== null) this.#nested.set(id, path);
      judged.add(path?.column.id ?? id);
    }
    this.#judged = judged;
  }

  /** The rows to give of a batch that begins at row `start` of the file; `null` where there are none. */
  async project(batch: ProjectedBatch, start: number): Promise<RecordBatch | null> {
    if (this.#removed?.mayBeWithin(start, batch.rows) === false) return null;
    await batch.load(this.#judged);
    const kept = this.#keptRows(batch, start);
    // Columns that are only given are not even unpacked where no row is kept.
    if (kept?.length === 0) return null;
    await batch.load();
    const children = this.#request.output.map((field) => {
      const loaded = this.#column(field.id, batch, start);
      const data = narrowData(loaded, this.#fields.get(field.id)?.type ?? field.type, field.type);
      return kept === null ? data : takeData(data, kept);
    });
    return makeBatch(this.#schema, children, kept?.length ?? batch.rows);
  }

  /** Rows that are neither deleted nor filtered out, or `null` for all. */
  #keptRows(batch: ProjectedBatch, start: number): Int32Array | null {
    const { filter } = this.#request;
    const deleted = this.#deleted;
    const { rows } = batch;
    const isDeleted = this.#equality.matcher(batch);
    const isRemoved = this.#removed?.matcher(batch, start) ?? null;
    let next = deleted === null ? 0 : lowerBound(deleted, start);
    const noneDeleted = deleted === null || next === deleted.length || deleted[next]! >= start + rows;
    const columnOf = ({ fieldId }: BoundTerm): Data => {
      const path = this.#nested.get(fieldId);
      if (path === undefined) return this.#column(fieldId, batch, start);
      return structLeaf(this.#column(path.column.id, batch, start), path.places);
    };
    if (isDeleted === null && isRemoved === null && noneDeleted) {
      if (filter.op === 'true') return null;
      const matching = selectRows(filter, rows, columnOf);
      return matching.length === rows ? null : matching;
    }
    const test = filter.op === 'true' ? null : rowTest(filter, columnOf);
    const kept = new Int32Array(rows);
    let count = 0;
    for (let row = 0; row < rows; row++) {
      if (deleted !== null && deleted[next] === start + row) {
        while (deleted[next] === start + row) next++;
        continue;
      }
      if (isDeleted?.(row) === true || isRemoved?.(row) === false) continue;
      if (test === null || test(row)) kept[count++] = row;
    }
    return count === rows ? null : kept.subarray(0, count);
  }

  #column(id: number, batch: ProjectedBatch, start: number): Data {
    const rows = { start, rows: batch.rows, column: batch.column };
    return metadataColumnData(id, this.#request.dataFile, rows) ?? batch.column(id);
  }
}

function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
