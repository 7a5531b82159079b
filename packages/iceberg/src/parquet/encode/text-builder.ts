import { type Data, makeData, Utf8 } from 'apache-arrow';
import { dictionaryData, noteManyValues } from './compact-texts.js';
import { TextDictionary, type TextPlaces } from './text-dictionary.js';
import { copyWords, wordsOf } from './words.js';

const NO_BYTES: Uint8Array = new Uint8Array(0);
const NO_NUMBERS: Int32Array = new Int32Array(0);
/** From here on a copy by the engine is quicker than a loop. */
const LONG = 96;

/**
 * Builds a text column as `compactTexts` gives it from values that come one after another: with a dictionary while
 * there are few different ones, else as plain texts. Batch after batch can be built; a column that had many values in
 * one gets no dictionary in those that follow.
 *
 * @example
 * const builder = new TextBuilder();
 * builder.add({ source, words: new DataView(source.buffer), starts, ends }, rows, { from: 0, to: rows.length });
 * const column = builder.finish(rowCount);
 */
export class TextBuilder {
  /** Values since the last {@link finish}. */
  count = 0;
  #dictionary: TextDictionary | null = null;
  #isPlain = false;
  #rows: Int32Array = NO_NUMBERS;
  /** Numbers in the dictionary; without one where each value ends. */
  #marks: Int32Array = NO_NUMBERS;
  #bytes: Uint8Array = NO_BYTES;
  #words: DataView = wordsOf(NO_BYTES);
  #size = 0;
  /** What the last batch took: the first allocation of the next one. */
  #likelyBytes = 1024;
  #likelyValues = 64;

  /**
   * Adds the values at the places `from` up to `to`.
   *
   * @param rows Row of each, by the same index; they rise from call to call.
   */
  add(texts: TextPlaces, rows: Int32Array, { from, to }: { from: number; to: number }): void {
    if (from === to) return;
    this.#reserve(to - from);
    this.#rows.set(rows.subarray(from, to), this.count);
    if (!this.#isPlain) {
      this.#dictionary ??= new TextDictionary();
      if (!this.#dictionary.addAll(texts, { from, to }, this.#marks, this.count)) this.#turnPlain();
    }
    if (this.#isPlain) this.#addPlain(texts, from, to);
    this.count += to - from;
  }

  /** The column over `rowCount` rows, null where no value was added. */
  finish(rowCount: number): Data {
    const dictionary = this.#dictionary;
    const rows = this.count === rowCount ? null : this.#rows.subarray(0, this.count);
    const nullBitmap = rows === null ? null : bitmapOf(rows, rowCount);
    const data =
      dictionary === null
        ? this.#plainData(rowCount, rows, nullBitmap)
        : dictionaryData(dictionary, this.#marks.subarray(0, this.count), {
            length: rowCount,
            rows,
            nullBitmap,
          });
    this.#likelyValues = Math.max(64, this.count);
    this.drop();
    return data;
  }

  /** Gives up what was added since the last {@link finish}. */
  drop(): void {
    this.count = 0;
    this.#size = 0;
    this.#dictionary = null;
    this.#bytes = NO_BYTES;
    this.#words = wordsOf(NO_BYTES);
  }

  /** Writes out what has numbers so far. */
  #turnPlain(): void {
    const dictionary = this.#dictionary!;
    const words = wordsOf(dictionary.bytes);
    const { offsets, bytes } = dictionary;
    this.#dictionary = null;
    this.#isPlain = true;
    for (let value = 0; value < this.count; value++) {
      const number = this.#marks[value]!;
      this.#marks[value] = this.#copy(bytes, words, offsets[number]!, offsets[number + 1]!);
    }
  }

  #addPlain({ source, words, starts, ends }: TextPlaces, from: number, to: number): void {
    const marks = this.#marks;
    let at = this.count;
    for (let index = from; index < to; index++) {
      marks[at++] = this.#copy(source, words, starts[index]!, ends[index]!);
    }
  }

  /** Copies a value behind those before it; the place where it ends. */
  #copy(source: Uint8Array, words: DataView, start: number, end: number): number {
    const size = this.#size + end - start;
    if (size > this.#bytes.length) this.#grow(size);
    if (end - start > LONG) this.#bytes.set(source.subarray(start, end), this.#size);
    else copyWords(words, { start, end }, this.#words, this.#size);
    this.#size = size;
    return size;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#likelyBytes, Math.ceil(this.#bytes.length * 1.5)));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
    this.#words = wordsOf(larger);
  }

  #reserve(more: number): void {
    const needed = this.count + more;
    if (needed <= this.#rows.length) return;
    const room = Math.max(needed, this.#likelyValues, this.#rows.length * 2);
    const rows = new Int32Array(room);
    rows.set(this.#rows.subarray(0, this.count));
    this.#rows = rows;
    const marks = new Int32Array(room);
    marks.set(this.#marks.subarray(0, this.count));
    this.#marks = marks;
  }

  #plainData(rowCount: number, rows: Int32Array | null, nullBitmap: Uint8Array | null): Data {
    const offsets = new Int32Array(rowCount + 1);
    const ends = this.#marks.subarray(0, this.count);
    if (rows === null) offsets.set(ends, 1);
    else putEnds(rows, ends, offsets);
    this.#likelyBytes = Math.max(1024, Math.ceil(this.#size * 1.05));
    const bytes = this.#bytes;
    // What is kept for long should hold no more than it needs.
    const values =
      bytes.length > this.#size * 1.2 ? bytes.slice(0, this.#size) : bytes.subarray(0, this.#size);
    const data = makeData({
      type: new Utf8(),
      length: rowCount,
      nullCount: rows === null ? 0 : rowCount - rows.length,
      nullBitmap,
      valueOffsets: offsets,
      data: values,
    });
    if (this.#isPlain) noteManyValues(data);
    return data;
  }
}

// Loops of their own: what stands behind a loop that is compiled while it runs is compiled twice.

function putEnds(rows: Int32Array, ends: Int32Array, offsets: Int32Array): void {
  let position = 0;
  let value = 0;
  for (let row = 0; row < offsets.length; row++) {
    offsets[row] = position;
    if (value < rows.length && rows[value] === row) position = ends[value++]!;
  }
}

function bitmapOf(rows: Int32Array, rowCount: number): Uint8Array {
  const bits = new Uint8Array((rowCount + 7) >> 3);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    bits[row >> 3]! |= 1 << (row & 7);
  }
  return bits;
}
