import type { RecordBatch } from 'apache-arrow';
import { isValidAt, mayHaveNulls } from '../arrow/arrow-data.js';
import { columnReader } from '../arrow/column-reader.js';
import { IcebergError } from '../error.js';
import { type BoundExpression, combine } from '../expression/bind.js';
import { order } from '../expression/evaluate.js';
import type { DataFile } from '../manifest/data-file.js';
import { columnStatistics } from '../scan/file-statistics.js';
import { findPrimitiveColumn } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import { compareValues } from '../type/compare-values.js';
import type { NestedField, PrimitiveType } from '../type/iceberg-type.js';
import type { Value } from '../type/value.js';
import { toHex } from '../util/bytes.js';
import { LongTable } from './long-table.js';

type KeyColumn = NestedField & { type: PrimitiveType };

/** The key of a row as something a `Set` compares by value. */
export type EncodedKey = string | number | bigint | boolean;

/** Resolves the columns of a key. Throws `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`, `INVALID_ARGUMENT`. */
export function keyColumns(schema: Schema, names: readonly string[]): KeyColumn[] {
  if (names.length === 0 || new Set(names).size !== names.length) {
    throw new IcebergError(`A key needs one or more different columns; it is [${names.join(', ')}].`, {
      code: 'INVALID_ARGUMENT',
      context: { key: names },
    });
  }
  return names.map((name) => {
    const field = findPrimitiveColumn(schema, name);
    if (field.type === 'float' || field.type === 'double') {
      throw new IcebergError(
        `Column "${name}" is of type ${field.type} and cannot be part of a key: NaN equals nothing.`,
        {
          code: 'TYPE_MISMATCH',
          context: { column: name, type: field.type },
        },
      );
    }
    return field;
  });
}

/** The columns that a schema says identify a row. Throws `INVALID_ARGUMENT` where it says nothing. */
export function identifierOf({ fields, identifierFieldIds = [] }: Schema): string[] {
  const names = identifierFieldIds.map((id) => fields.find((field) => field.id === id)?.name);
  if (names.length > 0 && names.every((name) => name !== undefined)) return names;
  throw new IcebergError(
    "There is no key to find rows by: give the option key, or set the table's identifier fields (top-level columns).",
    { code: 'INVALID_ARGUMENT' },
  );
}

/** The keys of an upsert or delete, with what is needed to pass over files that hold none of them. */
export class KeySet {
  readonly columns: readonly KeyColumn[];
  readonly #keys = new Set<EncodedKey>();
  readonly #values: Value[][];
  #sorted = false;
  #longs: LongTable | null = null;

  constructor(columns: readonly KeyColumn[]) {
    this.columns = columns;
    this.#values = columns.map(() => []);
  }

  get size(): number {
    return this.#keys.size;
  }

  /**
   * Adds the keys of a batch whose first columns are found by `positions`. Throws `REQUIRED_VALUE_MISSING` for a null,
   * and `INVALID_ARGUMENT` for a repeated key unless `allowRepeats`.
   */
  add(batch: RecordBatch, positions: readonly number[], options: { allowRepeats: boolean }): void {
    const readers = positions.map((position, index) =>
      columnReader(batch.data.children[position]!, this.columns[index]!.type),
    );
    this.#sorted = false;
    this.#longs = null;
    for (let row = 0; row < batch.numRows; row++) {
      const values = readers.map((read) => read(row));
      const missing = values.indexOf(null);
      if (missing >= 0) {
        throw new IcebergError(
          `Row ${row} of a batch has no value in the key column "${this.columns[missing]!.name}".`,
          {
            code: 'REQUIRED_VALUE_MISSING',
            context: { column: this.columns[missing]!.name, row },
          },
        );
      }
      const before = this.#keys.size;
      this.#keys.add(encodeKey(values as Value[]));
      if (this.#keys.size > before) {
        for (const [index, value] of values.entries())
          this.#values[index]!.push(value instanceof Uint8Array ? value.slice() : value!);
      } else if (!options.allowRepeats) {
        throw new IcebergError(
          `The key (${values.map(String).join(', ')}) occurs twice in the data to upsert; keep one row per key.`,
          {
            code: 'INVALID_ARGUMENT',
            context: { key: values.map(String), columns: this.columns.map((column) => column.name) },
          },
        );
      }
    }
  }

  /** The rows of a batch that have one of the keys, ascending. */
  matchingRows(batch: RecordBatch, positions: readonly number[]): number[] {
    const data = batch.data.children[positions[0]!]!;
    if (positions.length === 1 && data.values instanceof BigInt64Array) {
      this.#longs ??= new LongTable(this.#values[0] as bigint[]);
      const rows = this.#longs.placesIn(data.values.subarray(0, batch.numRows));
      return mayHaveNulls(data) ? rows.filter((row) => isValidAt(data, row)) : rows;
    }
    const keyOf = this.reader(batch, positions);
    const rows: number[] = [];
    for (let row = 0; row < batch.numRows; row++) {
      const key = keyOf(row);
      if (key !== null && this.#keys.has(key)) rows.push(row);
    }
    return rows;
  }

  /** The keys of rows; `null` for one of which a part is null. */
  reader(batch: RecordBatch, positions: readonly number[]): (row: number) => EncodedKey | null {
    const readers = positions.map((position, index) =>
      columnReader(batch.data.children[position]!, this.columns[index]!.type),
    );
    if (readers.length === 1) {
      const read = readers[0]!;
      return (row) => {
        const value = read(row);
        return value === null ? null : encodeOne(value);
      };
    }
    return (row) => {
      const values = readers.map((read) => read(row));
      return values.includes(null) ? null : encodeKey(values as Value[]);
    };
  }

  /** What holds of every row that has one of the keys: each column is between its smallest and largest value. */
  range(): BoundExpression {
    this.#sort();
    return this.columns
      .flatMap((column, index): BoundExpression[] => {
        const values = this.#values[index]!;
        const term = { fieldId: column.id, type: column.type };
        return [
          { op: 'gtEq', term, value: values[0]! },
          { op: 'ltEq', term, value: values.at(-1)! },
        ];
      })
      .reduce((left, right) => combine('and', left, right));
  }

  /** Whether a file's bounds leave room for one of the keys, column by column. */
  mayBeIn(file: DataFile): boolean {
    this.#sort();
    return this.columns.every((column, index) => {
      const { lower, upper, allNull } = columnStatistics(file, { fieldId: column.id, type: column.type });
      if (allNull === true) return false;
      const values = this.#values[index]!;
      const first = lower === undefined ? 0 : firstNotBelow(values, lower);
      return first < values.length && !(upper !== undefined && order(values[first]!, upper) > 0);
    });
  }

  #sort(): void {
    if (this.#sorted) return;
    for (const values of this.#values) values.sort(compareValues);
    this.#sorted = true;
  }
}

function firstNotBelow(sorted: readonly Value[], bound: Value): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareValues(sorted[middle]!, bound) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function encodeOne(value: Value): EncodedKey {
  return value instanceof Uint8Array ? toHex(value) : value;
}

function encodeKey(values: readonly Value[]): EncodedKey {
  if (values.length === 1) return encodeOne(values[0]!);
  let key = '';
  for (const value of values) {
    const text = String(encodeOne(value));
    key += `${text.length}:${text}`;
  }
  return key;
}
