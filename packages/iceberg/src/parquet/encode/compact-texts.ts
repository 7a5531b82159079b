import { type Data, Dictionary, Int32, makeData, Uint8, Uint16, Utf8, Vector } from 'apache-arrow';
import { presenceOf } from './levels.js';
import { TextDictionary } from './text-dictionary.js';

/**
 * A text column with a dictionary, in a fraction of its memory, where it has few different values; else the column as
 * it is. Either is encoded by `encodeRows`, the first without looking at its texts again.
 */
export function compactTexts(data: Data): Data {
  const { length } = data;
  const offsets = data.valueOffsets as Int32Array;
  const source = data.values as Uint8Array;
  const { levels, nulls } = presenceOf(data, null);
  const starts = new Int32Array(length - nulls);
  const ends = new Int32Array(length - nulls);
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (levels !== null && levels[row] === 0) continue;
    starts[count] = offsets[row]!;
    ends[count++] = offsets[row + 1]!;
  }
  const dictionary = new TextDictionary();
  const places = new Int32Array(count);
  if (!dictionary.addAll(source, starts, ends, places)) {
    manyValued.add(data);
    return data;
  }
  const indices = indexArray(dictionary.count, length);
  let next = 0;
  for (let row = 0; row < length; row++) {
    if (levels === null || levels[row] === 1) indices[row] = places[next++]!;
  }
  const indexType =
    indices instanceof Uint8Array ? new Uint8() : indices instanceof Uint16Array ? new Uint16() : new Int32();
  return makeData({
    type: new Dictionary(new Utf8(), indexType),
    length,
    nullCount: nulls,
    nullBitmap: levels === null ? null : data.nullBitmap,
    data: indices,
    dictionary: new Vector([dictionaryData(source, dictionary)]),
  } as never);
}

/** Columns found to have too many different values for a dictionary. */
const manyValued = new WeakSet<Data>();

/** Whether {@link compactTexts} has found so. */
export function hasManyValues(data: Data): boolean {
  return manyValued.has(data);
}

function indexArray(values: number, length: number): Uint8Array | Uint16Array | Int32Array {
  if (values <= 256) return new Uint8Array(length);
  return values <= 65_536 ? new Uint16Array(length) : new Int32Array(length);
}

function dictionaryData(source: Uint8Array, dictionary: TextDictionary): Data {
  const offsets = new Int32Array(dictionary.count + 1);
  const bytes = new Uint8Array(dictionary.byteLength - 4 * dictionary.count);
  for (let place = 0; place < dictionary.count; place++) {
    const [start, end] = [dictionary.start(place), dictionary.end(place)];
    bytes.set(source.subarray(start, end), offsets[place]!);
    offsets[place + 1] = offsets[place]! + end - start;
  }
  return makeData({
    type: new Utf8(),
    length: dictionary.count,
    nullCount: 0,
    valueOffsets: offsets,
    data: bytes,
  });
}
