import { isUtf8 } from 'node:buffer';
import type { Utf8Column } from './utf8-column.js';

/**
 * Whether every row of a column is UTF-8: one native pass over the buffer, then the first byte of each row, for a
 * character cut in two by a row boundary is valid in the whole and invalid in both rows.
 */
export function isColumnUtf8({ data, offsets, length }: Utf8Column): boolean {
  if (!isUtf8(data.subarray(offsets[0], offsets[length]))) return false;
  for (let row = 1; row < length; row++) {
    const start = offsets[row]!;
    if (start < offsets[row + 1]! && (data[start]! & 0xc0) === 0x80) return false;
  }
  return true;
}

/** Offset of the first ill-formed sequence in `source[start..end)`, counted from `start`; -1 when there is none. */
export function firstInvalidUtf8(source: Uint8Array, start: number, end: number): number {
  if (isUtf8(source.subarray(start, end))) return -1;
  let at = start;
  while (at < end) {
    const length = sequenceLength(source, at, end);
    if (length === 0) return at - start;
    at += length;
  }
  return -1;
}

/** Bytes of the well-formed sequence at `at`, 0 when it is ill-formed. Unicode 16, table 3-7. */
function sequenceLength(source: Uint8Array, at: number, end: number): number {
  const lead = source[at]!;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) === 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > end) return 0;
  for (let index = 1; index < length; index++) if ((source[at + index]! & 0xc0) !== 0x80) return 0;
  const second = source[at + 1]!;
  const overlong = (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90);
  const surrogate = lead === 0xed && second > 0x9f;
  const beyond = lead === 0xf4 && second > 0x8f;
  return overlong || surrogate || beyond ? 0 : length;
}
