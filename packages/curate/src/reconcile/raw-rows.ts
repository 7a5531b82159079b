import type { Table } from '@lean-ops/iceberg';
import { DataType, type RecordBatch } from 'apache-arrow';
import { utf8Column } from '../flatten/utf8-column.js';
import { textAt } from '../standardize/raw-batch.js';
import type { OracleRow } from './oracle-order.js';

export interface OracleRowsOptions {
  readonly snapshotId: bigint;
  readonly columns: readonly string[];
  /** Default: all data files of the snapshot. */
  readonly files?: ReadonlySet<string>;
}

/** Gives rows one object at a time: instants and longs as `bigint`, text as text. */
export async function forEachRow(
  table: Table,
  { snapshotId, columns, files }: OracleRowsOptions,
  take: (row: OracleRow) => void,
): Promise<void> {
  const scan = table.scan({ columns, snapshotId, ...(files === undefined ? {} : { files }) });
  for await (const batch of scan) {
    const readers = columns.map((name) => [name, readerOf(batch, name)] as const);
    for (let row = 0; row < batch.numRows; row++) {
      const values: Record<string, string | bigint | null> = {};
      for (const [name, read] of readers) values[name] = read(row);
      take(values);
    }
  }
}

/** The values of one column of text. */
export async function* textsOf(table: Table, column: string): AsyncGenerator<string> {
  for await (const batch of table.scan({ columns: [column] })) {
    const read = readerOf(batch, column);
    for (let row = 0; row < batch.numRows; row++) yield read(row) as string;
  }
}

type Reader = (row: number) => string | bigint | null;

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
