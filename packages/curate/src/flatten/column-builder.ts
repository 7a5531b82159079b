import { CurateError } from '../error.js';
import { unescaped, unescapeString } from './escape.js';
import type { Utf8Column } from './utf8-column.js';
import type { ValueColumn } from './value-column.js';

const MAX_BYTES = 2 ** 31 - 1;
/** Up to here a loop copies faster than making a view for `set`. */
const SHORT_COPY = 48;
const NO_BYTES: Uint8Array = new Uint8Array(0);
const NO_ROWS: Int32Array = new Int32Array(0);

/**
 * One column of texts while a batch is scanned: value bytes end to end, with the row and the end of each value. Rows
 * come in rising order, so the last value can be taken back.
 */
export class ColumnBuilder implements ValueColumn {
  /** The path, until the column has a name. */
  name: string;
  readonly path: string;
  /** Values given out by {@link finish} since the start. */
  total = 0;
  #data = NO_BYTES;
  #size = 0;
  #rows = NO_ROWS;
  #ends = NO_ROWS;
  #count = 0;
  /** What the last batch took: the first allocation of the next one. */
  #likelyBytes = 256;
  #likelyRows = 16;

  constructor(name: string, path: string) {
    this.name = name;
    this.path = path;
  }

  /** Copies `source[start..end)` as the value of `row`. */
  append(source: Uint8Array, start: number, end: number, row: number): void {
    const length = end - start;
    if (this.#size + length > this.#data.length) this.#grow(length);
    const data = this.#data;
    let to = this.#size;
    if (length <= SHORT_COPY) {
      for (let from = start; from < end; from++) data[to++] = source[from]!;
    } else {
      data.set(source.subarray(start, end), to);
      to += length;
    }
    this.#close(to, row);
  }

  /**
   * Unescapes the content of a JSON string as the value of `row`; nothing is appended when it holds a lone surrogate.
   *
   * @returns whether the value was appended.
   */
  appendUnescaped(source: Uint8Array, start: number, end: number, row: number): boolean {
    if (this.#size + end - start > this.#data.length) this.#grow(end - start);
    const to = unescapeString(source, start, end, this.#data, this.#size);
    if (unescaped.loneSurrogate) return false;
    this.#close(to, row);
    return true;
  }

  #close(end: number, row: number): void {
    if (this.#count === this.#rows.length) this.#growRows();
    this.#size = end;
    this.#rows[this.#count] = row;
    this.#ends[this.#count++] = end;
  }

  /** A null is no value. */
  appendNull(): void {}

  /** Takes the value of `row` back, when it has one. */
  retract(row: number): void {
    if (this.#count === 0 || this.#rows[this.#count - 1] !== row) return;
    this.#count--;
    this.#size = this.#count === 0 ? 0 : this.#ends[this.#count - 1]!;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The column over `rowCount` rows, null where no value was appended. The builder starts anew. */
  finish(rowCount: number): Utf8Column {
    const column = this.#column(rowCount);
    this.total += this.#count;
    this.#likelyBytes = Math.max(256, Math.ceil(this.#size * 1.1));
    this.#likelyRows = Math.max(16, this.#count);
    // The column keeps the bytes and ends; memory for the next batch comes with its first value.
    this.#data = NO_BYTES;
    this.#rows = NO_ROWS;
    this.#ends = NO_ROWS;
    this.#size = 0;
    this.#count = 0;
    return column;
  }

  #column(rowCount: number): Utf8Column {
    const count = this.#count;
    const data = this.#data.subarray(0, this.#size);
    const offsets = new Int32Array(rowCount + 1);
    if (count === rowCount) {
      offsets.set(this.#ends.subarray(0, count), 1);
      return { length: rowCount, data, offsets, validity: null };
    }
    const validity = new Uint8Array((rowCount + 7) >> 3);
    const rows = this.#rows;
    const ends = this.#ends;
    let position = 0;
    let next = 0;
    for (let index = 0; index < count; index++) {
      const row = rows[index]!;
      while (next <= row) offsets[next++] = position;
      position = ends[index]!;
      validity[row >> 3]! |= 1 << (row & 7);
    }
    while (next <= rowCount) offsets[next++] = position;
    return { length: rowCount, data, offsets, validity };
  }

  #grow(length: number): void {
    const needed = this.#size + length;
    if (needed > MAX_BYTES) {
      throw new CurateError(
        `column ${this.name} would hold ${needed} bytes in one batch, above the 2 GiB of Arrow's 32-bit offsets: flatten fewer rows at a time`,
        { code: 'BATCH_TOO_LARGE', context: { column: this.name, path: this.path, bytes: needed } },
      );
    }
    const larger = new Uint8Array(
      Math.min(MAX_BYTES, Math.max(needed, this.#likelyBytes, this.#data.length * 2)),
    );
    larger.set(this.#data.subarray(0, this.#size));
    this.#data = larger;
  }

  #growRows(): void {
    const rows = new Int32Array(Math.max(this.#likelyRows, this.#rows.length * 2));
    rows.set(this.#rows);
    this.#rows = rows;
    const ends = new Int32Array(rows.length);
    ends.set(this.#ends);
    this.#ends = ends;
  }
}
