import type { RecordBatch } from 'apache-arrow';
import { IcebergError } from '../error.js';
import type { Schema } from '../schema/schema.js';
import { type RowLike, rowOf } from '../type/plain-row.js';
import { fieldValue } from '../type/row-value.js';
import type { AnyValue } from '../type/value.js';
import { describeValue } from '../util/describe-value.js';
import { arrowSchema } from './arrow-schema.js';
import { buildColumn } from './build-column.js';
import { makeBatch } from './take.js';

/**
 * Makes a record batch of a table's schema from plain objects. Values: bigint or integer for long; number; text; `Date`
 * or ISO text for dates and timestamps (a bigint counts their unit, a number is refused); decimal text; bytes or text
 * for uuid; arrays for lists; objects for structs; `Map` or objects for maps. What is absent or `undefined` takes the
 * write default, else null.
 *
 * Throws `TYPE_MISMATCH`, `REQUIRED_VALUE_MISSING`, `COLUMN_NOT_FOUND`, with the row's index as `row` and the path of
 * the column as `column` of the context; `INVALID_ARGUMENT` for what is no list of rows.
 *
 * @example
 * await table.append(batchFromRows(table.schema(), [{ id: 1n, name: 'a' }]));
 */
export function batchFromRows(schema: Schema, rows: Iterable<RowLike>): RecordBatch {
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows)) throw noRows(rows);
  return rowsToBatch(schema, rows, atRow);
}

/** As {@link batchFromRows}; `failed` makes the error of a row, by its index, from what was found in it. */
export function rowsToBatch(
  schema: Schema,
  rows: Iterable<RowLike>,
  failed: (error: unknown, index: number) => unknown,
): RecordBatch {
  const { fields } = schema;
  const columns: AnyValue[][] = fields.map(() => []);
  let length = 0;
  for (const row of rows) {
    try {
      const values = rowOf(row, fields);
      for (let position = 0; position < fields.length; position++) {
        const field = fields[position]!;
        columns[position]!.push(fieldValue(field, values[field.name], field.name));
      }
    } catch (error) {
      throw failed(error, length);
    }
    length++;
  }
  const children = fields.map((field, position) => buildColumn(field.type, columns[position]!));
  return makeBatch(arrowSchema(schema), children, length);
}

/** An error about the values of a row with the row's index, which is counted from 0. */
export function atRow(error: unknown, row: number): unknown {
  if (!(error instanceof IcebergError)) return error;
  const { code, retryable, context, cause } = error;
  return new IcebergError(`Row ${row}, counted from 0: ${error.message}`, {
    code,
    retryable,
    context: { ...context, row },
    cause,
  });
}

/** The error of data that is no list of rows at all. */
export function noRows(data: unknown): IcebergError {
  const hint =
    data instanceof Promise
      ? 'await it first'
      : typeof data === 'object' && data !== null
        ? 'put a single row into an array'
        : 'give Arrow data, or an iterable of rows';
  return new IcebergError(`The data is ${describeValue(data)} and no list of rows; ${hint}.`, {
    code: 'INVALID_ARGUMENT',
  });
}
