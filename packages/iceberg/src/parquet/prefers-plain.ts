import { type Data, DataType } from 'apache-arrow';
import { isValidAt, mayHaveNulls } from '../arrow/arrow-data.js';

/** Rows looked at; fewer say too little. */
const MOST_SAMPLED = 16_384;
const FEWEST_SAMPLED = 2048;
/** Share of different values above which a dictionary holds nearly every value once. */
const MOST_DIFFERENT = 0.9;

/** More than are ever sampled, by so much that few different values share a place. */
const PLACES = 1 << 20;

/**
 * Whether a column is better written without a dictionary, judged by some of its rows: where nearly every value is
 * another, a dictionary takes time and makes the file larger, for it holds the values and their places are added.
 */
export function prefersPlain(data: Data): boolean {
  const hashOf = hashReader(data);
  const sampled = Math.min(MOST_SAMPLED, data.length);
  if (hashOf === null || sampled < FEWEST_SAMPLED) return false;
  const nullable = mayHaveNulls(data);
  const seen = new Int32Array(PLACES / 32);
  let values = 0;
  let different = 0;
  for (let index = 0; index < sampled; index++) {
    const row = Math.floor((index * data.length) / sampled);
    if (nullable && !isValidAt(data, row)) continue;
    values++;
    const place = hashOf(row) & (PLACES - 1);
    const bit = 1 << (place & 31);
    if ((seen[place >> 5]! & bit) !== 0) continue;
    seen[place >> 5]! |= bit;
    different++;
  }
  return values >= FEWEST_SAMPLED && different > values * MOST_DIFFERENT;
}

function hashReader(data: Data): ((row: number) => number) | null {
  const type = data.type as DataType;
  const { values, valueOffsets } = data;
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    const bytes = values as Uint8Array;
    return (row) => {
      let hash = 0;
      for (let at = valueOffsets[row]!; at < valueOffsets[row + 1]!; at++)
        hash = Math.imul(hash ^ bytes[at]!, FACTOR);
      return hash ^ (hash >>> 15);
    };
  }
  if (values instanceof Int32Array || values instanceof Float32Array) {
    const words = new Int32Array(values.buffer, values.byteOffset, values.length);
    return (row) => mixed(words[row]!, 0);
  }
  if (values instanceof BigInt64Array || values instanceof Float64Array) {
    const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    return (row) => mixed(words[row * 2]!, words[row * 2 + 1]!);
  }
  return null;
}

const FACTOR = 0x9e3779b1;

function mixed(low: number, high: number): number {
  const hash = Math.imul(low ^ Math.imul(high ^ (high >>> 16), FACTOR), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
