import { type Data, DataType, type Vector } from 'apache-arrow';
import { ENCODING } from '../page-headers.js';
import { ByteSink } from './byte-sink.js';
import { hasManyValues } from './compact-texts.js';
import type { EncodedValues } from './encoded-rows.js';
import { bitWidth, writeHybrid } from './hybrid-writer.js';
import { presenceOf, writeLevels } from './levels.js';
import { PageWriter } from './page-writer.js';
import { IntScratch } from './scratch.js';
import { TextDictionary, type TextPlaces } from './text-dictionary.js';
import { TextRange } from './text-range.js';
import { wordsOf } from './words.js';

/** Rows per page: readers that look for one row unpack no more than a page. */
const PAGE_ROWS = 20_000;
/** Bytes of values after which a page of fewer rows ends. */
const PAGE_BYTES = 1 << 20;

// Memory for one page at a time: encoding is synchronous.
const content = new ByteSink(PAGE_BYTES);
const values = new ByteSink(PAGE_BYTES);
const runs = new ByteSink();
const numberScratch = new IntScratch();
const startScratch = new IntScratch();
const endScratch = new IntScratch();
const renumberedScratch = new IntScratch();
const indexScratch = new IntScratch();

/** Encodes a text column: with a dictionary while it has few different values, else plain. */
export function encodeTexts(data: Data, rows: Int32Array | null, nullable: boolean): EncodedValues {
  const pages = new PageWriter();
  const { levels, nulls } = presenceOf(data, rows);
  const rowCount = rows?.length ?? data.length;
  const present = rowCount - nulls;
  const shape = { levels, rowCount, nullable };
  let bounds: ReturnType<TextRange['bounds']>;
  if (DataType.isDictionary(data.type)) {
    bounds = dictionaryPages(pages, shape, usedValues(data, { rows, levels, present }));
  } else {
    const texts = textsOf(data, { rows, levels, present });
    const found = hasManyValues(data) ? null : dictionaryOf(texts, present);
    bounds = found === null ? plainPages(pages, shape, texts) : dictionaryPages(pages, shape, found);
  }
  return {
    type: 'string',
    nullable,
    bytes: pages.finish(),
    dictionaryBytes: pages.dictionaryBytes,
    unpackedBytes: pages.unpackedBytes,
    values: rowCount,
    nulls,
    ...bounds,
  };
}

/** Which rows of a column are wanted, and which of these hold a value. */
interface Selection {
  readonly rows: Int32Array | null;
  /** 1 or 0 per wanted row; null where every one holds a value. */
  readonly levels: Uint8Array | null;
  readonly present: number;
}

/** The values of a dictionary page, and the number that each row has there. */
interface Numbered {
  readonly texts: TextPlaces;
  readonly numbers: Int32Array;
}

/** Null where there are too many different values. */
function dictionaryOf(texts: TextPlaces, present: number): Numbered | null {
  const dictionary = new TextDictionary();
  const numbers = numberScratch.take(present);
  if (!dictionary.addAll(texts, { from: 0, to: present }, numbers, 0)) return null;
  const { bytes, offsets, count } = dictionary;
  const starts = offsets.subarray(0, count);
  const ends = offsets.subarray(1, count + 1);
  return { texts: { source: bytes, words: wordsOf(bytes), starts, ends }, numbers };
}

/** Those values of an Arrow dictionary that some rows have, numbered anew by first use. */
function usedValues(data: Data, selection: Selection): Numbered {
  const [all] = (data.dictionary as Vector).data as [Data];
  const offsets = all.valueOffsets as Int32Array;
  const starts = startScratch.take(all.length);
  const ends = endScratch.take(all.length);
  const numbers = chosenNumbers(data.values as Uint8Array | Uint16Array | Int32Array, selection);
  const count = renumber(numbers, {
    known: renumberedScratch.take(all.length).fill(-1),
    offsets,
    starts,
    ends,
  });
  const source = all.values as Uint8Array;
  const texts = {
    source,
    words: wordsOf(source),
    starts: starts.subarray(0, count),
    ends: ends.subarray(0, count),
  };
  return { texts, numbers };
}

/** Numbers values anew by first use and notes where each stands; gives how many there are. */
function renumber(
  numbers: Int32Array,
  { known, offsets, starts, ends }: Record<'known' | 'offsets' | 'starts' | 'ends', Int32Array>,
): number {
  let count = 0;
  for (let value = 0; value < numbers.length; value++) {
    const old = numbers[value]!;
    let number = known[old]!;
    if (number === -1) {
      number = count++;
      known[old] = number;
      starts[number] = offsets[old]!;
      ends[number] = offsets[old + 1]!;
    }
    numbers[value] = number;
  }
  return count;
}

