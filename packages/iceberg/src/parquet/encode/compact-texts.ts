import { type Data, Dictionary, Int32, makeData, Uint8, Uint16, Utf8, Vector } from 'apache-arrow';
import { presenceOf } from './levels.js';
import { IntScratch } from './scratch.js';
import { TextDictionary } from './text-dictionary.js';
import { wordsOf } from './words.js';

/**
 * A text column with a dictionary, in a fraction of its memory, where it has few different values; else the column as
 * it is. Either is encoded by `encodeRows`, the first without looking at its texts again.
 */
export function compactTexts(data: Data): Data {
  const { length } = data;
  if (data.nullCount === length) return withoutValues(data);
  const offsets = data.valueOffsets as Int32Array;
  const source = data.values as Uint8Array;
  const { levels, nulls } = presenceOf(data, null);
  const present = length - nulls;
  const places = { source, words: wordsOf(source), starts: offsets, ends: offsets.subarray(1) };
  let rows: Int32Array | null = null;
  if (levels !== null) {
    rows = new Int32Array(present);
    for (let row = 0, count = 0; row < length; row++) if (levels[row] === 1) rows[count++] = row;
    places.starts = rows.map((row) => offsets[row]!);
    places.ends = rows.map((row) => offsets[row + 1]!);
  }
  const dictionary = new TextDictionary();
  const numbers = new Int32Array(present);
  if (!dictionary.addAll(places, { from: 0, to: present }, numbers, 0)) {
    manyValued.add(data);
    return data;
  }
  return dictionaryData(dictionary, numbers, {
    length,
    rows,
    nullBitmap: rows === null ? null : (data.nullBitmap ?? null),
  });
}

function withoutValues({ length, nullBitmap }: Data): Data {
  const numbers = { length, rows: new Int32Array(0), nullBitmap: nullBitmap ?? null };
  return dictionaryData(new TextDictionary(), new Int32Array(0), numbers);
}

/** Columns found to have too many different values for a dictionary. */
const manyValued = new WeakSet<Data>();

/** Whether {@link compactTexts} has found so. */
export function hasManyValues(data: Data): boolean {
  return manyValued.has(data);
}

/** Says that a column has too many different values for a dictionary. */
export function noteManyValues(data: Data): void {
  manyValued.add(data);
}

/** A column of numbers in a dictionary. `rows` are those that hold the values; null where all do, in their order. */
export function dictionaryData(
  dictionary: TextDictionary,
  numbers: Int32Array,
  { length, rows, nullBitmap }: { length: number; rows: Int32Array | null; nullBitmap: Uint8Array | null },
): Data {
  const { count } = dictionary;
  const indices = indexArray(count, length);
  indices.set(rows === null ? numbers : numbersByRow(numbers, rows, scratch.take(length).fill(0)));
  const indexType =
    indices instanceof Uint8Array ? new Uint8() : indices instanceof Uint16Array ? new Uint16() : new Int32();
  const values = makeData({
    type: new Utf8(),
    length: count,
    nullCount: 0,
    valueOffsets: dictionary.offsets.slice(0, count + 1),
    data: dictionary.bytes.slice(0, dictionary.offsets[count]!),
  });
  return makeData({
    type: new Dictionary(new Utf8(), indexType),
    length,
    nullCount: rows === null ? 0 : length - rows.length,
    nullBitmap,
    data: indices,
    dictionary: new Vector([values]),
  } as never);
}

const scratch = new IntScratch();

// A loop of its own: what stands behind a loop that is compiled while it runs is compiled twice.
function numbersByRow(numbers: Int32Array, rows: Int32Array, target: Int32Array): Int32Array {
  for (let value = 0; value < rows.length; value++) target[rows[value]!] = numbers[value]!;
  return target;
}

function indexArray(values: number, length: number): Uint8Array | Uint16Array | Int32Array {
  if (values <= 256) return new Uint8Array(length);
  return values <= 65_536 ? new Uint16Array(length) : new Int32Array(length);
}
