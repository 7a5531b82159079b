import { IcebergError } from '../error.js';
import type { IcebergType, NestedField } from './iceberg-type.js';
import { toValue } from './literal.js';
import { describeType, isPrimitive } from './primitive.js';
import type { AnyValue } from './value.js';

/**
 * The value of a field that a row leaves out (`undefined`) or holds, as a caller writes it: what is left out takes the
 * field's write default. Throws `TYPE_MISMATCH`, `REQUIRED_VALUE_MISSING`.
 */
export function fieldValue(field: NestedField, value: unknown, where: string): AnyValue {
  if (value === undefined && field.writeDefault !== undefined) return field.writeDefault;
  return rowValue(field.type, value, where, field.required);
}

/** A value of any type from what a row may hold. Throws `TYPE_MISMATCH`, `REQUIRED_VALUE_MISSING`. */
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
  if (type.type === 'list' && Array.isArray(value)) {
    return value.map((item: unknown) =>
      rowValue(type.element, item, `${where}.element`, type.elementRequired),
    );
  }
  if (type.type === 'struct' && typeof value === 'object' && !Array.isArray(value)) {
    const record = value as Record<string, unknown>;
    return type.fields.map((field) => fieldValue(field, record[field.name], `${where}.${field.name}`));
  }
  if (type.type === 'map' && typeof value === 'object') {
    const entries: Iterable<readonly [unknown, unknown]> =
      value instanceof Map ? value : Object.entries(value);
    return Array.from(entries, ([key, item]) => [
      rowValue(type.key, key, `${where}.key`, true),
      rowValue(type.value, item, `${where}.value`, type.valueRequired),
    ]);
  }
  throw new IcebergError(
    `The value ${String(value)} does not fit column "${where}" of type ${describeType(type)}.`,
    {
      code: 'TYPE_MISMATCH',
      context: { column: where },
    },
  );
}
