import { type Data, DataType } from 'apache-arrow';
import { isValidAt } from '../arrow/arrow-data.js';
import { bytesReader } from '../arrow/column-reader.js';

/** Rows looked at; fewer say too little. */
const MOST_SAMPLED = 16_384;
const FEWEST_SAMPLED = 2048;
/** Share of different values above which a dictionary holds nearly every value once. */
const MOST_DIFFERENT = 0.9;

/**
 * Whether a column is better written without a dictionary, judged by its first rows: where nearly every value is
 * another, a dictionary takes time and makes the file larger, for it holds the values and their places are added.
 */
export function prefersPlain(data: Data): boolean {
  const keyOf = keyReader(data);
  const sampled = Math.min(MOST_SAMPLED, data.length);
  if (keyOf === null || sampled < FEWEST_SAMPLED) return false;
  const seen = new Set<unknown>();
  let values = 0;
  for (let index = 0; index < sampled; index++) {
    const row = Math.floor((index * data.length) / sampled);
    if (!isValidAt(data, row)) continue;
    values++;
    seen.add(keyOf(row));
  }
  return values >= FEWEST_SAMPLED && seen.size > values * MOST_DIFFERENT;
}

function keyReader(data: Data): ((row: number) => unknown) | null {
  const type = data.type as DataType;
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    const bytes = bytesReader(data);
    return (row) => {
      const value = bytes(row);
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
    };
  }
  const { values } = data;
  const isPlain =
    values instanceof BigInt64Array ||
    values instanceof Float64Array ||
    values instanceof Int32Array ||
    values instanceof Float32Array;
  return isPlain ? (row) => values[row] : null;
}
