import type { DriftEntry } from '../drift/drift.js';
import type { Flattener } from '../flatten/flattener.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { ColumnPath, FlattenedBatch } from '../flatten/types.js';
import { utf8Column, utf8ColumnOf } from '../flatten/utf8-column.js';
import { textAt } from '../standardize/raw-batch.js';
import { refuseAborted } from './batch-source.js';
import { type FlattenLimits, flattenerOf } from './flatten.js';
import { type JsonRow, jsonText, NotJson } from './json-text.js';
import { type PayloadFailure, payloadFailure } from './payload-failure.js';
import { chunksOf } from './row-chunks.js';
import { refuseNoObject, refuseNoRows } from './wrong-call.js';

export interface FlattenRowsOptions extends FlattenLimits {
  /** Rows per part of an asynchronous input. Default 10,000. */
  readonly batchRows?: number;
}

/** Column → text, null where the row has no value. */
export type FlatRow = Record<string, string | null>;

export interface FlattenedRows {
  /** Every column known so far in every row. */
  readonly rows: readonly FlatRow[];
  /** Row of the whole input behind each row. */
  readonly numbers: readonly number[];
  readonly columns: readonly ColumnPath[];
  readonly failures: readonly PayloadFailure[];
  readonly drift: readonly DriftEntry[];
}

/**
 * {@link flatten} for plain objects and JSON texts: rows in, rows out. All at once for an iterable, in parts of
 * `batchRows` for an asynchronous one (memory: one part).
 *
 * @throws {CurateError} `OPTION_INVALID`, `PATH_INVALID`, `ABORTED`. A row never throws: see `failures`.
 * @example
 * flattenRows(['{"user":{"id":1.10}}', { user: { id: 2n } }]).rows; // [{ user_id: '1.10' }, { user_id: '2' }]
 */
export function flattenRows(rows: Iterable<JsonRow>, options?: FlattenRowsOptions): FlattenedRows;
export function flattenRows(
  rows: AsyncIterable<JsonRow>,
  options?: FlattenRowsOptions,
): AsyncGenerator<FlattenedRows>;
export function flattenRows(
  rows: Iterable<JsonRow> | AsyncIterable<JsonRow>,
  options: FlattenRowsOptions = {},
): FlattenedRows | AsyncGenerator<FlattenedRows> {
  refuseNoRows(rows, { async: true });
  refuseNoObject('options', options);
  const flattener = flattenerOf(options, []);
  const always = options.schema === 'fixed';
  if (Symbol.asyncIterator in rows) return inParts(rows, flattener, options);
  refuseAborted(options.signal);
  const flattened = flattenPayloads(flattener, [...rows], 0);
  return asRows(flattened, always);
}

async function* inParts(
  rows: AsyncIterable<JsonRow>,
  flattener: Flattener,
  { batchRows, signal, schema }: FlattenRowsOptions,
): AsyncGenerator<FlattenedRows> {
  let base = 0;
  let overflows = schema === 'fixed';
  for await (const chunk of chunksOf(rows, batchRows, signal)) {
    const flattened = flattenPayloads(flattener, chunk, base);
    overflows ||= flattened.batch.overflow !== null;
    yield asRows(flattened, overflows);
    base += chunk.length;
  }
}

/** A batch of plain rows, flattened. */
export interface FlattenedPayloads {
  readonly batch: FlattenedBatch;
  readonly base: number;
  readonly failures: readonly PayloadFailure[];
}

export function flattenPayloads(
  flattener: Flattener,
  rows: readonly JsonRow[],
  base: number,
): FlattenedPayloads {
  const refused = new Map<number, string>();
  const texts = rows.map((row, index) => {
    try {
      return jsonText(row);
    } catch (error) {
      if (!(error instanceof NotJson)) throw error;
      refused.set(index, error.message);
      return null;
    }
  });
  const batch = flattener.flatten(utf8ColumnOf(texts));
  const failures = batch.failures.map((failure): PayloadFailure => {
    const reason = refused.get(failure.row);
    if (reason === undefined) return payloadFailure(failure, (place) => base + place);
    const row = base + failure.row;
    return { row, code: 'NOT_JSON', offset: 0, message: `row ${row} cannot be said in JSON: ${reason}` };
  });
  return { batch, base, failures };
}

function asRows({ batch, base, failures }: FlattenedPayloads, overflows: boolean): FlattenedRows {
  const { columns, overflow, rowCount, drift } = batch;
  const texts = columns.map(({ name, vector }) => ({ name, column: utf8Column(vector) }));
  if (overflow !== null) texts.push({ name: OVERFLOW_COLUMN, column: utf8Column(overflow) });
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const flat: FlatRow = {};
    for (const { name, column } of texts) flat[name] = textAt(column, row);
    if (overflows) flat[OVERFLOW_COLUMN] ??= null;
    return flat;
  });
  return {
    rows,
    numbers: Array.from(batch.rows, (row) => base + row),
    columns: columns.map(({ name, path }) => ({ name, path })),
    failures,
    drift: drift.map((entry) => ({ ...entry, firstRow: base + entry.firstRow })),
  };
}
