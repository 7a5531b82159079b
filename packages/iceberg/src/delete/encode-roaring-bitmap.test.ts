import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeRoaring64 } from './encode-roaring-bitmap.js';
import { decodeRoaring64 } from './roaring-bitmap.js';

const base = fc.constantFrom(0, 1, 60_000, 65_535, 131_072, 2 ** 32 - 5000, 2 ** 32, 2 ** 40 + 7, 2 ** 52);
const stretch = fc
  .record({
    base,
    gap: fc.integer({ min: 0, max: 70_000 }),
    length: fc.integer({ min: 1, max: 9000 }),
    step: fc.constantFrom(1, 1, 2, 3, 17),
  })
  .map(({ base, gap, length, step }) => Array.from({ length }, (_, index) => base + gap + index * step));
const positions = fc
  .tuple(fc.array(stretch, { maxLength: 4 }), fc.array(fc.maxSafeNat(), { maxLength: 20 }))
  .map(([stretches, scattered]) => Float64Array.from(new Set([...stretches.flat(), ...scattered])).sort());

test('arrays, bitsets, runs, and bitmaps above 2^32 come back as they were', () => {
  fc.assert(
    fc.property(positions, (values) => {
      expect(decodeRoaring64(encodeRoaring64(values), values.length)).toEqual(values);
    }),
    { numRuns: 60, seed: 4 },
  );
});

test('a container takes the form that is smallest', () => {
  const range = (length: number, step: number) => Float64Array.from({ length }, (_, index) => index * step);
  const header = 8 + 4 + 8 + 4 + 4;
  expect(encodeRoaring64(range(100, 2)).length).toBe(header + 200);
  expect(encodeRoaring64(range(4096, 3)).length).toBe(header + 8192);
  expect(encodeRoaring64(range(5000, 3)).length).toBe(header + 8192);
  // With runs there is a byte of flags in place of the count, and no offset.
  expect(encodeRoaring64(range(60_000, 1)).length).toBe(8 + 4 + 4 + 1 + 4 + 6);
});

test('many containers, some of them runs, have their offsets written', () => {
  const values = Float64Array.from([0, 65_536, 65_537, 65_538, 65_539, 131_072, 196_608, 262_144]);
  const bytes = encodeRoaring64(values);
  expect(decodeRoaring64(bytes, values.length)).toEqual(values);
  const view = new DataView(bytes.buffer);
  const bitmap = 12;
  const containers = 5;
  const offsets = bitmap + 4 + 1 + containers * 4;
  for (let index = 0, at = offsets + containers * 4 - bitmap; index < containers; index++) {
    expect(view.getUint32(offsets + index * 4, true)).toBe(at);
    at += index === 1 ? 6 : 2;
  }
});

test.each([
  ['descending', [5, 4]],
  ['repeated', [5, 5]],
  ['descending into an earlier bitmap', [2 ** 32, 5]],
  ['negative', [-1, 4]],
  ['fractional', [0, 1.5]],
  ['beyond what a double counts', [2 ** 53]],
])('positions that are %s are refused', (_, values) => {
  expect(() => encodeRoaring64(Float64Array.from(values))).toThrow(/position/);
});
