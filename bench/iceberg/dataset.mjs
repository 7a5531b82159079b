// The rows that both sides write and read: 8 columns, 2 of them text. peers.py and spark_merge.py make the same.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageFolder } from './library.mjs';

const { Field, Float64, Int32, Int64, makeData, RecordBatch, Schema, Struct, Timestamp, TimeUnit, Utf8 } =
  createRequire(join(packageFolder, 'package.json'))('apache-arrow');

export const fields = [
  { name: 'id', type: 'long' },
  { name: 'at', type: 'timestamptz' },
  { name: 'device', type: 'int' },
  { name: 'kind', type: 'string' },
  { name: 'label', type: 'string' },
  { name: 'temperature', type: 'double' },
  { name: 'pressure', type: 'double' },
  { name: 'level', type: 'int' },
];

const arrowTypes = {
  long: new Int64(),
  timestamptz: new Timestamp(TimeUnit.MICROSECOND, 'UTC'),
  int: new Int32(),
  string: new Utf8(),
  double: new Float64(),
};
const schema = new Schema(fields.map(({ name, type }) => new Field(name, arrowTypes[type], true)));

/** Spreads numbers over 32 bits. */
const mixed = (number) => Math.imul(number, 2654435761) >>> 0;

/** One batch of the rows with the given numbers; `raised` is added to the level, to make a new version of a row. */
export function batchOf(numbers, raised = 0) {
  const length = numbers.length;
  const ids = new BigInt64Array(length);
  const instants = new BigInt64Array(length);
  const devices = new Int32Array(length);
  const levels = new Int32Array(length);
  const temperatures = new Float64Array(length);
  const pressures = new Float64Array(length);
  const valid = new Uint8Array(Math.ceil(length / 8));
  const kinds = new TextColumn(length);
  const labels = new TextColumn(length);
  let nulls = 0;
  for (let row = 0; row < length; row++) {
    const number = numbers[row];
    const hash = mixed(number);
    ids[row] = BigInt(number);
    instants[row] = 1_700_000_000_000_000n + BigInt(number * 250_000 + (hash % 1000));
    devices[row] = hash % 5000;
    kinds.add(`kind-${hash % 20}`);
    labels.add(`sensor-${String(hash % 100_003).padStart(6, '0')}-${number}`);
    if (hash % 20 === 0) nulls++;
    else valid[row >> 3] |= 1 << (row & 7);
    temperatures[row] = (hash % 40_000) / 1000;
    pressures[row] = hash / 21_474_836.48 + 900;
    levels[row] = (hash % 9973) + raised;
  }
  const plain = (position, data) =>
    makeData({ type: schema.fields[position].type, length, nullCount: 0, data });
  const children = [
    plain(0, ids),
    plain(1, instants),
    plain(2, devices),
    kinds.finish(),
    labels.finish(),
    makeData({
      type: schema.fields[5].type,
      length,
      nullCount: nulls,
      nullBitmap: valid,
      data: temperatures,
    }),
    plain(6, pressures),
    plain(7, levels),
  ];
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }),
  );
}

/** The numbers from `first` on. */
export function range(first, rows) {
  return Int32Array.from({ length: rows }, (_, index) => first + index);
}

/**
 * The numbers of the rows that an upsert brings to a table that held those below `rows` before the first one: half are
 * there already, the newest or some all over the table, and half are new.
 */
export function upsertNumbers({ rows, keys, pattern, turn }) {
  const half = keys / 2;
  const first = rows + turn * half;
  const present = pattern === 'recent' ? range(first - half, half) : scattered(half, rows, turn * keys);
  return [...present, ...range(first, half)];
}

/** Different numbers below `limit`, the same ones every time. */
function scattered(count, limit, seed) {
  const chosen = new Set();
  for (let step = seed; chosen.size < count; step++) chosen.add(mixed(step) % limit);
  return Int32Array.from(chosen);
}

class TextColumn {
  #bytes;
  #offsets;
  #rows = 0;

  constructor(rows) {
    this.#bytes = Buffer.alloc(rows * 32);
    this.#offsets = new Int32Array(rows + 1);
  }

  add(text) {
    const start = this.#offsets[this.#rows];
    this.#offsets[++this.#rows] = start + this.#bytes.latin1Write(text, start);
  }

  finish() {
    return makeData({
      type: new Utf8(),
      length: this.#rows,
      nullCount: 0,
      valueOffsets: this.#offsets,
      data: new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#offsets[this.#rows]),
    });
  }
}
