import { IcebergError } from '../error.js';
import { isPrimitive, primitiveKind } from '../type/primitive.js';
import { fieldAt, fieldsById, type LocatedField } from './field-path.js';
import type { Schema } from './schema.js';

/**
 * Ids of the fields that identify a row, from their paths (spec, "Identifier Field IDs"). Throws `COLUMN_NOT_FOUND`, and
 * `INVALID_ARGUMENT` for a field that may be missing, repeated or inexact.
 */
export function identifierIdsOf(schema: Pick<Schema, 'fields'>, paths: readonly string[]): number[] {
  const located = paths.map((path) => fieldAt(schema, path));
  for (const field of located) checkIdentifier(field);
  return [...new Set(located.map(({ field }) => field.id))].sort((left, right) => left - right);
}

/** Throws `INCOMPATIBLE_EVOLUTION` where a change has taken an identifier field away or made it unfit. */
export function checkIdentifiers(schema: Schema, before: Schema): void {
  const after = fieldsById(schema);
  for (const id of schema.identifierFieldIds ?? []) {
    const field = after.get(id);
    if (field === undefined) {
      const name = fieldsById(before).get(id)?.path ?? `of id ${id}`;
      throw new IcebergError(
        `Column "${name}" identifies rows and cannot be dropped; set other identifier fields first.`,
        { code: 'INCOMPATIBLE_EVOLUTION', context: { column: name } },
      );
    }
    checkIdentifier(field);
  }
}

function checkIdentifier(located: LocatedField): void {
  const { field, path } = located;
  const { type } = field;
  const reason = !isPrimitive(type)
    ? 'it is not of a primitive type'
    : ['float', 'double'].includes(primitiveKind(type).kind)
      ? `a ${type} cannot be compared exactly`
      : reasonOfPlace(located);
  if (reason === null) return;
  throw new IcebergError(`Column "${path}" cannot identify rows: ${reason}.`, {
    code: 'INVALID_ARGUMENT',
    context: { column: path },
  });
}

function reasonOfPlace(located: LocatedField): string | null {
  for (let at: LocatedField | null = located; at !== null; at = at.parent) {
    if (at.kind !== 'field') return 'it is inside a list or map';
    if (!at.field.required) return `"${at.path}" is optional`;
  }
  return null;
}
