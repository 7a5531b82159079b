import type { Data } from 'apache-arrow';
import { isValidAt } from '../arrow/arrow-data.js';

/** Rows of the least and the greatest value of a chunk; −1 where there is none. */
export interface Extremes {
  readonly least: number;
  readonly greatest: number;
  /** Values that are not a number, which are neither. */
  readonly nans: number;
}

type Numbers = Int32Array | Float32Array | Float64Array;

/** Of a chunk of numbers, −0 and +0 being the same. */
export function numberExtremes(data: Data, nullable: boolean): Extremes {
  const values = data.values as Numbers;
  let [least, greatest, nans] = [-1, -1, 0];
  let lower = Number.POSITIVE_INFINITY;
  let upper = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < data.length; row++) {
    if (nullable && !isValidAt(data, row)) continue;
    const value = values[row]!;
    if (Number.isNaN(value)) {
      nans++;
      continue;
    }
    if (value < lower || least === -1) {
      least = row;
      lower = value;
    }
    if (value > upper || greatest === -1) {
      greatest = row;
      upper = value;
    }
  }
  return { least, greatest, nans };
}

/** Of a chunk of 64-bit integers. */
export function longExtremes(data: Data, nullable: boolean): Extremes {
  const values = data.values as BigInt64Array;
  let [least, greatest] = [-1, -1];
  for (let row = 0; row < data.length; row++) {
    if (nullable && !isValidAt(data, row)) continue;
    if (least === -1) {
      least = row;
      greatest = row;
    } else if (values[row]! < values[least]!) {
      least = row;
    } else if (values[row]! > values[greatest]!) {
      greatest = row;
    }
  }
  return { least, greatest, nans: 0 };
}

/** Of a chunk of texts or bytes, compared byte by byte; of text that is the order of code points. */
export function bytesExtremes(data: Data, nullable: boolean): Extremes {
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets as Int32Array;
  let [least, greatest] = [-1, -1];
  for (let row = 0; row < data.length; row++) {
    if (nullable && !isValidAt(data, row)) continue;
    if (least === -1) {
      least = row;
      greatest = row;
    } else if (compareAt(bytes, offsets, row, least) < 0) {
      least = row;
    } else if (compareAt(bytes, offsets, row, greatest) > 0) {
      greatest = row;
    }
  }
  return { least, greatest, nans: 0 };
}

function compareAt(bytes: Uint8Array, offsets: Int32Array, left: number, right: number): number {
  let [a, b] = [offsets[left]!, offsets[right]!];
  const [endOfA, endOfB] = [offsets[left + 1]!, offsets[right + 1]!];
  for (; a < endOfA && b < endOfB; a++, b++) {
    const difference = bytes[a]! - bytes[b]!;
    if (difference !== 0) return difference;
  }
  return endOfA - a - (endOfB - b);
}
