import { Schema as ArrowSchema, type Data, makeData, type RecordBatch } from 'apache-arrow';
import { isValidAt, nullData } from '../arrow/arrow-data.js';
import { arrowField, arrowType, FIELD_ID_KEY } from '../arrow/arrow-schema.js';
import { columnReader } from '../arrow/column-reader.js';
import { conformData } from '../arrow/conform-batch.js';
import { makeBatch, takeData } from '../arrow/take.js';
import { deletedPositions } from '../delete/position-deletes.js';
import { IcebergError, throwIfAborted } from '../error.js';
import { type BoundExpression, referencedFields } from '../expression/bind.js';
import { compileExpression } from '../expression/evaluate.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import type { ParquetReader } from '../parquet/parquet-reader.js';
import { FILE_COLUMN, POSITION_COLUMN } from '../schema/metadata-columns.js';
import type { TableIo } from '../table/table-io.js';
import type { NestedField } from '../type/iceberg-type.js';
import { openDataFile } from './open-data-file.js';

/** What to read of a data file. */
export interface ReadRequest {
  io: TableIo;
  dataFile: ManifestEntry;
  deleteFiles: readonly ManifestEntry[];
  /** Columns to give, metadata columns among them. */
  output: readonly NestedField[];
  /** Every column of the table's schema, for those that only the filter needs. */
  schemaFields: readonly NestedField[];
  filter: BoundExpression;
  batchSize: number;
  signal?: AbortSignal;
}

/** Reads the live, matching rows of a data file, one row group in memory at a time. */
export async function* readDataFile(request: ReadRequest): AsyncGenerator<RecordBatch> {
  const { io, dataFile, deleteFiles, signal } = request;
  refuseEqualityDeletes(dataFile, deleteFiles);
  const deleted = await deletedPositions(io, dataFile.file, deleteFiles);
  const reader = await openDataFile(io, dataFile.file, signal);
  try {
    const view = new FileView(request, reader);
    let start = 0;
    for (const [group, rows] of reader.rowGroups.entries()) {
      throwIfAborted(signal);
      for (const batch of await view.readGroup(group, rows)) {
        const kept = view.project(batch, start, deleted);
        start += batch.rows;
        if (kept !== null) yield kept;
      }
    }
  } finally {
    reader.close();
  }
}

interface FileBatch {
  rows: number;
  /** `null` where no stored column is needed. */
  stored: RecordBatch | null;
}

/** A data file seen through the table's schema: columns found by field id, those it lacks null. */
class FileView {
  readonly #request: ReadRequest;
  readonly #reader: ParquetReader;
  readonly #schema: ArrowSchema;
  /** Name in the file by field id. */
  readonly #stored = new Map<number, string>();
  readonly #fields = new Map<number, NestedField>();

  constructor(request: ReadRequest, reader: ParquetReader) {
    this.#request = request;
    this.#reader = reader;
    this.#schema = new ArrowSchema(request.output.map(arrowField));
    const wanted = referencedFields(request.filter);
    for (const field of request.output) wanted.add(field.id);
    for (const field of request.schemaFields) {
      if (!wanted.has(field.id)) continue;
      this.#fields.set(field.id, field);
      const stored = reader.schema.fields.find(
        (candidate) => candidate.metadata.get(FIELD_ID_KEY) === String(field.id),
      );
      if (stored !== undefined) this.#stored.set(field.id, stored.name);
    }
  }

  async readGroup(group: number, rows: number): Promise<FileBatch[]> {
    const { batchSize } = this.#request;
    if (this.#stored.size > 0) {
      const batches = await this.#reader.readRowGroup(group, {
        columns: [...this.#stored.values()],
        batchSize,
      });
      return batches.map((stored) => ({ rows: stored.numRows, stored }));
    }
    const parts: FileBatch[] = [];
    for (let start = 0; start < rows; start += batchSize)
      parts.push({ rows: Math.min(batchSize, rows - start), stored: null });
    return parts;
  }

  /** The rows to give of a batch that begins at row `start` of the file; `null` where there are none. */
  project(batch: FileBatch, start: number, deleted: Float64Array | null): RecordBatch | null {
    const columns = new Map<number, Data>();
    const column = (id: number): Data => {
      const known = columns.get(id);
      if (known !== undefined) return known;
      const data = this.#column(id, batch, start);
      columns.set(id, data);
      return data;
    };
    const kept = this.#keptRows(batch.rows, start, deleted, column);
    if (kept?.length === 0) return null;
    const children = this.#request.output.map((field) =>
      kept === null ? column(field.id) : takeData(column(field.id), kept),
    );
    return makeBatch(this.#schema, children, kept?.length ?? batch.rows);
  }

  /** Rows that are neither deleted nor filtered out, or `null` for all. */
  #keptRows(
    rows: number,
    start: number,
    deleted: Float64Array | null,
    column: (id: number) => Data,
  ): Int32Array | null {
    const { filter } = this.#request;
    const test =
      filter.op === 'true'
        ? null
        : compileExpression(filter, (term) => {
            const data = column(term.fieldId);
            if (term.type !== null) return columnReader(data, term.type);
            // Of a nested column only nullness is asked.
            return (row) => (isValidAt(data, row) ? true : null);
          });
    let next = deleted === null ? 0 : lowerBound(deleted, start);
    const noneDeleted = deleted === null || next === deleted.length || deleted[next]! >= start + rows;
    if (test === null && noneDeleted) return null;
    const kept = new Int32Array(rows);
    let count = 0;
    for (let row = 0; row < rows; row++) {
      if (deleted !== null && deleted[next] === start + row) {
        while (deleted[next] === start + row) next++;
        continue;
      }
      if (test === null || test(row)) kept[count++] = row;
    }
    return count === rows ? null : kept.subarray(0, count);
  }

  #column(id: number, batch: FileBatch, start: number): Data {
    if (id === FILE_COLUMN.id) return repeatedText(this.#request.dataFile.file.filePath, batch.rows);
    if (id === POSITION_COLUMN.id) return positions(start, batch.rows);
    const field = this.#fields.get(id)!;
    const name = this.#stored.get(id);
    if (name === undefined || batch.stored === null) return nullData(arrowType(field.type), batch.rows);
    const at = batch.stored.schema.fields.findIndex((candidate) => candidate.name === name);
    return conformData(batch.stored.data.children[at] as Data, field.type, field.name, 'id');
  }
}

function refuseEqualityDeletes(dataFile: ManifestEntry, deleteFiles: readonly ManifestEntry[]): void {
  const equality = deleteFiles.find((entry) => entry.file.content === 'equality-deletes');
  if (equality === undefined) return;
  throw new IcebergError(
    `The data file ${dataFile.file.filePath} has equality deletes (${equality.file.filePath}), which cannot be applied; reading on would show deleted rows.`,
    {
      code: 'UNSUPPORTED_FEATURE',
      context: { file: dataFile.file.filePath, deleteFile: equality.file.filePath },
    },
  );
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

function repeatedText(text: string, length: number): Data {
  const bytes = Buffer.from(text);
  const data = new Uint8Array(bytes.length * length);
  const valueOffsets = new Int32Array(length + 1);
  for (let row = 0; row < length; row++) {
    data.set(bytes, row * bytes.length);
    valueOffsets[row + 1] = (row + 1) * bytes.length;
  }
  return makeData({ type: arrowType('string'), length, nullCount: 0, valueOffsets, data } as never);
}

function positions(start: number, length: number): Data {
  const data = BigInt64Array.from({ length }, (_, row) => BigInt(start + row));
  return makeData({ type: arrowType('long'), length, nullCount: 0, data } as never);
}
