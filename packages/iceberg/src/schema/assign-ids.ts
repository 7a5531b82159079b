import { IcebergError } from '../error.js';
import type { IcebergType, NestedField, NewField, NewType, PrimitiveType } from '../type/iceberg-type.js';
import { isPrimitive, normalizePrimitive } from '../type/primitive.js';

/**
 * Gives new fields ids from `firstId` on: the fields themselves first, in order, then what is nested in them.
 * Throws `INVALID_NAME` for an empty or repeated name, `UNSUPPORTED_FEATURE` for a type that format version 2 lacks.
 */
export function assignFieldIds(
  fields: readonly NewField[],
  firstId: number,
): { fields: NestedField[]; lastId: number } {
  let lastId = firstId - 1;
  const take = (): number => ++lastId;

  const assignStruct = (children: readonly NewField[]): NestedField[] => {
    checkNames(children);
    const numbered = children.map((field) => ({ field, id: take() }));
    return numbered.map(({ field, id }) => ({
      id,
      name: field.name,
      required: field.required ?? false,
      type: assignType(field.type),
      ...(field.doc === undefined ? {} : { doc: field.doc }),
    }));
  };

  const assignType = (type: NewType): IcebergType => {
    if (isPrimitive(type)) return writablePrimitive(type);
    if (type.type === 'struct') return { type: 'struct', fields: assignStruct(type.fields) };
    if (type.type === 'list') {
      const elementId = take();
      return {
        type: 'list',
        elementId,
        element: assignType(type.element),
        elementRequired: type.elementRequired ?? false,
      };
    }
    const keyId = take();
    const valueId = take();
    return {
      type: 'map',
      keyId,
      key: assignType(type.key),
      valueId,
      value: assignType(type.value),
      valueRequired: type.valueRequired ?? false,
    };
  };

  return { fields: assignStruct(fields), lastId };
}

function writablePrimitive(type: string): PrimitiveType {
  const normal = normalizePrimitive(type);
  if (!normal.endsWith('_ns')) return normal;
  throw new IcebergError(
    `The type ${normal} needs a table of format version 3; use ${normal.slice(0, -3)}, which has microseconds.`,
    { code: 'UNSUPPORTED_FEATURE', context: { type: normal } },
  );
}

function checkNames(fields: readonly NewField[]): void {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (name === '' || seen.has(name)) {
      throw new IcebergError(
        name === ''
          ? 'A column name is empty; give every column a name.'
          : `The column name "${name}" is used twice.`,
        { code: 'INVALID_NAME', context: { name } },
      );
    }
    seen.add(name);
  }
}
