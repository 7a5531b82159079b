import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as arrow from 'apache-arrow';
import { type Data, type RecordBatch, Table, vectorFromArray } from 'apache-arrow';
import { expect, test } from 'vitest';
import { PageColumn } from '../src/parquet/page-column.js';
import { ParquetFileReader } from '../src/parquet/parquet-file-reader.js';

/** Columns are read here page by page; the Parquet library, which decodes row groups at once, says what they hold. */

const wasm = createRequire(import.meta.url)('parquet-wasm/node') as typeof import('parquet-wasm/node');
const fixtures = fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));
const WINDOW = 3000;

/** Compares every column of a file, in windows some of which are passed over; says how many were read by pages. */
async function compare(path: string, bytes: Uint8Array): Promise<{ paged: number; others: number }> {
  const reader = await ParquetFileReader.open({
    path,
    size: bytes.length,
    read: async (start, end) => bytes.subarray(start, end),
  });
  const names = reader.schema.fields.map((field) => field.name);
  const counts = { paged: 0, others: 0 };
  for (const [group, rows] of reader.rowGroups.entries()) {
    const whole = await reader.readRowGroup(group, { columns: names, batchSize: WINDOW });
    for (const [position, field] of reader.schema.fields.entries()) {
      const column = reader.footer.columnChunk(group, field.name);
      if (column !== undefined && PageColumn.fits(column, field.type)) counts.paged++;
      else counts.others++;
      for (const every of [1, 3]) {
        const paged = reader.openRowGroup(group, { columns: [field.name], batchSize: WINDOW });
        for (let window = every - 1; window * WINDOW < rows; window += every) {
          const start = window * WINDOW;
          const count = Math.min(WINDOW, rows - start);
          await paged.load([field.name]);
          const found = values(paged.read(field.name, start, count));
          const batch = whole[window] as RecordBatch;
          expect(found, `${path} ${field.name} ${start}`).toEqual(
            values(batch.data.children[position] as Data),
          );
        }
      }
    }
  }
  return counts;
}

function values(data: Data): unknown[] {
  const vector = new arrow.Vector([data]);
  return Array.from({ length: data.length }, (_, row) => {
    const value: unknown = vector.get(row);
    return value instanceof Uint8Array || typeof value !== 'object' ? value : JSON.stringify(value, exact);
  });
}

const exact = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

/** Rows with and without nulls, in few and many different values, longer than a page. */
function sample(rows: number): Table {
  const build = <Item>(type: arrow.DataType, value: (row: number) => Item | null) =>
    vectorFromArray(
      Array.from({ length: rows }, (_, row) => value(row)),
      type,
    );
  const mixed = (row: number): number => Math.imul(row, 2654435761) >>> 0;
  const someNull =
    <Item>(value: (row: number) => Item) =>
    (row: number): Item | null =>
      mixed(row) % 7 === 0 || (row > 4000 && row < 9000) ? null : value(row);
  const text = (row: number): string =>
    row % 5 === 0 ? '' : row % 11 === 0 ? `größer 😀 ${'x'.repeat(row % 90)}` : `t${mixed(row)}`;
  const bytes = (row: number): Uint8Array => Uint8Array.of(row & 255, (row >> 8) & 255, 0, 255);
  return new Table({
    int: build(new arrow.Int32(), (row) => row - 100),
    few: build(new arrow.Int32(), (row) => mixed(row) % 13),
    intNull: build(new arrow.Int32(), someNull(mixed32)),
    long: build(new arrow.Int64(), (row) => BigInt(mixed(row)) * -4_000_000_019n),
    longNull: build(
      new arrow.Int64(),
      someNull((row) => BigInt(row % 40)),
    ),
    float: build(new arrow.Float32(), (row) => (row % 9 === 0 ? Number.NaN : row / 3)),
    double: build(
      new arrow.Float64(),
      someNull((row) => (row % 9 === 0 ? -0 : row / 3)),
    ),
    flag: build(new arrow.Bool(), (row) => mixed(row) % 3 === 0),
    flagNull: build(
      new arrow.Bool(),
      someNull((row) => mixed(row) % 3 === 0),
    ),
    text: build(new arrow.Utf8(), text),
    textNull: build(new arrow.Utf8(), someNull(text)),
    fewTexts: build(
      new arrow.Utf8(),
      someNull((row) => `kind ${mixed(row) % 20}`),
    ),
    bytes: build(new arrow.Binary(), someNull(bytes)),
    fixed: build(new arrow.FixedSizeBinary(4), someNull(bytes)),
    day: build(
      new arrow.DateDay(),
      someNull((row) => new Date(row * 86_400_000)),
    ),
    instant: build(new arrow.TimestampMicrosecond('UTC'), (row) => row * 1000),
    allNull: build(new arrow.Int32(), () => null),
  });
}

