import { isUtf8 } from 'node:buffer';
import { IcebergError } from '../error.js';
import { bigintFromBytes, bigintToBytes } from '../util/bytes.js';
import type { PrimitiveType } from './iceberg-type.js';
import { primitiveKind } from './primitive.js';
import type { Value } from './value.js';

const encoder = new TextEncoder();
// Text keeps a byte order mark that it begins with: without the option the decoder would drop it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Binary single-value serialization of column bounds (spec, Appendix D). */
export function encodeSingleValue(type: PrimitiveType, value: Value): Uint8Array {
  const { kind } = primitiveKind(type);
  switch (kind) {
    case 'boolean':
      return Uint8Array.of(value ? 1 : 0);
    case 'int':
    case 'date':
      return littleEndian(4, (view) => view.setInt32(0, value as number, true));
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return littleEndian(8, (view) => view.setBigInt64(0, value as bigint, true));
    case 'float':
      return littleEndian(4, (view) => view.setFloat32(0, value as number, true));
    case 'double':
      return littleEndian(8, (view) => view.setFloat64(0, value as number, true));
    case 'decimal':
      return bigintToBytes(value as bigint);
    case 'string':
      return encoder.encode(value as string);
    case 'uuid':
    case 'fixed':
    case 'binary':
      return value as Uint8Array;
  }
}

/** Inverse of {@link encodeSingleValue}; also reads the shorter forms that a column had before it was widened. */
export function decodeSingleValue(type: PrimitiveType, bytes: Uint8Array): Value {
  const { kind } = primitiveKind(type);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (kind) {
    case 'boolean':
      need(type, bytes, 1);
      return bytes[0] !== 0;
    case 'int':
    case 'date':
      need(type, bytes, 4);
      return view.getInt32(0, true);
    case 'long':
      if (bytes.length === 4) return BigInt(view.getInt32(0, true));
      need(type, bytes, 8);
      return view.getBigInt64(0, true);
    case 'time':
      need(type, bytes, 8);
      return view.getBigInt64(0, true);
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      if (bytes.length === 4) return daysToTimestamp(view.getInt32(0, true), kind);
      need(type, bytes, 8);
      return view.getBigInt64(0, true);
    case 'float':
      need(type, bytes, 4);
      return view.getFloat32(0, true);
    case 'double':
      if (bytes.length === 4) return view.getFloat32(0, true);
      need(type, bytes, 8);
      return view.getFloat64(0, true);
    case 'decimal':
      return bigintFromBytes(bytes);
    case 'string':
      return decoder.decode(bytes);
    case 'uuid':
    case 'fixed':
    case 'binary':
      return bytes;
  }
}

/**
 * A bound of a column. Some writers cut text inside a character: what is left is no text, bounds nothing in the order
 * of texts, and is `undefined`.
 */
export function decodeBound(type: PrimitiveType, bytes: Uint8Array): Value | undefined {
  return type === 'string' && !isUtf8(bytes) ? undefined : decodeSingleValue(type, bytes);
}

/** A date, which may be widened to a timestamp (version 3), as a timestamp's value. */
export function daysToTimestamp(days: number, kind: string): bigint {
  return BigInt(days) * (kind.endsWith('_ns') ? 86_400_000_000_000n : 86_400_000_000n);
}

function need(type: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new IcebergError(`A bound of type ${type} has ${bytes.length} bytes; ${length} were expected.`, {
      code: 'CORRUPT_FILE',
      context: { type, length: bytes.length },
    });
  }
}

function littleEndian(length: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return bytes;
}
