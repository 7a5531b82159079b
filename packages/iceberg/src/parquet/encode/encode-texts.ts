import type { Data } from 'apache-arrow';
import { ENCODING } from '../page-headers.js';
import { ByteSink } from './byte-sink.js';
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
  /** 1 or 0 per row; null where every row holds a value. */
  readonly levels: Uint8Array | null;
  readonly rowCount: number;
}

/** Encodes a text column: with a dictionary while it has few different values, else plain. */
export function encodeTexts(data: Data, rows: Int32Array | null, nullable: boolean): EncodedValues {
  const texts = textsOf(data, rows);
  const values = texts.starts.length;
  const places = new Int32Array(values);
  const dictionary = new TextDictionary();
  const pages = new PageWriter();
  const isSmall = dictionary.addAll(texts.source, texts.starts, texts.ends, places);
  const bounds = isSmall
    ? dictionaryPages(pages, texts, { dictionary, places, nullable })
    : plainPages(pages, texts, nullable);
  return {
    type: 'string',
    nullable,
    bytes: pages.finish(),
    dictionaryBytes: pages.dictionaryBytes,
    unpackedBytes: pages.unpackedBytes,
    values: texts.rowCount,
    nulls: texts.rowCount - values,
    ...bounds,
  };
}

function textsOf(data: Data, rows: Int32Array | null): Texts {
  const { levels, nulls } = presenceOf(data, rows);
  const rowCount = rows?.length ?? data.length;
  const offsets = data.valueOffsets as Int32Array;
  const starts = new Int32Array(rowCount - nulls);
  const ends = new Int32Array(rowCount - nulls);
  let count = 0;
  for (let index = 0; index < rowCount; index++) {
    if (levels !== null && levels[index] === 0) continue;
    const row = rows === null ? index : rows[index]!;
    starts[count] = offsets[row]!;
    ends[count++] = offsets[row + 1]!;
  }
  return { source: data.values as Uint8Array, starts, ends, levels, rowCount };
}

interface Bounds {
  readonly lower: Uint8Array | null;
  readonly upper: Uint8Array | null;
}

function dictionaryPages(
  pages: PageWriter,
  texts: Texts,
  { dictionary, places, nullable }: { dictionary: TextDictionary; places: Int32Array; nullable: boolean },
): Bounds {
  const { source, levels, rowCount } = texts;
  const content = new ByteSink(dictionary.byteLength + 64);
  const runs = new ByteSink();
  const range = new TextRange(source);
  for (let place = 0; place < dictionary.count; place++) {
    const [start, end] = [dictionary.start(place), dictionary.end(place)];
    content.sized(source, start, end);
    range.add(start, end);
  }
  pages.dictionary(dictionary.count, content.view());
  const width = Math.max(1, bitWidth(Math.max(0, dictionary.count - 1)));
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

function plainPages(pages: PageWriter, texts: Texts, nullable: boolean): Bounds {
  const { source, starts, ends, levels, rowCount } = texts;
  const content = new ByteSink(PAGE_BYTES);
  const values = new ByteSink(PAGE_BYTES);
  const runs = new ByteSink();
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
