import {
  BACKSLASH,
  CLOSE_OBJECT,
  LOWER_E,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  LOWER_U,
  MINUS,
  NINE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  POINT,
  QUOTE,
  UPPER_E,
  ZERO,
} from './bytes.js';
import { scanNumber, scanStringRest, skipValue } from './scanner.js';
import { END, NONE, type Skeleton } from './skeleton.js';
import { CHUNK_ROWS, NULL_END, type ValueChunk } from './value-chunk.js';

/** Words are read from any byte of a payload on: so many bytes must follow it in the buffer. */
const SLACK = 8;

/** `true`, `alse` and `null` as words, lowest byte first. */
const TRUE = 0x65757274;
const ALSE = 0x65736c61;
const NULL = 0x6c6c756e;

/**
 * Scans rows that are made like others before: the bytes between the values are compared with those of an edge of the
 * {@link Skeleton}, four at a time, and only the values are looked at. Anything else (a key that is new or comes twice,
 * an object where columns go no deeper, a half of a surrogate pair, a fault) is left to the general scanner, and the row
 * leaves no trace. What is taken is what the general scanner would have found.
 */
export class SkeletonScanner {
  readonly #skeleton: Skeleton;
  readonly #chunk: ValueChunk;
  /** Column of a node, by number. */
  #columns: Int32Array = new Int32Array(64).fill(NONE);
  /** Row in which a node was met last, by number. */
  #stamps: Int32Array = new Int32Array(64);
  #stamp = 0;
  /** Columns of the values of the row so far. */
  #taken: Int32Array = new Int32Array(64);
  #source: Uint8Array = new Uint8Array(0);
  #words: DataView = new DataView(new ArrayBuffer(0));

  constructor(skeleton: Skeleton, chunk: ValueChunk) {
    this.#skeleton = skeleton;
    this.#chunk = chunk;
  }

  /** The buffer of the rows that come. */
  begin(source: Uint8Array): void {
    this.#source = source;
    this.#words = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }

  /** Says where the values of the nodes go that the skeleton has learnt of: columns by the node's number. */
  place(number: number, column: number): void {
    if (number >= this.#columns.length) {
      const columns = new Int32Array(number * 2).fill(NONE);
      columns.set(this.#columns);
      this.#columns = columns;
      this.#stamps = new Int32Array(columns.length);
      this.#taken = new Int32Array(columns.length);
    }
    this.#columns[number] = column;
  }

  /** Notes the values of the payload `[start..end)`; false, and nothing is noted, where it is left to the general scanner. */
  scan(start: number, end: number, row: number): boolean {
    const words = this.#words;
    if (end + SLACK > words.byteLength) return false;
    const { first, another, lengths, targets, openedFrom, openedTo, opened } = this.#skeleton;
    const { orders } = this.#chunk;
    const stamps = this.#stamps;
    const stamp = (this.#stamp + 1) | 0;
    this.#stamp = stamp;
    let at = start;
    let node = 0;
    let taken = 0;
    /** The last of the columns whose order counts, and whether all of them rise. */
    const firstNew = orders === null ? MOST_COLUMNS : orders.firstNew;
    let last = firstNew - 1;
    let isRising = true;
    for (;;) {
      let edge = first[node]!;
      while (edge !== NONE && !this.#isNext(edge, at, end)) edge = another[edge]!;
      if (edge === NONE) return this.#leave(taken);
      at += lengths[edge]!;
      node = targets[edge]!;
      if (node === END) {
        if (!isRising) orders?.note(row, this.#taken, taken);
        return true;
      }
      for (let index = openedFrom[edge]!; index < openedTo[edge]!; index++) {
        const outer = opened[index]!;
        if (stamps[outer] === stamp) return this.#leave(taken);
        stamps[outer] = stamp;
      }
      if (stamps[node] === stamp) return this.#leave(taken);
      stamps[node] = stamp;
      at = this.#value(node, at, end, row);
      if (at < 0) return this.#leave(taken);
      const column = this.#columns[node]!;
      this.#taken[taken++] = column;
      if (column > last) last = column;
      else if (column >= firstNew) isRising = false;
    }
  }

  /** Whether the bytes at `at` are those of an edge. What leads to the end has to end there. */
  #isNext(edge: number, at: number, end: number): boolean {
    const { lengths, begins, targets, words: known } = this.#skeleton;
    const words = this.#words;
    const length = lengths[edge]!;
    const stop = at + length;
    if (stop > end || (targets[edge] === END && stop !== end)) return false;
    let from = at;
    let word = begins[edge]!;
    for (; from < stop - 3; from += 4, word++) {
      if (words.getInt32(from, true) !== known[word]) return false;
    }
    // The rest of a word counts as far as the edge goes.
    return from === stop || (words.getInt32(from, true) ^ known[word]!) << ((4 - (stop - from)) * 8) === 0;
  }

  /** Notes the value at `position`; where it ends, or a negative number. */
  #value(node: number, position: number, end: number, row: number): number {
    const source = this.#source;
    const words = this.#words;
    const byte = source[position]!;
    if (byte === QUOTE) {
      let at = position + 1;
      while (at < end && isPlain(words.getInt32(at, true))) at += 4;
      let special = source[at]!;
      while (special !== QUOTE && special !== BACKSLASH && special >= 0x20 && at < end)
        special = source[++at]!;
      if (special !== QUOTE) return this.#escaped(node, position, { at, end, row });
      if (at >= end) return -1;
      this.#put(node, position + 1, at, row);
      return at + 1;
    }
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) {
      const at = numberEnd(source, position, end);
      if (at >= 0) this.#put(node, position, at, row);
      return at;
    }
    return this.#other(node, position, end, row);
  }

  /** A string with escapes; those of half a surrogate pair may be one that is not whole. */
  #escaped(
    node: number,
    position: number,
    { at: first, end, row }: { at: number; end: number; row: number },
  ): number {
    const source = this.#source;
    const at = scanStringRest(source, first, end);
    if (at < 0) return at;
    for (let index = first; index < at - 2; index++) {
      if (source[index] !== BACKSLASH) continue;
      index++;
      if (source[index] === LOWER_U && (source[index + 1]! | 0x20) === LOWER_D) return -1;
    }
    this.#put(node, position + 1, ~(at - 1), row);
    return at;
  }

  /** A word, an array or an empty object. */
  #other(node: number, position: number, end: number, row: number): number {
    const source = this.#source;
    const words = this.#words;
    let at = -1;
    switch (source[position]) {
      case LOWER_T:
        if (words.getInt32(position, true) === TRUE) at = position + 4;
        break;
      case LOWER_F:
        if (words.getInt32(position + 1, true) === ALSE) at = position + 5;
        break;
      case LOWER_N:
        if (words.getInt32(position, true) !== NULL) return -1;
        this.#put(node, position, NULL_END, row);
        return position + 4;
      case OPEN_ARRAY:
        at = skipValue(source, position, end);
        break;
      case OPEN_OBJECT:
        if (source[position + 1] === CLOSE_OBJECT) at = position + 2;
        break;
    }
    if (at >= 0) this.#put(node, position, at, row);
    return at;
  }

