import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchFromRows, MemoryCatalog, type PrimitiveType } from '../../src/index.js';
import { compareValues } from '../../src/type/compare-values.js';
import { toValue } from '../../src/type/literal.js';
import { decodeSingleValue } from '../../src/type/single-value.js';

const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 500 : 15;

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const decimal = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map((unscaled) => {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(11, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`;
});

const COLUMNS: [PrimitiveType, fc.Arbitrary<unknown>][] = [
  ['boolean', fc.boolean()],
  ['int', fc.integer()],
  ['long', long],
  ['float', fc.oneof(fc.float(), fc.constantFrom(-0, 0, Number.NaN))],
  ['double', fc.oneof(fc.double(), fc.constantFrom(-0, 0, Number.NaN))],
  ['decimal(38, 10)', decimal],
  ['date', fc.integer({ min: -800_000, max: 800_000 }).map(BigInt)],
  ['time', fc.bigInt({ min: 0n, max: 86_399_999_999n })],
  ['timestamp', long],
  ['timestamptz', long],
  ['timestamp_ns', long],
  ['timestamptz_ns', long],
  [
    'string',
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('\uD7FF'.repeat(17), '\u{10FFFF}'.repeat(17)),
    ),
  ],
  ['uuid', fc.uint8Array({ minLength: 16, maxLength: 16 })],
  ['fixed[20]', fc.uint8Array({ minLength: 20, maxLength: 20 })],
  ['binary', fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.constant(new Uint8Array(20).fill(255)))],
];

test.each(COLUMNS)(
  'the bounds and counts of a %s column hold for every value',
  async (type, arbitrary) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(arbitrary), { minLength: 1, maxLength: 30 }), async (values) => {
        const catalog = new MemoryCatalog();
        const table = await catalog.createTable(
          { namespace: 'n', name: 't' },
          { formatVersion: type.endsWith('_ns') ? 3 : 2, schema: { fields: [{ name: 'c', type }] } },
        );
        const written = await table.append(
          batchFromRows(
            table.schema(),
            values.map((c) => ({ c })),
          ),
        );
        const [task] = await written.table.scan().planFiles();
        const file = task!.dataFile.file;
        const present = values.filter((value) => value !== null).map((value) => toValue(type, value, 'c'));
        const comparable = present.filter((value) => !Number.isNaN(value));
        expect(file.valueCounts?.get(1)).toBe(BigInt(values.length));
        expect(file.nullValueCounts?.get(1)).toBe(BigInt(values.length - present.length));
        if (type === 'float' || type === 'double')
          expect(file.nanValueCounts?.get(1)).toBe(BigInt(present.length - comparable.length));
        const [lower, upper] = [file.lowerBounds?.get(1), file.upperBounds?.get(1)];
        const bounded = type !== 'uuid' && comparable.length > 0;
        if (!bounded) expect([lower, upper]).toEqual([undefined, undefined]);
        for (const value of bounded ? comparable : []) {
          expect(compareValues(decodeSingleValue(type, lower!), value)).toBeLessThanOrEqual(0);
          if (upper !== undefined)
            expect(compareValues(decodeSingleValue(type, upper), value)).toBeGreaterThanOrEqual(0);
        }
        const back = await written.table.scan().toArrow();
        expect(back.numRows).toBe(values.length);
      }),
      { seed: 20261123, numRuns: RUNS },
    );
  },
  300_000,
);
