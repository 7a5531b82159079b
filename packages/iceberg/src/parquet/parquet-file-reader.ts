import { type Schema as ArrowSchema, type RecordBatch, tableFromIPC } from 'apache-arrow';
import type { ParquetFile, RowGroupMetaData } from 'parquet-wasm/node';
import { IcebergError } from '../error.js';
import type { ParquetReader } from './parquet-reader.js';
import { fromWasmTable, loadWasm } from './wasm.js';

/** Ranged access to the bytes of a file. */
export interface FileBytes {
  readonly path: string;
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Files up to this size are read in one go: fewer requests, and no more memory than a row group takes. */
const WHOLE_FILE_BYTES = 4 * 1024 * 1024;

/** A Parquet file read in ranges: of a large file, only the columns and row groups asked for are fetched. */
export class ParquetFileReader implements ParquetReader {
  readonly path: string;
  readonly schema: ArrowSchema;
  readonly rowGroups: readonly number[];
  readonly #file: ParquetFile;
  readonly #blob: RangeBlob;

  private constructor(path: string, file: ParquetFile, blob: RangeBlob) {
    this.path = path;
    this.#file = file;
    this.#blob = blob;
    this.schema = tableFromIPC(file.schema().intoIPCStream()).schema;
    const metadata = file.metadata();
    this.rowGroups = metadata.rowGroups().map((group: RowGroupMetaData) => {
      const rows = group.numRows();
      group.free();
      return rows;
    });
    metadata.free();
  }

  /** Throws `CORRUPT_FILE`, or what reading the bytes throws. */
  static async open(bytes: FileBytes): Promise<ParquetFileReader> {
    const wasm = await loadWasm();
    const source = bytes.size <= WHOLE_FILE_BYTES ? await wholeFile(bytes) : bytes;
    const blob = new RangeBlob(source, 0, source.size);
    try {
      const file = await wasm.ParquetFile.fromFile(blob as unknown as Blob);
      return new ParquetFileReader(bytes.path, file, blob);
    } catch (cause) {
      throw blob.failure ?? corruptParquet(bytes.path, cause);
    }
  }

  async readRowGroup(
    index: number,
    options: { columns: readonly string[]; batchSize: number },
  ): Promise<RecordBatch[]> {
    try {
      const table = await this.#file.read({
        rowGroups: [index],
        columns: [...options.columns],
        batchSize: options.batchSize,
      });
      const batches = fromWasmTable(table);
      const rows = batches.reduce((total, batch) => total + batch.numRows, 0);
      if (rows !== this.rowGroups[index])
        throw new Error(`${rows} rows of ${this.rowGroups[index]} were read`);
      return batches;
    } catch (cause) {
      throw this.#blob.failure ?? corruptParquet(this.path, cause);
    }
  }

  close(): void {
    this.#file.free();
  }
}

/** Rows that the footer of a file counts. */
export async function readRowCount(bytes: Uint8Array): Promise<number> {
  const reader = await ParquetFileReader.open(memoryBytes('a file just written', bytes));
  reader.close();
  return reader.rowGroups.reduce((total, rows) => total + rows, 0);
}

function memoryBytes(path: string, bytes: Uint8Array): FileBytes {
  return { path, size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

async function wholeFile(bytes: FileBytes): Promise<FileBytes> {
  return memoryBytes(bytes.path, await bytes.read(0, bytes.size));
}

/** The error of a file that is no valid Parquet file. */
export function corruptParquet(path: string, cause: unknown): IcebergError {
  return new IcebergError(`The Parquet file ${path} cannot be read: it is damaged or no Parquet file.`, {
    code: 'CORRUPT_FILE',
    context: { file: path },
    cause: cause instanceof Error ? cause : new Error(String(cause)),
  });
}

/** The part of `Blob` that parquet-wasm uses, over ranged reads. Errors are kept, for wasm replaces them by its own. */
class RangeBlob {
  readonly size: number;
  readonly #bytes: FileBytes;
  readonly #start: number;
  readonly #root: RangeBlob;
  failure: unknown;

  constructor(bytes: FileBytes, start: number, end: number, root?: RangeBlob) {
    this.#bytes = bytes;
    this.#start = start;
    this.size = end - start;
    this.#root = root ?? this;
  }

  slice(start: number, end: number): RangeBlob {
    return new RangeBlob(
      this.#bytes,
      this.#start + start,
      this.#start + Math.min(end, this.size),
      this.#root,
    );
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    try {
      const bytes = await this.#bytes.read(this.#start, this.#start + this.size);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    } catch (cause) {
      this.#root.failure ??= cause;
      throw cause;
    }
  }
}
