import type { Data } from 'apache-arrow';
import { isBlank, KEY_PREFIX, MESSAGE_PREFIX } from '../dedup/merge-key.js';
import { isPresent, type Utf8Column, utf8Vector } from '../flatten/utf8-column.js';
import { singleChunk } from '../tables/arrow.js';

/**
 * The merge keys of rows, as the version table makes them.
 *
 * @param keys Texts of the key that the contract names.
 * @param rows Rows that need one; the others have an empty text.
 */
export function mergeKeyColumn(keys: Utf8Column, ids: Utf8Column, rows: Int32Array): Data {
  const { length } = ids;
  const offsets = new Int32Array(length + 1);
  const data = new Uint8Array(span(keys) + span(ids) + 2 * rows.length);
  const bytes = fill({ keys, ids, rows }, data, offsets);
  const column = { length, data: data.subarray(0, bytes), offsets, validity: null };
  return singleChunk(utf8Vector(column));
}

// A loop of its own: what stands behind a loop that is compiled while it runs is compiled twice.
function fill(
  { keys, ids, rows }: { keys: Utf8Column; ids: Utf8Column; rows: Int32Array },
  data: Uint8Array,
  offsets: Int32Array,
): number {
  let at = 0;
  let next = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    while (next <= row) offsets[next++] = at;
    const isKey = isPresent(keys, row) && !isBlank(keys.data, keys.offsets[row]!, keys.offsets[row + 1]!);
    const { data: bytes, offsets: places } = isKey ? keys : ids;
    const prefix = isKey ? KEY_PREFIX : MESSAGE_PREFIX;
    data[at] = prefix[0]!;
    data[at + 1] = prefix[1]!;
    at += 2;
    const end = places[row + 1]!;
    for (let from = places[row]!; from < end; from++) data[at++] = bytes[from]!;
  }
  while (next < offsets.length) offsets[next++] = at;
  return at;
}

function span({ offsets, length }: Utf8Column): number {
  return offsets[length]! - offsets[0]!;
}
