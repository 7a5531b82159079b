import { isAscii, isUtf8 } from 'node:buffer';
import { type Data, DataType, makeData } from 'apache-arrow';
import type { ColumnChunk } from './parquet-footer.js';

/** The values of a page, those of null rows left out, from `at` on. */
export type PageValues = PlainFixed | PlainBytes | Bits | Places;

interface PlainFixed {
  readonly kind: 'fixed';
  readonly bytes: Uint8Array;
  /** The bytes of a dictionary as words, made when first asked for. */
  words: Int32Array | null;
  readonly width: number;
  at: number;
  skip(count: number): void;
}

/** Each value has its length before it. */
interface PlainBytes {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  at: number;
  skip(count: number): void;
}

interface Bits {
  readonly kind: 'bits';
  /** 0 or 1. */
  readonly bits: Int32Array;
  at: number;
  skip(count: number): void;
}

/** Places in the dictionary, all of which exist. */
interface Places {
  readonly kind: 'places';
  readonly places: Int32Array;
  at: number;
  skip(count: number): void;
}

const BYTES = 6;
const WIDTHS: Readonly<Record<number, number>> = { 1: 4, 2: 8, 4: 4, 5: 8 };
/** Longer texts are copied by a call. */
const SHORT_BYTES = 64;
const WORD_BYTES = 4;
/** Of the length before a text. */
const LENGTH_BYTES = 4;
/** A few bytes may repeat texts of a dictionary without end: so much is made of any column, more of one of such a size. */
const MOST_REPEATED_BYTES = 256 * 1024 * 1024;
const MOST_REPETITION = 1000;

/** Plain values of a page, but for booleans (Parquet, "Plain"). Throws an `Error` where there are fewer than `count`. */
export function pageValues(column: ColumnChunk, bytes: Uint8Array, start: number, count: number): PageValues {
  if (column.physicalType === BYTES) return { kind: 'bytes', bytes, at: start, skip: skipBytes };
  const width = WIDTHS[column.physicalType] ?? column.typeLength;
  if (start + count * width > bytes.length) throw new Error('the values of a page run past its end');
  return { kind: 'fixed', bytes, words: null, width, at: start, skip: skipFixed };
}

/** Zeros and ones, one per value. */
export function bitValues(bits: Int32Array): PageValues {
  return { kind: 'bits', bits, at: 0, skip: skipItems };
}

/** Places in a dictionary, all of which must exist. */
export function placeValues(places: Int32Array): PageValues {
  return { kind: 'places', places, at: 0, skip: skipItems };
}

function skipItems(this: { at: number }, count: number): void {
  this.at += count;
}

function skipFixed(this: PlainFixed, count: number): void {
  this.at += count * this.width;
}

function skipBytes(this: PlainBytes, count: number): void {
  for (let index = 0; index < count; index++) this.at += 4 + lengthAt(this.bytes, this.at);
}

/** Gathers the rows of a batch. */
export interface ColumnBuilder {
  add(values: PageValues, count: number): void;
  addNulls(count: number): void;
  finish(): Data;
}

/**
 * `dictionary` holds the values that places stand for; `plainBytes` says how many bytes of pages, lengths among them,
 * plain texts will be taken from.
 */
export function columnBuilder(
  type: DataType,
  column: ColumnChunk,
  { rows, plainBytes, dictionary }: { rows: number; plainBytes: number; dictionary: PageValues | null },
): ColumnBuilder {
  if (DataType.isBool(type)) return new BitBuilder(type, rows);
  if (column.physicalType === BYTES)
    return new BytesBuilder(type, {
      rows,
      plainBytes,
      column,
      dictionary: dictionary as PlainBytes | null,
    });
  const width = WIDTHS[column.physicalType] ?? column.typeLength;
  return new FixedBuilder(type, { rows, width, dictionary: dictionary as PlainFixed | null });
}

/** Which rows are null; rows are valid unless said otherwise. */
class Validity {
  readonly #rows: number;
  #bitmap: Uint8Array | null = null;
  nullCount = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  setNull(from: number, count: number): void {
    this.#bitmap ??= new Uint8Array((this.#rows + 7) >> 3).fill(0xff);
    for (let row = from; row < from + count; row++) this.#bitmap[row >> 3]! &= ~(1 << (row & 7));
    this.nullCount += count;
  }

