import { IcebergError } from '../error.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { primitiveKind } from '../type/primitive.js';
import { civilDate, floorDiv } from '../type/temporal-text.js';
import type { Value } from '../type/value.js';
import { bigintToBytes } from '../util/bytes.js';
import { murmur3 } from './murmur3.js';

/** A partition transform taken apart (spec, "Partition Transforms"). */
export type Transform =
  | { readonly name: 'identity' | 'year' | 'month' | 'day' | 'hour' | 'void' }
  | { readonly name: 'bucket'; readonly count: number }
  | { readonly name: 'truncate'; readonly width: number }
  | { readonly name: 'unknown'; readonly text: string };

/** Reads a transform as metadata spells it. An unknown one is kept: it may be read past, not written with. */
export function parseTransform(text: string): Transform {
  if (/^(identity|year|month|day|hour|void)$/.test(text)) return { name: text as 'identity' };
  const match = /^(bucket|truncate)\[(\d+)\]$/.exec(text);
  if (match && Number(match[2]) > 0) {
    const size = Number(match[2]);
    return match[1] === 'bucket' ? { name: 'bucket', count: size } : { name: 'truncate', width: size };
  }
  return { name: 'unknown', text };
}

/** Type of a transform's result. Throws `INVALID_ARGUMENT` where the transform does not fit the source type. */
export function transformResultType(transform: Transform, source: PrimitiveType): PrimitiveType {
  const { kind } = primitiveKind(source);
  const isTimestamp = kind.startsWith('timestamp');
  const fits = {
    identity: true,
    void: true,
    unknown: true,
    year: isTimestamp || kind === 'date',
    month: isTimestamp || kind === 'date',
    day: isTimestamp || kind === 'date',
    hour: isTimestamp,
    bucket: !['boolean', 'float', 'double'].includes(kind),
    truncate: ['int', 'long', 'decimal', 'string', 'binary'].includes(kind),
  }[transform.name];
  if (!fits) {
    throw new IcebergError(
      `The transform ${transform.name} cannot be applied to a column of type ${source}.`,
      {
        code: 'INVALID_ARGUMENT',
        context: { transform: transform.name, type: source },
      },
    );
  }
  switch (transform.name) {
    case 'year':
    case 'month':
    case 'hour':
    case 'bucket':
      return 'int';
    case 'day':
      // The spec says int; the reference implementation, and so everybody, stores a date, which is an int underneath.
      return 'date';
    case 'unknown':
      return 'string';
    default:
      return source;
  }
}

const encoder = new TextEncoder();

/** The function a transform applies to values of a type. Nulls stay null and are not passed in. */
export function transformFunction(
  transform: Transform,
  source: PrimitiveType,
): (value: Value) => Value | null {
  const { kind } = primitiveKind(source);
  switch (transform.name) {
    case 'identity':
      return (value) => value;
    case 'void':
      return () => null;
    case 'bucket':
      return (value) => (murmur3(hashInput(kind, value)) & 0x7fffffff) % transform.count;
    case 'truncate':
      return truncate(kind, transform.width);
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
      return datePart(transform.name, kind);
    case 'unknown':
      throw new IcebergError(
        `The partition transform "${transform.text}" is not known; rows cannot be written with it.`,
        {
          code: 'UNSUPPORTED_FEATURE',
          context: { transform: transform.text },
        },
      );
  }
}

function hashInput(kind: string, value: Value): Uint8Array {
  if (typeof value === 'string') return encoder.encode(value);
  if (value instanceof Uint8Array) return value;
  if (kind === 'decimal') return bigintToBytes(value as bigint);
  const bytes = new Uint8Array(8);
  // Nanosecond timestamps hash as microseconds, so that a widened column keeps its buckets.
  const long = kind.endsWith('_ns') ? floorDiv(value as bigint, 1000n) : BigInt(value);
  new DataView(bytes.buffer).setBigInt64(0, long, true);
  return bytes;
}

/**
 * Truncation of the least integers wraps around to the greatest, as in the reference implementation: partitions above
 * the value given here may hold such rows, so that their order says nothing. `null` for what cannot wrap.
 */
export function leastWrapped(transform: Transform, source: PrimitiveType): Value | null {
  if (transform.name !== 'truncate') return null;
  if (source === 'int') return 2 ** 31 - 1 - transform.width;
  return source === 'long' ? 2n ** 63n - 1n - BigInt(transform.width) : null;
}

function truncate(kind: string, width: number): (value: Value) => Value {
  if (kind === 'string') return (value) => firstCodePoints(value as string, width);
  if (kind === 'binary') return (value) => (value as Uint8Array).slice(0, width);
  if (kind === 'int') {
    return (value) => {
      const number = value as number;
      return (number - (((number % width) + width) % width)) | 0;
    };
  }
  const wide = BigInt(width);
  return (value) => {
    const long = value as bigint;
    const result = long - (((long % wide) + wide) % wide);
    return kind === 'long' ? BigInt.asIntN(64, result) : result;
  };
}

/** The first `count` code points of a text. */
export function firstCodePoints(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken++) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

function datePart(part: 'year' | 'month' | 'day' | 'hour', kind: string): (value: Value) => number {
  const nanos = kind.endsWith('_ns');
  const perHour = nanos ? 3_600_000_000_000n : 3_600_000_000n;
  const perDay = perHour * 24n;
  const days = (value: Value): number =>
    kind === 'date' ? (value as number) : Number(floorDiv(value as bigint, perDay));
  if (part === 'hour') return (value) => Number(floorDiv(value as bigint, perHour));
  if (part === 'day') return days;
  return (value) => {
    const { year, month } = civilDate(days(value));
    return part === 'year' ? year - 1970 : (year - 1970) * 12 + month - 1;
  };
}
