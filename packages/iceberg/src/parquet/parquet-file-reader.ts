import { type Schema as ArrowSchema, type RecordBatch, tableFromIPC } from 'apache-arrow';
import { IcebergError } from '../error.js';
import { BloomFilter, readBloomFilterHeader } from './bloom-filter.js';
import { DamagedPage, requireChecksums } from './page-checksum.js';
import { type BloomFilterPlace, type ChunkRange, ParquetFooter } from './parquet-footer.js';
import type { ParquetReader, RowGroupRequest } from './parquet-reader.js';
import { PagedRows, type RowGroupRows } from './row-group-rows.js';
import { fromWasmTable, withWasm } from './wasm.js';

/** Ranged access to the bytes of a file. */
export interface FileBytes {
  readonly path: string;
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Files up to this size are read in one go: fewer requests, and no more memory than a row group takes. */
const WHOLE_FILE_BYTES = 4 * 1024 * 1024;
/** Read in the hope that the whole footer is in it. */
const TAIL_BYTES = 256 * 1024;
/** Footers of real files have a few megabytes at most. */
const MOST_FOOTER_BYTES = 256 * 1024 * 1024;
/** Chunks with less between them are fetched together. */
const GAP_BYTES = 128 * 1024;
const END_BYTES = 8;
/** More than the header of a Bloom filter takes. */
const BLOOM_HEADER_BYTES = 64;

/** A Parquet file read in ranges: of a large file, only the columns and row groups asked for are fetched. */
export class ParquetFileReader implements ParquetReader {
  readonly path: string;
  readonly schema: ArrowSchema;
  readonly footer: ParquetFooter;
  readonly #bytes: FileBytes;

  private constructor(bytes: FileBytes, footer: ParquetFooter, schema: ArrowSchema) {
    this.path = bytes.path;
    this.#bytes = bytes;
    this.footer = footer;
    this.schema = schema;
  }

  /** Throws `CORRUPT_FILE`, or what reading the bytes throws. */
  static async open(bytes: FileBytes): Promise<ParquetFileReader> {
    const source = bytes.size <= WHOLE_FILE_BYTES ? await wholeFile(bytes) : bytes;
    try {
      const footer = new ParquetFooter(await readFooter(source));
      const empty = footer.emptyFile();
      const schema = await withWasm((wasm) => tableFromIPC(wasm.readSchema(empty).intoIPCStream()).schema);
      return new ParquetFileReader(source, footer, schema);
    } catch (cause) {
      throw cause instanceof IcebergError ? cause : corruptParquet(bytes.path, cause);
    }
  }

  get rowGroups(): readonly number[] {
    return this.footer.rowCounts;
  }

  openRowGroup(index: number, { columns, parts = new Map(), batchSize }: RowGroupRequest): RowGroupRows {
    const guard = <Result>(work: () => Result): Result => {
      try {
        return work();
      } catch (cause) {
        throw cause instanceof IcebergError ? cause : corruptParquet(this.path, cause);
      }
    };
    const rows = guard(
      () =>
        new PagedRows({
          footer: this.footer,
          schema: this.schema,
          group: index,
          names: columns,
          batchSize,
          fetch: (ranges) => this.#readChunks(ranges),
          decode: (names) => this.readRowGroup(index, { columns: names, parts, batchSize }),
        }),
    );
    return {
      load: (names) =>
        rows.load(names).catch((cause: unknown) =>
          guard(() => {
            throw cause;
          }),
        ),
      read: (name, start, count) => guard(() => rows.read(name, start, count)),
    };
  }

  async readRowGroup(index: number, options: RowGroupRequest): Promise<RecordBatch[]> {
    try {
      const columns = new Set(options.columns);
      const ranges = this.footer.chunkRanges(index, columns, options.parts);
      const chunks = await this.#readChunks(ranges);
      // The library does not look at them.
      for (const [at, { path }] of ranges.entries()) requireChecksums(chunks[at]!, path);
      const file = this.footer.cutOut(index, columns, chunks, options.parts);
      const batches = await withWasm((wasm) =>
        fromWasmTable(wasm.readParquet(file, { batchSize: options.batchSize })),
      );
      const rows = batches.reduce((total, batch) => total + batch.numRows, 0);
      if (rows !== this.rowGroups[index])
        throw new Error(`${rows} rows of ${this.rowGroups[index]} were read`);
      return batches;
    } catch (cause) {
      throw cause instanceof IcebergError ? cause : corruptParquet(this.path, cause);
    }
  }

