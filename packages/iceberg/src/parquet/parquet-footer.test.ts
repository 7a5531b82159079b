import { expect, test } from 'vitest';
import { ParquetFooter } from './parquet-footer.js';
import {
  encodeThrift,
  I32,
  I64,
  LIST,
  STRUCT,
  type ThriftStruct,
  type ThriftValue,
} from './thrift-compact.js';

const BINARY = 8;
const FIXED = 7n;

/** A struct of fields by id: numbers are of 32 bits, bigints of 64. */
function struct(fields: Readonly<Record<number, number | bigint | string | ThriftValue>>): ThriftStruct {
  return new Map(
    Object.entries(fields).map(([id, value]) => {
      if (typeof value === 'number') return [Number(id), { type: I32, value: BigInt(value) }];
      if (typeof value === 'bigint') return [Number(id), { type: I64, value }];
      if (typeof value === 'string') return [Number(id), { type: BINARY, value: Buffer.from(value) }];
      return [Number(id), { type: value instanceof Map ? STRUCT : LIST, value: value as ThriftValue }];
    }),
  );
}

const list = (itemType: number, items: ThriftValue[]): ThriftValue => ({ itemType, items });

function chunk(path: readonly string[]): ThriftStruct {
  const metadata = struct({
    1: Number(FIXED),
    2: list(I32, [0n]),
    3: list(
      BINARY,
      path.map((name) => Buffer.from(name)),
    ),
    4: 0,
    7: 10n,
    9: 4n,
    14: 100n,
    15: 64,
  });
  return struct({ 2: 4n, 3: metadata });
}

test('a Bloom filter is of the column itself, not of a field of its name inside another', () => {
  const footer = new ParquetFooter(
    encodeThrift(
      struct({
        1: 1,
        2: list(STRUCT, [
          struct({ 4: 'root', 5: 2 }),
          struct({ 3: 1, 4: 's', 5: 1 }),
          struct({ 1: Number(FIXED), 2: 9, 3: 1, 4: 'x' }),
          struct({ 1: Number(FIXED), 2: 16, 3: 1, 4: 'x' }),
        ]),
        3: 3n,
        4: list(STRUCT, [struct({ 1: list(STRUCT, [chunk(['s', 'x']), chunk(['x'])]), 2: 20n, 3: 3n })]),
      }),
    ),
  );
  expect(footer.bloomFilter(0, ['x'])).toEqual({ offset: 100, length: 64, physicalType: 7, typeLength: 16 });
  expect(footer.bloomFilter(0, ['s'])).toBeUndefined();
});
