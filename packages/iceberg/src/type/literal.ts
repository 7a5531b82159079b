import { IcebergError } from '../error.js';
import { describeValue } from '../util/describe-value.js';
import type { PrimitiveType } from './iceberg-type.js';
import { primitiveKind } from './primitive.js';
import { floorDiv, parseDate, parseTimeNanos, parseTimestampNanos } from './temporal-text.js';
import type { Value } from './value.js';

/**
 * Converts what a caller wrote into a value of a column's type, never wrapping, and never rounding but for numbers to
 * the nearest 32-bit float. Throws `TYPE_MISMATCH`, naming `where` (a column) and the value.
 */
export function toValue(type: PrimitiveType, literal: unknown, where: string): Value {
  const value = convert(type, literal);
  if (value !== null) return value;
  const why = misfit(type, literal);
  throw new IcebergError(
    `The value ${describeValue(literal)} does not fit column "${where}" of type ${type}${why === null ? '' : `: ${why}`}.`,
    { code: 'TYPE_MISMATCH', context: { column: where, type, value: literal } },
  );
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
      return asFloat(literal);
    case 'double':
      return asDouble(literal);
    case 'decimal':
      return asDecimal(literal, kind.precision, kind.scale);
    case 'date':
      if (typeof literal === 'string') return parseDate(literal);
      return asInt32(literal instanceof Date ? literal.getTime() / MS_PER_DAY : asCount(literal));
    case 'time':
      if (typeof literal === 'string') return exactMicros(parseTimeNanos(literal));
      return asTimeOfDay(asCount(literal));
    case 'timestamp':
    case 'timestamptz':
      return exactMicros(asInstantNanos(literal, kind.kind === 'timestamptz')) ?? asLong(asCount(literal));
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return asLong(asInstantNanos(literal, kind.kind === 'timestamptz_ns') ?? asCount(literal));
    case 'string':
      return typeof literal === 'string' && literal.isWellFormed() ? literal : null;
    case 'uuid':
      return asUuid(literal);
    case 'fixed':
      return literal instanceof Uint8Array && literal.length === kind.length ? literal : null;
    case 'binary':
      return literal instanceof Uint8Array ? literal : null;
  }
}

/** Why a value does not fit, or what to give instead, where that is no plain matter of its type. */
function misfit(type: PrimitiveType, literal: unknown): string | null {
  if (literal === null || literal === undefined) return 'isNull and notNull ask for nulls';
  const { kind } = primitiveKind(type);
  const unit = UNITS[kind];
  if (unit !== undefined && typeof literal === 'number')
    return `a number does not say its unit; give ${kind === 'time' ? '' : 'a Date, '}ISO 8601 text or a bigint of ${unit}`;
  if (kind === 'date' && literal instanceof Date && !Number.isNaN(literal.getTime()))
    return 'it has a time of day; give the date as text, such as "2026-11-23"';
  if (kind === 'time' && typeof literal === 'bigint')
    return 'a day has 86400000000 microseconds, counted from 0';
  if (kind === 'float' && typeof literal === 'number') return 'it is beyond the range of a 32-bit float';
  if (kind === 'decimal' && typeof literal === 'number' && !isExactDecimal(literal))
    return 'a number holds 15 digits for certain; give it as text';
  if (kind === 'long' && Number.isInteger(literal))
    return 'a number above 2^53 is not exact; give it as a bigint';
  if (kind === 'string' && typeof literal === 'string')
    return 'it has half of a surrogate pair, which is no character; toWellFormed() puts U+FFFD in its place';
  return null;
}

/** What a bigint counts in columns of times. */
const UNITS: Readonly<Record<string, string>> = {
  date: 'days since 1970-01-01',
  time: 'microseconds since midnight',
  timestamp: 'microseconds since 1970-01-01',
  timestamptz: 'microseconds since 1970-01-01 UTC',
  timestamp_ns: 'nanoseconds since 1970-01-01',
  timestamptz_ns: 'nanoseconds since 1970-01-01 UTC',
};

const MS_PER_DAY = 86_400_000;
const MICROS_PER_DAY = 86_400_000_000n;

/** Only a bigint counts the unit of a column: numbers mean milliseconds to some, and seconds to others. */
function asCount(literal: unknown): bigint | null {
  return typeof literal === 'bigint' ? literal : null;
}

function asTimeOfDay(micros: bigint | null): bigint | null {
  return micros !== null && micros >= 0n && micros < MICROS_PER_DAY ? micros : null;
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

function asDouble(literal: unknown): number | null {
  if (typeof literal === 'number') return literal;
  return typeof literal === 'bigint' && isExactly(literal, Number(literal)) ? Number(literal) : null;
}

/** The nearest 32-bit float of a number, which mostly is a fraction anyway; an integer given as a bigint is to be exact. */
function asFloat(literal: unknown): number | null {
  if (typeof literal === 'bigint') {
    const rounded = Math.fround(Number(literal));
    return isExactly(literal, rounded) ? rounded : null;
  }
  if (typeof literal !== 'number') return null;
  const rounded = Math.fround(literal);
  return Number.isFinite(rounded) || !Number.isFinite(literal) ? rounded : null;
}

function isExactly(integer: bigint, number: number): boolean {
  return Number.isFinite(number) && BigInt(number) === integer;
}

/** Whether the digits a number is printed with are those it was written with: its double may stand for others as well. */
function isExactDecimal(number: number): boolean {
  return (
    Number.isSafeInteger(number) || (!Number.isInteger(number) && Number(number.toPrecision(15)) === number)
  );
}

function asDecimal(literal: unknown, precision: number, scale: number): bigint | null {
  if (typeof literal !== 'string' && typeof literal !== 'number' && typeof literal !== 'bigint') return null;
  if (typeof literal === 'number' && !isExactDecimal(literal)) return null;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(String(literal));
  if (!match || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) return null;
  const digits = BigInt(`${match[2] || '0'}${fraction.padEnd(scale, '0')}`);
  if (digits >= 10n ** BigInt(precision)) return null;
  return match[1] === '-' ? -digits : digits;
}

function asInstantNanos(literal: unknown, zoned: boolean): bigint | null {
  if (literal instanceof Date) {
    const milliseconds = literal.getTime();
    return Number.isNaN(milliseconds) ? null : BigInt(milliseconds) * 1_000_000n;
  }
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
