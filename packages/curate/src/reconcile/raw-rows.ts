import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import type { OracleRow } from './oracle-order.js';

/** Whether a row is wanted, decided by the columns that the question reads. */
export type RowFilter = (row: OracleRow) => boolean;

export interface OracleRowsOptions {
  /** Default: all of the envelope. */
  readonly columns?: readonly string[];
  readonly wanted?: RowFilter;
}

/**
 * Reads rows one object at a time: instants and longs as `bigint`, text as text. A column of a row is read when it is
 * asked for.
 */
export async function* oracleRows(
  table: Table,
  snapshotId: bigint | null,
  { columns = ENVELOPE_COLUMNS.map(({ name }) => name), wanted = () => true }: OracleRowsOptions = {},
): AsyncGenerator<OracleRow> {
  if (snapshotId === null) return;
  for await (const batch of table.scan({ columns, snapshotId })) {
    const readers = new Map(columns.map((name) => [name, readerOf(batch, name)]));
    for (let row = 0; row < batch.numRows; row++) {
      const lazy = new Proxy<OracleRow>({}, { get: (_, name) => readers.get(name as string)?.(row) ?? null });
      if (!wanted(lazy)) continue;
      yield Object.fromEntries([...readers].map(([name, read]) => [name, read(row)]));
    }
  }
}

function readerOf(batch: RecordBatch, name: string): (row: number) => string | bigint | null {
  const vector = batch.getChild(name)!;
  const values: unknown = vector.data[0]?.values;
  // Arrow gives timestamps as milliseconds in floating point: the microseconds stand in the buffer.
  if (values instanceof BigInt64Array) return (row) => (vector.isValid(row) ? values[row]! : null);
  return (row) => vector.get(row) as string | null;
}
