import type { RowOrders } from './row-orders.js';

/**
 * Rows whose values are noted before they are taken up, column by column: few enough that their payloads are still in
 * the processor's cache then, many enough that the dictionary of a column comes into it for more than a handful of values.
 */
export const CHUNK_ROWS = 1024;

/** Stands for an end where the value is a null. */
export const NULL_END: number = -0x8000_0000;

/**
 * Where the values of the last rows stand in their payloads, by column. Positions are those of the buffer that the rows
 * are scanned in; `~end` marks a string that has to be unescaped, {@link NULL_END} a null.
 */
export class ValueChunk {
  /** The values of column `n` from place `n * CHUNK_ROWS` on. */
  starts: Int32Array = new Int32Array(0);
  ends: Int32Array = new Int32Array(0);
  rows: Int32Array = new Int32Array(0);
  /** Values per column. */
  counts: Int32Array = new Int32Array(0);
  /** 1 for columns of which some end is a mark. */
  marked: Uint8Array = new Uint8Array(0);
  /** Columns that have had values. */
  readonly touched: number[] = [];
  /** Of the rows of a batch; null where nobody asks. */
  orders: RowOrders | null = null;
  #columns = 0;
  /** Columns that {@link put} was given for a row, in their order; values may have been taken back. */
  readonly #inRow: number[] = [];

  /** Makes room for one more column. */
  addColumn(): number {
    const column = this.#columns++;
    if (column < this.counts.length) return column;
    const room = Math.max(32, column * 2);
    this.starts = grown(this.starts, room * CHUNK_ROWS);
    this.ends = grown(this.ends, room * CHUNK_ROWS);
    this.rows = grown(this.rows, room * CHUNK_ROWS);
    this.counts = grown(this.counts, room);
    const marked = new Uint8Array(room);
    marked.set(this.marked);
    this.marked = marked;
    return column;
  }

  put(column: number, start: number, end: number, row: number): void {
    const count = this.counts[column]!;
    if (count === 0) this.touched.push(column);
    const at = column * CHUNK_ROWS + count;
    this.starts[at] = start;
    this.ends[at] = end;
    this.rows[at] = row;
    if (end < 0) this.marked[column] = 1;
    this.counts[column] = count + 1;
    this.#inRow.push(column);
  }

  /** Comes before what is {@link put} for a row. */
  beginRow(): void {
    this.#inRow.length = 0;
  }

  /** The row that values were {@link put} for is through. */
  endRow(row: number): void {
    const { orders } = this;
    if (orders === null || isRising(this.#inRow, orders.firstNew)) return;
    const last = (column: number): number => column * CHUNK_ROWS + this.counts[column]! - 1;
    const columns = [...new Set(this.#inRow)]
      .filter((column) => this.counts[column]! > 0 && this.rows[last(column)] === row)
      .sort((left, right) => this.starts[last(left)]! - this.starts[last(right)]!);
    if (!isRising(columns, orders.firstNew)) orders.note(row, columns, columns.length);
  }

  /** Takes the value of a row back, when it is the last one of its column. */
  retract(column: number, row: number): void {
    const count = this.counts[column]!;
    if (count > 0 && this.rows[column * CHUNK_ROWS + count - 1] === row) this.counts[column] = count - 1;
  }

  clear(): void {
    for (const column of this.touched) {
      this.counts[column] = 0;
      this.marked[column] = 0;
    }
    this.touched.length = 0;
  }
}

/** Whether the numbers from `least` on rise. */
function isRising(columns: readonly number[], least: number): boolean {
  let before = least - 1;
  for (const column of columns) {
    if (column < least) continue;
    if (column <= before) return false;
    before = column;
  }
  return true;
}

function grown(values: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
