import { DataType, type RecordBatch } from 'apache-arrow';
import { isPresent, type Utf8Column, utf8Column } from '../flatten/utf8-column.js';
import { vectorOf } from '../standardize/raw-batch.js';
import type { RecordWriter } from './records.js';

/** 64-bit values: those of null rows are meaningless. */
export interface LongColumn {
  readonly values: BigInt64Array;
  /** One byte per row, 1 = present; null where every row is. */
  readonly present: Uint8Array | null;
}

/** Columns of a batch of a table, as plain data. */
export interface LayerColumns {
  readonly rowCount: number;
  readonly texts: Readonly<Record<string, Utf8Column>>;
  /** Longs, and instants as microseconds. */
  readonly longs: Readonly<Record<string, LongColumn>>;
}

/** Takes a batch apart: what is no text is a long or an instant. */
export function layerColumns(batch: RecordBatch, names: readonly string[]): LayerColumns {
  const texts: Record<string, Utf8Column> = {};
  const longs: Record<string, LongColumn> = {};
  for (const name of names) {
    const vector = vectorOf(batch, name);
    if (DataType.isUtf8(vector.type)) {
      texts[name] = utf8Column(vector);
      continue;
    }
    // Arrow gives timestamps as milliseconds in floating point: the microseconds stand in the buffer.
    const values = (vector.data[0]?.values ?? new BigInt64Array(0)) as BigInt64Array;
    const present = vector.nullCount === 0 ? null : new Uint8Array(batch.numRows);
    if (present !== null)
      for (let row = 0; row < batch.numRows; row++) present[row] = Number(vector.isValid(row));
    longs[name] = { values, present };
  }
  return { rowCount: batch.numRows, texts, longs };
}

/** Some rows, in memory of their own, which may move to another thread. */
export function sliceColumns({ texts, longs }: LayerColumns, from: number, to: number): LayerColumns {
  return {
    rowCount: to - from,
    texts: mapped(texts, (column) => sliceTexts(column, from, to)),
    longs: mapped(longs, ({ values, present }) => ({
      values: values.slice(from, to),
      present: present?.slice(from, to) ?? null,
    })),
  };
}

function sliceTexts(column: Utf8Column, from: number, to: number): Utf8Column {
  const { data } = column;
  const start = column.offsets[from]!;
  const offsets = new Int32Array(to - from + 1);
  for (let row = from; row <= to; row++) offsets[row - from] = column.offsets[row]! - start;
  const validity = column.validity === null ? null : new Uint8Array((to - from + 7) >> 3);
  if (validity !== null)
    for (let row = from; row < to; row++)
      if (isPresent(column, row)) validity[(row - from) >> 3]! |= 1 << ((row - from) & 7);
  return { length: to - from, data: data.slice(start, column.offsets[to]!), offsets, validity };
}

function mapped<From, To>(
  columns: Readonly<Record<string, From>>,
  change: (column: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, change(column)]));
}

/** Writes a text without what says how long it is. */
export function writeText(writer: RecordWriter, { data, offsets }: Utf8Column, row: number): void {
  writer.copy(data, offsets[row]!, offsets[row + 1]!);
}

/** Null where the row has none. */
export function longAt({ values, present }: LongColumn, row: number): bigint | null {
  return present === null || present[row] === 1 ? values[row]! : null;
}

/**
 * Writes a number and a text as one part, the same for the same two and for no others: what is there of them, eight bytes,
 * the text.
 */
export function writePair(writer: RecordWriter, long: bigint | null, texts: Utf8Column, row: number): void {
  const hasText = isPresent(texts, row);
  writer.byte((long === null ? 0 : 1) | (hasText ? 2 : 0));
  if (long !== null) writer.long(long);
  if (hasText) writeText(writer, texts, row);
  writer.endPart();
}

/** The number and the bytes of the text of a pair. */
export function readPair(pair: Buffer): { long: bigint | null; text: Buffer } {
  const hasLong = (pair[0]! & 1) !== 0;
  return { long: hasLong ? pair.readBigInt64LE(1) : null, text: pair.subarray(hasLong ? 9 : 1) };
}
