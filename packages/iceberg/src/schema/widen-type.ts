import { IcebergError } from '../error.js';
import { parseTransform, type Transform } from '../partition/transform.js';
import type { IcebergType, NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { describeType, isPrimitive, normalizePrimitive, primitiveKind } from '../type/primitive.js';
import { daysToTimestamp } from '../type/single-value.js';
import type { AnyValue } from '../type/value.js';

/**
 * A field with a wider type, its defaults with it (spec, "Schema Evolution"): int to long, float to double, a decimal of
 * more digits; in version 3 also a date to a timestamp. `transforms` are those that partition by the field. Throws
 * `INCOMPATIBLE_EVOLUTION`.
 */
export function widenField(
  field: NestedField,
  type: PrimitiveType,
  options: { path: string; formatVersion: number; transforms: readonly string[] },
): NestedField {
  const { path, formatVersion, transforms } = options;
  const wanted = normalizePrimitive(type);
  if (isPrimitive(field.type) && normalizePrimitive(field.type) === wanted) return field;
  const reason = reasonAgainst(field.type, wanted, formatVersion, transforms);
  if (reason !== null) {
    throw new IcebergError(
      `Column "${path}" of type ${describeType(field.type)} cannot become ${wanted}: ${reason}.`,
      { code: 'INCOMPATIBLE_EVOLUTION', context: { column: path, from: field.type, to: wanted } },
    );
  }
  const { initialDefault, writeDefault, ...rest } = field;
  return {
    ...rest,
    type: wanted,
    ...(initialDefault === undefined ? {} : { initialDefault: widenValue(wanted, initialDefault) }),
    ...(writeDefault === undefined ? {} : { writeDefault: widenValue(wanted, writeDefault) }),
  };
}

function reasonAgainst(
  from: IcebergType,
  to: PrimitiveType,
  formatVersion: number,
  transforms: readonly string[],
): string | null {
  if (!isPrimitive(from)) return 'only primitive types can be widened';
  const [before, after] = [primitiveKind(from), primitiveKind(to)];
  if (before.kind === 'int' && after.kind === 'long') return null;
  if (before.kind === 'float' && after.kind === 'double') return null;
  if (before.kind === 'decimal' && after.kind === 'decimal') {
    if (before.scale !== after.scale) return 'the scale of a decimal must stay';
    return after.precision > before.precision ? null : 'a decimal may only get more digits';
  }
  if (before.kind === 'date' && (after.kind === 'timestamp' || after.kind === 'timestamp_ns')) {
    if (formatVersion < 3) return 'that needs a table of format version 3';
    const changed = transforms.find((text) => changesWithDate(parseTransform(text)));
    if (changed === undefined) return null;
    return `the table is partitioned by it with the transform ${changed}, which would give other values`;
  }
  return 'rows already written might not fit, or would be read as something else';
}

/** Year, month and day give the same of a date and of the timestamp it becomes. */
function changesWithDate({ name }: Transform): boolean {
  return !['year', 'month', 'day', 'void'].includes(name);
}

/** A value of a column in the type that the column was widened to. */
export function widenValue(type: PrimitiveType, value: AnyValue): AnyValue {
  const { kind } = primitiveKind(type);
  if (kind === 'long' && typeof value === 'number') return BigInt(value);
  if (kind.startsWith('timestamp') && typeof value === 'number') return daysToTimestamp(value, kind);
  return value;
}