  parts(): { nullCount: number; nullBitmap?: Uint8Array } {
    return this.#bitmap === null ? { nullCount: 0 } : { nullCount: this.nullCount, nullBitmap: this.#bitmap };
  }
}

class FixedBuilder implements ColumnBuilder {
  readonly #type: DataType;
  readonly #rows: number;
  readonly #width: number;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array | null;
  readonly #dictionary: Uint8Array | null;
  readonly #dictionaryWords: Int32Array | null;
  readonly #validity: Validity;
  #row = 0;

  constructor(type: DataType, parts: { rows: number; width: number; dictionary: PlainFixed | null }) {
    const { rows, width, dictionary } = parts;
    this.#type = type;
    this.#rows = rows;
    this.#width = width;
    this.#bytes = allocate(rows * width);
    this.#validity = new Validity(rows);
    this.#words = width === 4 || width === 8 ? new Int32Array(this.#bytes.buffer) : null;
    this.#dictionary = dictionary?.bytes ?? null;
    this.#dictionaryWords = this.#words === null || dictionary === null ? null : wordsOf(dictionary);
  }

  add(values: PageValues, count: number): void {
    if (values.kind === 'fixed') {
      const bytes = count * this.#width;
      this.#bytes.set(values.bytes.subarray(values.at, values.at + bytes), this.#row * this.#width);
    } else if (values.kind === 'places') {
      this.#addPlaces(values.places, values.at, count);
    }
    values.skip(count);
    this.#row += count;
  }

  #addPlaces(places: Int32Array, from: number, count: number): void {
    const words = this.#words;
    const known = this.#dictionaryWords;
    const row = this.#row;
    if (words === null || known === null) {
      const width = this.#width;
      for (let index = 0; index < count; index++) {
        const start = places[from + index]! * width;
        this.#bytes.set(this.#dictionary!.subarray(start, start + width), (row + index) * width);
      }
    } else if (this.#width === 4) {
      for (let index = 0; index < count; index++) words[row + index] = known[places[from + index]!]!;
    } else {
      for (let index = 0; index < count; index++) {
        const place = places[from + index]! * 2;
        const at = (row + index) * 2;
        words[at] = known[place]!;
        words[at + 1] = known[place + 1]!;
      }
    }
  }

  addNulls(count: number): void {
    this.#validity.setNull(this.#row, count);
    this.#bytes.fill(0, this.#row * this.#width, (this.#row + count) * this.#width);
    this.#row += count;
  }

  finish(): Data {
    const type = this.#type;
    const buffer = this.#bytes.buffer;
    const data = DataType.isFixedSizeBinary(type)
      ? this.#bytes
      : new (type.ArrayType as new (buffer: ArrayBufferLike) => Uint8Array)(buffer);
    return makeData({ type, length: this.#rows, ...this.#validity.parts(), data } as never);
  }
}

function wordsOf(dictionary: PlainFixed): Int32Array {
  if (dictionary.words === null) {
    const copy = new Uint8Array(dictionary.bytes.length & ~3);
    copy.set(dictionary.bytes.subarray(0, copy.length));
    dictionary.words = new Int32Array(copy.buffer);
  }
  return dictionary.words;
}

/** Memory that is written whole: it need not be cleared first. */
function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer);
}

class BitBuilder implements ColumnBuilder {
  readonly #type: DataType;
  readonly #rows: number;
  readonly #bits: Uint8Array;
  readonly #validity: Validity;
  #row = 0;

  constructor(type: DataType, rows: number) {
    this.#type = type;
    this.#rows = rows;
    this.#bits = new Uint8Array((rows + 7) >> 3);
    this.#validity = new Validity(rows);
  }

  add(values: PageValues, count: number): void {
    if (values.kind !== 'bits') throw new Error('a boolean column has values of another kind');
    for (let index = 0; index < count; index++) {
      const row = this.#row + index;
      if (values.bits[values.at + index] === 1) this.#bits[row >> 3]! |= 1 << (row & 7);
    }
    values.skip(count);
    this.#row += count;
  }

