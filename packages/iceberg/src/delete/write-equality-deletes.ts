import type { RecordBatch } from 'apache-arrow';
import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import type { Schema } from '../schema/schema.js';
import type { TableIo } from '../table/table-io.js';
import { DataFileWriter } from '../transaction/data-file-writer.js';
import type { NestedField } from '../type/iceberg-type.js';

/** What equality delete files are written for. */
export interface EqualityDeleteOptions {
  io: TableIo;
  /** Top-level columns that rows are compared by. */
  columns: readonly NestedField[];
  /** A spec whose source columns are all in `columns`; see {@link requirePartitionColumns}. */
  specId: number;
  partition: readonly ResolvedPartitionField[];
  /** Of the table. */
  properties: Readonly<Record<string, string>>;
  uniqueName: () => string;
  onFile: (path: string) => void;
}

/**
 * Writes the keys of rows to delete as equality delete files, one per partition (spec, "Equality Delete Files"); more
 * only where one would pass the target size. They apply to rows of older snapshots in the same partition, or, under an
 * unpartitioned spec, in any.
 */
export class EqualityDeleteWriter {
  readonly #equalityIds: readonly number[];
  readonly #writer: DataFileWriter;

  constructor(options: EqualityDeleteOptions) {
    const { columns, uniqueName } = options;
    this.#equalityIds = columns.map((column) => column.id);
    this.#writer = new DataFileWriter({
      ...options,
      schema: { schemaId: 0, fields: columns },
      uniqueName: () => `${uniqueName()}-eq-deletes`,
    });
  }

  /** Takes keys: a batch of the columns, and no others. */
  async write(keys: RecordBatch): Promise<void> {
    await this.#writer.write(keys);
  }

  async close(): Promise<DataFile[]> {
    const files = await this.#writer.close();
    return files.map((file) => ({ ...file, content: 'equality-deletes', equalityIds: this.#equalityIds }));
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }
}

/**
 * An equality delete concerns the rows of its own partition only, so that the partition must follow from the key.
 * Throws `INVALID_ARGUMENT` naming the columns that are missing.
 */
export function requirePartitionColumns(
  schema: Schema,
  columns: readonly NestedField[],
  partition: readonly ResolvedPartitionField[],
): void {
  const ids = new Set(columns.map((column) => column.id));
  const missing = partition.filter((field) => field.parsed.name !== 'void' && !ids.has(field.sourceId));
  if (missing.length === 0) return;
  const names = missing.map(
    (field) =>
      schema.fields.find((column) => column.id === field.sourceId)?.name ?? `with id ${field.sourceId}`,
  );
  throw new IcebergError(
    `Rows cannot be deleted by equality of (${columns.map((column) => column.name).join(', ')}): the table is partitioned by ${missing.map((field) => `"${field.name}"`).join(', ')}, so the key must hold the columns ${[...new Set(names)].join(', ')} too. Add them, or use the mode merge-on-read.`,
    {
      code: 'INVALID_ARGUMENT',
      context: { key: columns.map((column) => column.name), missing: [...new Set(names)] },
    },
  );
}
