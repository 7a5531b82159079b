import type { RecordBatch } from 'apache-arrow';
import { IcebergError } from '../error.js';
import { findColumn } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import type { IcebergType } from '../type/iceberg-type.js';
import { toValue } from '../type/literal.js';
import { describeType, isPrimitive } from '../type/primitive.js';
import type { AnyValue } from '../type/value.js';
import { arrowSchema } from './arrow-schema.js';
import { buildColumn } from './build-column.js';
import { makeBatch } from './take.js';

/**
 * Makes a record batch of a table's schema from plain objects. Values: bigint or integer for long; number; text; `Date`
 * or ISO text for dates and timestamps (a bigint counts their unit); decimal text; bytes or text for uuid; arrays for
 * lists; objects for structs; `Map` or objects for maps. Absent and `undefined` count as null.
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
      columns[position]!.push(toAnyValue(field.type, row[field.name], field.name, field.required));
    }
    length++;
  }
  const children = schema.fields.map((field, position) => buildColumn(field.type, columns[position]!));
  return makeBatch(arrowSchema(schema), children, length);
}

function toAnyValue(type: IcebergType, value: unknown, where: string, required: boolean): AnyValue {
  if (value === null || value === undefined) {
    if (!required) return null;
    throw new IcebergError(`Column "${where}" is required, and a row has no value for it.`, {
      code: 'REQUIRED_VALUE_MISSING',
      context: { column: where },
    });
  }
  if (isPrimitive(type)) return toValue(type, value, where);
  if (type.type === 'list' && Array.isArray(value)) {
    return value.map((item: unknown) =>
      toAnyValue(type.element, item, `${where}.element`, type.elementRequired),
    );
  }
  if (type.type === 'struct' && typeof value === 'object' && !Array.isArray(value)) {
    const record = value as Record<string, unknown>;
    return type.fields.map((field) =>
      toAnyValue(field.type, record[field.name], `${where}.${field.name}`, field.required),
    );
  }
  if (type.type === 'map' && typeof value === 'object') {
    const entries: Iterable<readonly [unknown, unknown]> =
      value instanceof Map ? value : Object.entries(value);
    return Array.from(entries, ([key, item]) => [
      toAnyValue(type.key, key, `${where}.key`, true),
      toAnyValue(type.value, item, `${where}.value`, type.valueRequired),
    ]);
  }
  throw new IcebergError(
    `The value ${String(value)} does not fit column "${where}" of type ${describeType(type)}.`,
    {
      code: 'TYPE_MISMATCH',
      context: { column: where },
    },
  );
}
