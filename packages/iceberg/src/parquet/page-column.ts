import { type Data, DataType } from 'apache-arrow';
import {
  bitValues,
  type ColumnBuilder,
  columnBuilder,
  type PageValues,
  pageValues,
  placeValues,
} from './column-builder.js';
import { HybridReader, isAllOnes } from './hybrid-runs.js';
import { requireChecksum } from './page-checksum.js';
import { type ChunkPages, ENCODING, findPages, type Page } from './page-headers.js';
import type { ColumnChunk } from './parquet-footer.js';
import { CODEC, giveBack, unpackPage } from './unpack-page.js';

/** Parquet's numbers of physical types, and of the encodings that may stand in a chunk that is read here. */
const PHYSICAL = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, bytes: 6, fixed: 7 };
const LEVEL_ENCODING = 4;
const ENCODINGS = new Set([...Object.values(ENCODING), LEVEL_ENCODING]);
const CODECS = new Set(Object.values(CODEC));
/** Levels and places are decoded so many at once: a few bytes may stand for any number of them. */
const WINDOW_ROWS = 65_536;
/** Pages are rarely packed so well; where a header says so, memory is taken as the bytes come. */
const MOST_RATIO = 64;

interface PlacedPage {
  readonly page: Page;
  readonly firstRow: number;
}

/**
 * The rows of one column of a row group, decoded page by page as they are asked for: what lies between is passed over,
 * whole pages without being unpacked. Columns that are not nested, with the encodings of most writers; all others are
 * left to the Parquet library.
 */
export class PageColumn {
  readonly #chunk: Uint8Array;
  readonly #column: ColumnChunk;
  readonly #type: DataType;
  readonly #pages: readonly PlacedPage[];
  readonly #dictionaryPage: Page | null;
  #dictionary: PageValues | null = null;
  /** The page that is being read and the next row in it. */
  #at = 0;
  #row = 0;
  #levels: HybridReader | null = null;
  #values: PageValues | HybridReader | null = null;
  /** The memory of the page, where it is its own. */
  #unpacked: Uint8Array | null = null;
  #levelScratch: Int32Array = new Int32Array(0);
  #valueScratch: Int32Array = new Int32Array(0);

