import { type Schema as ArrowSchema, type RecordBatch, tableFromIPC } from 'apache-arrow';
import { corruptParquet } from './parquet-file-reader.js';
import type { ParquetReader } from './parquet-reader.js';
import { fromWasmTable, loadWasm, type Wasm } from './wasm.js';

/**
 * A Parquet file small enough to be decoded at once, as if it were one row group: a table fed by many small commits is
 * read twice as fast as through ranged reads.
 */
export class SmallParquetReader implements ParquetReader {
  readonly path: string;
  readonly schema: ArrowSchema;
  readonly rowGroups: readonly number[];
  readonly #wasm: Wasm;
  readonly #bytes: Uint8Array;

  private constructor(wasm: Wasm, file: { path: string; bytes: Uint8Array; rows: number }) {
    this.path = file.path;
    this.rowGroups = [file.rows];
    this.#wasm = wasm;
    this.#bytes = file.bytes;
    try {
      this.schema = tableFromIPC(wasm.readSchema(file.bytes).intoIPCStream()).schema;
    } catch (cause) {
      throw corruptParquet(file.path, cause);
    }
  }

  /** `rows` is what the manifest counts. Throws `CORRUPT_FILE`. */
  static async open(file: { path: string; bytes: Uint8Array; rows: number }): Promise<SmallParquetReader> {
    return new SmallParquetReader(await loadWasm(), file);
  }

  async readRowGroup(
    _index: number,
    options: { columns: readonly string[]; batchSize: number },
  ): Promise<RecordBatch[]> {
    try {
      const table = this.#wasm.readParquet(this.#bytes, {
        columns: [...options.columns],
        batchSize: options.batchSize,
      });
      const batches = fromWasmTable(table);
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
