import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LongTable } from './long-table.js';

test('finds the places of its values and no others', () => {
  // Few values, so that many are hit, and both halves of the 64 bits count.
  const value = fc.oneof(
    fc.bigInt({ min: -8n, max: 8n }),
    fc.bigInt({ min: -4n, max: 4n }).map((high) => high * 2n ** 32n),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.array(value, { maxLength: 60 }), (known, rows) => {
      const set = new Set(known);
      const expected = rows.flatMap((row, place) => (set.has(row) ? [place] : []));
      expect(new LongTable(known).placesIn(BigInt64Array.from(rows))).toEqual(expected);
    }),
    { seed: 3, numRuns: 500 },
  );
});
