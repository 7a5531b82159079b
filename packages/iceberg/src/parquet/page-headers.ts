import { decodeThriftPrefix, type ThriftStruct } from './thrift-compact.js';

/** Field ids of the Parquet format's Thrift definition (parquet.thrift, `PageHeader`). */
const HEADER = { type: 1, unpackedBytes: 2, packedBytes: 3, checksum: 4, data: 5, dictionary: 7, dataV2: 8 };
const DATA = { values: 1, encoding: 2, levelEncoding: 3 };
const DATA_V2 = { values: 1, nulls: 2, encoding: 4, levelBytes: 5, repetitionBytes: 6, isPacked: 7 };
const DICTIONARY = { values: 1, encoding: 2 };
const PAGE = { data: 0, index: 1, dictionary: 2, dataV2: 3 };
export const ENCODING = { plain: 0, plainDictionary: 2, runs: 3, dictionary: 8 };

/** No real header is longer: it may hold statistics of a page, whose values most writers cut. */
const MOST_HEADER_BYTES = 1024 * 1024;

/** Where a page stands in the bytes of a column chunk. */
export interface PagePlace {
  /** Counted from 0, dictionaries among them. */
  readonly number: number;
  /** Where the page's bytes stand in the chunk, its header left out. */
  readonly start: number;
  readonly end: number;
  /** CRC of the page's bytes as they are stored, levels among them; most writers have none. */
  readonly checksum: number | null;
}

/** A page that is read here. */
export interface Page extends PagePlace {
  /** Rows, nulls among them; of a dictionary its values. */
  readonly values: number;
  readonly encoding: number;
  /** Bytes before the values that are never packed (definition levels), in the second form of data pages. */
  readonly levelBytes: number;
  /** Levels of the first form stand, with their length, at the beginning of the packed bytes. */
  readonly form: 1 | 2;
  readonly isPacked: boolean;
  /** Without levels of the second form. */
  readonly unpackedBytes: number;
}

/** The pages of a column chunk. */
export interface ChunkPages {
  readonly dictionary: Page | null;
  readonly data: readonly Page[];
}

/**
 * Finds the pages of a chunk of a column that is not nested; `null` where one has a form that is left to the Parquet
 * library. Throws an `Error` where they do not fit the chunk.
 */
export function findPages(chunk: Uint8Array, nullable: boolean): ChunkPages | null {
  let dictionary: Page | null = null;
  const data: Page[] = [];
  for (const { header, place } of pagesOf(chunk)) {
    const type = whole(header, HEADER.type);
    if (type === PAGE.dictionary) dictionary = dictionaryPage(header, place);
    else if (type === PAGE.data || type === PAGE.dataV2) {
      const page = type === PAGE.data ? dataPage(header, place, nullable) : dataPageV2(header, place);
      if (page === null) return null;
      data.push(page);
    } else if (type !== PAGE.index) return null;
  }
  return { dictionary, data };
}

/** Where all pages of a chunk stand, of whatever form. Throws an `Error` where they do not fit the chunk. */
export function* pagePlaces(chunk: Uint8Array): Generator<PagePlace> {
  for (const { place } of pagesOf(chunk)) yield place;
}

function* pagesOf(chunk: Uint8Array): Generator<{ header: ThriftStruct; place: PagePlace }> {
  for (let at = 0, number = 0; at < chunk.length; number++) {
    const { struct: header, length } = decodeThriftPrefix(chunk.subarray(at, at + MOST_HEADER_BYTES));
    const start = at + length;
    const end = start + whole(header, HEADER.packedBytes);
    if (end > chunk.length) throw new Error('a page runs past the end of its column');
    const checksum = header.get(HEADER.checksum)?.value;
    yield {
      header,
      place: { number, start, end, checksum: typeof checksum === 'bigint' ? Number(checksum) : null },
    };
    at = end;
  }
}

function dictionaryPage(header: ThriftStruct, place: PagePlace): Page {
  const part = inner(header, HEADER.dictionary);
  return {
    ...place,
    values: whole(part, DICTIONARY.values),
    encoding: whole(part, DICTIONARY.encoding),
    levelBytes: 0,
    form: 1,
    isPacked: true,
    unpackedBytes: whole(header, HEADER.unpackedBytes),
  };
}

function dataPage(header: ThriftStruct, place: PagePlace, nullable: boolean): Page | null {
  const part = inner(header, HEADER.data);
  if (nullable && whole(part, DATA.levelEncoding) !== ENCODING.runs) return null;
  return {
    ...place,
    values: whole(part, DATA.values),
    encoding: whole(part, DATA.encoding),
    levelBytes: 0,
    form: 1,
    isPacked: true,
    unpackedBytes: whole(header, HEADER.unpackedBytes),
  };
}

function dataPageV2(header: ThriftStruct, place: PagePlace): Page | null {
  const part = inner(header, HEADER.dataV2);
  const levelBytes = whole(part, DATA_V2.levelBytes);
  const unpackedBytes = whole(header, HEADER.unpackedBytes) - levelBytes;
  if (whole(part, DATA_V2.repetitionBytes) !== 0) return null;
  if (unpackedBytes < 0 || place.start + levelBytes > place.end)
    throw new Error('the levels of a page run past its end');
  return {
    ...place,
    values: whole(part, DATA_V2.values),
    encoding: whole(part, DATA_V2.encoding),
    levelBytes,
    form: 2,
    isPacked: part.get(DATA_V2.isPacked)?.value !== false,
    unpackedBytes,
  };
}

function inner(struct: ThriftStruct, field: number): ThriftStruct {
  const value = struct.get(field)?.value;
  if (value instanceof Map) return value;
  throw new Error(`a page header lacks the struct ${field}`);
}

/** Thrift's sizes have 32 bits with a sign. */
function whole(struct: ThriftStruct, field: number): number {
  const value = struct.get(field)?.value;
  if (typeof value === 'bigint' && value >= 0n && value < 2n ** 31n) return Number(value);
  throw new Error(`a page header has no valid number ${field}`);
}