  addNulls(count: number): void {
    this.#validity.setNull(this.#row, count);
    this.#row += count;
  }

  finish(): Data {
    return makeData({
      type: this.#type,
      length: this.#rows,
      ...this.#validity.parts(),
      data: this.#bits,
    } as never);
  }
}

/** Where each value of a dictionary stands. */
const dictionaryStarts = new WeakMap<PlainBytes, Int32Array>();

class BytesBuilder implements ColumnBuilder {
  readonly #type: DataType;
  readonly #rows: number;
  readonly #offsets: Int32Array;
  readonly #dictionary: PlainBytes | null;
  readonly #validity: Validity;
  #bytes: Uint8Array;
  #row = 0;
  readonly #mostRepeated: number;
  #repeatedBytes = 0;

  constructor(
    type: DataType,
    parts: { rows: number; plainBytes: number; column: ColumnChunk; dictionary: PlainBytes | null },
  ) {
    const { rows, plainBytes, column, dictionary } = parts;
    const { start, end } = column.range;
    this.#mostRepeated = Math.max(MOST_REPEATED_BYTES, MOST_REPETITION * (end - start));
    this.#type = type;
    this.#rows = rows;
    this.#offsets = new Int32Array(rows + 1);
    this.#dictionary = dictionary;
    // Growing copies everything there is: mostly it fits at once.
    this.#bytes = allocate((dictionary === null ? plainBytes : plainBytes + rows * 8) + WORD_BYTES);
    this.#validity = new Validity(rows);
  }

  add(values: PageValues, count: number): void {
    if (values.kind === 'bytes') {
      values.at = this.#addRun(values.bytes, values.at, count);
    } else if (values.kind === 'places' && this.#dictionary !== null) {
      this.#addPlaces(values.places, values.at, count);
      values.skip(count);
    } else {
      throw new Error('a text column has values of another kind');
    }
  }

