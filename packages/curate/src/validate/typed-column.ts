import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  FixedSizeBinary,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  TimeMicrosecond,
  Timestamp,
  TimeUnit,
  Utf8,
  Vector,
} from 'apache-arrow';
import type { TypeShape } from '../cast/contract-type.js';
import type { CellValue } from './cell-check.js';

const UUID_BYTES = 16;
const DECIMAL_BITS = 128;

/** The Arrow type of a contract type, as Iceberg tables are written. */
function arrowTypeOf(shape: TypeShape): DataType {
  switch (shape.kind) {
    case 'string':
      return new Utf8();
    case 'boolean':
      return new Bool();
    case 'int':
      return new Int32();
    case 'long':
      return new Int64();
    case 'float':
      return new Float32();
    case 'double':
      return new Float64();
    case 'decimal':
      return new Decimal(shape.scale, shape.precision, DECIMAL_BITS);
    case 'date':
      return new DateDay();
    case 'time':
      return new TimeMicrosecond();
    case 'timestamp':
      return new Timestamp(TimeUnit.MICROSECOND, null);
    case 'timestamptz':
      return new Timestamp(TimeUnit.MICROSECOND, 'UTC');
    case 'uuid':
      return new FixedSizeBinary(UUID_BYTES);
    case 'binary':
      return new Binary();
  }
}

/** Builds a column of a contract type from the values of some rows, in their order. */
export function typedVector(shape: TypeShape, values: readonly CellValue[], rows: Int32Array): Vector {
  const length = rows.length;
  const nullBitmap = new Uint8Array((length + 7) >> 3);
  let nullCount = 0;
  for (let index = 0; index < length; index++) {
    if (values[rows[index]!] === null) nullCount++;
    else nullBitmap[index >> 3]! |= 1 << (index & 7);
  }
  const buffers = buffersOf(shape, (index) => values[rows[index]!] ?? null, length);
  // makeData's overloads need a literal type per call; the buffers were chosen by that very type.
  const data = makeData({ type: arrowTypeOf(shape), length, nullCount, nullBitmap, ...buffers } as never);
  return new Vector([data]);
}

type ValueAt = (index: number) => CellValue;

function buffersOf(shape: TypeShape, valueAt: ValueAt, length: number): Record<string, unknown> {
  switch (shape.kind) {
    case 'string':
    case 'binary':
      return variableBytes(valueAt, length);
    case 'uuid':
      return { data: fixedBytes(valueAt, length) };
    case 'boolean':
      return { data: bits(valueAt, length) };
    case 'decimal':
      return { data: decimalWords(valueAt, length) };
    case 'int':
    case 'date':
      return { data: Int32Array.from({ length }, (_, index) => (valueAt(index) as number | null) ?? 0) };
    case 'float':
      return { data: Float32Array.from({ length }, (_, index) => (valueAt(index) as number | null) ?? 0) };
    case 'double':
      return { data: Float64Array.from({ length }, (_, index) => (valueAt(index) as number | null) ?? 0) };
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return { data: BigInt64Array.from({ length }, (_, index) => (valueAt(index) as bigint | null) ?? 0n) };
  }
}

function variableBytes(valueAt: ValueAt, length: number): { data: Uint8Array; valueOffsets: Int32Array } {
  const valueOffsets = new Int32Array(length + 1);
  for (let index = 0; index < length; index++) {
    valueOffsets[index + 1] = valueOffsets[index]! + ((valueAt(index) as Uint8Array | null)?.length ?? 0);
  }
  const data = new Uint8Array(valueOffsets[length]!);
  for (let index = 0; index < length; index++) {
    const value = valueAt(index) as Uint8Array | null;
    if (value !== null) data.set(value, valueOffsets[index]!);
  }
  return { data, valueOffsets };
}

function fixedBytes(valueAt: ValueAt, length: number): Uint8Array {
  const data = new Uint8Array(length * UUID_BYTES);
  for (let index = 0; index < length; index++) {
    const value = valueAt(index) as Uint8Array | null;
    if (value !== null) data.set(value, index * UUID_BYTES);
  }
  return data;
}

function bits(valueAt: ValueAt, length: number): Uint8Array {
  const data = new Uint8Array((length + 7) >> 3);
  for (let index = 0; index < length; index++)
    if (valueAt(index) === true) data[index >> 3]! |= 1 << (index & 7);
  return data;
}

/** 128-bit two's complement, least significant word first. */
function decimalWords(valueAt: ValueAt, length: number): Uint32Array {
  const data = new Uint32Array(length * 4);
  for (let index = 0; index < length; index++) {
    let rest = BigInt.asUintN(DECIMAL_BITS, (valueAt(index) as bigint | null) ?? 0n);
    for (let word = 0; word < 4; word++, rest >>= 32n) data[index * 4 + word] = Number(rest & 0xffffffffn);
  }
  return data;
}
