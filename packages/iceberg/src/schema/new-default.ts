import { IcebergError } from '../error.js';
import type { IcebergType } from '../type/iceberg-type.js';
import { toValue } from '../type/literal.js';
import { isPrimitive } from '../type/primitive.js';
import type { Value } from '../type/value.js';

/**
 * A default value as a caller gives it, in the type of its field; `null` where there is none. Throws
 * `UNSUPPORTED_FORMAT_VERSION` before version 3, `TYPE_MISMATCH`, and `INVALID_ARGUMENT` for a nested type: its fields
 * have defaults, it has none (spec, "Default values").
 */
export function newDefault(
  type: IcebergType,
  value: unknown,
  where: string,
  formatVersion: number,
): Value | null {
  if (value === undefined || value === null) return null;
  if (formatVersion < 3) {
    throw new IcebergError(
      `Column "${where}" is given a default value, which needs a table of format version 3; this one has version ${formatVersion}.`,
      { code: 'UNSUPPORTED_FORMAT_VERSION', context: { column: where, formatVersion } },
    );
  }
  if (isPrimitive(type)) return toValue(type, value, where);
  throw new IcebergError(
    `Column "${where}" is a ${type.type} and has no default of its own; give its fields one.`,
    { code: 'INVALID_ARGUMENT', context: { column: where } },
  );
}
