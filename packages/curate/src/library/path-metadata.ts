import { Field, type RecordBatch, Utf8 } from 'apache-arrow';
import type { ColumnPath } from '../flatten/types.js';
import { formatPath } from '../path/json-path.js';

/** Key of Arrow field metadata under which a flattened column says which JSON path it holds. */
const PATH_KEY = 'lean-ops.path';

/** The field of a flattened column. */
export function pathField({ name, path }: ColumnPath): Field {
  return new Field(name, new Utf8(), true, new Map([[PATH_KEY, path]]));
}

export function pathOfField({ metadata }: Field): string | null {
  return metadata.get(PATH_KEY) ?? null;
}

/** The JSON path of every column: as its metadata says, else the path of a key of that name. */
export function columnPathsOf(batch: RecordBatch): ColumnPath[] {
  return batch.schema.fields.map((field) => ({
    name: field.name,
    path: pathOfField(field) ?? formatPath([field.name]),
  }));
}
