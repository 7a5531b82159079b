import { expect, test } from 'vitest';
import loadXxhash from 'xxhash-wasm';
import { BloomFilter, readBloomFilterHeader } from './bloom-filter.js';

/** What pyarrow 26 writes for the 64-bit integers 0, 2, …, 18, with its header. */
const BYTES = Buffer.from(
  '15401c1c00001c1c00001c1c0000001c42520056084505816480a0500006ca71814420038082900944082638410111',
  'hex',
);
const { h64Raw } = await loadXxhash();

function hashOf(value: number): bigint {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return h64Raw(bytes);
}

test('a filter of another writer holds its values, and few others', () => {
  const header = readBloomFilterHeader(BYTES)!;
  expect(header).toEqual({ length: 15, bitBytes: 32 });
  const filter = new BloomFilter(BYTES.subarray(header.length));
  const found = Array.from({ length: 1000 }, (_, value) => value).filter((value) =>
    filter.mightContain(hashOf(value)),
  );
  expect(found.filter((value) => value < 20 && value % 2 === 0)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  expect(found.length).toBeLessThan(100);
});

test('a filter of an unknown algorithm, hash or compression is not used', () => {
  for (const at of [3, 7, 11]) {
    const other = Buffer.from(BYTES);
    // Member 2 of the union instead of member 1.
    other[at] = 0x2c;
    expect(readBloomFilterHeader(other)).toBeNull();
  }
});

test('a damaged header is an error', () => {
  const oddSize = Buffer.from(BYTES);
  oddSize[1] = 0x42;
  expect(() => readBloomFilterHeader(oddSize)).toThrow(/33 bytes/);
  expect(() => readBloomFilterHeader(BYTES.subarray(0, 10))).toThrow(/end early/);
  expect(() => readBloomFilterHeader(new Uint8Array(0))).toThrow(/end early/);
});
