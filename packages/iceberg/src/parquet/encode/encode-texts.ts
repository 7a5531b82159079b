import { type Data, DataType, type Vector } from 'apache-arrow';
import { ENCODING } from '../page-headers.js';
import { ByteSink } from './byte-sink.js';
import { hasManyValues } from './compact-texts.js';
import type { EncodedValues } from './encoded-rows.js';
import { bitWidth, writeHybrid } from './hybrid-writer.js';
import { presenceOf, writeLevels } from './levels.js';
import { PageWriter } from './page-writer.js';
import { TextDictionary } from './text-dictionary.js';

/** Rows per page: readers that look for one row unpack no more than a page. */
const PAGE_ROWS = 20_000;
/** Bytes of values after which a page of fewer rows ends. */
const PAGE_BYTES = 1 << 20;

/** The texts of some rows as offsets into one buffer. */
interface Texts {
  readonly source: Uint8Array;
  /** Of the rows that hold a value. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

// Memory for one page at a time: encoding is synchronous.
const content = new ByteSink(PAGE_BYTES);
const values = new ByteSink(PAGE_BYTES);
const runs = new ByteSink();

/** Different values by number. */
interface Values {
  readonly source: Uint8Array;
  readonly count: number;
  readonly byteLength: number;
  start(place: number): number;
  end(place: number): number;
}

/** Encodes a text column: with a dictionary while it has few different values, else plain. */
export function encodeTexts(data: Data, rows: Int32Array | null, nullable: boolean): EncodedValues {
  const pages = new PageWriter();
  const { levels, nulls } = presenceOf(data, rows);
  const rowCount = rows?.length ?? data.length;
  const shape = { levels, rowCount, nullable };
  let bounds: Bounds;
  if (DataType.isDictionary(data.type)) {
    bounds = dictionaryPages(pages, shape, usedValues(data, rows, levels, rowCount - nulls));
  } else {
    const texts = textsOf(data, rows, levels, rowCount - nulls);
    const found = hasManyValues(data) ? null : dictionaryOf(texts);
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

/** Null where there are too many different values. */
function dictionaryOf({ source, starts, ends }: Texts): { values: Values; places: Int32Array } | null {
  const dictionary = new TextDictionary();
  const places = new Int32Array(starts.length);
  return dictionary.addAll(source, starts, ends, places)
    ? { values: withSource(dictionary, source), places }
    : null;
}

/** Those values of an Arrow dictionary that some rows have, numbered anew by first use. */
function usedValues(
  data: Data,
  rows: Int32Array | null,
  levels: Uint8Array | null,
  present: number,
): { values: Values; places: Int32Array } {
  const [all] = (data.dictionary as Vector).data as [Data];
  const offsets = all.valueOffsets as Int32Array;
  const indices = data.values as Uint8Array | Uint16Array | Int32Array;
  const renumbered = new Int32Array(all.length).fill(-1);
  const used: number[] = [];
  const places = new Int32Array(present);
  let byteLength = 0;
  let value = 0;
  const rowCount = rows?.length ?? data.length;
  for (let index = 0; index < rowCount; index++) {
    if (levels !== null && levels[index] === 0) continue;
    const place = indices[rows === null ? index : rows[index]!]!;
    if (renumbered[place] === -1) {
      renumbered[place] = used.length;
      used.push(place);
      byteLength += offsets[place + 1]! - offsets[place]! + 4;
    }
    places[value++] = renumbered[place]!;
  }
  const values = {
    source: all.values as Uint8Array,
    count: used.length,
    byteLength,
    start: (place: number): number => offsets[used[place]!]!,
    end: (place: number): number => offsets[used[place]! + 1]!,
  };
  return { values, places };
}

function withSource(dictionary: TextDictionary, source: Uint8Array): Values {
  return {
    source,
    count: dictionary.count,
    byteLength: dictionary.byteLength,
    start: (place) => dictionary.start(place),
    end: (place) => dictionary.end(place),
  };
}

function textsOf(data: Data, rows: Int32Array | null, levels: Uint8Array | null, present: number): Texts {
  const rowCount = rows?.length ?? data.length;
  const offsets = data.valueOffsets as Int32Array;
  const starts = new Int32Array(present);
  const ends = new Int32Array(present);
  let count = 0;
  for (let index = 0; index < rowCount; index++) {
    if (levels !== null && levels[index] === 0) continue;
    const row = rows === null ? index : rows[index]!;
    starts[count] = offsets[row]!;
    ends[count++] = offsets[row + 1]!;
  }
  return { source: data.values as Uint8Array, starts, ends };
}

/** Which rows hold a value. */
interface Shape {
  /** 1 or 0 per row; null where every row holds a value. */
  readonly levels: Uint8Array | null;
  readonly rowCount: number;
  readonly nullable: boolean;
}

interface Bounds {
  readonly lower: Uint8Array | null;
  readonly upper: Uint8Array | null;
}

function dictionaryPages(
  pages: PageWriter,
  { levels, rowCount, nullable }: Shape,
  { values: found, places }: { values: Values; places: Int32Array },
): Bounds {
  const { source } = found;
  content.clear();
  const range = new TextRange(source);
  for (let place = 0; place < found.count; place++) {
    const [start, end] = [found.start(place), found.end(place)];
    content.sized(source, start, end);
    range.add(start, end);
  }
  pages.dictionary(found.count, content.view());
  const width = Math.max(1, bitWidth(Math.max(0, found.count - 1)));
  let value = 0;
  for (let row = 0; row < rowCount; row += PAGE_ROWS) {
    const end = Math.min(rowCount, row + PAGE_ROWS);
    const lastValue = value + presentIn(levels, row, end);
    content.clear();
    if (nullable) writeLevels(content, levels, { start: row, end, width: 1 }, runs);
    content.byte(width);
    writeHybrid(content, places, { start: value, end: lastValue, width });
    pages.data(end - row, ENCODING.dictionary, content.view());
    value = lastValue;
  }
  return range.bounds();
}

function plainPages(
  pages: PageWriter,
  { levels, rowCount, nullable }: Shape,
  { source, starts, ends }: Texts,
): Bounds {
  const range = new TextRange(source);
  let value = 0;
  for (let row = 0; row < rowCount; ) {
    let end = row;
    values.clear();
    for (; end < rowCount && end - row < PAGE_ROWS && values.length < PAGE_BYTES; end++) {
      if (levels !== null && levels[end] === 0) continue;
      values.sized(source, starts[value]!, ends[value]!);
      range.add(starts[value]!, ends[value]!);
      value++;
    }
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

function presentIn(levels: Uint8Array | null, start: number, end: number): number {
  if (levels === null) return end - start;
  let present = 0;
  for (let row = start; row < end; row++) present += levels[row]!;
  return present;
}

/** The least and the greatest of some texts, by their bytes. */
class TextRange {
  readonly #source: Uint8Array;
  #least: [number, number] | null = null;
  #greatest: [number, number] = [0, 0];

  constructor(source: Uint8Array) {
    this.#source = source;
  }

  add(start: number, end: number): void {
    if (this.#least === null) {
      this.#least = [start, end];
      this.#greatest = [start, end];
    } else if (this.#isBelow(start, end, this.#least)) {
      this.#least = [start, end];
    } else if (this.#isAbove(start, end, this.#greatest)) {
      this.#greatest = [start, end];
    }
  }

  bounds(): Bounds {
    if (this.#least === null) return { lower: null, upper: null };
    return { lower: this.#source.slice(...this.#least), upper: this.#source.slice(...this.#greatest) };
  }

  #isBelow(start: number, end: number, [from, to]: [number, number]): boolean {
    const source = this.#source;
    for (let at = start, other = from; at < end && other < to; at++, other++) {
      if (source[at] !== source[other]) return source[at]! < source[other]!;
    }
    return end - start < to - from;
  }

  #isAbove(start: number, end: number, [from, to]: [number, number]): boolean {
    const source = this.#source;
    for (let at = start, other = from; at < end && other < to; at++, other++) {
      if (source[at] !== source[other]) return source[at]! > source[other]!;
    }
    return end - start > to - from;
  }
}