  #put(node: number, start: number, end: number, row: number): void {
    const { counts, starts, ends, rows, touched, marked } = this.#chunk;
    const column = this.#columns[node]!;
    const count = counts[column]!;
    if (count === 0) touched.push(column);
    const at = column * CHUNK_ROWS + count;
    starts[at] = start;
    ends[at] = end;
    rows[at] = row;
    if (end < 0) marked[column] = 1;
    counts[column] = count + 1;
  }

  /** Takes back what the row has noted. */
  #leave(taken: number): false {
    const { counts } = this.#chunk;
    for (let index = 0; index < taken; index++) counts[this.#taken[index]!]!--;
    return false;
  }
}

const LOWER_D = 0x64;
const MOST_COLUMNS = 0x7fff_ffff;

/** Whether none of four bytes is a quote, a backslash or a control character. */
function isPlain(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  return (
    ((((quote - 0x01010101) & ~quote) |
      ((backslash - 0x01010101) & ~backslash) |
      ((word - 0x20202020) & ~word)) &
      0x80808080) ===
    0
  );
}

/** Where a number ends, or a negative number: the common forms here, exponents by the general scanner. */
function numberEnd(source: Uint8Array, position: number, end: number): number {
  let at = position;
  let byte = source[at]!;
  if (byte === MINUS) byte = source[++at]!;
  if (byte === ZERO) {
    byte = source[++at]!;
  } else {
    if (byte < ZERO || byte > NINE) return -1;
    do byte = source[++at]!;
    while (byte >= ZERO && byte <= NINE);
  }
  if (byte === POINT) {
    byte = source[++at]!;
    if (byte < ZERO || byte > NINE) return -1;
    do byte = source[++at]!;
    while (byte >= ZERO && byte <= NINE);
  }
  return byte === LOWER_E || byte === UPPER_E ? scanNumber(source, position, end) : at;
}
