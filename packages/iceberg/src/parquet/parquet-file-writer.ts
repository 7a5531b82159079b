import type { RecordBatch } from 'apache-arrow';
import { columnData, dataBytes } from '../arrow/arrow-data.js';
import { IcebergError } from '../error.js';
import { concatBytes } from '../util/bytes.js';
import { footerOf } from './parquet-file-reader.js';
import { prefersPlain } from './prefers-plain.js';
import { loadWasm, toWasmTable, type Wasm } from './wasm.js';

const ROW_GROUP_BYTES = 32 * 1024 * 1024;
const MAX_ROW_GROUP_ROWS = 131_072;
/** Small files are not cut into less than this, unless the rows are so wide that a row group would be too large. */
const MIN_ROW_GROUP_ROWS = 1024;
const PIECE_BYTES = 8 * 1024 * 1024;
/** How much larger than meant row groups may get because later rows are wider than the first. */
const MAX_GROWTH = 4;

/** How a file is compressed. */
export type ParquetCodec = 'ZSTD' | 'SNAPPY' | 'GZIP' | 'BROTLI' | 'LZ4_RAW' | 'UNCOMPRESSED';

/**
 * Writes one Parquet file, row group by row group. Only the compressed bytes are held until `close`.
 *
 * parquet-wasm swallows an error of its source and leaves a valid, shorter file; so the rows are counted on the way in
 * and compared with the footer, and `fail` marks the file as not to be used.
 */
export class ParquetFileWriter {
  readonly #wasm: Wasm;
  readonly #sink: WritableStreamDefaultWriter<unknown>;
  readonly #output: Promise<void>;
  readonly #chunks: Uint8Array[] = [];
  readonly #pieceBytes: number;
  readonly #rowsPerGroup: number;
  #failure: { cause: unknown } | null = null;
  #rows = 0;
  #bytes = 0;

  private constructor(wasm: Wasm, first: RecordBatch, rowGroupBytes: number, codec: ParquetCodec) {
    this.#wasm = wasm;
    this.#pieceBytes = Math.min(PIECE_BYTES, rowGroupBytes);
    this.#rowsPerGroup = rowsFor(rowGroupBytes, first);
    let builder = new wasm.WriterPropertiesBuilder()
      .setCompression(wasm.Compression[codec])
      .setMaxRowGroupSize(this.#rowsPerGroup)
      .setCreatedBy('@lean-ops/iceberg');
    for (const [position, field] of first.schema.fields.entries()) {
      if (prefersPlain(columnData(first, position)))
        builder = builder.setColumnDictionaryEnabled(field.name, false);
    }
    const properties = builder.build();
    const { readable, writable } = new TransformStream<unknown, unknown>();
    this.#sink = writable.getWriter();
    // A failure of the sink shows in `write` and `close`; without this it would also be an unhandled rejection.
    this.#sink.closed.catch(() => undefined);
    this.#output = this.#collect(readable, properties);
    this.#output.catch(() => undefined);
  }

  /** `first` only tells how wide the rows are; it is not written. A row group has 32 MiB before compression at most. */
  static async open(
    first: RecordBatch,
    options: { rowGroupBytes?: number; codec?: ParquetCodec; wasm?: Wasm } = {},
  ): Promise<ParquetFileWriter> {
    const rowGroupBytes = Math.min(ROW_GROUP_BYTES, options.rowGroupBytes ?? ROW_GROUP_BYTES);
    const { codec = 'ZSTD', wasm = await loadWasm() } = options;
    return new ParquetFileWriter(wasm, first, rowGroupBytes, codec);
  }

  /** Rows taken so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Compressed bytes of the row groups finished so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether row groups of such rows would not be far larger than the file was opened for: else begin another file. */
  fits(batch: RecordBatch): boolean {
    return this.#rowsPerGroup * bytesPerRow(batch) <= MAX_GROWTH * ROW_GROUP_BYTES;
  }

  async write(batch: RecordBatch): Promise<void> {
    const rowsPerPiece = Math.min(this.#rowsPerGroup, rowsFor(this.#pieceBytes, batch));
    for (let start = 0; start < batch.numRows; start += rowsPerPiece) {
      const piece = batch.numRows <= rowsPerPiece ? batch : batch.slice(start, start + rowsPerPiece);
      const table = toWasmTable(this.#wasm, piece);
      const parts = table.recordBatches();
      table.free();
      this.#rows += piece.numRows;
      for (const part of parts) {
        await Promise.race([this.#sink.write(part), this.#output]);
        if (this.#failure !== null) throw writeFailed(this.#failure.cause);
      }
    }
  }

  /**
   * Ends the file and gives its bytes, and those of each column by field id. Throws `CORRUPT_FILE` when the footer does
   * not count the rows that were sent.
   */
  async close(): Promise<{ bytes: Uint8Array; columnSizes: Map<number, bigint> }> {
    try {
      await Promise.race([this.#sink.close(), this.#output]);
      await this.#output;
    } catch (cause) {
      throw writeFailed(cause);
    }
    if (this.#failure !== null) throw writeFailed(this.#failure.cause);
    const bytes = concatBytes(this.#chunks);
    const footer = await footerOf(bytes);
    const counted = footer.rowCounts.reduce((total, rows) => total + rows, 0);
    if (counted !== this.#rows) {
      throw new IcebergError(
        `A Parquet file holds ${counted} rows where ${this.#rows} were written; it is not used.`,
        {
          code: 'CORRUPT_FILE',
          context: { rows: this.#rows, counted },
        },
      );
    }
    return { bytes, columnSizes: footer.columnSizes() };
  }

  /** Gives the file up; its wasm memory is released. */
  async abort(): Promise<void> {
    this.#failure ??= { cause: 'aborted' };
    await this.#sink.abort('aborted').catch(() => undefined);
    await this.#output.catch(() => undefined);
  }

  async #collect(readable: ReadableStream<unknown>, properties: unknown): Promise<void> {
    try {
      const output = await this.#wasm.transformParquetStream(readable as never, properties as never);
      for await (const chunk of output as unknown as AsyncIterable<Uint8Array>) {
        this.#chunks.push(chunk);
        this.#bytes += chunk.length;
      }
    } catch (cause) {
      this.#failure ??= { cause };
      throw cause;
    }
  }
}

function bytesPerRow(batch: RecordBatch): number {
  return Math.max(1, batchBytes(batch) / Math.max(1, batch.numRows));
}

/** Rows that have some bytes together, if they are as wide as those of a batch. */
function rowsFor(bytes: number, batch: RecordBatch): number {
  const width = bytesPerRow(batch);
  const least = Math.max(1, Math.min(MIN_ROW_GROUP_ROWS, Math.floor(ROW_GROUP_BYTES / width)));
  return Math.min(MAX_ROW_GROUP_ROWS, Math.max(least, Math.floor(bytes / width)));
}

function batchBytes(batch: RecordBatch): number {
  return batch.schema.fields.reduce((total, _field, index) => total + dataBytes(columnData(batch, index)), 0);
}

function writeFailed(cause: unknown): IcebergError {
  return new IcebergError('A Parquet file could not be written.', { code: 'STORAGE_FAILED', cause });
}
