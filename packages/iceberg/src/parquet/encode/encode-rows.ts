import { type Data, DataType, type RecordBatch, TimeUnit, type Vector } from 'apache-arrow';
import { isValidAt, mayHaveNulls } from '../../arrow/arrow-data.js';
import { columnReader } from '../../arrow/column-reader.js';
import { IcebergError } from '../../error.js';
import { partitionKey } from '../../partition/partition-key.js';
import type { ResolvedPartitionField } from '../../partition/partition-type.js';
import { transformFunction } from '../../partition/transform.js';
import type { Value } from '../../type/value.js';
import { encodeLongLists } from './encode-long-lists.js';
import { encodeLongs } from './encode-longs.js';
import { encodeTexts } from './encode-texts.js';
import type { EncodedRows, EncodedValues } from './encoded-rows.js';

/** What rows must be encoded by to fit a table. Plain data, so that it can be given to another thread. */
export interface RowLayout {
  /** Names of columns that hold no nulls; all others may. */
  readonly required: readonly string[];
  readonly specId: number;
  /** Fields of the table's partitioning, with the column that each is made of. */
  readonly partition: readonly (ResolvedPartitionField & { readonly column: string })[];
}

/**
 * Encodes rows for `Transaction.appendEncoded`: what takes the most time of writing them, apart from the table and, if
 * one likes, in another thread. Columns are Utf8 (also with a dictionary, see `compactTexts`), Int64, Timestamp (µs), or List of Int64 that are not null.
 *
 * @param rows Rows of the batch to take, rising; default all.
 * @returns one part per partition; none where there are no rows.
 * @throws {IcebergError} `TYPE_MISMATCH` for a column of another type, `REQUIRED_VALUE_MISSING` for a null in a required one.
 */
export function encodeRows(
  layout: RowLayout,
  batch: RecordBatch,
  rows: Int32Array | null = null,
): EncodedRows[] {
  const required = new Set(layout.required);
  return partitionsOf(layout, batch, rows).map(({ values, rows: chosen }) => ({
    rowCount: chosen?.length ?? batch.numRows,
    partition: values,
    columns: batch.schema.fields.map((field, position) => {
      const data = batch.data.children[position] as Data;
      return { name: field.name, ...encodeColumn(data, chosen, field.name, !required.has(field.name)) };
    }),
  }));
}

function encodeColumn(data: Data, rows: Int32Array | null, name: string, nullable: boolean): EncodedValues {
  const type = data.type as DataType;
  if (!nullable) refuseNulls(data, rows, name);
  const isText = DataType.isUtf8(DataType.isDictionary(type) ? type.dictionary : type);
  if (isText) return encodeTexts(data, rows, nullable);
  if (DataType.isInt(type) && type.bitWidth === 64 && type.isSigned)
    return encodeLongs(data, rows, { nullable, type: 'long' });
  if (DataType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND)
    return encodeLongs(data, rows, {
      nullable,
      type: type.timezone == null ? 'timestamp' : 'timestamptz',
    });
  if (nullable && isLongList(data)) return encodeLongLists(data, rows);
  throw new IcebergError(
    `Column "${name}" of the data has the Arrow type ${type}, which is not encoded; append the rows as a record batch.`,
    { code: 'TYPE_MISMATCH', context: { column: name, arrowType: String(type) } },
  );
}

function isLongList(data: Data): boolean {
  const type = data.type as DataType;
  if (!DataType.isList(type)) return false;
  const element = type.children[0]!.type as DataType;
  return DataType.isInt(element) && element.bitWidth === 64 && !mayHaveNulls(data.children[0] as Data);
}

function refuseNulls(data: Data, rows: Int32Array | null, name: string): void {
  if (!mayHaveNulls(data)) return;
  const count = rows?.length ?? data.length;
  for (let index = 0; index < count; index++) {
    const row = rows === null ? index : rows[index]!;
    if (isValidAt(data, row)) continue;
    throw new IcebergError(`Column "${name}" is required, and row ${row} of a batch has no value for it.`, {
      code: 'REQUIRED_VALUE_MISSING',
      context: { column: name, row },
    });
  }
}

