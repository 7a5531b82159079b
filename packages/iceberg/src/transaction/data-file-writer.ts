import type { Data, RecordBatch } from 'apache-arrow';
import { isValidAt } from '../arrow/arrow-data.js';
import { columnReader } from '../arrow/column-reader.js';
import { conformBatch } from '../arrow/conform-batch.js';
import { takeRows } from '../arrow/take.js';
import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import { MetricsCollector } from '../parquet/column-metrics.js';
import { metricsModes } from '../parquet/metrics-mode.js';
import { ParquetFileWriter } from '../parquet/parquet-file-writer.js';
import { partitionKey } from '../partition/partition-key.js';
import { partitionPath } from '../partition/partition-path.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { transformFunction } from '../partition/transform.js';
import { LAST_UPDATED_COLUMN, ROW_ID_COLUMN } from '../schema/metadata-columns.js';
import type { Schema } from '../schema/schema.js';
import type { TableIo } from '../table/table-io.js';
import type { NestedField } from '../type/iceberg-type.js';
import { isPrimitive, primitiveKind } from '../type/primitive.js';
import type { Value } from '../type/value.js';
import { fileTooMany } from './file-too-many.js';
import { type FileSort, type PartitionRows, SortBuffer } from './sort-buffer.js';
import { type WriteProperties, writeProperties } from './write-properties.js';

/** What a {@link DataFileWriter} writes for. */
export interface DataFileWriterOptions {
  io: TableIo;
  schema: Schema;
  specId: number;
  partition: readonly ResolvedPartitionField[];
  properties: Readonly<Record<string, string>>;
  /** A new unique text per call. */
  uniqueName: () => string;
  /** Whether batches also have the columns of row lineage, to be stored as they are (version 3). */
  lineage?: boolean;
  /** Sorts the rows of every file, which holds up to 256 MiB of rows in memory. */
  sort?: FileSort | null;
  /** Told of every file before its bytes are written, so that it can be deleted whatever happens. */
  onFile: (path: string) => void;
}

interface OpenFile {
  values: readonly (Value | null)[];
  writer: ParquetFileWriter;
  metrics: MetricsCollector;
}

/** Writes rows as data files, one open file per partition, a new one when the target size is reached. */
export class DataFileWriter {
  readonly #options: DataFileWriterOptions;
  /** Columns of the files. */
  readonly #stored: Schema;
  readonly #written: WriteProperties;
  readonly #open = new Map<string, OpenFile>();
  readonly #files: DataFile[] = [];
  readonly #unsorted: SortBuffer | null;

  constructor(options: DataFileWriterOptions) {
    this.#options = options;
    this.#unsorted = options.sort ? new SortBuffer(options.sort.keys) : null;
    const { schema, lineage = false } = options;
    this.#stored = lineage
      ? { ...schema, fields: [...schema.fields, ROW_ID_COLUMN, LAST_UPDATED_COLUMN] }
      : schema;
    this.#written = writeProperties(options.properties);
  }

