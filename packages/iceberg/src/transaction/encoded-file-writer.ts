import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import { EncodedFile } from '../parquet/encode/encoded-file.js';
import type { EncodedRows } from '../parquet/encode/encoded-rows.js';
import { encodedType } from '../parquet/encode/null-column.js';
import { metricsModes } from '../parquet/metrics-mode.js';
import { partitionKey } from '../partition/partition-key.js';
import { partitionPath } from '../partition/partition-path.js';
import { findColumn } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import { describeType } from '../type/primitive.js';
import type { Value } from '../type/value.js';
import type { DataFileWriterOptions } from './data-file-writer.js';
import { fileTooMany } from './file-too-many.js';
import { writeProperties } from './write-properties.js';

interface OpenFile {
  readonly values: readonly (Value | null)[];
  readonly file: EncodedFile;
}

/** Writes rows that were encoded before as data files, one open file per partition. */
export class EncodedFileWriter {
  readonly #options: DataFileWriterOptions;
  readonly #targetBytes: number;
  readonly #open = new Map<string, OpenFile>();
  readonly #files: DataFile[] = [];

  constructor(options: DataFileWriterOptions) {
    this.#options = options;
    this.#targetBytes = writeProperties(options.properties).targetFileBytes;
  }

  /** Throws `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`, `REQUIRED_VALUE_MISSING` where the rows do not fit the table. */
  async write(rows: EncodedRows): Promise<void> {
    refuseUnfit(rows, this.#options.schema);
    const key = partitionKey(this.#options.specId, rows.partition);
    let open = this.#open.get(key);
    if (open === undefined) {
      open = { values: rows.partition, file: new EncodedFile() };
      this.#open.set(key, open);
    }
    open.file.add(rows);
    if (open.file.bytes >= this.#targetBytes) await this.#finish(key);
    else await this.#relieve();
  }

  async #relieve(): Promise<void> {
    const key = fileTooMany(this.#open, ({ file }) => file.bytes);
    if (key !== null) await this.#finish(key);
  }

  /** Finishes all files and gives their descriptions. */
  async close(): Promise<DataFile[]> {
    for (const key of [...this.#open.keys()]) await this.#finish(key);
    return this.#files;
  }

  async abort(): Promise<void> {
    this.#open.clear();
  }

  async #finish(key: string): Promise<void> {
    const { io, schema, partition, specId, properties, uniqueName, onFile } = this.#options;
    const { values, file } = this.#open.get(key)!;
    this.#open.delete(key);
    const { bytes, columnSizes } = file.finish(schema);
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
      recordCount: BigInt(file.rows),
      fileSizeInBytes: BigInt(bytes.length),
      columnSizes,
      ...file.metrics(schema, metricsModes(properties)),
    });
  }
}

function refuseUnfit(rows: EncodedRows, schema: Schema): void {
  const encoded = new Map(rows.columns.map((column) => [column.name, column]));
  for (const name of encoded.keys()) findColumn(schema, name);
  for (const field of schema.fields) {
    const column = encoded.get(field.name);
    const type = encodedType(field);
    const leavesDefault = column === undefined && field.writeDefault !== undefined;
    if (type === null || leavesDefault || (column !== undefined && column.type !== type)) {
      throw new IcebergError(
        `Column "${field.name}" of the encoded rows is ${column?.type ?? 'absent'} and ${describeType(field.type)} in the table; append the rows as a record batch.`,
        { code: 'TYPE_MISMATCH', context: { column: field.name } },
      );
    }
    if (field.required ? column?.nullable !== false : column?.nullable === false) {
      throw new IcebergError(
        `Column "${field.name}" is ${field.required ? '' : 'not '}required, and the rows were encoded otherwise: take the layout of this transaction.`,
        { code: 'REQUIRED_VALUE_MISSING', context: { column: field.name } },
      );
    }
  }
}
