import { expect, test } from 'vitest';
import { seededHash } from './seeded-hash.js';

/** HalfSipHash-1-3 of 0, 1, 2, … bytes under the key 00 01 … 07: the test vectors of its authors' 32-bit output. */
const KEY = Uint32Array.of(0x03020100, 0x07060504);
const EXPECTED = [
  0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6, 0x577999b1,
];

test('bytes are hashed as HalfSipHash-1-3 does', () => {
  const hash = seededHash(KEY);
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
  expect(EXPECTED.map((_, length) => hash(bytes, 0, length) >>> 0)).toEqual(EXPECTED);
});

test('a range is hashed as the bytes alone', () => {
  const hash = seededHash(KEY);
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
  for (let start = 0; start < 8; start++)
    for (let end = start; end < bytes.length; end++)
      expect(hash(bytes, start, end)).toBe(hash(bytes.slice(start, end), 0, end - start));
});

test('every run has a hash of its own', () => {
  const bytes = Buffer.from('a message id');
  const hashes = Array.from({ length: 8 }, () => seededHash()(bytes, 0, bytes.length));
  expect(new Set(hashes).size).toBeGreaterThan(1);
});
