import type { Data } from 'apache-arrow';
import { isValidAt, mayHaveNulls } from '../arrow/arrow-data.js';
import { columnReader } from '../arrow/column-reader.js';
import type { BoundComparison, BoundExpression, BoundTerm } from '../expression/bind.js';
import { compileExpression } from '../expression/evaluate.js';
import type { Value } from '../type/value.js';

/** Gives the column that a term of a filter looks at. */
export type ColumnOf = (term: BoundTerm) => Data;

/** The rows of a batch, ascending, that match a filter. */
export function selectRows(filter: BoundExpression, rows: number, columnOf: ColumnOf): Int32Array {
  const kept = new Int32Array(rows);
  if (filter.op === 'and') {
    const left = selectRows(filter.left, rows, columnOf);
    const test = rowTest(filter.right, columnOf);
    let count = 0;
    for (let index = 0; index < left.length; index++) if (test(left[index]!)) kept[count++] = left[index]!;
    return kept.subarray(0, count);
  }
  const compared = selectNumbers(filter, rows, columnOf, kept);
  if (compared !== null) return kept.subarray(0, compared);
  const test = rowTest(filter, columnOf);
  let count = 0;
  for (let row = 0; row < rows; row++) if (test(row)) kept[count++] = row;
  return kept.subarray(0, count);
}

/** A test of single rows. */
export function rowTest(filter: BoundExpression, columnOf: ColumnOf): (row: number) => boolean {
  return compileExpression(filter, (term) => {
    const data = columnOf(term);
    if (term.type !== null) return columnReader(data, term.type);
    // Of a nested column only nullness is asked.
    return (row) => (isValidAt(data, row) ? true : null);
  });
}

/**
 * Comparisons of numbers, the filters most rows are asked, without a call per row; `null` for other filters. As in
 * {@link compileExpression} a comparison with NaN is false and zeros of both signs are equal.
 */
function selectNumbers(
  filter: BoundExpression,
  rows: number,
  columnOf: ColumnOf,
  kept: Int32Array,
): number | null {
  if (!isOrdered(filter)) return null;
  const data = columnOf(filter.term);
  const { values } = data;
  const isNumbers =
    values instanceof Int32Array || values instanceof Float64Array || values instanceof Float32Array;
  const { value } = filter;
  let count: number;
  if (isNumbers && typeof value === 'number') count = compareNumbers(filter.op, values, value, rows, kept);
  else if (values instanceof BigInt64Array && typeof value === 'bigint')
    count = compareBigints(filter.op, values, value, rows, kept);
  else return null;
  if (!mayHaveNulls(data)) return count;
  let valid = 0;
  for (let index = 0; index < count; index++) if (isValidAt(data, kept[index]!)) kept[valid++] = kept[index]!;
  return valid;
}

type Ordered = 'eq' | 'lt' | 'ltEq' | 'gt' | 'gtEq';

function isOrdered(filter: BoundExpression): filter is BoundComparison & { op: Ordered; value: Value } {
  const { op } = filter;
  return op === 'eq' || op === 'lt' || op === 'ltEq' || op === 'gt' || op === 'gtEq';
}

function compareNumbers(
  op: Ordered,
  values: Int32Array | Float64Array | Float32Array,
  wanted: number,
  rows: number,
  kept: Int32Array,
): number {
  let count = 0;
  if (op === 'lt') for (let row = 0; row < rows; row++) count = keep(values[row]! < wanted, row, kept, count);
  else if (op === 'ltEq')
    for (let row = 0; row < rows; row++) count = keep(values[row]! <= wanted, row, kept, count);
  else if (op === 'gt')
    for (let row = 0; row < rows; row++) count = keep(values[row]! > wanted, row, kept, count);
  else if (op === 'gtEq')
    for (let row = 0; row < rows; row++) count = keep(values[row]! >= wanted, row, kept, count);
  else for (let row = 0; row < rows; row++) count = keep(values[row] === wanted, row, kept, count);
  return count;
}

function compareBigints(
  op: Ordered,
  values: BigInt64Array,
  wanted: bigint,
  rows: number,
  kept: Int32Array,
): number {
  let count = 0;
  if (op === 'lt') for (let row = 0; row < rows; row++) count = keep(values[row]! < wanted, row, kept, count);
  else if (op === 'ltEq')
    for (let row = 0; row < rows; row++) count = keep(values[row]! <= wanted, row, kept, count);
  else if (op === 'gt')
    for (let row = 0; row < rows; row++) count = keep(values[row]! > wanted, row, kept, count);
  else if (op === 'gtEq')
    for (let row = 0; row < rows; row++) count = keep(values[row]! >= wanted, row, kept, count);
  else for (let row = 0; row < rows; row++) count = keep(values[row] === wanted, row, kept, count);
  return count;
}

function keep(matches: boolean, row: number, kept: Int32Array, count: number): number {
  if (!matches) return count;
  kept[count] = row;
  return count + 1;
}
