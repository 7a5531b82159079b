import { OPEN_OBJECT } from './bytes.js';
import type { ParseFailure } from './parse-failure.js';
import { fault, scanText, skipSpace } from './scanner.js';
import { firstInvalidUtf8 } from './utf8.js';
import { isPresent, type Utf8Column } from './utf8-column.js';

/** Scans the object at `position`: the end, or `~offset`. */
export type ScanObject = (source: Uint8Array, position: number, end: number, row: number) => number;

/**
 * Takes one payload through all that can be wrong with it.
 *
 * @param utf8 whether the column is known to be UTF-8; otherwise the row is looked at.
 * @param scanObject called only for a payload that is UTF-8 and starts with a brace.
 */
export function parseRow(
  payloads: Utf8Column,
  row: number,
  utf8: boolean,
  scanObject: ScanObject,
): ParseFailure | null {
  if (!isPresent(payloads, row)) return { row, reason: 'NULL_PAYLOAD', offset: 0 };
  const source = payloads.data;
  const start = payloads.offsets[row]!;
  const end = payloads.offsets[row + 1]!;
  if (!utf8) {
    const invalid = firstInvalidUtf8(source, start, end);
    if (invalid >= 0) return invalidUtf8(source, start, end, row, invalid);
  }
  const position = skipSpace(source, start, end);
  const isObject = position < end && source[position] === OPEN_OBJECT;
  const at = isObject ? scanObject(source, position, end, row) : scanText(source, position, end);
  if (at < 0) return { row, reason: fault.reason, offset: ~at - start };
  return isObject ? null : { row, reason: 'NOT_AN_OBJECT', offset: position - start };
}

/** Bad bytes may come after an error of another kind: the first one counts. */
function invalidUtf8(
  source: Uint8Array,
  start: number,
  end: number,
  row: number,
  invalid: number,
): ParseFailure {
  const at = scanText(source, start, end);
  return at < 0 && ~at - start < invalid
    ? { row, reason: fault.reason, offset: ~at - start }
    : { row, reason: 'INVALID_UTF8', offset: invalid };
}