const mixed32 = (row: number): number => Math.imul(row, 2654435761) | 0;

const SAMPLE = arrow.tableToIPC(sample(13_000), 'stream');
const { Compression, WriterVersion } = wasm;
test.each([
  { codec: Compression.ZSTD, version: WriterVersion.V1, dictionary: true, page: 1 << 20 },
  { codec: Compression.ZSTD, version: WriterVersion.V2, dictionary: true, page: 2000 },
  { codec: Compression.ZSTD, version: WriterVersion.V1, dictionary: false, page: 3000 },
  { codec: Compression.GZIP, version: WriterVersion.V1, dictionary: true, page: 10_000 },
  { codec: Compression.UNCOMPRESSED, version: WriterVersion.V1, dictionary: false, page: 50_000 },
  { codec: Compression.UNCOMPRESSED, version: WriterVersion.V2, dictionary: true, page: 50_000 },
  { codec: Compression.SNAPPY, version: WriterVersion.V1, dictionary: true, page: 50_000 },
])('columns read by pages are those the library reads: %o', async ({ codec, version, dictionary, page }) => {
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(codec)
    .setWriterVersion(version)
    .setDictionaryEnabled(dictionary)
    .setDataPageSizeLimit(page)
    .setWriteBatchSize(500)
    .setMaxRowGroupSize(8_000)
    .build();
  const table = wasm.Table.fromIPCStream(SAMPLE);
  const counts = await compare('sample.parquet', wasm.writeParquet(table, properties));
  if (codec === Compression.SNAPPY) expect(counts.paged).toBe(0);
  else expect(counts.paged).toBeGreaterThan(version === WriterVersion.V1 ? 30 : 15);
});

test('a damaged file is read or refused, never worse', async () => {
  const table = wasm.Table.fromIPCStream(arrow.tableToIPC(sample(2000), 'stream'));
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setDataPageSizeLimit(1000)
    .setWriteBatchSize(100)
    .build();
  const sound = wasm.writeParquet(table, properties);
  const outcomes = { read: 0, refused: 0 };
  for (let seed = 1; seed <= 250; seed++) {
    const bytes = sound.slice();
    // The footer is what hostile.test.ts damages.
    const place = (Math.imul(seed, 2654435761) >>> 0) % (bytes.length - 12_000);
    bytes[place] = bytes[place]! ^ (1 << (seed % 8));
    try {
      await readAll(bytes);
      outcomes.read++;
    } catch (error) {
      expect(error).toMatchObject({ code: 'CORRUPT_FILE' });
      outcomes.refused++;
    }
  }
  expect(outcomes.refused).toBeGreaterThan(20);
  expect(outcomes.read).toBeGreaterThan(0);
});

async function readAll(bytes: Uint8Array): Promise<void> {
  const read = async (start: number, end: number): Promise<Uint8Array> => bytes.subarray(start, end);
  const reader = await ParquetFileReader.open({ path: 'damaged.parquet', size: bytes.length, read });
  const columns = reader.schema.fields.map((field) => field.name);
  const [rows = 0] = reader.rowGroups;
  const group = reader.openRowGroup(0, { columns, batchSize: 700 });
  for (let start = 0; start < rows; start += 700) {
    const count = Math.min(700, rows - start);
    await group.load(columns);
    for (const name of columns) group.read(name, start, count);
  }
}

const files = existsSync(fixtures)
  ? readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'))
  : [];

test.skipIf(files.length === 0)(
  files.length === 0
    ? `there are no fixtures at ${fixtures}`
    : 'so are those of files that other writers made',
  async () => {
    let paged = 0;
    for (const name of files) {
      const bytes = readFileSync(join(fixtures, name));
      const counts = await compare(name, bytes).catch((error: { code?: string }) => {
        // Damaged on purpose.
        if (error.code === 'CORRUPT_FILE') return { paged: 0 };
        throw error;
      });
      paged += counts.paged;
    }
    expect(paged).toBeGreaterThan(50);
  },
);
