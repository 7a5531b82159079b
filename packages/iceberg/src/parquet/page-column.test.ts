import { zstdCompressSync } from 'node:zlib';
import { Bool, type Data, type DataType, Int32, Utf8, Vector } from 'apache-arrow';
import { expect, test } from 'vitest';
import { concatBytes } from '../util/bytes.js';
import { PageColumn } from './page-column.js';
import type { ColumnChunk } from './parquet-footer.js';
import { encodeThrift, I32, STRUCT, type ThriftStruct } from './thrift-compact.js';
import { CODEC } from './unpack-page.js';

const PLAIN = 0;
const RUNS = 3;
const DICTIONARY = 8;
const CLAIMED = 300_000_000;

const numbers = (fields: Readonly<Record<number, number>>): ThriftStruct =>
  new Map(Object.entries(fields).map(([id, value]) => [Number(id), { type: I32, value: BigInt(value) }]));

/** A page of values in number and encoding as claimed; packed by zstd. */
function page(content: Uint8Array, { values, encoding }: { values: number; encoding: number }): Uint8Array {
  return withHeader(content, 0, 5, { 1: values, 2: encoding, 3: RUNS, 4: RUNS });
}

function dictionaryPage(content: Uint8Array, values: number): Uint8Array {
  return withHeader(content, 2, 7, { 1: values, 2: PLAIN });
}

function withHeader(
  content: Uint8Array,
  type: number,
  field: number,
  inner: Readonly<Record<number, number>>,
): Uint8Array {
  const packed = zstdCompressSync(content);
  const header = numbers({ 1: type, 2: content.length, 3: packed.length });
  header.set(field, { type: STRUCT, value: numbers(inner) });
  return concatBytes([encodeThrift(header), packed]);
}

/** A run of one value, repeated: a few bytes for any number of values. */
function run(count: number, value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = count * 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.of(...bytes, rest, value);
}

function withLength(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  return concatBytes([length, bytes]);
}

function open(
  chunk: Uint8Array,
  options: { type: DataType; physicalType: number; rows: number },
): PageColumn {
  const column: ColumnChunk = {
    name: 'a',
    range: { start: 0, end: chunk.length },
    physicalType: options.physicalType,
    codec: CODEC.zstd,
    encodings: [PLAIN, RUNS, DICTIONARY],
    typeLength: 0,
    nullable: true,
  };
  return PageColumn.open(chunk, { column, type: options.type, rows: options.rows })!;
}

const int = { type: new Int32(), physicalType: 1 };
const values = (data: Data): unknown[] => [...new Vector([data])];

/** Megabytes that are taken, at most, while work goes on that gives what it made. */
function megabytes(work: () => unknown): number {
  const before = process.memoryUsage();
  const held = work();
  const after = process.memoryUsage();
  expect(held).toBeDefined();
  return Math.max(after.rss - before.rss, after.arrayBuffers - before.arrayBuffers) / 1e6;
}

test.each([
  [
    'of nulls',
    { ...int, rows: CLAIMED },
    page(withLength(run(CLAIMED, 0)), { values: CLAIMED, encoding: PLAIN }),
  ],
  [
    'of places in a dictionary',
    { ...int, rows: CLAIMED },
    concatBytes([
      dictionaryPage(Uint8Array.of(7, 0, 0, 0), 1),
      page(concatBytes([withLength(run(CLAIMED, 1)), Uint8Array.of(1), run(CLAIMED, 0)]), {
        values: CLAIMED,
        encoding: DICTIONARY,
      }),
    ]),
  ],
  [
    'of repeated booleans',
    { type: new Bool(), physicalType: 0, rows: CLAIMED },
    page(concatBytes([withLength(run(CLAIMED, 1)), withLength(run(CLAIMED, 1))]), {
      values: CLAIMED,
      encoding: RUNS,
    }),
  ],
  [
    'of packed booleans',
    { type: new Bool(), physicalType: 0, rows: CLAIMED },
    page(concatBytes([withLength(run(CLAIMED, 1)), new Uint8Array(CLAIMED / 8)]), {
      values: CLAIMED,
      encoding: PLAIN,
    }),
  ],
])('a page %s takes no memory for rows that are not asked for', (_kind, options, chunk) => {
  expect(chunk.length).toBeLessThan(5000);
  const grown = megabytes(() => {
    const column = open(chunk, options);
    const first = column.read(0, 1000);
    const last = column.read(CLAIMED - 1000, 1000);
    expect(first.length + last.length).toBe(2000);
    return [column, first, last];
  });
  expect(grown).toBeLessThan(200);
});

