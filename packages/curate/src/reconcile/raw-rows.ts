import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import type { OracleRow } from './oracle-order.js';

/** Reads rows one object at a time: instants and longs as `bigint`, text as text. */
export async function* oracleRows(
  table: Table,
  snapshotId: bigint | null,
  columns: readonly string[] = ENVELOPE_COLUMNS.map(({ name }) => name),
): AsyncGenerator<OracleRow> {
  if (snapshotId === null) return;
  for await (const batch of table.scan({ columns, snapshotId })) yield* rowsOf(batch, columns);
}

function* rowsOf(batch: RecordBatch, columns: readonly string[]): Generator<OracleRow> {
  const readers = columns.map((name) => [name, readerOf(batch, name)] as const);
  for (let row = 0; row < batch.numRows; row++) {
    yield Object.fromEntries(readers.map(([name, read]) => [name, read(row)]));
  }
}

function readerOf(batch: RecordBatch, name: string): (row: number) => string | bigint | null {
  const vector = batch.getChild(name)!;
  const values: unknown = vector.data[0]?.values;
  // Arrow gives timestamps as milliseconds in floating point: the microseconds stand in the buffer.
  if (values instanceof BigInt64Array) return (row) => (vector.isValid(row) ? values[row]! : null);
  return (row) => vector.get(row) as string | null;
}
