import type { Utf8Column } from '../flatten/utf8-column.js';
import type { HashBytes } from './byte-arena.js';

/** Whether two rows hold the same bytes. */
export function isSameText(left: Utf8Column, leftRow: number, right: Utf8Column, row: number): boolean {
  const start = right.offsets[row]!;
  const end = right.offsets[row + 1]!;
  return areEqual(left.data, left.offsets[leftRow]!, left.offsets[leftRow + 1]!, right.data, start, end);
}

/** Whether two ranges hold the same bytes. */
export function areEqual(
  left: Uint8Array,
  leftStart: number,
  leftEnd: number,
  right: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (leftEnd - leftStart !== end - start) return false;
  for (let at = leftStart, other = start; other < end; at++, other++)
    if (left[at] !== right[other]) return false;
  return true;
}

/** The hash of the texts of some rows. */
export function hashTexts({ data, offsets }: Utf8Column, rows: Int32Array, hash: HashBytes): Int32Array {
  const hashes = new Int32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    hashes[index] = hash(data, offsets[row]!, offsets[row + 1]!);
  }
  return hashes;
}
