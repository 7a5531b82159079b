import { Schema as ArrowSchema, Table as ArrowTable, type RecordBatch } from 'apache-arrow';
import { arrowField } from '../arrow/arrow-schema.js';
import { rowsOf } from '../arrow/rows-of.js';
import { IcebergError, throwIfAborted } from '../error.js';
import { type BoundExpression, bindExpression } from '../expression/bind.js';
import { alwaysTrue, type Expression } from '../expression/expression.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { Schema } from '../schema/schema.js';
import type { TableIo } from '../table/table-io.js';
import type { NestedField } from '../type/iceberg-type.js';
import { outputColumns } from './output-columns.js';
import { readDataFile } from './read-data-file.js';
import { RowIterator } from './row-iterator.js';
import type { FileScanTask, TableScan } from './scan-types.js';

export const DEFAULT_BATCH_ROWS = 32_768;

/** What a scan reads of the files that its planner chooses. */
export interface FileScanOptions {
  columns?: readonly string[];
  filter?: Expression;
  limit?: number;
  batchSize?: number;
  signal?: AbortSignal | undefined;
}

/** Chooses files; called anew by every iteration. */
export type FilePlanner = (filter: BoundExpression, residual: Expression) => Promise<FileScanTask[]>;

/** A {@link TableScan} over the files a planner chooses. */
export class FileScan implements TableScan {
  readonly #source: { io: TableIo; metadata: TableMetadata };
  readonly #schema: Schema;
  readonly #output: readonly NestedField[];
  readonly #filter: BoundExpression;
  readonly #residual: Expression;
  readonly #options: FileScanOptions;
  readonly #plan: FilePlanner;

  /** Throws `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`, `UNSUPPORTED_FEATURE`, `INVALID_ARGUMENT`: nothing is read before the request is valid. */
  constructor(
    source: { io: TableIo; metadata: TableMetadata },
    schema: Schema,
    options: FileScanOptions,
    plan: FilePlanner,
  ) {
    this.#source = source;
    this.#schema = schema;
    this.#options = options;
    this.#plan = plan;
    this.#residual = options.filter ?? alwaysTrue();
    this.#filter = bindExpression(this.#residual, schema);
    this.#output = outputColumns(schema, options.columns ?? schema.fields.map((field) => field.name));
    refuseBadCounts(options);
  }

  planFiles(): Promise<FileScanTask[]> {
    return this.#plan(this.#filter, this.#residual);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch> {
    const { signal, limit = Number.POSITIVE_INFINITY, batchSize = DEFAULT_BATCH_ROWS } = this.#options;
    throwIfAborted(signal);
    let left = limit;
    if (left === 0) return;
    for (const { dataFile, deleteFiles } of await this.planFiles()) {
      const batches = readDataFile({
        io: this.#source.io,
        metadata: this.#source.metadata,
        dataFile,
        deleteFiles,
        output: this.#output,
        schemaFields: this.#schema.fields,
        filter: this.#filter,
        batchSize,
        ...(signal === undefined ? {} : { signal }),
      });
      for await (const batch of batches) {
        throwIfAborted(signal);
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

  rows<Row extends object = Record<string, unknown>>(): AsyncIterable<Row> {
    return new RowIterator(this[Symbol.asyncIterator](), (batch) => rowsOf<Row>(batch, this.#output));
  }

  async count(): Promise<number> {
    let total = 0;
    if (this.#filter.op === 'true') {
      const tasks = await this.planFiles();
      if (tasks.every((task) => task.deleteFiles.length === 0)) {
        for (const task of tasks) total += Number(task.dataFile.file.recordCount);
        return Math.min(total, this.#options.limit ?? total);
      }
    }
    const counting = new FileScan(this.#source, this.#schema, { ...this.#options, columns: [] }, this.#plan);
    for await (const batch of counting) total += batch.numRows;
    return total;
  }
}

/** Throws `INVALID_ARGUMENT`. */
export function refuseBadCounts(options: Pick<FileScanOptions, 'limit' | 'batchSize'>): void {
  positive('limit', options.limit, 0);
  positive('batchSize', options.batchSize, 1);
}

function positive(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new IcebergError(`The scan option ${name} is ${value}; it must be an integer of at least ${least}.`, {
    code: 'INVALID_ARGUMENT',
    context: { [name]: value },
  });
}
