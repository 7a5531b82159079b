import type { Data } from 'apache-arrow';
import { ENCODING } from '../page-headers.js';
import { ByteSink } from './byte-sink.js';
import type { EncodedType, EncodedValues } from './encoded-rows.js';
import { writeRepeated } from './hybrid-writer.js';
import { presenceOf, writeLevels } from './levels.js';
import { PageWriter } from './page-writer.js';
import { LongScratch } from './scratch.js';

const PAGE_ROWS = 20_000;
// Memory for one page at a time: encoding is synchronous.
const content = new ByteSink(PAGE_ROWS * 8 + 64);
const runs = new ByteSink();
const scratch = new LongScratch();

/** Encodes a column of 64-bit integers or instants: one value in all rows as a dictionary of one, else plain. */
export function encodeLongs(
  data: Data,
  rows: Int32Array | null,
  { nullable, type }: { nullable: boolean; type: EncodedType },
): EncodedValues {
  const { levels, nulls } = presenceOf(data, rows);
  const rowCount = rows?.length ?? data.length;
  const values = longsOf(data.values as BigInt64Array, rows, levels, rowCount - nulls);
  const [lower, upper] = leastAndGreatest(values);
  const pages = new PageWriter();
  const isConstant = values.length > 1 && lower === upper;
  if (isConstant) pages.dictionary(1, bytesOf(values.subarray(0, 1)));
  let value = 0;
  for (let row = 0; row < rowCount; row += PAGE_ROWS) {
    const end = Math.min(rowCount, row + PAGE_ROWS);
    let present = end - row;
    if (levels !== null) {
      present = 0;
      for (let at = row; at < end; at++) present += levels[at]!;
    }
    content.clear();
    if (nullable) writeLevels(content, levels, { start: row, end, width: 1 }, runs);
    if (isConstant) {
      content.byte(1);
      if (present > 0) writeRepeated(content, 0, present, 1);
    } else {
      content.bytes(bytesOf(values.subarray(value, value + present)));
    }
    pages.data(end - row, isConstant ? ENCODING.dictionary : ENCODING.plain, content.view());
    value += present;
  }
  return {
    type,
    nullable,
    bytes: pages.finish(),
    dictionaryBytes: pages.dictionaryBytes,
    unpackedBytes: pages.unpackedBytes,
    values: rowCount,
    nulls,
    lower: lower === null ? null : bytesOf(BigInt64Array.of(lower)),
    upper: upper === null ? null : bytesOf(BigInt64Array.of(upper)),
  };
}

/** The values of the rows that have one. Halves are copied: a 64-bit integer of the language is an object of its own. */
function longsOf(
  source: BigInt64Array,
  rows: Int32Array | null,
  levels: Uint8Array | null,
  present: number,
): BigInt64Array {
  if (rows === null && levels === null) return source.subarray(0, present);
  const values = scratch.take(present);
  const [from, to] = [halvesOf(source), halvesOf(values)];
  const count = rows?.length ?? levels!.length;
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (levels !== null && levels[index] === 0) continue;
    const row = rows === null ? index : rows[index]!;
    to[at] = from[row * 2]!;
    to[at + 1] = from[row * 2 + 1]!;
    at += 2;
  }
  return values;
}

/** Lower and upper half of each value in turn, on machines that store the lowest byte first: all that Node runs on. */
function halvesOf({ buffer, byteOffset, length }: BigInt64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length * 2);
}

function leastAndGreatest(values: BigInt64Array): [bigint | null, bigint | null] {
  if (values.length === 0) return [null, null];
  const halves = halvesOf(values);
  return [values[leastOf(halves, 1) / 2]!, values[leastOf(halves, -1) / 2]!];
}

/** Where the least value stands, or the greatest where `sign` is -1. */
function leastOf(halves: Int32Array, sign: number): number {
  let least = 0;
  for (let at = 2; at < halves.length; at += 2) {
    if (sign > 0 ? isBelow(halves, at, least) : isBelow(halves, least, at)) least = at;
  }
  return least;
}

function isBelow(halves: Int32Array, left: number, right: number): boolean {
  const upper = halves[left + 1]!;
  const other = halves[right + 1]!;
  return upper === other ? halves[left]! >>> 0 < halves[right]! >>> 0 : upper < other;
}

/** Parquet and Iceberg store 64 bits lowest byte first, as every machine that Node runs on does. */
function bytesOf(values: BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
