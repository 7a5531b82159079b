import { IcebergError } from '../error.js';
import type { PrimitiveType } from './iceberg-type.js';
import { primitiveKind } from './primitive.js';
import { floorDiv, parseDate, parseTimeNanos, parseTimestampNanos } from './temporal-text.js';
import type { Value } from './value.js';

/**
 * Converts what a caller wrote into a value of a column's type, never rounding or wrapping.
 * Throws `TYPE_MISMATCH`, naming `where` (a column) and the value.
 */
export function toValue(type: PrimitiveType, literal: unknown, where: string): Value {
  const value = convert(type, literal);
  if (value !== null) return value;
  throw new IcebergError(`The value ${printable(literal)} does not fit column "${where}" of type ${type}.`, {
    code: 'TYPE_MISMATCH',
    context: { column: where, type, value: literal },
  });
}

function convert(type: PrimitiveType, literal: unknown): Value | null {
  const kind = primitiveKind(type);
  switch (kind.kind) {
    case 'boolean':
      return typeof literal === 'boolean' ? literal : null;
    case 'int':
      return asInt32(literal);
    case 'long':
      return asLong(literal);
    case 'float':
      return asNumber(literal, Math.fround);
    case 'double':
      return asNumber(literal, (value) => value);
    case 'decimal':
      return asDecimal(literal, kind.precision, kind.scale);
    case 'date':
      if (literal instanceof Date) return Math.floor(literal.getTime() / 86_400_000);
      return typeof literal === 'string' ? parseDate(literal) : asInt32(literal);
    case 'time':
      if (typeof literal === 'string') return exactMicros(parseTimeNanos(literal));
      return asLong(literal);
    case 'timestamp':
    case 'timestamptz':
      return exactMicros(asInstantNanos(literal, kind.kind === 'timestamptz')) ?? asLong(literal);
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return asInstantNanos(literal, kind.kind === 'timestamptz_ns') ?? asLong(literal);
    case 'string':
      return typeof literal === 'string' ? literal : null;
    case 'uuid':
      return asUuid(literal);
    case 'fixed':
      return literal instanceof Uint8Array && literal.length === kind.length ? literal : null;
    case 'binary':
      return literal instanceof Uint8Array ? literal : null;
  }
}

function asInt32(literal: unknown): number | null {
  const number = typeof literal === 'bigint' ? Number(literal) : literal;
  return typeof number === 'number' && Number.isInteger(number) && number >= -(2 ** 31) && number < 2 ** 31
    ? number
    : null;
}

function asLong(literal: unknown): bigint | null {
  if (typeof literal === 'number' && !Number.isSafeInteger(literal)) return null;
  if (typeof literal !== 'number' && typeof literal !== 'bigint') return null;
  const value = BigInt(literal);
  return BigInt.asIntN(64, value) === value ? value : null;
}

function asNumber(literal: unknown, round: (value: number) => number): number | null {
  if (typeof literal === 'bigint') {
    const number = Number(literal);
    return BigInt(number) === literal ? number : null;
  }
  return typeof literal === 'number' ? round(literal) : null;
}

function asDecimal(literal: unknown, precision: number, scale: number): bigint | null {
  if (typeof literal !== 'string' && typeof literal !== 'number' && typeof literal !== 'bigint') return null;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(String(literal));
  if (!match || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) return null;
  const digits = BigInt(`${match[2] || '0'}${fraction.padEnd(scale, '0')}`);
  if (digits >= 10n ** BigInt(precision)) return null;
  return match[1] === '-' ? -digits : digits;
}

function asInstantNanos(literal: unknown, zoned: boolean): bigint | null {
  if (literal instanceof Date) return BigInt(literal.getTime()) * 1_000_000n;
  if (typeof literal !== 'string') return null;
  const days = parseDate(literal);
  if (days !== null) return BigInt(days) * 86_400_000_000_000n;
  const parsed = parseTimestampNanos(literal);
  // Text without a zone is no instant, and a zone means nothing to a timestamp without one.
  return parsed !== null && parsed.zoned === zoned ? parsed.nanos : null;
}

function exactMicros(nanos: bigint | null): bigint | null {
  return nanos !== null && nanos % 1000n === 0n ? floorDiv(nanos, 1000n) : null;
}

function asUuid(literal: unknown): Uint8Array | null {
  if (literal instanceof Uint8Array) return literal.length === 16 ? literal : null;
  if (typeof literal !== 'string') return null;
  const hex = literal.replaceAll('-', '');
  return /^[0-9a-fA-F]{32}$/.test(hex) ? new Uint8Array(Buffer.from(hex, 'hex')) : null;
}

function printable(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return String(value);
}
