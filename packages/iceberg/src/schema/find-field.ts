import { IcebergError } from '../error.js';
import type { IcebergType, NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { describeType, isPrimitive } from '../type/primitive.js';
import { didYouMean } from '../util/suggest.js';
import { fieldsByPath, type LocatedField } from './field-path.js';
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
  throw notPrimitive(name, field.type);
}

/** The error of a struct, list or map where a value is needed. */
export function notPrimitive(path: string, type: IcebergType): IcebergError {
  const hint =
    !isPrimitive(type) && type.type === 'struct' && type.fields.length > 0
      ? ` Its fields are named as "${path}.${type.fields[0]!.name}" is.`
      : '';
  return new IcebergError(
    `Column "${path}" is a ${describeType(type)}; a column of a primitive type is needed here.${hint}`,
    { code: 'TYPE_MISMATCH', context: { column: path } },
  );
}

/** A column, or a field of a struct, of which a row has one value at most. */
export interface FoundField {
  readonly field: NestedField;
  /** The top-level column that the field is or stands in. */
  readonly column: NestedField;
  /** Whether the field is in a struct that may be null. */
  readonly inOptionalStruct: boolean;
}

/**
 * The column of a name, or the field of a struct at a path such as `place.lat`; a column whose name has a dot goes
 * before. Throws `COLUMN_NOT_FOUND`, and `TYPE_MISMATCH` for a field in a list or map.
 */
export function findField(schema: Schema, path: string): FoundField {
  const top = schema.fields.find((candidate) => candidate.name === path);
  if (top !== undefined) return { field: top, column: top, inOptionalStruct: false };
  const located = locateField(schema, path);
  let inOptionalStruct = false;
  let at: LocatedField = located;
  for (; at.parent !== null; at = at.parent) {
    if (at.kind !== 'field') {
      throw new IcebergError(
        `Column "${path}" is inside the ${describeType(at.parent.field.type)} "${at.parent.path}", of which a row may have many values; a filter asks for one.`,
        { code: 'TYPE_MISMATCH', context: { column: path } },
      );
    }
    if (!at.parent.field.required) inOptionalStruct = true;
  }
  return { field: located.field, column: at.field, inOptionalStruct };
}

/** The field at a path, in lists and maps too. Throws `COLUMN_NOT_FOUND`, naming what there is beside it. */
export function locateField(schema: Schema, path: string): LocatedField {
  // Callers without types pass what is no text: such a column is not there.
  if (typeof path !== 'string') throw fieldNotFound('', String(path), schema.fields);
  const all = path.includes('.') ? fieldsByPath(schema) : null;
  const found = all?.get(path);
  if (found !== undefined) return found;
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const parent = all?.get(path.slice(0, dot));
    if (parent === undefined) continue;
    const { type } = parent.field;
    if (isPrimitive(type) || type.type !== 'struct') break;
    throw fieldNotFound(parent.path, path.slice(dot + 1), type.fields);
  }
  throw fieldNotFound('', path, schema.fields);
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
