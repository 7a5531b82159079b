import { IcebergError } from '../error.js';
import type { IcebergType, NestedField, NewField, NewType, PrimitiveType } from '../type/iceberg-type.js';
import { isPrimitive, normalizePrimitive, unknownType } from '../type/primitive.js';
import { newDefault } from './new-default.js';

const NESTED: ReadonlySet<unknown> = new Set(['struct', 'list', 'map']);

/**
 * Gives new fields ids from `firstId` on: the fields themselves first, in order, then what is nested in them.
 * Throws `INVALID_NAME` for an empty or repeated name, `UNSUPPORTED_FEATURE` for a type that the format version (default
 * 2) lacks, `UNSUPPORTED_FORMAT_VERSION`, `INVALID_ARGUMENT` or `TYPE_MISMATCH` for a default.
 */
export function assignFieldIds(
  fields: readonly NewField[],
  firstId: number,
  options: { formatVersion?: number; where?: string } = {},
): { fields: NestedField[]; lastId: number } {
  const { formatVersion = 2, where: root = '' } = options;
  let lastId = firstId - 1;
  const take = (): number => ++lastId;

  const assignStruct = (children: readonly NewField[], parent: string): NestedField[] => {
    checkNames(children);
    const numbered = children.map((field) => ({ field, id: take() }));
    return numbered.map(({ field, id }) => {
      const where = `${parent}${field.name}`;
      const type = assignType(field.type, where);
      const initialDefault = newDefault(type, field.initialDefault, where, formatVersion);
      // As the reference implementation has it: rows to come get what rows that are there have.
      const wanted = field.writeDefault === undefined ? field.initialDefault : field.writeDefault;
      const writeDefault = newDefault(type, wanted, where, formatVersion);
      return {
        id,
        name: field.name,
        required: field.required ?? false,
        type,
        ...(field.doc === undefined ? {} : { doc: field.doc }),
        ...(initialDefault === null ? {} : { initialDefault }),
        ...(writeDefault === null ? {} : { writeDefault }),
      };
    });
  };

  const assignType = (type: NewType, where: string): IcebergType => {
    if (isPrimitive(type)) return writablePrimitive(type, formatVersion, where);
    if (!NESTED.has(type?.type)) throw unknownType(type?.type ?? type, where);
    if (type.type === 'struct') return { type: 'struct', fields: assignStruct(type.fields, `${where}.`) };
    if (type.type === 'list') {
      const elementId = take();
      return {
        type: 'list',
        elementId,
        element: assignType(type.element, `${where}.element`),
        elementRequired: type.elementRequired ?? false,
      };
    }
    const keyId = take();
    const valueId = take();
    return {
      type: 'map',
      keyId,
      key: assignType(type.key, `${where}.key`),
      valueId,
      value: assignType(type.value, `${where}.value`),
      valueRequired: type.valueRequired ?? false,
    };
  };

  return { fields: assignStruct(fields, root), lastId };
}

/** The one spelling of a primitive type that a table may have. Throws `UNSUPPORTED_FEATURE`. */
function writablePrimitive(type: string, formatVersion: number, where: string): PrimitiveType {
  const normal = normalizePrimitive(type, where);
  if (formatVersion >= 3 || !normal.endsWith('_ns')) return normal;
  throw new IcebergError(
    `The type ${normal} needs a table of format version 3; use ${normal.slice(0, -3)}, which has microseconds.`,
    { code: 'UNSUPPORTED_FEATURE', context: { type: normal, column: where } },
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