  #addRun(bytes: Uint8Array, start: number, count: number): number {
    const offsets = this.#offsets.subarray(this.#row, this.#row + count + 1);
    const first = offsets[0]!;
    const at = measureTexts(bytes, start, offsets);
    const into = this.#reserve(first + at - start);
    into.set(bytes.subarray(start, at), first);
    closeGaps(into, first, offsets);
    this.#row += count;
    return at;
  }

  #addPlaces(places: Int32Array, first: number, count: number): void {
    const { bytes } = this.#dictionary!;
    const starts = startsOf(this.#dictionary!);
    const chosen = places.subarray(first, first + count);
    const offsets = this.#offsets.subarray(this.#row, this.#row + count + 1);
    const end = measurePlaces(chosen, starts, offsets);
    this.#repeatedBytes += end - offsets[0]!;
    if (this.#repeatedBytes > this.#mostRepeated)
      throw new Error(
        `the ${this.#rows} rows of a batch repeat texts of a dictionary to more than ${this.#mostRepeated} bytes; ask for fewer rows in a batch if the file is sound`,
      );
    copyPlaces(chosen, starts, offsets, copier(bytes, this.#reserve(end)));
    this.#row += count;
  }

  addNulls(count: number): void {
    this.#validity.setNull(this.#row, count);
    const end = this.#offsets[this.#row]!;
    this.#offsets.fill(end, this.#row + 1, this.#row + 1 + count);
    this.#row += count;
  }

  finish(): Data {
    const offsets = this.#offsets;
    const data = this.#bytes.subarray(0, offsets[this.#rows]);
    if (DataType.isUtf8(this.#type)) requireText(data, offsets);
    return makeData({
      type: this.#type,
      length: this.#rows,
      ...this.#validity.parts(),
      valueOffsets: offsets,
      data,
    } as never);
  }

  /** Room for so many bytes in all. */
  #reserve(bytes: number): Uint8Array {
    if (bytes + WORD_BYTES <= this.#bytes.length) return this.#bytes;
    if (!(bytes < 2 ** 31)) throw new Error('the texts of a batch have more than 2 GB');
    const larger = allocate(Math.max(bytes + WORD_BYTES, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    return larger;
  }
}

type CopyText = (start: number, at: number, length: number) => void;

/**
 * Copies texts that follow each other in `into`. Most are short, and a call to copy a few bytes takes longer than to
 * copy them by words, the last of which may run over: what comes next is written over it.
 */
function copier(source: Uint8Array, into: Uint8Array): CopyText {
  const from = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const to = new DataView(into.buffer, into.byteOffset, into.byteLength);
  const [lastFrom, lastTo] = [source.length - WORD_BYTES, into.length - WORD_BYTES];
  return (start, at, length) => {
    if (length > SHORT_BYTES) {
      into.set(source.subarray(start, start + length), at);
    } else if (start + length <= lastFrom && at + length <= lastTo) {
      for (let done = 0; done < length; done += WORD_BYTES)
        to.setInt32(at + done, from.getInt32(start + done, true), true);
    } else {
      for (let done = 0; done < length; done++) into[at + done] = source[start + done]!;
    }
  };
}

// Loops over the rows of a page stand in functions that do nothing else: they are compiled while they run.

/** Sets the offsets of texts from the first on; gives where they end in the page. */
function measureTexts(bytes: Uint8Array, start: number, offsets: Int32Array): number {
  let at = start;
  let end = offsets[0]!;
  for (let index = 1; index < offsets.length; index++) {
    const length = lengthAt(bytes, at);
    at += LENGTH_BYTES + length;
    end += length;
    offsets[index] = end;
  }
  return at;
}

/** The same of texts of a dictionary, which stand at `starts`; gives where the last ends. */
function measurePlaces(places: Int32Array, starts: Int32Array, offsets: Int32Array): number {
  let end = offsets[0]!;
  for (let index = 0; index < places.length; index++) {
    const place = places[index]!;
    if (place + 1 >= starts.length) throw new Error('a value is in no dictionary');
    end += starts[place + 1]! - starts[place]! - LENGTH_BYTES;
    offsets[index + 1] = end;
  }
  return end;
}

function copyPlaces(places: Int32Array, starts: Int32Array, offsets: Int32Array, copy: CopyText): void {
  for (let index = 0; index < places.length; index++) {
    const at = offsets[index]!;
    copy(starts[places[index]!]! + LENGTH_BYTES, at, offsets[index + 1]! - at);
  }
}

/**
 * Moves texts that were copied from `first` on with their lengths before them to where their offsets say. Each moves to
 * the left by four bytes at least, so that by words nothing is overwritten that is still to be moved.
 */
function closeGaps(bytes: Uint8Array, first: number, offsets: Int32Array): void {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = first;
  for (let index = 1; index < offsets.length; index++) {
    const to = offsets[index - 1]!;
    const length = offsets[index]! - to;
    from += LENGTH_BYTES;
    if (length > SHORT_BYTES) bytes.copyWithin(to, from, from + length);
    else
      for (let done = 0; done < length; done += WORD_BYTES)
        words.setInt32(to + done, words.getInt32(from + done, true), true);
    from += length;
  }
}

function startsOf(dictionary: PlainBytes): Int32Array {
  const known = dictionaryStarts.get(dictionary);
  if (known !== undefined) return known;
  const { bytes } = dictionary;
  let count = 0;
  for (let at = 0; at < bytes.length; count++) at += 4 + lengthAt(bytes, at);
  const made = new Int32Array(count + 1);
  for (let index = 0, at = 0; index < count; index++) {
    at += 4 + lengthAt(bytes, at);
    made[index + 1] = at;
  }
  dictionaryStarts.set(dictionary, made);
  return made;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const length = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  if (at + 4 + length > bytes.length) throw new Error('a text runs past the end of its page');
  return length;
}

/** Every text must be UTF-8 of its own: all together are, and none begins within a character. */
function requireText(bytes: Uint8Array, offsets: Int32Array): void {
  if (isAscii(bytes)) return;
  if (!isUtf8(bytes)) throw new Error('a text is not UTF-8');
  for (let index = 0; index < offsets.length; index++) {
    const offset = offsets[index]!;
    if (offset < bytes.length && (bytes[offset]! & 0xc0) === 0x80) throw new Error('a text is not UTF-8');
  }
}
