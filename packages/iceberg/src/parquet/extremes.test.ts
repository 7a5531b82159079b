import { type DataType, Float64, Int64, Utf8, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesExtremes, longExtremes, numberExtremes } from './extremes.js';

/** A chunk that begins inside another one, as slices of batches do. */
function sliced<T extends DataType>(values: readonly unknown[], type: T) {
  const vector = vectorFromArray([values[0], ...values] as never[], type as never);
  return vector.data[0]!.slice(1, values.length);
}

const rowsOf = <V>(value: fc.Arbitrary<V>) => fc.array(fc.option(value), { minLength: 1, maxLength: 40 });

describe('the rows that bound a chunk', () => {
  it('are those of the least and the greatest number, and others than numbers are counted', () => {
    fc.assert(
      fc.property(rowsOf(fc.double()), (values) => {
        const { least, greatest, nans } = numberExtremes(sliced(values, new Float64()), true);
        const numbers = values.filter((value) => value !== null && !Number.isNaN(value)) as number[];
        expect(nans).toBe(values.filter(Number.isNaN).length);
        const [lower, upper] = [Math.min(...numbers), Math.max(...numbers)];
        expect(least).toBe(values.indexOf(lower));
        expect(greatest).toBe(values.indexOf(upper));
      }),
    );
  });

  it('are those of the least and the greatest integer of 64 bits', () => {
    fc.assert(
      fc.property(rowsOf(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (values) => {
        const { least, greatest } = longExtremes(sliced(values, new Int64()), true);
        const sorted = values.filter((value) => value !== null).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        expect([values[least], values[greatest]]).toEqual([sorted[0], sorted.at(-1)]);
      }),
    );
  });

  it('are those of the first and the last text by its bytes', () => {
    fc.assert(
      fc.property(
        rowsOf(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '𐀀', '￿'), maxLength: 4 })),
        (values) => {
          const { least, greatest } = bytesExtremes(sliced(values, new Utf8()), true);
          const sorted = values
            .filter((value) => value !== null)
            .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          expect([values[least], values[greatest]]).toEqual([sorted[0], sorted.at(-1)]);
        },
      ),
    );
  });
});