/** The numbers of the rows that hold a value. */
function chosenNumbers(
  indices: Uint8Array | Uint16Array | Int32Array,
  { rows, levels, present }: Selection,
): Int32Array {
  const numbers = numberScratch.take(present);
  if (rows === null && levels === null) {
    numbers.set(indices.subarray(0, present));
    return numbers;
  }
  // One kind of array for the loop.
  const all = indexScratch.take(indices.length);
  all.set(indices);
  takeNumbers(all, { rows, levels }, numbers);
  return numbers;
}

function takeNumbers(
  all: Int32Array,
  { rows, levels }: Pick<Selection, 'rows' | 'levels'>,
  numbers: Int32Array,
): void {
  let value = 0;
  const count = rows?.length ?? all.length;
  for (let index = 0; index < count; index++) {
    if (levels === null || levels[index] === 1) numbers[value++] = all[rows === null ? index : rows[index]!]!;
  }
}

function textsOf(data: Data, { rows, levels, present }: Selection): TextPlaces {
  const source = data.values as Uint8Array;
  const words = wordsOf(source);
  const offsets = data.valueOffsets as Int32Array;
  if (rows === null && levels === null) {
    return { source, words, starts: offsets.subarray(0, present), ends: offsets.subarray(1, present + 1) };
  }
  const rowCount = rows?.length ?? data.length;
  const starts = startScratch.take(present);
  const ends = endScratch.take(present);
  let count = 0;
  for (let index = 0; index < rowCount; index++) {
    if (levels !== null && levels[index] === 0) continue;
    const row = rows === null ? index : rows[index]!;
    starts[count] = offsets[row]!;
    ends[count++] = offsets[row + 1]!;
  }
  return { source, words, starts, ends };
}

/** Which rows hold a value. */
interface Shape {
  /** 1 or 0 per row; null where every row holds a value. */
  readonly levels: Uint8Array | null;
  readonly rowCount: number;
  readonly nullable: boolean;
}

function dictionaryPages(
  pages: PageWriter,
  { levels, rowCount, nullable }: Shape,
  { texts, numbers }: Numbered,
): ReturnType<TextRange['bounds']> {
  const { source, words, starts, ends } = texts;
  const count = starts.length;
  content.clear();
  const range = new TextRange(source, words);
  for (let number = 0; number < count; number++) {
    content.sized(texts, starts[number]!, ends[number]!);
    range.add(starts[number]!, ends[number]!);
  }
  pages.dictionary(count, content.view());
  const width = Math.max(1, bitWidth(Math.max(0, count - 1)));
  let value = 0;
  for (let row = 0; row < rowCount; row += PAGE_ROWS) {
    const end = Math.min(rowCount, row + PAGE_ROWS);
    const lastValue = value + presentIn(levels, row, end);
    content.clear();
    if (nullable) writeLevels(content, levels, { start: row, end, width: 1 }, runs);
    content.byte(width);
    writeHybrid(content, numbers, { start: value, end: lastValue, width });
    pages.data(end - row, ENCODING.dictionary, content.view());
    value = lastValue;
  }
  return range.bounds();
}

function plainPages(
  pages: PageWriter,
  { levels, rowCount, nullable }: Shape,
  texts: TextPlaces,
): ReturnType<TextRange['bounds']> {
  const range = new TextRange(texts.source, texts.words);
  let value = 0;
  for (let row = 0; row < rowCount; ) {
    values.clear();
    const end = plainValues(texts, { levels, row, rowCount, value }, range);
    value += levels === null ? end - row : presentIn(levels, row, end);
    if (nullable) {
      content.clear();
      writeLevels(content, levels, { start: row, end, width: 1 }, runs);
      content.bytes(values.view());
    }
    pages.data(end - row, ENCODING.plain, (nullable ? content : values).view());
    row = end;
  }
  return range.bounds();
}

/** Puts the values of the rows from `row` on into a page, as many as it takes; gives the row behind them. */
function plainValues(
  texts: TextPlaces,
  { levels, row, rowCount, value: first }: Omit<Shape, 'nullable'> & { row: number; value: number },
  range: TextRange,
): number {
  const { starts, ends } = texts;
  let value = first;
  let end = row;
  const last = Math.min(rowCount, row + PAGE_ROWS);
  for (; end < last && values.length < PAGE_BYTES; end++) {
    if (levels !== null && levels[end] === 0) continue;
    values.sized(texts, starts[value]!, ends[value]!);
    range.add(starts[value]!, ends[value]!);
    value++;
  }
  return end;
}

function presentIn(levels: Uint8Array | null, start: number, end: number): number {
  if (levels === null) return end - start;
  let present = 0;
  for (let row = start; row < end; row++) present += levels[row]!;
  return present;
}
