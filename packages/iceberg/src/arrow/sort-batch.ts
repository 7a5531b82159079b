import type { Data, RecordBatch } from 'apache-arrow';
import { IcebergError } from '../error.js';
import { parseTransform, transformFunction } from '../partition/transform.js';
import type { Schema } from '../schema/schema.js';
import type { SortField, SortOrder } from '../sort-order/sort-order.js';
import { compareValues } from '../type/compare-values.js';
import type { NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';
import type { Value } from '../type/value.js';
import { isValidAt } from './arrow-data.js';
import { columnReader } from './column-reader.js';
import { takeRows } from './take.js';

/** One column to sort by, as rows of a schema hold it. */
export interface SortKey {
  /** Positions that lead to the column, through structs. */
  readonly path: readonly number[];
  readonly type: PrimitiveType;
  readonly apply: (value: Value) => Value | null;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/**
 * What to compare of the rows of a schema to bring them into a sort order. Throws `INVALID_METADATA` for a column the
 * schema does not have, `UNSUPPORTED_FEATURE` for a transform that is not known.
 */
export function sortKeys(schema: Schema, order: SortOrder): SortKey[] {
  return order.fields.map((field) => {
    const transform = parseTransform(field.transform);
    const found = pathTo(schema.fields, field.sourceId);
    if (found === null) throw noSuchColumn(field);
    if (transform.name === 'unknown') {
      throw new IcebergError(
        `Rows cannot be sorted by the transform ${field.transform}, which is not known.`,
        {
          code: 'UNSUPPORTED_FEATURE',
          context: { feature: field.transform },
        },
      );
    }
    return {
      ...found,
      apply: transform.name === 'void' ? () => null : transformFunction(transform, found.type),
      descending: field.direction === 'desc',
      nullsFirst: field.nullOrder === 'nulls-first',
    };
  });
}

/** The rows of a batch in the order of some keys; rows that are alike keep their order. */
export function sortBatch(batch: RecordBatch, keys: readonly SortKey[]): RecordBatch {
  return takeRows(batch, sortedRows(batch, keys));
}

/** Positions of the rows of a batch in the order of some keys. Numbers sort −0 before +0 and NaN above all. */
export function sortedRows(batch: RecordBatch, keys: readonly SortKey[]): Int32Array {
  const compares = keys.map((key) => comparison(batch, key));
  const rows = Array.from({ length: batch.numRows }, (_, row) => row);
  rows.sort((left, right) => {
    for (const compare of compares) {
      const result = compare(left, right);
      if (result !== 0) return result;
    }
    return left - right;
  });
  return Int32Array.from(rows);
}

function comparison(batch: RecordBatch, key: SortKey): (left: number, right: number) => number {
  const values = keyValues(batch, key);
  const sign = key.descending ? -1 : 1;
  const ofNull = key.nullsFirst ? -1 : 1;
  return (left, right) => {
    const a = values[left]!;
    const b = values[right]!;
    if (a === null || b === null) return a === b ? 0 : a === null ? ofNull : -ofNull;
    return sign * compareValues(a, b);
  };
}

function keyValues(batch: RecordBatch, { path, type, apply }: SortKey): (Value | null)[] {
  const chunks: Data[] = [];
  for (const position of path) chunks.push((chunks.at(-1) ?? batch.data).children[position] as Data);
  // A field of a struct is null, too, where the struct is.
  const structs = chunks.slice(0, -1);
  const read = columnReader(chunks.at(-1)!, type);
  return Array.from({ length: batch.numRows }, (_, row) => {
    const value = structs.every((struct) => isValidAt(struct, row)) ? read(row) : null;
    return value === null ? null : apply(value);
  });
}

function pathTo(
  fields: readonly NestedField[],
  id: number,
): { path: readonly number[]; type: PrimitiveType } | null {
  for (const [position, { id: fieldId, type }] of fields.entries()) {
    if (isPrimitive(type)) {
      if (fieldId === id) return { path: [position], type };
    } else if (type.type === 'struct') {
      const rest = pathTo(type.fields, id);
      if (rest !== null) return { ...rest, path: [position, ...rest.path] };
    }
  }
  return null;
}

function noSuchColumn({ sourceId, transform }: SortField): IcebergError {
  return new IcebergError(
    `The sort order is by ${transform} of the column with id ${sourceId}, which the table does not have.`,
    { code: 'INVALID_METADATA', context: { sourceId } },
  );
}
