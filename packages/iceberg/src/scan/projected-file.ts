import type { Data, DataType } from 'apache-arrow';
import loadXxhash from 'xxhash-wasm';
import { IcebergError } from '../error.js';
import type { BoundExpression } from '../expression/bind.js';
import { mightMatch } from '../expression/might-match.js';
import type { DataFile } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { ParquetReader } from '../parquet/parquet-reader.js';
import type { RowGroupRows } from '../parquet/row-group-rows.js';
import { nameMappingOf } from '../schema/name-mapping.js';
import type { NestedField } from '../type/iceberg-type.js';
import { type BloomColumn, bloomMightMatch, bloomTerms } from './bloom-might-match.js';
import { partitionFieldsOf } from './manifest-reader.js';
import { missingColumn, type PartitionConstants, projectColumn } from './project-column.js';
import { rowGroupStatistics } from './row-group-statistics.js';
import { type StoredColumns, type StoredField, storedColumns } from './stored-field.js';

/** Columns by field id. */
export interface LoadedColumns {
  /** A column that has been loaded. Throws `CORRUPT_FILE`, `TYPE_MISMATCH`. */
  column(id: number): Data;
}

/** Rows of a file, its columns converted when asked for. */
export interface ProjectedBatch extends LoadedColumns {
  readonly rows: number;
  /** Reads columns of field ids that the file was opened with, by default all. Throws `CORRUPT_FILE`. */
  load(ids?: Iterable<number>): Promise<void>;
}

/** A data or delete file seen through a table's schema (spec, "Column Projection"). */
export class ProjectedFile {
  readonly #reader: ParquetReader;
  readonly #fields: ReadonlyMap<number, NestedField>;
  readonly #partition: PartitionConstants;
  /** What the file holds, by field id. */
  readonly #stored = new Map<number, StoredField>();

  /** `fields` are top-level columns, of the current schema or an older one. Throws `CORRUPT_FILE`. */
  constructor(
    reader: ParquetReader,
    options: { file: DataFile; fields: Iterable<NestedField>; metadata: TableMetadata },
  ) {
    const { file, metadata } = options;
    refuseWrongCount(reader, file);
    this.#reader = reader;
    this.#fields = new Map(Array.from(options.fields, (field) => [field.id, field]));
    this.#partition = partitionConstants(metadata, file);
    const columns = storedColumns(reader.schema, nameMappingOf(metadata.properties));
    for (const id of this.#fields.keys()) {
      const stored = this.#storedField(columns, id);
      if (stored !== undefined) this.#stored.set(id, stored);
    }
  }

  get rowGroups(): readonly number[] {
    return this.#reader.rowGroups;
  }

  /** Whether the footer's statistics leave room for a matching row in a row group. Throws `CORRUPT_FILE`. */
  groupMightMatch(group: number, filter: BoundExpression): boolean {
    const { footer, schema } = this.#reader;
    if (footer === undefined || filter.op === 'true') return true;
    return mightMatch(filter, (term) => {
      const stored = this.#stored.get(term.fieldId);
      if (stored === undefined) return {};
      return rowGroupStatistics({ footer, schema, group, column: stored.name, term });
    });
  }

  /** Whether the Bloom filters of a row group, if it has any, leave room for a matching row. Throws `CORRUPT_FILE`. */
  async bloomMightMatch(group: number, filter: BoundExpression): Promise<boolean> {
    const columns = await this.#bloomColumns(group, filter);
    if (columns.size === 0) return true;
    const { h64Raw } = await loadXxhash();
    return bloomMightMatch(filter, columns, (bytes) => h64Raw(bytes));
  }

  async #bloomColumns(group: number, filter: BoundExpression): Promise<Map<number, BloomColumn>> {
    const columns = new Map<number, BloomColumn>();
    for (const fieldId of bloomTerms(filter)) {
      const name = this.#stored.get(fieldId)?.name;
      const place = name === undefined ? undefined : this.#reader.footer?.bloomFilter(group, name);
      const arrowType = this.#reader.schema.fields.find((field) => field.name === name)?.type as DataType;
      if (place === undefined || arrowType === undefined) continue;
      const bloom = await this.#reader.readBloomFilter?.(place);
      const { physicalType, typeLength } = place;
      if (bloom) columns.set(fieldId, { filter: bloom, arrowType, physicalType, typeLength });
    }
    return columns;
  }

  /** The rows of one row group. Throws `CORRUPT_FILE`. */
  *readGroup(group: number, batchSize: number): Generator<ProjectedBatch> {
    const columns = [...new Set(Array.from(this.#stored.values(), (stored) => stored.name))];
    const source = columns.length === 0 ? null : this.#reader.openRowGroup(group, { columns, batchSize });
    const rows = this.rowGroups[group]!;
    for (let start = 0; start < rows; start += batchSize)
      yield this.#projected(source, start, Math.min(batchSize, rows - start));
  }

  /** A file without ids of its own yields to the partition value, which comes before the name mapping. */
  #storedField(columns: StoredColumns, id: number): StoredField | undefined {
    if (!columns.hasIds && this.#partition.has(id)) return undefined;
    return columns.fields.find((candidate) => candidate.id === id);
  }

  #projected(source: RowGroupRows | null, start: number, rows: number): ProjectedBatch {
    const columns = new Map<number, Data>();
    const load = async (ids: Iterable<number> = this.#fields.keys()): Promise<void> => {
      const stored = Array.from(ids, (id) => this.#stored.get(id)?.name);
      const names = [...new Set(stored.filter((name) => name !== undefined))];
      if (names.length > 0) await source!.load(names);
    };
    const column = (id: number): Data => {
      const known = columns.get(id);
      if (known !== undefined) return known;
      const field = this.#fields.get(id)!;
      const stored = this.#stored.get(id);
      const data =
        stored === undefined
          ? missingColumn(field, rows, this.#partition)
          : projectColumn(source!.read(stored.name, start, rows), stored, field, this.#partition);
      columns.set(id, data);
      return data;
    };
    return { rows, load, column };
  }
}

/** Partition values that are column values unchanged. */
function partitionConstants(metadata: TableMetadata, file: DataFile): PartitionConstants {
  const fields = partitionFieldsOf(metadata, file.specId);
  return new Map(
    fields.flatMap((field, index) =>
      field.parsed.name === 'identity' ? [[field.sourceId, file.partition[index] ?? null] as const] : [],
    ),
  );
}

/** A manifest and a footer that disagree mean that one of them is damaged, or that the file was replaced. */
function refuseWrongCount(reader: ParquetReader, file: DataFile): void {
  const rows = reader.rowGroups.reduce((total, group) => total + group, 0);
  if (BigInt(rows) === file.recordCount) return;
  throw new IcebergError(
    `The file ${file.filePath} holds ${rows} rows; its manifest says ${file.recordCount}.`,
    { code: 'CORRUPT_FILE', context: { file: file.filePath } },
  );
}
