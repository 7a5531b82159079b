import { isAscii } from 'node:buffer';
import type { Data } from 'apache-arrow';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { primitiveKind } from '../type/primitive.js';
import type { Value } from '../type/value.js';
import { bitAt, isValidAt, mayHaveNulls } from './arrow-data.js';

/** Reads the value at a row of a chunk, or `null`. */
export type ColumnReader = (index: number) => Value | null;

// Text keeps a byte order mark that it begins with: without the option the decoder would drop it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A reader of a chunk that has the Arrow type {@link arrowType} gives for `type`. */
export function columnReader(data: Data, type: PrimitiveType): ColumnReader {
  if (type === 'unknown') return () => null;
  const read = valueReader(data, type);
  if (!mayHaveNulls(data)) return read;
  return (index) => (isValidAt(data, index) ? read(index) : null);
}

function valueReader(data: Data, type: PrimitiveType): (index: number) => Value {
  const kind = primitiveKind(type);
  switch (kind.kind) {
    case 'boolean':
      return (index) => bitAt(data, index);
    case 'int':
    case 'date':
    case 'float':
    case 'double': {
      const values = data.values as Int32Array | Float64Array;
      return (index) => values[index]!;
    }
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns': {
      const values = data.values as BigInt64Array;
      return (index) => values[index]!;
    }
    case 'decimal':
      return decimalReader(data.values as Uint32Array);
    case 'string':
      return textReader(data);
    case 'binary':
      return bytesReader(data);
    case 'uuid':
    case 'fixed': {
      const width = kind.kind === 'fixed' ? kind.length : 16;
      const values = data.values as Uint8Array;
      return (index) => values.subarray(index * width, (index + 1) * width);
    }
  }
}

function textReader(data: Data): (index: number) => string {
  const offsets = data.valueOffsets as Int32Array;
  const values = data.values as Uint8Array;
  const text = values.subarray(offsets[0], offsets[data.length]);
  if (!isAscii(text)) {
    const bytes = bytesReader(data);
    return (index) => decoder.decode(bytes(index));
  }
  // Of text without other characters the plain copy is several times as fast.
  const buffer = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return (index) => buffer.toString('latin1', offsets[index], offsets[index + 1]);
}

/** Bytes of a text or binary value: a view, not a copy. */
export function bytesReader(data: Data): (index: number) => Uint8Array {
  const offsets = data.valueOffsets as Int32Array;
  const values = data.values as Uint8Array;
  return (index) => values.subarray(offsets[index]!, offsets[index + 1]!);
}

function decimalReader(words: Uint32Array): (index: number) => bigint {
  return (index) => {
    const at = index * 4;
    const low = (BigInt(words[at + 1]!) << 32n) | BigInt(words[at]!);
    const high = (BigInt(words[at + 3]!) << 32n) | BigInt(words[at + 2]!);
    return (BigInt.asIntN(64, high) << 64n) | low;
  };
}
