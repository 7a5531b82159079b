import type { RecordBatch } from 'apache-arrow';
import { findColumn } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import { fieldValue } from '../type/row-value.js';
import type { AnyValue } from '../type/value.js';
import { arrowSchema } from './arrow-schema.js';
import { buildColumn } from './build-column.js';
import { makeBatch } from './take.js';

/**
 * Makes a record batch of a table's schema from plain objects. Values: bigint or integer for long; number; text; `Date`
 * or ISO text for dates and timestamps (a bigint counts their unit); decimal text; bytes or text for uuid; arrays for
 * lists; objects for structs; `Map` or objects for maps. What is absent or `undefined` takes the write default, else null.
 *
 * Throws `TYPE_MISMATCH`, `REQUIRED_VALUE_MISSING`, `COLUMN_NOT_FOUND`.
 *
 * @example
 * await table.append(batchFromRows(table.schema(), [{ id: 1n, name: 'a' }]));
 */
export function batchFromRows(schema: Schema, rows: Iterable<Record<string, unknown>>): RecordBatch {
  const columns: AnyValue[][] = schema.fields.map(() => []);
  const names = new Set(schema.fields.map((field) => field.name));
  let length = 0;
  for (const row of rows) {
    for (const name of Object.keys(row)) if (!names.has(name)) findColumn(schema, name);
    for (const [position, field] of schema.fields.entries()) {
      columns[position]!.push(fieldValue(field, row[field.name], field.name));
    }
    length++;
  }
  const children = schema.fields.map((field, position) => buildColumn(field.type, columns[position]!));
  return makeBatch(arrowSchema(schema), children, length);
}
