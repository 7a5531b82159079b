import type { Data, DataType, Field } from 'apache-arrow';
import loadXxhash from 'xxhash-wasm';
import { IcebergError } from '../error.js';
import type { BoundExpression } from '../expression/bind.js';
import { mightMatch } from '../expression/might-match.js';
import type { DataFile } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { ParquetReader } from '../parquet/parquet-reader.js';
import type { RowGroupRows } from '../parquet/row-group-rows.js';
import { nameMappingOf } from '../schema/name-mapping.js';
import { structPath } from '../schema/prune-field.js';
import type { NestedField, StructType } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';
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
  /** Of columns that are read in part, by name. */
  readonly #parts = new Map<string, readonly (readonly string[])[]>();
  /** Fields that statistics were looked for of, by id. */
  readonly #leaves = new Map<number, StoredLeaf | null>();
  readonly #partition: PartitionConstants;
  /** What the file holds, by field id. */
  readonly #stored = new Map<number, StoredField>();

  /**
   * `fields` are top-level columns, of the current schema or an older one, or parts of them, by id. Throws
   * `CORRUPT_FILE`.
   */
  constructor(
    reader: ParquetReader,
    options: { file: DataFile; fields: ReadonlyMap<number, NestedField>; metadata: TableMetadata },
  ) {
    const { file, metadata } = options;
    refuseWrongCount(reader, file);
    this.#reader = reader;
    this.#fields = options.fields;
    this.#partition = partitionConstants(metadata, file);
    const columns = storedColumns(reader.schema, nameMappingOf(metadata.properties));
    for (const [id, field] of this.#fields) {
      const stored = this.#storedField(columns, id);
      if (stored === undefined) continue;
      this.#stored.set(id, stored);
      const parts = wantedParts(field, stored);
      if (parts !== null) this.#parts.set(stored.name, parts);
    }
  }

  get rowGroups(): readonly number[] {
    return this.#reader.rowGroups;
  }

  /** Whether the footer's statistics leave room for a matching row in a row group. Throws `CORRUPT_FILE`. */
  groupMightMatch(group: number, filter: BoundExpression): boolean {
    const { footer } = this.#reader;
    if (footer === undefined || filter.op === 'true') return true;
    return mightMatch(filter, (term) => {
      const leaf = this.#leaf(term.fieldId);
      return leaf === null ? {} : rowGroupStatistics({ footer, group, ...leaf, term });
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
      const leaf = this.#reader.footer === undefined ? null : this.#leaf(fieldId);
      const place = leaf === null ? undefined : this.#reader.footer?.bloomFilter(group, leaf.path);
      if (leaf === null || place === undefined) continue;
      const bloom = await this.#reader.readBloomFilter?.(place);
      const { physicalType, typeLength } = place;
      if (bloom) columns.set(fieldId, { filter: bloom, arrowType: leaf.arrowType, physicalType, typeLength });
    }
    return columns;
  }

  /** The rows of one row group. Throws `CORRUPT_FILE`. */
  *readGroup(group: number, batchSize: number): Generator<ProjectedBatch> {
    const columns = [...new Set(Array.from(this.#stored.values(), (stored) => stored.name))];
    const source =
      columns.length === 0
        ? null
        : this.#reader.openRowGroup(group, { columns, parts: this.#parts, batchSize });
    const rows = this.rowGroups[group]!;
    for (let start = 0; start < rows; start += batchSize)
      yield this.#projected(source, start, Math.min(batchSize, rows - start));
  }

  /** How the file stores a column, or a field of its structs; `null` where it does not. */
  #leaf(id: number): StoredLeaf | null {
    let leaf = this.#leaves.get(id);
    if (leaf === undefined) {
      leaf = this.#findLeaf(id);
      this.#leaves.set(id, leaf);
    }
    return leaf;
  }

  #findLeaf(id: number): StoredLeaf | null {
    const found = structPath(this.#fields.values(), id);
    let stored = found === null ? undefined : this.#stored.get(found.column.id);
    if (found === null || stored === undefined) return null;
    const names = [stored.name];
    let { type } = found.column;
    for (const place of found.places) {
      const field: NestedField = (type as StructType).fields[place]!;
      stored = stored?.children.find((child) => child.id === field.id);
      if (stored === undefined) return null;
      names.push(stored.name);
      type = field.type;
    }
    let fields: readonly Field[] = this.#reader.schema.fields;
    let arrowType: DataType | undefined;
    for (const name of names) {
      arrowType = fields.find((field) => field.name === name)?.type as DataType | undefined;
      fields = arrowType?.children ?? [];
    }
    return arrowType === undefined ? null : { path: names, arrowType };
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

/** A field as a file stores it. */
interface StoredLeaf {
  /** Names from the top-level column down. */
  readonly path: readonly string[];
  readonly arrowType: DataType;
}

/** Paths below a stored column of what a field has of it; `null` where that is all, or nothing, whose nulls count yet. */
function wantedParts({ type }: NestedField, stored: StoredField): string[][] | null {
  if (isPrimitive(type) || type.type !== 'struct') return null;
  const parts: string[][] = [];
  let isWhole = true;
  for (const child of stored.children) {
    const wanted = type.fields.find((field) => field.id === child.id);
    const below = wanted === undefined ? [] : wantedParts(wanted, child);
    if (below === null) parts.push([child.name]);
    else {
      isWhole = false;
      for (const path of below) parts.push([child.name, ...path]);
    }
  }
  return isWhole || parts.length === 0 ? null : parts;
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
