import { type Schema as ArrowSchema, type RecordBatch, tableFromIPC } from 'apache-arrow';
import { corruptParquet } from './parquet-file-reader.js';
import type { ParquetReader } from './parquet-reader.js';
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

  private constructor(file: { path: string; bytes: Uint8Array; rows: number }, schema: ArrowSchema) {
    this.path = file.path;
    this.rowGroups = [file.rows];
    this.#bytes = file.bytes;
    this.schema = schema;
  }

  /** `rows` is what the manifest counts. Throws `CORRUPT_FILE`. */
  static async open(file: { path: string; bytes: Uint8Array; rows: number }): Promise<SmallParquetReader> {
    try {
      const schema = await withWasm(
        (wasm) => tableFromIPC(wasm.readSchema(file.bytes).intoIPCStream()).schema,
      );
      return new SmallParquetReader(file, schema);
    } catch (cause) {
      throw corruptParquet(file.path, cause);
    }
  }

  openRowGroup(index: number, options: { columns: readonly string[]; batchSize: number }): RowGroupRows {
    return new DecodedRows(options.batchSize, () => this.readRowGroup(index, options));
  }

  async readRowGroup(
    _index: number,
    options: { columns: readonly string[]; batchSize: number },
  ): Promise<RecordBatch[]> {
    try {
      const batches = await withWasm((wasm) =>
        fromWasmTable(
          wasm.readParquet(this.#bytes, { columns: [...options.columns], batchSize: options.batchSize }),
        ),
      );
      const rows = batches.reduce((total, batch) => total + batch.numRows, 0);
      if (rows !== this.rowGroups[0])
        throw new Error(`it holds ${rows} rows, its manifest says ${this.rowGroups[0]}`);
      return batches;
    } catch (cause) {
      throw corruptParquet(this.path, cause);
    }
  }

  /** Holds no wasm memory between calls. */
  close(): void {}
}