  async readBloomFilter({ offset, length }: BloomFilterPlace): Promise<BloomFilter | null> {
    try {
      const end = Math.min(this.#bytes.size, offset + (length ?? BLOOM_HEADER_BYTES));
      const bytes = await readExactly(this.#bytes, offset, end);
      const header = readBloomFilterHeader(bytes);
      if (header === null) return null;
      const bits = { start: header.length, end: header.length + header.bitBytes };
      if (bits.end <= bytes.length) return new BloomFilter(bytes.subarray(bits.start, bits.end));
      if (length !== null || offset + bits.end > this.#bytes.size)
        throw new Error('a Bloom filter runs past its end');
      return new BloomFilter(await readExactly(this.#bytes, offset + bits.start, offset + bits.end));
    } catch (cause) {
      throw cause instanceof IcebergError ? cause : corruptParquet(this.path, cause);
    }
  }

  /** Holds no wasm memory between calls. */
  close(): void {}

  /** Chunks that stand close together come in one read. */
  async #readChunks(ranges: readonly ChunkRange[]): Promise<Uint8Array[]> {
    const runs: { start: number; end: number }[] = [];
    for (const { start, end } of [...ranges].sort((left, right) => left.start - right.start)) {
      if (end > this.#bytes.size) throw new Error('a column runs past the end of the file');
      const last = runs.at(-1);
      if (last !== undefined && start - last.end <= GAP_BYTES) last.end = Math.max(last.end, end);
      else runs.push({ start, end });
    }
    const read = await Promise.all(runs.map((run) => readExactly(this.#bytes, run.start, run.end)));
    return ranges.map(({ start, end }) => {
      const at = runs.findIndex((run) => run.start <= start && end <= run.end);
      return read[at]!.subarray(start - runs[at]!.start, end - runs[at]!.start);
    });
  }
}

async function readFooter(bytes: FileBytes): Promise<Uint8Array> {
  const tailStart = Math.max(0, bytes.size - TAIL_BYTES);
  const tail = await readExactly(bytes, tailStart, bytes.size);
  if (tail.length < END_BYTES + 4) throw new Error(`it has only ${tail.length} bytes`);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const magic = Buffer.from(tail.subarray(-4)).toString('latin1');
  if (magic === 'PARE') throw new Error('it is encrypted');
  if (magic !== 'PAR1') throw new Error('it does not end in PAR1');
  const length = view.getUint32(tail.length - END_BYTES, true);
  if (length > Math.min(bytes.size - END_BYTES - 4, MOST_FOOTER_BYTES))
    throw new Error(`its footer is said to have ${length} bytes`);
  const start = bytes.size - END_BYTES - length;
  if (start >= tailStart) return tail.subarray(start - tailStart, tail.length - END_BYTES);
  return readExactly(bytes, start, bytes.size - END_BYTES);
}

async function readExactly(bytes: FileBytes, start: number, end: number): Promise<Uint8Array> {
  const found = await bytes.read(start, end);
  if (found.length !== end - start) throw new Error('it is shorter than its size');
  return found;
}

/** The footer of a file in memory. Throws an `Error` for one that is damaged. */
export async function footerOf(bytes: Uint8Array): Promise<ParquetFooter> {
  return new ParquetFooter(await readFooter(memoryBytes('', bytes)));
}

function memoryBytes(path: string, bytes: Uint8Array): FileBytes {
  return { path, size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

async function wholeFile(bytes: FileBytes): Promise<FileBytes> {
  return memoryBytes(bytes.path, await bytes.read(0, bytes.size));
}

/** The error of a file that is no valid Parquet file. */
export function corruptParquet(path: string, cause: unknown): IcebergError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IcebergError(
    `The Parquet file ${path} cannot be read: it is damaged or no Parquet file (${reason}).`,
    {
      code: 'CORRUPT_FILE',
      context: {
        file: path,
        ...(cause instanceof DamagedPage ? { column: cause.column, page: cause.page } : {}),
      },
      cause: cause instanceof Error ? cause : new Error(reason),
    },
  );
}