test('texts that a dictionary repeats beyond measure are refused before they are copied', () => {
  const rows = 8192;
  const chunk = concatBytes([
    dictionaryPage(withLength(new Uint8Array(1_000_000)), 1),
    page(concatBytes([withLength(run(rows, 1)), Uint8Array.of(1), run(rows, 0)]), {
      values: rows,
      encoding: DICTIONARY,
    }),
  ]);
  const text = { type: new Utf8(), physicalType: 6, rows };
  const grown = megabytes(() => {
    const column = open(chunk, text);
    expect(() => column.read(0, rows)).toThrow('ask for fewer rows in a batch');
    return column;
  });
  expect(grown).toBeLessThan(100);
  expect(open(chunk, text).read(0, 100).length).toBe(100);
});

test('a page that unpacks to the most that is allowed takes no more than that', () => {
  const unpacked = 256 * 1024 * 1024;
  const rows = unpacked / 4 - 4;
  const levels = withLength(run(rows, 1));
  const chunk = page(concatBytes([levels, new Uint8Array(rows * 4)]), { values: rows, encoding: PLAIN });
  expect(chunk.length).toBeLessThan(50_000);
  const grown = megabytes(() => {
    const column = open(chunk, { ...int, rows });
    expect(column.read(0, 1000).length).toBe(1000);
    return column;
  });
  expect(grown).toBeLessThan(300);
});

test('values are read in windows, over runs of every kind, wherever reading starts', () => {
  const rows = 200_003;
  const text = (row: number): string | null =>
    row % 3 === 0 || (row > 90_000 && row < 170_000) ? null : `t${row % 5}`;
  const present = Array.from({ length: rows }, (_, row) => row).filter((row) => text(row) !== null);
  const pack = (items: readonly number[], width: number): Uint8Array => {
    const groups = Math.ceil(items.length / 8);
    const bytes = new Uint8Array(groups * width);
    for (const [index, item] of items.entries())
      for (let bit = 0; bit < width; bit++)
        if ((item >> bit) & 1) bytes[(index * width + bit) >> 3]! |= 1 << ((index * width + bit) & 7);
    const header: number[] = [];
    let rest = groups * 2 + 1;
    for (; rest >= 128; rest = Math.floor(rest / 128)) header.push((rest % 128) | 128);
    return concatBytes([Uint8Array.of(...header, rest), bytes]);
  };
  const level = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, at) => (text(from + at) === null ? 0 : 1));
  const levels = concatBytes([pack(level(0, 90_008), 1), run(79_992, 0), pack(level(170_000, rows), 1)]);
  const words = concatBytes(['t0', 't1', 't2', 't3', 't4'].map((word) => withLength(Buffer.from(word))));
  const places = concatBytes([
    Uint8Array.of(3),
    pack(
      present.map((row) => row % 5),
      3,
    ),
  ]);
  const chunk = concatBytes([
    dictionaryPage(words, 5),
    page(concatBytes([withLength(levels), places]), { values: rows, encoding: DICTIONARY }),
  ]);
  for (const [start, count] of [
    [0, rows],
    [1, 70_001],
    [65_536, 65_537],
    [89_999, 80_010],
    [rows - 3, 3],
  ] as const) {
    const found = values(open(chunk, { type: new Utf8(), physicalType: 6, rows }).read(start, count));
    // One comparison: of so many values, that of each takes seconds.
    expect(found.join() === Array.from({ length: count }, (_, at) => text(start + at)).join()).toBe(true);
  }
});

test('plain texts of every length are read over pages in windows, and stay when their pages are given back', () => {
  const rows = 9000;
  const text = (row: number): string | null =>
    row % 7 === 3 ? null : `${row}`.padEnd((row * 31) % 201, row % 2 === 0 ? 'é' : '.');
  const pages: Uint8Array[] = [];
  for (let first = 0; first < rows; ) {
    const count = Math.min(rows - first, 1 + ((first * 7) % 2500));
    const held = Array.from({ length: count }, (_, at) => text(first + at));
    const levels = held.map((value) => run(1, value === null ? 0 : 1));
    const plain = held.filter((value) => value !== null).map((value) => withLength(Buffer.from(value)));
    pages.push(
      page(concatBytes([withLength(concatBytes(levels)), ...plain]), { values: count, encoding: PLAIN }),
    );
    first += count;
  }
  expect(pages.length).toBeGreaterThan(5);
  const chunk = concatBytes(pages);
  for (const window of [rows, 1000, 37]) {
    const column = open(chunk, { type: new Utf8(), physicalType: 6, rows });
    const found: Data[] = [];
    for (let start = 0; start < rows; start += window)
      found.push(column.read(start, Math.min(window, rows - start)));
    expect(found.flatMap(values).join() === Array.from({ length: rows }, (_, row) => text(row)).join()).toBe(
      true,
    );
  }
});
