import type { Schema as ArrowSchema, Data, DataType, RecordBatch } from 'apache-arrow';
import { PageColumn } from './page-column.js';
import type { ChunkRange, ParquetFooter } from './parquet-footer.js';

/** Columns of one row group, read window by window: windows ascend and have `batchSize` rows, but for the last. */
export interface RowGroupRows {
  /** Fetches columns. Throws `CORRUPT_FILE`. */
  load(names: readonly string[]): Promise<void>;
  /** A window of a column that has been loaded; windows that follow come after it. Throws `CORRUPT_FILE`. */
  read(name: string, start: number, count: number): Data;
}

/** What reading a row group takes. */
export interface RowGroupSource {
  readonly footer: ParquetFooter;
  readonly schema: ArrowSchema;
  readonly group: number;
  readonly names: readonly string[];
  readonly batchSize: number;
  fetch(ranges: readonly ChunkRange[]): Promise<Uint8Array[]>;
  /** Decodes columns with the Parquet library, in batches of `batchSize` rows. */
  decode(names: readonly string[]): Promise<RecordBatch[]>;
}

/**
 * Reads columns of plain form page by page and leaves all others to the Parquet library, which decodes a row group at
 * once. Nothing is fetched of a column before it is asked for.
 */
export class PagedRows implements RowGroupRows {
  readonly #source: RowGroupSource;
  readonly #paged = new Map<string, PageColumn>();
  /** Columns for the library. */
  readonly #others = new Set<string>();
  readonly #unopened = new Set<string>();
  #batches: RecordBatch[] | null = null;

  constructor(source: RowGroupSource) {
    this.#source = source;
    for (const name of source.names) {
      const column = source.footer.columnChunk(source.group, name);
      if (column !== undefined && PageColumn.fits(column, this.#typeOf(name))) this.#unopened.add(name);
      else this.#others.add(name);
    }
  }

  async load(names: readonly string[]): Promise<void> {
    await this.#open(names.filter((name) => this.#unopened.has(name)));
    if (this.#batches === null && names.some((name) => this.#others.has(name)))
      this.#batches = await this.#source.decode([...this.#others]);
  }

  read(name: string, start: number, count: number): Data {
    const column = this.#paged.get(name);
    if (column !== undefined) return column.read(start, count);
    const batch = this.#batches?.[start / this.#source.batchSize];
    if (batch?.numRows !== count) throw new Error('the rows of a row group are not where they should be');
    return batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
  }

  async #open(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const { footer, group } = this.#source;
    const columns = names.map((name) => footer.columnChunk(group, name)!);
    const chunks = await this.#source.fetch(columns.map((column) => column.range));
    const rows = footer.rowCounts[group]!;
    for (const [index, column] of columns.entries()) {
      const opened = PageColumn.open(chunks[index]!, { column, type: this.#typeOf(column.name), rows });
      this.#unopened.delete(column.name);
      if (opened === null) {
        this.#others.add(column.name);
        this.#batches = null;
      } else {
        this.#paged.set(column.name, opened);
      }
    }
  }

  #typeOf(name: string): DataType {
    return this.#source.schema.fields.find((field) => field.name === name)!.type as DataType;
  }
}

/** A row group whose columns were all decoded at once. */
export class DecodedRows implements RowGroupRows {
  readonly #decode: () => Promise<RecordBatch[]>;
  readonly #batchSize: number;
  #batches: RecordBatch[] | null = null;

  constructor(batchSize: number, decode: () => Promise<RecordBatch[]>) {
    this.#batchSize = batchSize;
    this.#decode = decode;
  }

  async load(): Promise<void> {
    this.#batches ??= await this.#decode();
  }

  read(name: string, start: number): Data {
    const batch = this.#batches![start / this.#batchSize]!;
    return batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
  }
}
