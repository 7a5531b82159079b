import { IcebergError } from '../error.js';
import { describeValue } from '../util/describe-value.js';
import { didYouMean } from '../util/suggest.js';
import type { IcebergType, NewType, OpaqueType, PrimitiveKind, PrimitiveType } from './iceberg-type.js';

const NAMES = [
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
] as const;

/** Types that were taken apart before: the plain ones, and decimals, of which there are not many. */
const KNOWN = new Map<string, PrimitiveKind>(NAMES.map((name) => [name, { kind: name }]));

/** What other systems call these types. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  bool: 'boolean',
  integer: 'int',
  int32: 'int',
  bigint: 'long',
  int64: 'long',
  float32: 'float',
  real: 'float',
  float64: 'double',
  number: 'double',
  datetime: 'timestamp',
  varchar: 'string',
  char: 'string',
  text: 'string',
  utf8: 'string',
  bytes: 'binary',
  blob: 'binary',
  varbinary: 'binary',
  guid: 'uuid',
  numeric: 'decimal(p, s)',
  decimal: 'decimal(p, s)',
  fixed: 'fixed[n]',
};

/**
 * Takes a primitive type's spelling apart. `where` names the column in errors. Throws `UNSUPPORTED_FEATURE` for a type
 * this version does not know, `INVALID_ARGUMENT` for a decimal that cannot be.
 */
export function primitiveKind(type: string, where?: string): PrimitiveKind {
  const known = KNOWN.get(type);
  if (known !== undefined) return known;
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
    const kind: PrimitiveKind = { kind: 'decimal', precision, scale };
    if (KNOWN.size < 1000) KNOWN.set(type, kind);
    return kind;
  }
  const fixed = /^fixed\[\s*(\d+)\s*\]$/.exec(type);
  if (fixed) return { kind: 'fixed', length: Number(fixed[1]) };
  throw unknownType(type, where);
}

/** The error of a type that is none, as a caller of plain JavaScript may give it. */
export function unknownType(type: unknown, where?: string): IcebergError {
  const name = typeof type === 'string' ? type : '';
  const elsewhere = ELSEWHERE[/^\w*/.exec(name)![0].toLowerCase()];
  const meant = elsewhere === undefined ? didYouMean(name, NAMES) : ` Did you mean "${elsewhere}"?`;
  const shown = typeof type === 'string' ? `"${type}"` : describeValue(type);
  return new IcebergError(
    `The type ${shown}${where === undefined ? '' : ` of column "${where}"`} is not one this version can read or write; the types are ${NAMES.join(', ')}, decimal(p, s), fixed[n] (and struct, list and map).${meant}`,
    { code: 'UNSUPPORTED_FEATURE', context: { type, ...(where === undefined ? {} : { column: where }) } },
  );
}

/** The one spelling of a primitive type: `decimal(9, 2)`, `fixed[16]`. */
export function normalizePrimitive(type: string, where?: string): PrimitiveType {
  const kind = primitiveKind(type, where);
  if (kind.kind === 'decimal') return `decimal(${kind.precision}, ${kind.scale})`;
  if (kind.kind === 'fixed') return `fixed[${kind.length}]`;
  return kind.kind;
}

/** A primitive type as table metadata spells it, those that cannot be read among them. Throws `UNSUPPORTED_FEATURE`. */
export function storedPrimitive(type: string): PrimitiveType {
  return type === 'unknown' || isOpaque(type) ? type : normalizePrimitive(type);
}

/** Whether a type is one that this version looks past. */
export function isOpaque(type: string): type is OpaqueType {
  return type === 'variant' || /^geo(?:metry|graphy)(?:\(.*\))?$/.test(type);
}

/** The type that this version looks past in a type or anywhere inside of it, if there is one. */
function opaquePart(type: IcebergType): OpaqueType | null {
  if (isPrimitive(type)) return isOpaque(type) ? type : null;
  switch (type.type) {
    case 'struct':
      for (const field of type.fields) {
        const found = opaquePart(field.type);
        if (found !== null) return found;
      }
      return null;
    case 'list':
      return opaquePart(type.element);
    case 'map':
      return opaquePart(type.key) ?? opaquePart(type.value);
  }
}

/** Throws `UNSUPPORTED_FEATURE` for a column that cannot be read. */
export function refuseOpaque(name: string, type: IcebergType): void {
  const found = opaquePart(type);
  if (found === null) return;
  throw new IcebergError(
    `Column "${name}" ${found === type ? 'is' : 'holds values'} of the type ${found}, which this version cannot read; leave it out of the columns and the filter.`,
    { code: 'UNSUPPORTED_FEATURE', context: { column: name, type: found } },
  );
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