interface PartitionPart {
  readonly values: readonly (Value | null)[];
  readonly rows: Int32Array | null;
}

function partitionsOf(
  { partition, specId }: RowLayout,
  batch: RecordBatch,
  rows: Int32Array | null,
): PartitionPart[] {
  const count = rows?.length ?? batch.numRows;
  if (count === 0) return [];
  if (partition.length === 0) return [{ values: [], rows }];
  const fields = partition.map((field) => partitionColumn(field, batch));
  const common = fields.map((field) => field.commonCode(rows, count));
  if (common.every((code) => code !== null))
    return [{ values: fields.map(({ values }, index) => values[common[index]!]!), rows }];
  const groups = new Map<string, { values: (Value | null)[]; rows: number[] }>();
  // Rows that have the same values in all fields stand together more often than not.
  const codes = new Int32Array(fields.length).fill(-1);
  let group: { values: (Value | null)[]; rows: number[] } | undefined;
  for (let index = 0; index < count; index++) {
    const row = rows === null ? index : rows[index]!;
    let isSame = group !== undefined;
    for (let field = 0; field < fields.length; field++) {
      const code = fields[field]!.codeOf(row);
      if (code !== codes[field]) isSame = false;
      codes[field] = code;
    }
    if (!isSame) {
      const values = fields.map((field, position) => field.values[codes[position]!]!);
      const key = partitionKey(specId, values);
      group = groups.get(key);
      if (group === undefined) {
        group = { values, rows: [] };
        groups.set(key, group);
      }
    }
    group!.rows.push(row);
  }
  return Array.from(groups.values(), (found) => ({
    values: found.values,
    rows: groups.size === 1 ? rows : Int32Array.from(found.rows),
  }));
}

/** The partition values of a column by number, and which one each row has. */
interface PartitionColumn {
  readonly values: (Value | null)[];
  codeOf(row: number): number;
  /** The one that all of some rows have; null where they have several, or it takes too long to tell. */
  commonCode(rows: Int32Array | null, count: number): number | null;
}

function partitionColumn(field: RowLayout['partition'][number], batch: RecordBatch): PartitionColumn {
  const position = batch.schema.fields.findIndex(({ name }) => name === field.column);
  if (position === -1 || field.sourceType === null || field.parsed.name === 'void')
    return { values: [null], codeOf: () => 0, commonCode: () => 0 };
  const apply = transformFunction(field.parsed, field.sourceType);
  const transformed = (value: Value | null): Value | null => {
    const result = value === null ? null : apply(value);
    return result instanceof Uint8Array ? result.slice() : result;
  };
  const data = batch.data.children[position] as Data;
  if (DataType.isDictionary(data.type)) {
    const [all] = (data.dictionary as Vector).data as [Data];
    const read = columnReader(all, field.sourceType);
    const values = [null, ...Array.from({ length: all.length }, (_, place) => transformed(read(place)))];
    const indices = data.values as Int32Array;
    const codeOf = (row: number): number => (isValidAt(data, row) ? indices[row]! + 1 : 0);
    return {
      values,
      codeOf,
      commonCode: (rows, count) => {
        const code = codeOf(rows?.[0] ?? 0);
        for (let index = 1; index < count; index++) {
          if (codeOf(rows === null ? index : rows[index]!) !== code) return null;
        }
        return code;
      },
    };
  }
  const read = columnReader(data, field.sourceType);
  const values: (Value | null)[] = [];
  const known = new Map<string, number>();
  return {
    values,
    commonCode: () => null,
    codeOf: (row) => {
      const value = transformed(read(row));
      const key = partitionKey(0, [value]);
      let code = known.get(key);
      if (code === undefined) {
        code = values.push(value) - 1;
        known.set(key, code);
      }
      return code;
    },
  };
}
