import { IcebergError } from '../error.js';
import type { IcebergType, NewType, PrimitiveKind, PrimitiveType } from './iceberg-type.js';

const PLAIN = new Set([
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'timestamptz_ns',
  'string',
  'uuid',
  'binary',
]);

/** Takes a primitive type's spelling apart. Throws `UNSUPPORTED_FEATURE` for a type this version does not know. */
export function primitiveKind(type: string): PrimitiveKind {
  if (PLAIN.has(type)) return { kind: type } as PrimitiveKind;
  const decimal = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(type);
  if (decimal) {
    const precision = Number(decimal[1]);
    const scale = Number(decimal[2]);
    if (precision < 1 || precision > 38 || scale > precision) {
      throw new IcebergError(
        `The type "${type}" is not valid: a decimal has a precision of 1 to 38 and a scale of at most its precision.`,
        { code: 'INVALID_ARGUMENT', context: { type } },
      );
    }
    return { kind: 'decimal', precision, scale };
  }
  const fixed = /^fixed\[\s*(\d+)\s*\]$/.exec(type);
  if (fixed) return { kind: 'fixed', length: Number(fixed[1]) };
  throw new IcebergError(`The type "${type}" is not one this version can read or write.`, {
    code: 'UNSUPPORTED_FEATURE',
    context: { type },
  });
}

/** The one spelling of a primitive type: `decimal(9, 2)`, `fixed[16]`. */
export function normalizePrimitive(type: string): PrimitiveType {
  const kind = primitiveKind(type);
  if (kind.kind === 'decimal') return `decimal(${kind.precision}, ${kind.scale})`;
  if (kind.kind === 'fixed') return `fixed[${kind.length}]`;
  return kind.kind;
}

export function isPrimitive(type: IcebergType): type is PrimitiveType;
export function isPrimitive(type: NewType): type is PrimitiveType;
export function isPrimitive(type: NewType): type is PrimitiveType {
  return typeof type === 'string';
}

/** Text of a type for messages. */
export function describeType(type: NewType): string {
  if (isPrimitive(type)) return type;
  if (type.type === 'struct')
    return `struct<${type.fields.map((field) => `${field.name}: ${describeType(field.type)}`).join(', ')}>`;
  if (type.type === 'list') return `list<${describeType(type.element)}>`;
  return `map<${describeType(type.key)}, ${describeType(type.value)}>`;
}
