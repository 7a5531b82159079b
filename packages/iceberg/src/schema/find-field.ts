import { IcebergError } from '../error.js';
import type { NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { describeType, isPrimitive } from '../type/primitive.js';
import { didYouMean } from '../util/suggest.js';
import type { Schema } from './schema.js';

/** The top-level column of a name. Throws `COLUMN_NOT_FOUND`, naming what there is. */
export function findColumn(schema: Schema, name: string): NestedField {
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (field !== undefined) return field;
  throw fieldNotFound('', name, schema.fields);
}

/** The error of a name that none of some fields has: of a table, or of the struct at the path `where`. */
export function fieldNotFound(where: string, name: string, fields: readonly NestedField[]): IcebergError {
  const names = fields.map((candidate) => candidate.name);
  const shown =
    (names.length > 40
      ? `${names.slice(0, 40).join(', ')} and ${names.length - 40} more`
      : names.join(', ')) || 'none';
  const path = where === '' ? name : `${where}.${name}`;
  const [kind, known] = where === '' ? ['column', 'columns'] : ['field', `fields of "${where}"`];
  return new IcebergError(
    `There is no ${kind} "${path}"; the ${known} are ${shown}.${didYouMean(String(name), names)}`,
    { code: 'COLUMN_NOT_FOUND', context: { column: path } },
  );
}

/** The column of a name with its type, which must be primitive. Throws `COLUMN_NOT_FOUND` or `TYPE_MISMATCH`. */
export function findPrimitiveColumn(schema: Schema, name: string): NestedField & { type: PrimitiveType } {
  const field = findColumn(schema, name);
  if (isPrimitive(field.type)) return { ...field, type: field.type };
  throw new IcebergError(
    `Column "${name}" is a ${describeType(field.type)}; a column of a primitive type is needed here.`,
    {
      code: 'TYPE_MISMATCH',
      context: { column: name },
    },
  );
}

/** Primitive type of a top-level column or struct leaf by field id, or `null`. */
export function primitiveTypeOf(schema: Schema, fieldId: number): PrimitiveType | null {
  const search = (fields: readonly NestedField[]): PrimitiveType | null => {
    for (const field of fields) {
      if (isPrimitive(field.type)) {
        if (field.id === fieldId) return field.type;
      } else if (field.type.type === 'struct') {
        const found = search(field.type.fields);
        if (found !== null) return found;
      }
    }
    return null;
  };
  return search(schema.fields);
}
