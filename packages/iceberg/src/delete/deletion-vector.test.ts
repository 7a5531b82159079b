import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deletionVector, vectorOf } from '../../test/support/deletion-vector-table.js';
import { decodeDeletionVector } from './deletion-vector.js';

test('positions come back ascending', () => {
  const positions = fc.uniqueArray(fc.integer({ min: 0, max: 65_535 }), { minLength: 1, maxLength: 4096 });
  fc.assert(
    fc.property(positions, (values) => {
      const sorted = Float64Array.from(values).sort();
      expect(decodeDeletionVector(deletionVector([...sorted]), values.length)).toEqual(sorted);
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('every flipped bit is found', () => {
  const blob = deletionVector([1, 5, 9]);
  for (let bit = 0; bit < blob.length * 8; bit++) {
    const damaged = blob.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => decodeDeletionVector(damaged, 3)).toThrow();
  }
});

test('a bitmap of more positions than there can be is refused before they are allocated', () => {
  // 65,536 containers, each one run of 65,536 values: four billion positions.
  const flags = Buffer.alloc(8192, 0xff);
  const header = Buffer.alloc(65_536 * 4);
  const offsets = Buffer.alloc(65_536 * 4);
  const runs = Buffer.alloc(65_536 * 6);
  for (let key = 0; key < 65_536; key++) {
    header.writeUInt16LE(key, key * 4);
    header.writeUInt16LE(65_535, key * 4 + 2);
    runs.writeUInt16LE(1, key * 6);
    runs.writeUInt16LE(65_535, key * 6 + 4);
  }
  const start = Buffer.alloc(16);
  start.writeBigUInt64LE(1n);
  start.writeUInt32LE(0xffff_303b, 12);
  const bitmap = Buffer.concat([start, flags, header, offsets, runs]);
  expect(() => decodeDeletionVector(vectorOf(bitmap), 1000)).toThrow(/at most 1000/);
});