  /** Takes a batch in the caller's columns and gives it back in the table's. Throws what {@link conformBatch} throws. */
  async write(input: RecordBatch): Promise<RecordBatch> {
    const batch = conformBatch(input, this.#stored);
    for (const part of splitByPartition(batch, this.#options)) {
      if (this.#unsorted === null) await this.#writePart(part);
      else await this.#writeSorted(this.#unsorted.add(part));
    }
    return batch;
  }

  /** Finishes all files and gives their descriptions. */
  async close(): Promise<DataFile[]> {
    if (this.#unsorted !== null) await this.#writeSorted(this.#unsorted.drain());
    for (const key of [...this.#open.keys()]) await this.#finish(key);
    return this.#files;
  }

  async abort(): Promise<void> {
    for (const { writer } of this.#open.values()) await writer.abort();
    this.#open.clear();
  }

  /** A file of its own for each: two sorted runs make no sorted file. */
  async #writeSorted(parts: Iterable<PartitionRows>): Promise<void> {
    for (const part of parts) {
      await this.#writePart(part);
      if (this.#open.has(part.key)) await this.#finish(part.key);
    }
  }

  async #writePart({ key, values, rows }: PartitionRows): Promise<void> {
    if (this.#open.get(key)?.writer.fits(rows) === false) await this.#finish(key);
    let file = this.#open.get(key);
    if (file === undefined) {
      const metrics = new MetricsCollector(this.#options.schema, metricsModes(this.#options.properties));
      // The size of a file is only known group by group.
      const { codec, targetFileBytes: rowGroupBytes } = this.#written;
      const writer = await ParquetFileWriter.open(rows, { rowGroupBytes, codec });
      file = { values, writer, metrics };
      this.#open.set(key, file);
    }
    await file.writer.write(rows);
    file.metrics.add(rows);
    if (file.writer.bytes >= this.#written.targetFileBytes) await this.#finish(key);
    else await this.#relieve();
  }

  async #relieve(): Promise<void> {
    const key = fileTooMany(this.#open, ({ writer }) => writer.bytes);
    if (key !== null) await this.#finish(key);
  }

  async #finish(key: string): Promise<void> {
    const { io, partition, specId, sort, uniqueName, onFile } = this.#options;
    const { values, writer, metrics } = this.#open.get(key)!;
    const { bytes, columnSizes } = await writer.close();
    this.#open.delete(key);
    const folder = partition.length === 0 ? 'data' : `data/${partitionPath(partition, values)}`;
    const path = io.pathFor(`${folder}/${uniqueName()}.parquet`);
    onFile(path);
    await io.write(path, bytes);
    this.#files.push({
      content: 'data',
      filePath: path,
      fileFormat: 'PARQUET',
      specId,
      partition: values,
      recordCount: BigInt(writer.rows),
      fileSizeInBytes: BigInt(bytes.length),
      columnSizes,
      ...metrics.finish(),
      ...(sort ? { sortOrderId: sort.orderId } : {}),
    });
  }
}

function splitByPartition(
  batch: RecordBatch,
  { schema, specId, partition }: DataFileWriterOptions,
): PartitionRows[] {
  if (batch.numRows === 0) return [];
  if (partition.length === 0) return [{ key: '', values: [], rows: batch }];
  const computed = partition.map((field) => partitionValues(batch, schema, field));
  const groups = new Map<string, { values: (Value | null)[]; rows: number[] }>();
  for (let row = 0; row < batch.numRows; row++) {
    const values = computed.map((column) => column[row]!);
    const key = partitionKey(specId, values);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { values, rows: [row] });
    else group.rows.push(row);
  }
  if (groups.size === 1) return Array.from(groups, ([key, { values }]) => ({ key, values, rows: batch }));
  return Array.from(groups, ([key, { values, rows }]) => ({
    key,
    values,
    rows: takeRows(batch, Int32Array.from(rows)),
  }));
}

function partitionValues(
  batch: RecordBatch,
  schema: Schema,
  field: ResolvedPartitionField,
): (Value | null)[] {
  if (field.parsed.name === 'void') return Array.from({ length: batch.numRows }, () => null);
  const path = pathTo(schema.fields, field.sourceId);
  if (path === null || field.sourceType === null) {
    throw new IcebergError(
      `The partition field "${field.name}" is of the column with id ${field.sourceId}, which the table does not have.`,
      { code: 'INVALID_METADATA', context: { partitionField: field.name, sourceId: field.sourceId } },
    );
  }
  // A field of a struct is null, too, where the struct is.
  const chunks: Data[] = [];
  for (const position of path) chunks.push((chunks.at(-1) ?? batch.data).children[position] as Data);
  const structs = chunks.slice(0, -1);
  const read = columnReader(chunks.at(-1)!, field.sourceType);
  const apply = transformFunction(field.parsed, field.sourceType);
  return Array.from({ length: batch.numRows }, (_, row) => {
    const value = structs.every((struct) => isValidAt(struct, row)) ? read(row) : null;
    const result = value === null ? null : apply(value);
    if (typeof result === 'bigint') requirePrecision(result, field);
    // A copy: a view would keep the batch alive as long as the file is open.
    return result instanceof Uint8Array ? result.slice() : result;
  });
}

/** Truncation may take the least decimals of a column beyond its precision. */
function requirePrecision(unscaled: bigint, { name, resultType }: ResolvedPartitionField): void {
  const kind = primitiveKind(resultType);
  if (kind.kind !== 'decimal' || (unscaled < 0n ? -unscaled : unscaled) < 10n ** BigInt(kind.precision))
    return;
  throw new IcebergError(
    `A row's value for the partition field "${name}" is truncated to ${unscaled} (unscaled), which does not fit ${resultType}; partition by another transform or column.`,
    { code: 'TYPE_MISMATCH', context: { partitionField: name, unscaled } },
  );
}

/** Positions that lead to a column or a field of a struct, or `null`. */
function pathTo(fields: readonly NestedField[], id: number): number[] | null {
  for (const [position, field] of fields.entries()) {
    if (field.id === id) return [position];
    if (isPrimitive(field.type) || field.type.type !== 'struct') continue;
    const rest = pathTo(field.type.fields, id);
    if (rest !== null) return [position, ...rest];
  }
  return null;
}
