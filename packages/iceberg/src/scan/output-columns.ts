import type { LocatedField } from '../schema/field-path.js';
import { locateField } from '../schema/find-field.js';
import { SCAN_METADATA_COLUMNS } from '../schema/metadata-columns.js';
import { pruneField } from '../schema/prune-field.js';
import type { Schema } from '../schema/schema.js';
import type { NestedField } from '../type/iceberg-type.js';
import { refuseOpaque } from '../type/primitive.js';

/**
 * The columns of a scan by their names, metadata columns among them. A path such as `place.lat` gives the column `place`
 * with that field only; several paths into a column give it once, where the first of them stands, with its fields in the
 * order of the schema. Throws `COLUMN_NOT_FOUND`, `UNSUPPORTED_FEATURE`.
 */
export function outputColumns(
  schema: Schema,
  names: readonly string[],
  metadataColumns: readonly NestedField[] = SCAN_METADATA_COLUMNS,
): NestedField[] {
  const found = names.map((name): { column: NestedField; part: number | null } => {
    const named = (candidate: NestedField): boolean => candidate.name === name;
    const column = metadataColumns.find(named) ?? schema.fields.find(named);
    if (column !== undefined) return { column, part: null };
    const located = locateField(schema, name);
    return { column: columnOf(located), part: located.field.id };
  });
  const parts = new Map<NestedField, Set<number>>();
  for (const { column, part } of found) if (part !== null) parts.set(column, new Set());
  for (const { column, part } of found) parts.get(column)?.add(part ?? column.id);
  return found.flatMap(({ column }, at) => {
    const wanted = parts.get(column);
    if (wanted !== undefined && found.findIndex((other) => other.column === column) < at) return [];
    const field = wanted === undefined ? column : pruneField(column, wanted)!;
    refuseOpaque(field.name, field.type);
    return [field];
  });
}

function columnOf(located: LocatedField): NestedField {
  return located.parent === null ? located.field : columnOf(located.parent);
}
