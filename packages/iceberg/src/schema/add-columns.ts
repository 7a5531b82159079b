import { IcebergError } from '../error.js';
import type { IcebergType, NewField, NewType } from '../type/iceberg-type.js';
import { describeType, isPrimitive, normalizePrimitive } from '../type/primitive.js';
import { assignFieldIds } from './assign-ids.js';
import { isReservedName } from './metadata-columns.js';
import type { Schema } from './schema.js';

/**
 * Adds columns to a schema, optional or with an initial default; a column that is there already with the same type is left as it is. Returns
 * `null` where nothing is new. Throws `INCOMPATIBLE_EVOLUTION` or `INVALID_NAME`.
 */
export function addColumnsToSchema(
  schema: Schema,
  columns: readonly NewField[],
  lastColumnId: number,
  formatVersion = 2,
): { fields: Schema['fields']; lastColumnId: number } | null {
  const missing = columns.filter((column) => {
    if (isReservedName(column.name)) {
      throw new IcebergError(`The name "${column.name}" is reserved for a metadata column; choose another.`, {
        code: 'INVALID_NAME',
        context: { name: column.name },
      });
    }
    const present = schema.fields.find((field) => field.name === column.name);
    if (present === undefined && column.required === true && (column.initialDefault ?? null) === null) {
      throw new IcebergError(
        `Column "${column.name}" cannot be added as required: rows already written have no value.`,
        {
          code: 'INCOMPATIBLE_EVOLUTION',
          context: { column: column.name },
        },
      );
    }
    if (present === undefined) return true;
    if (!sameType(present.type, column.type)) {
      throw new IcebergError(
        `Column "${column.name}" is already there as ${describeType(present.type)}; it cannot be added as ${describeType(column.type)}.`,
        { code: 'INCOMPATIBLE_EVOLUTION', context: { column: column.name } },
      );
    }
    return false;
  });
  if (missing.length === 0) return null;
  const assigned = assignFieldIds(missing, lastColumnId + 1, { formatVersion });
  return { fields: [...schema.fields, ...assigned.fields], lastColumnId: assigned.lastId };
}

/** Whether two types are the same but for field ids and docs. */
function sameType(present: IcebergType, wanted: NewType): boolean {
  if (isPrimitive(present) || isPrimitive(wanted)) {
    return (
      isPrimitive(present) &&
      isPrimitive(wanted) &&
      normalizePrimitive(present) === normalizePrimitive(wanted)
    );
  }
  if (present.type === 'list' && wanted.type === 'list') {
    return (
      present.elementRequired === (wanted.elementRequired ?? false) &&
      sameType(present.element, wanted.element)
    );
  }
  if (present.type === 'map' && wanted.type === 'map') {
    return (
      present.valueRequired === (wanted.valueRequired ?? false) &&
      sameType(present.key, wanted.key) &&
      sameType(present.value, wanted.value)
    );
  }
  if (present.type !== 'struct' || wanted.type !== 'struct') return false;
  return (
    present.fields.length === wanted.fields.length &&
    present.fields.every((field, index) => {
      const other = wanted.fields[index]!;
      return (
        field.name === other.name &&
        field.required === (other.required ?? false) &&
        sameType(field.type, other.type)
      );
    })
  );
}
