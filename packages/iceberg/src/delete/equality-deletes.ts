import { type Data, DataType } from 'apache-arrow';
import { isValidAt } from '../arrow/arrow-data.js';
import { type ColumnReader, columnReader } from '../arrow/column-reader.js';
import { IcebergError } from '../error.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { partitionKey } from '../partition/partition-key.js';
import { openDataFile } from '../scan/open-data-file.js';
import { type LoadedColumns, ProjectedFile } from '../scan/projected-file.js';
import type { TableIo } from '../table/table-io.js';
import type { NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';

/** A column that rows are compared by: a top-level column, or a leaf below the structs that `path` leads through. */
interface KeyLeaf {
  readonly column: NestedField;
  /** Positions of children, outermost first; empty for a column itself. */
  readonly path: readonly number[];
  readonly type: PrimitiveType;
}

/** Delete files that compare by the same columns. */
interface KeyGroup {
  readonly leaves: readonly KeyLeaf[];
  readonly keys: readonly ReadonlySet<string>[];
}

const BATCH_ROWS = 65_536;

/**
 * The equality deletes that apply to one data file (spec, "Equality Delete Files"). A row is deleted where it equals
 * a row of a delete file in all of that file's columns; null equals null.
 */
export class EqualityDeletes {
  readonly #groups: readonly KeyGroup[];

  private constructor(groups: readonly KeyGroup[]) {
    this.#groups = groups;
  }

  /** Reads the equality delete files among `deleteFiles`. Throws `INVALID_METADATA` for columns that no schema has. */
  static async load(request: {
    io: TableIo;
    metadata: TableMetadata;
    deleteFiles: readonly ManifestEntry[];
  }): Promise<EqualityDeletes> {
    const { io, metadata } = request;
    const groups = new Map<string, { leaves: KeyLeaf[]; keys: ReadonlySet<string>[] }>();
    for (const entry of request.deleteFiles) {
      if (entry.file.content !== 'equality-deletes') continue;
      const ids = [...(entry.file.equalityIds ?? [])].sort((left, right) => left - right);
      const leaves = ids.map((id) => keyLeaf(metadata, id, entry));
      if (leaves.length === 0) throw invalidDelete(entry, 'names no columns to compare by');
      const name = leaves.map((leaf, index) => `${ids[index]} ${leaf.type}`).join(',');
      const group = groups.get(name) ?? { leaves, keys: [] };
      groups.set(name, group);
      group.keys.push(await loadKeys(io, metadata, entry, leaves, name));
    }
    return new EqualityDeletes([...groups.values()]);
  }

  /** Top-level columns that {@link matcher} looks at; some may have been dropped from the table since. */
  get fields(): NestedField[] {
    return this.#groups.flatMap((group) => group.leaves.map((leaf) => leaf.column));
  }

  /** A test of the rows of a batch, or `null` where no row can be deleted. */
  matcher(batch: LoadedColumns): ((row: number) => boolean) | null {
    const tests = this.#groups.map(({ leaves, keys }) => {
      const keyOf = keyReader(batch, leaves);
      return (row: number): boolean => {
        const key = keyOf(row);
        return keys.some((set) => set.has(key));
      };
    });
    return tests.length === 0 ? null : (row) => tests.some((test) => test(row));
  }
}

async function loadKeys(
  io: TableIo,
  metadata: TableMetadata,
  { file }: ManifestEntry,
  leaves: readonly KeyLeaf[],
  name: string,
): Promise<ReadonlySet<string>> {
  const cacheKey = `${io.root}\0${file.filePath}\0${name}`;
  const cached = io.caches.equalityDeletes.get(cacheKey);
  if (cached !== undefined) return cached;
  const keys = new Set<string>();
  let weight = 0;
  const reader = await openDataFile(io, file);
  try {
    const projected = new ProjectedFile(reader, {
      file,
      fields: new Map(leaves.map((leaf) => [leaf.column.id, leaf.column])),
      metadata,
    });
    for (const group of projected.rowGroups.keys()) {
      for (const batch of projected.readGroup(group, BATCH_ROWS)) {
        await batch.load();
        const keyOf = keyReader(batch, leaves);
        for (let row = 0; row < batch.rows; row++) {
          const key = keyOf(row);
          weight += key.length + 48;
          keys.add(key);
        }
      }
    }
  } finally {
    reader.close();
  }
  io.caches.equalityDeletes.set(cacheKey, keys, weight);
  return keys;
}

function keyReader(batch: LoadedColumns, leaves: readonly KeyLeaf[]): (row: number) => string {
  const readers = leaves.map((leaf) => leafReader(batch.column(leaf.column.id), leaf));
  return (row) =>
    partitionKey(
      0,
      readers.map((read) => read(row)),
    );
}

function leafReader(data: Data, leaf: KeyLeaf): ColumnReader {
  const parents: Data[] = [];
  let current = data;
  for (const position of leaf.path) {
    if (!DataType.isStruct(current.type)) break;
    parents.push(current);
    current = current.children[position] as Data;
  }
  const read = columnReader(current, leaf.type);
  if (parents.length === 0) return read;
  return (row) => (parents.every((parent) => isValidAt(parent, row)) ? read(row) : null);
}

/** Finds a column by id in the newest schema that has it: it may have been dropped since the delete. */
function keyLeaf(metadata: TableMetadata, id: number, entry: ManifestEntry): KeyLeaf {
  const current = metadata.schemas.filter((schema) => schema.schemaId === metadata.currentSchemaId);
  for (const schema of [...current, ...metadata.schemas.toReversed()]) {
    for (const column of schema.fields) {
      const found = searchLeaf(column, id);
      if (found !== null) return { column, ...found };
    }
  }
  throw invalidDelete(
    entry,
    `compares by column ${id}, which no schema of the table has as a primitive column`,
  );
}

function searchLeaf(field: NestedField, id: number): { path: readonly number[]; type: PrimitiveType } | null {
  if (isPrimitive(field.type)) return field.id === id ? { path: [], type: field.type } : null;
  if (field.type.type !== 'struct') return null;
  for (const [position, child] of field.type.fields.entries()) {
    const found = searchLeaf(child, id);
    if (found !== null) return { path: [position, ...found.path], type: found.type };
  }
  return null;
}

function invalidDelete(entry: ManifestEntry, reason: string): IcebergError {
  return new IcebergError(`The equality delete file ${entry.file.filePath} ${reason}.`, {
    code: 'INVALID_METADATA',
    context: { file: entry.file.filePath },
  });
}
