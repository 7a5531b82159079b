import { type Data, DataType, type RecordBatch, TimeUnit } from 'apache-arrow';
import { isValidAt, mayHaveNulls } from '../../arrow/arrow-data.js';
import { IcebergError } from '../../error.js';
import type { ResolvedPartitionField } from '../../partition/partition-type.js';
import { encodeLongLists } from './encode-long-lists.js';
import { encodeLongs } from './encode-longs.js';
import { encodeTexts } from './encode-texts.js';
import type { EncodedColumn, EncodedRows, EncodedValues } from './encoded-rows.js';
import { partitionCodes, partitionRows } from './partition-rows.js';

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
  const parts = partitionRows(layout, { rows, count: batch.numRows }, partitionCodes(layout, batch, rows));
  return parts.map(({ partition, rows: chosen }) => ({
    rowCount: chosen?.length ?? batch.numRows,
    partition,
    columns: encodeColumns(layout, batch, chosen),
  }));
}

/**
 * Encodes the columns of rows of one partition ({@link partitionRows}): rows whose columns are in several batches, or with
 * several threads, are encoded batch by batch, and their columns put together.
 *
 * @param rows Rows of the batch to take, rising; default all.
 * @throws {IcebergError} As {@link encodeRows}.
 */
export function encodeColumns(
  layout: Pick<RowLayout, 'required'>,
  batch: RecordBatch,
  rows: Int32Array | null = null,
): EncodedColumn[] {
  const required = new Set(layout.required);
  return batch.schema.fields.map((field, position) => {
    const data = batch.data.children[position] as Data;
    return { name: field.name, ...encodeColumn(data, rows, field.name, !required.has(field.name)) };
  });
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
