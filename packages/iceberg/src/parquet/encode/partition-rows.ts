import { type Data, DataType, type RecordBatch, type Vector } from 'apache-arrow';
import { isValidAt } from '../../arrow/arrow-data.js';
import { columnReader } from '../../arrow/column-reader.js';
import { partitionKey } from '../../partition/partition-key.js';
import { transformFunction } from '../../partition/transform.js';
import type { Value } from '../../type/value.js';
import type { RowLayout } from './encode-rows.js';

/** What rows have of one partition field. Plain data, so that threads can pass it. */
export interface PartitionCodes {
  readonly values: readonly (Value | null)[];
  /** Place in `values` of each row, in the order of the rows; null where all have the first. */
  readonly codes: Int32Array | null;
}

/** Rows of one partition. */
export interface PartitionedRows {
  readonly partition: readonly (Value | null)[];
  /** Rising; null for all rows. */
  readonly rows: Int32Array | null;
}

/**
 * The partition values of some rows, for each field of which the batch has the column; null for the others, which
 * another batch of the same rows may have.
 *
 * @param rows Rows of the batch, rising; null for all.
 */
export function partitionCodes(
  { partition }: RowLayout,
  batch: RecordBatch,
  rows: Int32Array | null,
): (PartitionCodes | null)[] {
  return partition.map((field) => {
    const position = batch.schema.fields.findIndex(({ name }) => name === field.column);
    if (position === -1) return null;
    return codesOf(field, batch.data.children[position] as Data, rows);
  });
}

/**
 * Rows by partition, in the order of their first rows.
 *
 * @param rows Rows to part, rising; null for all of `count`.
 * @param known What is known of each field of the layout; null where the rows have no such column.
 */
export function partitionRows(
  { specId }: Pick<RowLayout, 'specId'>,
  { rows, count }: { rows: Int32Array | null; count: number },
  known: readonly (PartitionCodes | null)[],
): PartitionedRows[] {
  const chosen = rows?.length ?? count;
  if (chosen === 0) return [];
  const fields = known.map((field) => field ?? NOTHING);
  if (fields.every(({ codes }) => codes === null))
    return [{ partition: fields.map(({ values }) => values[0]!), rows }];
  const groups = new Map<string, { partition: (Value | null)[]; rows: number[] }>();
  // Rows that have the same values in all fields stand together more often than not.
  const codes = new Int32Array(fields.length).fill(-1);
  let group: { partition: (Value | null)[]; rows: number[] } | undefined;
  for (let index = 0; index < chosen; index++) {
    let isSame = group !== undefined;
    for (let field = 0; field < fields.length; field++) {
      const code = fields[field]!.codes?.[index] ?? 0;
      if (code !== codes[field]) isSame = false;
      codes[field] = code;
    }
    if (!isSame) {
      const partition = fields.map(({ values }, position) => values[codes[position]!]!);
      const key = partitionKey(specId, partition);
      group = groups.get(key);
      if (group === undefined) {
        group = { partition, rows: [] };
        groups.set(key, group);
      }
    }
    group!.rows.push(rows === null ? index : rows[index]!);
  }
  return Array.from(groups.values(), (found) => ({
    partition: found.partition,
    rows: groups.size === 1 ? rows : Int32Array.from(found.rows),
  }));
}

const NOTHING: PartitionCodes = { values: [null], codes: null };

function codesOf(field: RowLayout['partition'][number], data: Data, rows: Int32Array | null): PartitionCodes {
  if (field.sourceType === null || field.parsed.name === 'void') return NOTHING;
  const apply = transformFunction(field.parsed, field.sourceType);
  const transformed = (value: Value | null): Value | null => {
    const result = value === null ? null : apply(value);
    return result instanceof Uint8Array ? result.slice() : result;
  };
  if (DataType.isDictionary(data.type)) {
    const [all] = (data.dictionary as Vector).data as [Data];
    const read = columnReader(all, field.sourceType);
    const values = [null, ...Array.from({ length: all.length }, (_, place) => transformed(read(place)))];
    return onlyOne(values, dictionaryCodes(data, rows));
  }
  const read = columnReader(data, field.sourceType);
  const values: (Value | null)[] = [];
  const known = new Map<string, number>();
  const codes = new Int32Array(rows?.length ?? data.length);
  for (let index = 0; index < codes.length; index++) {
    const value = transformed(read(rows === null ? index : rows[index]!));
    const key = partitionKey(0, [value]);
    let code = known.get(key);
    if (code === undefined) {
      code = values.push(value) - 1;
      known.set(key, code);
    }
    codes[index] = code;
  }
  return onlyOne(values, codes);
}

/** Numbers of the values of a dictionary, plus one; 0 for nulls. */
function dictionaryCodes(data: Data, rows: Int32Array | null): Int32Array {
  const numbers = data.values as Uint8Array | Uint16Array | Int32Array;
  const codes = new Int32Array(rows?.length ?? data.length);
  for (let index = 0; index < codes.length; index++) {
    const row = rows === null ? index : rows[index]!;
    codes[index] = isValidAt(data, row) ? numbers[row]! + 1 : 0;
  }
  return codes;
}

function onlyOne(values: readonly (Value | null)[], codes: Int32Array): PartitionCodes {
  if (codes.length === 0) return NOTHING;
  const first = codes[0]!;
  return codes.every((code) => code === first)
    ? { values: [values[first]!], codes: null }
    : { values, codes };
}
