import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { DataType, type RecordBatch } from 'apache-arrow';
import { utf8Column } from '../flatten/utf8-column.js';
import { textAt } from '../standardize/raw-batch.js';
import type { OracleRow } from './oracle-order.js';

/** Whether a row is wanted, decided by the columns that the question reads. */
export type RowFilter = (row: OracleRow) => boolean;

export interface OracleRowsOptions {
  /** Default: all of the envelope. */
  readonly columns?: readonly string[];
  readonly wanted?: RowFilter | undefined;
}

/**
 * Reads rows one object at a time: instants and longs as `bigint`, text as text. Of a row that is not wanted only the
 * columns that say so are read.
 */
export async function* oracleRows(
  table: Table,
  snapshotId: bigint | null,
  { columns = ENVELOPE_COLUMNS.map(({ name }) => name), wanted }: OracleRowsOptions = {},
): AsyncGenerator<OracleRow> {
  if (snapshotId === null) return;
  for await (const batch of table.scan({ columns, snapshotId })) {
    const readers = new Map(columns.map((name) => [name, readerOf(batch, name)]));
    for (let row = 0; row < batch.numRows; row++) {
      if (wanted !== undefined && !wanted(lazyRow(readers, row))) continue;
      const values: Record<string, string | bigint | null> = {};
      for (const [name, read] of readers) values[name] = read(row);
      yield values;
    }
  }
}

type Reader = (row: number) => string | bigint | null;

/** A row whose columns are read when they are asked for. */
function lazyRow(readers: ReadonlyMap<string, Reader>, row: number): OracleRow {
  return new Proxy<OracleRow>({}, { get: (_, name) => readers.get(name as string)?.(row) ?? null });
}

function readerOf(batch: RecordBatch, name: string): Reader {
  const vector = batch.getChild(name)!;
  const values: unknown = vector.data[0]?.values;
  // Arrow gives timestamps as milliseconds in floating point: the microseconds stand in the buffer.
  if (values instanceof BigInt64Array) return (row) => (vector.isValid(row) ? values[row]! : null);
  // Arrow drops a byte order mark that a text begins with.
  if (DataType.isUtf8(vector.type)) {
    const texts = utf8Column(vector);
    return (row) => textAt(texts, row);
  }
  return (row) => vector.get(row) as string | null;
}