  private constructor(chunk: Uint8Array, parts: { column: ColumnChunk; type: DataType; pages: ChunkPages }) {
    this.#chunk = chunk;
    this.#column = parts.column;
    this.#type = parts.type;
    this.#dictionaryPage = parts.pages.dictionary;
    let firstRow = 0;
    this.#pages = parts.pages.data.map((page) => {
      const placed = { page, firstRow };
      firstRow += page.values;
      return placed;
    });
  }

  /** Whether a column may be read here, judged by what the footer says. */
  static fits(column: ColumnChunk, type: DataType): boolean {
    return (
      CODECS.has(column.codec) &&
      column.encodings.every((encoding) => ENCODINGS.has(encoding)) &&
      hasSimpleForm(column, type)
    );
  }

  /** `null` where a page has a form that is left to the library. Throws an `Error` for damaged bytes. */
  static open(
    chunk: Uint8Array,
    parts: { column: ColumnChunk; type: DataType; rows: number },
  ): PageColumn | null {
    const pages = findPages(chunk, parts.column.nullable);
    if (pages === null) return null;
    for (const { encoding } of pages.data) if (!isReadable(encoding, parts.column)) return null;
    const rows = pages.data.reduce((total, page) => total + page.values, 0);
    if (rows !== parts.rows) throw new Error(`${rows} rows of ${parts.rows} are in the pages of a column`);
    return new PageColumn(chunk, { ...parts, pages });
  }

  /** Rows that come after those read before. Throws an `Error` for damaged bytes. */
  read(start: number, count: number): Data {
    if (this.#dictionary === null && this.#dictionaryPage !== null) {
      if (isBoolean(this.#column)) throw new Error('a column of booleans has a dictionary');
      const bytes = this.#unpack(this.#dictionaryPage);
      this.#dictionary = pageValues(this.#column, bytes, 0, this.#dictionaryPage.values);
    }
    this.#moveTo(start);
    const builder = columnBuilder(this.#type, this.#column, {
      rows: count,
      plainBytes: this.#plainBytes(count),
      dictionary: this.#dictionary,
    });
    for (let left = count; left > 0; ) {
      const open = this.#openPage();
      const rows = Math.min(left, open.page.values - this.#row);
      this.#append(builder, rows);
      left -= rows;
      if (this.#row === open.page.values) this.#leave();
    }
    return builder.finish();
  }

  /** Bytes of plain pages from which the next rows are taken, about, as far as the headers can be believed. */
  #plainBytes(count: number): number {
    let bytes = 0;
    let most = 0;
    let row = this.#row;
    for (let at = this.#at, left = count; left > 0 && at < this.#pages.length; at++) {
      const { page } = this.#pages[at]!;
      const rows = Math.min(left, page.values - row);
      if (page.encoding === ENCODING.plain)
        bytes +=
          rows === page.values ? page.unpackedBytes : Math.ceil((page.unpackedBytes / page.values) * rows);
      most += MOST_RATIO * (page.end - page.start);
      left -= rows;
      row = 0;
    }
    return Math.min(bytes, most);
  }

  #append(builder: ColumnBuilder, rows: number): void {
    for (let left = rows; left > 0; ) {
      const count = Math.min(left, WINDOW_ROWS);
      this.#appendWindow(builder, count);
      this.#row += count;
      left -= count;
    }
  }

  #appendWindow(builder: ColumnBuilder, rows: number): void {
    if (this.#levels === null) {
      builder.add(this.#nextValues(rows), rows);
      return;
    }
    this.#levelScratch = roomFor(rows, this.#levelScratch);
    const levels = this.#levelScratch.subarray(0, rows);
    this.#levels.read(levels);
    let ones = 0;
    for (let row = 0; row < rows; row++) ones += levels[row]!;
    const values = this.#nextValues(ones);
    for (let row = 0; row < rows; ) {
      const level = levels[row]!;
      let next = row + 1;
      while (next < rows && levels[next] === level) next++;
      if (level === 1) builder.add(values, next - row);
      else builder.addNulls(next - row);
      row = next;
    }
  }

  /** Values of which so many will be asked for. */
  #nextValues(count: number): PageValues {
    const values = this.#values!;
    if (!(values instanceof HybridReader)) return values;
    this.#valueScratch = roomFor(count, this.#valueScratch);
    const next = this.#valueScratch.subarray(0, count);
    const largest = values.read(next);
    if (isBoolean(this.#column)) return bitValues(next);
    if (count > 0 && largest >= this.#dictionaryPage!.values) throw new Error('a value is in no dictionary');
    return placeValues(next);
  }

  /** Passes over rows up to one. */
  #moveTo(start: number): void {
    while (this.#at < this.#pages.length && this.#endOf(this.#at) <= start) this.#leave();
    const skipped = start - (this.#pages[this.#at]?.firstRow ?? start) - this.#row;
    if (skipped <= 0) return;
    this.#openPage();
    this.#values!.skip(this.#levels === null ? skipped : this.#levels.skipOnes(skipped));
    this.#row += skipped;
  }

  #endOf(index: number): number {
    const { page, firstRow } = this.#pages[index]!;
    return firstRow + page.values;
  }

  #leave(): void {
    this.#at++;
    this.#row = 0;
    this.#values = null;
    this.#levels = null;
    if (this.#unpacked !== null) giveBack(this.#unpacked);
    this.#unpacked = null;
  }

  #openPage(): PlacedPage {
    const open = this.#pages[this.#at];
    if (open === undefined) throw new Error('a column ends early');
    if (this.#values !== null) return open;
    const { page } = open;
    const bytes = this.#unpack(page);
    if (page.isPacked && this.#column.codec !== CODEC.none) this.#unpacked = bytes;
    let at = 0;
    let valueCount = page.values;
    if (this.#column.nullable) {
      const levels = this.#readLevels(open, bytes);
      at = levels.end;
      this.#levels = levels.reader;
      valueCount = levels.ones;
    }
    this.#values = this.#openValues(page, bytes, at, valueCount);
    return open;
  }

  #openValues(page: Page, bytes: Uint8Array, at: number, count: number): PageValues | HybridReader {
    if (page.encoding === ENCODING.plain) {
      if (!isBoolean(this.#column)) return pageValues(this.#column, bytes, at, count);
      if (at + Math.ceil(count / 8) > bytes.length) throw new Error('the values of a page run past its end');
      return HybridReader.ofBits(bytes, at, count);
    }
    if (page.encoding === ENCODING.runs) {
      const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
      return new HybridReader(bytes, { start: at + 4, end: Math.min(bytes.length, at + 4 + length) }, 1);
    }
    if (this.#dictionary === null) throw new Error('a column has no dictionary');
    // Where all rows are null, not even the width of the places needs to be there.
    return new HybridReader(bytes, { start: at + 1, end: bytes.length }, count === 0 ? 0 : bytes[at]!);
  }

  /** Which rows have a value; no reader where all have. */
  #readLevels(
    { page }: PlacedPage,
    bytes: Uint8Array,
  ): { reader: HybridReader | null; ones: number; end: number } {
    let source = bytes;
    let start = 0;
    let length: number;
    if (page.form === 2) {
      source = this.#chunk;
      start = page.start;
      length = page.levelBytes;
    } else {
      if (bytes.length < 4) throw new Error('a page has no room for its levels');
      length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
      start = 4;
    }
    if (start + length > source.length) throw new Error('the levels of a page run past its end');
    const end = page.form === 2 ? 0 : 4 + length;
    const range = { start, end: start + length };
    if (isAllOnes(source, range, page.values)) return { reader: null, ones: page.values, end };
    const ones = new HybridReader(source, range, 1).skipOnes(page.values);
    return { reader: ones === page.values ? null : new HybridReader(source, range, 1), ones, end };
  }

  #unpack(page: Page): Uint8Array {
    requireChecksum(this.#chunk, page, this.#column.name);
    const bytes = this.#chunk.subarray(page.start + page.levelBytes, page.end);
    return unpackPage(page.isPacked ? this.#column.codec : CODEC.none, bytes, page.unpackedBytes);
  }
}

/** Memory for one window: most columns are read without. */
function roomFor(rows: number, scratch: Int32Array): Int32Array {
  return scratch.length >= rows ? scratch : new Int32Array(rows);
}

function isBoolean({ physicalType }: ColumnChunk): boolean {
  return physicalType === PHYSICAL.boolean;
}

function isReadable(encoding: number, { physicalType }: ColumnChunk): boolean {
  if (encoding === ENCODING.runs) return physicalType === PHYSICAL.boolean;
  return (
    encoding === ENCODING.plain || encoding === ENCODING.dictionary || encoding === ENCODING.plainDictionary
  );
}

/** Whether Parquet stores the values of an Arrow type in the very form that Arrow has them in. */
function hasSimpleForm({ physicalType, typeLength }: ColumnChunk, type: DataType): boolean {
  if (DataType.isBool(type)) return physicalType === PHYSICAL.boolean;
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return physicalType === PHYSICAL.bytes;
  if (DataType.isFixedSizeBinary(type))
    return physicalType === PHYSICAL.fixed && typeLength === type.byteWidth;
  if (DataType.isFloat(type))
    return (
      physicalType === (type.ArrayType === Float32Array ? PHYSICAL.float : PHYSICAL.double) &&
      type.precision > 0
    );
  if (DataType.isInt(type)) {
    if (!type.isSigned) return false;
    return type.bitWidth === 32
      ? physicalType === PHYSICAL.int32
      : type.bitWidth === 64 && physicalType === PHYSICAL.int64;
  }
  if (DataType.isDate(type)) return physicalType === PHYSICAL.int32 && type.unit === 0;
  if (DataType.isTimestamp(type)) return physicalType === PHYSICAL.int64;
  return DataType.isTime(type) && type.bitWidth === 64 && physicalType === PHYSICAL.int64;
}
