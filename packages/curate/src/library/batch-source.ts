import type { Table as ArrowTable, Data, RecordBatch } from 'apache-arrow';
import { CurateError } from '../error.js';

/**
 * A batch, or what one of these functions gave: its batch is taken, and rows keep the numbers they have there, so that
 * the functions can be put one behind the other.
 */
export type BatchLike = RecordBatch | { readonly batch: RecordBatch; readonly rows?: Float64Array };

/** Rows as Arrow: at once, or batch by batch. An IPC reader and the scan of an Iceberg table are such. */
export type BatchInput = ArrowTable | RecordBatch | Iterable<BatchLike> | AsyncIterable<BatchLike>;

/** Which row of the whole input stands behind a row of a batch. */
export type NumberOf = (row: number) => number;

export interface SourceBatch {
  readonly batch: RecordBatch;
  readonly numberOf: NumberOf;
}

/** The batches of any input, in order; batches without rows are left out. */
export async function* batchesOf(
  input: BatchInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceBatch> {
  let base = 0;
  refuseAborted(signal);
  for await (const item of iterable(input)) {
    refuseAborted(signal);
    const source = numbered(item, base);
    base += source.batch.numRows;
    if (source.batch.numRows > 0) yield source;
  }
  refuseAborted(signal);
}

/** A batch whose rows count from `base`, unless they have numbers already. */
export function numbered(item: BatchLike, base: number): SourceBatch {
  if (isBatch(item)) return { batch: item, numberOf: (row) => base + row };
  const { batch, rows } = (item ?? {}) as { batch?: unknown; rows?: Float64Array };
  if (!isBatch(batch)) throw notArrow(item);
  return { batch, numberOf: rows === undefined ? (row) => base + row : (row) => rows[row]! };
}

function iterable(input: BatchInput): Iterable<BatchLike> | AsyncIterable<BatchLike> {
  if (isBatch(input)) return [input];
  if (isTable(input)) return input.batches;
  if (
    typeof input === 'object' &&
    input !== null &&
    (Symbol.iterator in input || Symbol.asyncIterator in input)
  )
    return input;
  throw notArrow(input);
}

function notArrow(value: unknown): CurateError {
  const shown = value === null ? 'null' : typeof value === 'object' ? 'an object' : JSON.stringify(value);
  return new CurateError(
    `Arrow batches are needed and this is ${shown}: give a RecordBatch, a Table, or an (async) iterable of batches; plain rows go to the function of the same name with "Rows" behind`,
    { code: 'OPTION_INVALID', context: { option: 'batches' } },
  );
}

/** By shape and not by class: a program may hold two copies of apache-arrow. */
export function isBatch(value: unknown): value is RecordBatch {
  return (
    typeof value === 'object' && value !== null && 'numRows' in value && 'data' in value && !isTable(value)
  );
}

function isTable(value: unknown): value is ArrowTable {
  return typeof value === 'object' && value !== null && 'batches' in value && 'schema' in value;
}

/**
 * Whether an input gives its rows once only: an iterator in use, such as a generator.
 *
 * Inputs that look repeatable and are not are found out when they are read a second time.
 */
export function isSpentByReading(input: BatchInput): boolean {
  return typeof (input as { next?: unknown }).next === 'function';
}

/** @throws {CurateError} `ABORTED` with the signal's reason as its cause. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new CurateError('the work was aborted by its signal', { code: 'ABORTED', cause: signal.reason });
}

/** The chunk of a batch's column. @throws {CurateError} `COLUMN_MISSING` naming what the batch has. */
export function columnOf(batch: RecordBatch, name: string, option: string): Data {
  const place = batch.schema.fields.findIndex((field) => field.name === name);
  if (place !== -1) return batch.data.children[place] as Data;
  const columns = batch.schema.fields.map((field) => field.name);
  throw new CurateError(
    `a batch has no column ${JSON.stringify(name)}, which the option "${option}" names: it has ${columns.join(', ')}`,
    { code: 'COLUMN_MISSING', context: { column: name, option, columns } },
  );
}
