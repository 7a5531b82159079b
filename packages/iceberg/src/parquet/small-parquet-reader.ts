import { type Schema as ArrowSchema, type RecordBatch, tableFromIPC } from 'apache-arrow';
import { requireChecksums } from './page-checksum.js';
import { corruptParquet, footerOf } from './parquet-file-reader.js';
import type { ColumnParts, ParquetFooter } from './parquet-footer.js';
import type { ParquetReader, RowGroupRequest } from './parquet-reader.js';
import { DecodedRows, type RowGroupRows } from './row-group-rows.js';
import { fromWasmTable, withWasm } from './wasm.js';

/**
 * A Parquet file small enough to be decoded at once, as if it were one row group: a table fed by many small commits is
 * read twice as fast as through ranged reads.
 */
export class SmallParquetReader implements ParquetReader {
  readonly path: string;
  readonly schema: ArrowSchema;
  readonly rowGroups: readonly number[];
  readonly #bytes: Uint8Array;
  readonly #footer: ParquetFooter;

  private constructor(
    file: { path: string; bytes: Uint8Array; rows: number },
    parts: { footer: ParquetFooter; schema: ArrowSchema },
  ) {
    this.path = file.path;
    this.rowGroups = [file.rows];
    this.#bytes = file.bytes;
    this.#footer = parts.footer;
    this.schema = parts.schema;
  }

  /** `rows` is what the manifest counts. Throws `CORRUPT_FILE`. */
  static async open(file: { path: string; bytes: Uint8Array; rows: number }): Promise<SmallParquetReader> {
    try {
      const footer = await footerOf(file.bytes);
      requireRows(
        footer.rowCounts.reduce((total, rows) => total + rows, 0),
        file.rows,
      );
      const schema = await withWasm(
        (wasm) => tableFromIPC(wasm.readSchema(file.bytes).intoIPCStream()).schema,
      );
      return new SmallParquetReader(file, { footer, schema });
    } catch (cause) {
      throw corruptParquet(file.path, cause);
    }
  }

  openRowGroup(index: number, options: RowGroupRequest): RowGroupRows {
    return new DecodedRows(options.batchSize, () => this.readRowGroup(index, options));
  }

  async readRowGroup(
    _index: number,
    { columns: names, parts, batchSize }: RowGroupRequest,
  ): Promise<RecordBatch[]> {
    try {
      this.#requireChecksums(new Set(names), parts);
      // The library takes paths as well, which select the same or, where a name has a dot, more.
      const columns = names.flatMap(
        (name) => parts?.get(name)?.map((path) => [name, ...path].join('.')) ?? name,
      );
      const batches = await withWasm((wasm) =>
        fromWasmTable(wasm.readParquet(this.#bytes, { columns, batchSize })),
      );
      const rows = batches.reduce((total, batch) => total + batch.numRows, 0);
      requireRows(rows, this.rowGroups[0]!);
      return batches;
    } catch (cause) {
      throw corruptParquet(this.path, cause);
    }
  }

  /** Holds no wasm memory between calls. */
  close(): void {}

  /** The library does not look at them. */
  #requireChecksums(columns: ReadonlySet<string>, parts: ColumnParts | undefined): void {
    for (const group of this.#footer.rowCounts.keys()) {
      for (const { start, end, path } of this.#footer.chunkRanges(group, columns, parts)) {
        if (end > this.#bytes.length) throw new Error('a column runs past the end of the file');
        requireChecksums(this.#bytes.subarray(start, end), path);
      }
    }
  }
}

function requireRows(held: number, counted: number): void {
  if (held !== counted) throw new Error(`it holds ${held} rows, its manifest says ${counted}`);
}
