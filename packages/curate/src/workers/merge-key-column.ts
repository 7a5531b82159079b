import type { Data } from 'apache-arrow';
import { isBlank, KEY_PREFIX, MESSAGE_PREFIX } from '../dedup/merge-key.js';
import { isPresent, type Utf8Column, utf8Vector } from '../flatten/utf8-column.js';
import { singleChunk } from '../tables/arrow.js';

/** Makes the merge keys of rows, as the version table does. The same memory serves batch after batch. */
export class MergeKeyColumn {
  #bytes: Uint8Array = new Uint8Array(0);
  #offsets: Int32Array = new Int32Array(0);

  /**
   * @param keys Texts of the key that the contract names.
   * @param rows Rows that need one; the others have an empty text.
   * @returns the column, valid until the next call.
   */
  make(keys: Utf8Column, ids: Utf8Column, rows: Int32Array): Data {
    const { length } = ids;
    const room = span(keys) + span(ids) + 2 * rows.length;
    if (this.#bytes.length < room) this.#bytes = new Uint8Array(Math.ceil(room * 1.1));
    if (this.#offsets.length < length + 1) this.#offsets = new Int32Array(Math.ceil(length * 1.1) + 1);
    const data = this.#bytes;
    const offsets = this.#offsets;
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
    while (next <= length) offsets[next++] = at;
    const column = {
      length,
      data: data.subarray(0, at),
      offsets: offsets.subarray(0, length + 1),
      validity: null,
    };
    return singleChunk(utf8Vector(column));
  }
}

function span({ offsets, length }: Utf8Column): number {
  return offsets[length]! - offsets[0]!;
}
