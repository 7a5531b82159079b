import { IcebergError } from '../error.js';
import { describeValue, tagOf } from '../util/describe-value.js';
import type { IcebergType, NestedField, PrimitiveType } from './iceberg-type.js';
import { toValue } from './literal.js';
import { recordOf } from './plain-row.js';
import { describeType, isPrimitive } from './primitive.js';
import type { AnyValue } from './value.js';

/**
 * The value of a field that a row leaves out (`undefined`) or holds, as a caller writes it: what is left out takes the
 * field's write default. Throws `TYPE_MISMATCH`, `REQUIRED_VALUE_MISSING`, `COLUMN_NOT_FOUND`.
 */
export function fieldValue(field: NestedField, value: unknown, where: string): AnyValue {
  if (value === undefined && field.writeDefault !== undefined) return field.writeDefault;
  return rowValue(field.type, value, where, field.required);
}

/** A value of any type from what a row may hold; throws as {@link fieldValue}. */
function rowValue(type: IcebergType, value: unknown, where: string, required: boolean): AnyValue {
  if (value === null || value === undefined) {
    if (!required) return null;
    throw new IcebergError(
      `Column "${where}" is required, and a row has no value for it; give one, or make the column optional.`,
      {
        code: 'REQUIRED_VALUE_MISSING',
        context: { column: where },
      },
    );
  }
  if (isPrimitive(type)) return toValue(type, value, where);
  const nested = nestedValue(type, value, where);
  if (nested !== null) return nested;
  throw new IcebergError(
    `The value ${describeValue(value)} does not fit column "${where}" of type ${describeType(type)}.`,
    { code: 'TYPE_MISMATCH', context: { column: where } },
  );
}

/** `null` where a value is nothing that the type can be made of. */
function nestedValue(
  type: Exclude<IcebergType, PrimitiveType>,
  value: unknown,
  where: string,
): readonly AnyValue[] | null {
  if (type.type === 'struct') {
    const record = recordOf(value, type.fields, where);
    if (record === null) return null;
    return type.fields.map((field) => fieldValue(field, record[field.name], `${where}.${field.name}`));
  }
  if (type.type === 'list') {
    if (!Array.isArray(value)) return null;
    const path = `${where}.element`;
    const values: AnyValue[] = [];
    // Not by `map`, which leaves the holes of a sparse array as they are.
    for (let index = 0; index < value.length; index++)
      values.push(rowValue(type.element, value[index], path, type.elementRequired));
    return values;
  }
  const entries = entriesOf(value);
  if (entries === null) return null;
  return Array.from(entries, ([key, item]) => [
    rowValue(type.key, key, `${where}.key`, true),
    rowValue(type.value, item, `${where}.value`, type.valueRequired),
  ]);
}

function entriesOf(value: unknown): Iterable<readonly [unknown, unknown]> | null {
  if (value instanceof Map) return value;
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) return null;
  return tagOf(value) === 'Object' ? Object.entries(value) : null;
}
