import { IcebergError } from '../error.js';
import type { NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { describeType, isPrimitive } from '../type/primitive.js';
import { fieldAt, type LocatedField } from './field-path.js';
import type { Schema } from './schema.js';

/**
 * What rows may be partitioned or sorted by: a primitive column, or a primitive field of a struct by its path. Throws
 * `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`.
 */
export function sourceField(schema: Schema, path: string): NestedField & { type: PrimitiveType } {
  const located = fieldAt(schema, path);
  const { field } = located;
  const reason = isPrimitive(field.type)
    ? isRepeated(located)
      ? 'is inside a list or map, of which a row may have many'
      : null
    : `is a ${describeType(field.type)}; a column of a primitive type is needed here`;
  if (reason === null) return { ...field, type: field.type as PrimitiveType };
  throw new IcebergError(`Column "${path}" ${reason}.`, {
    code: 'TYPE_MISMATCH',
    context: { column: path },
  });
}

function isRepeated(located: LocatedField): boolean {
  for (let at: LocatedField | null = located; at !== null; at = at.parent)
    if (at.kind !== 'field') return true;
  return false;
}
