import fc from 'fast-check';
import type { NewField } from '../../../src/index.js';

/** The columns a table begins with; a further one, `extra`, comes and goes. */
export const FIELDS: NewField[] = [
  { name: 'id', type: 'long', required: true },
  { name: 'name', type: 'string' },
  { name: 'score', type: 'double' },
  { name: 'day', type: 'date' },
  { name: 'n', type: 'int' },
  {
    name: 'place',
    type: {
      type: 'struct',
      fields: [
        { name: 'lat', type: 'double' },
        { name: 'tag', type: 'string' },
        { name: 'at', type: { type: 'struct', fields: [{ name: 'zone', type: 'int' }] } },
      ],
    },
  },
];

interface Place {
  lat: number | null;
  tag: string | null;
  at: { zone: number | null } | null;
}

/** A row as a caller writes it, by the names that the columns began with. */
export interface NewRow {
  id: bigint;
  name: string | null;
  score: number | null;
  day: string | null;
  n: number | null;
  place: Place | null;
  /** Left out where there is no such column. */
  extra: string | null;
}

export type Logical = keyof NewRow;

export const idArbitrary: fc.Arbitrary<bigint> = fc.integer({ min: -8, max: 8 }).map(BigInt);

const name = fc.option(
  fc.oneof(
    fc.constantFrom(
      '',
      'a',
      'ab',
      'abc',
      '\u{1F600}',
      '\uFFFD',
      '\uD7FF',
      '\u{10FFFF}'.repeat(20),
      'x'.repeat(40),
    ),
    fc.string({ unit: 'binary' }),
  ),
);
const score = fc.option(fc.oneof(fc.double(), fc.constantFrom(-0, 0, Number.NaN, Number.POSITIVE_INFINITY)));
const day = fc.option(
  fc.constantFrom('1969-12-31', '1970-01-01', '1969-01-15', '2026-11-23', '2027-01-01', '0001-01-01'),
);
const n = fc.option(fc.constantFrom(0, -1, 1, 5, -5, 2 ** 31 - 1, -(2 ** 31)));

const place = fc.option(
  fc.record({
    lat: fc.option(fc.constantFrom(-0, 0, 1.5, -7, Number.NaN, Number.NEGATIVE_INFINITY)),
    tag: fc.option(fc.constantFrom('', 'a', 'ab', 'b')),
    at: fc.option(fc.record({ zone: fc.option(fc.integer({ min: -2, max: 2 })) })),
  }),
);

export const rowArbitrary: fc.Arbitrary<NewRow> = fc.record({
  id: idArbitrary,
  name,
  score,
  day,
  n,
  place,
  extra: fc.option(fc.constantFrom('', 'e', 'extra \u{1F600}')),
});

/** Rows of which no two have one id. */
export const uniqueRows: fc.Arbitrary<NewRow[]> = fc.uniqueArray(rowArbitrary, {
  minLength: 1,
  maxLength: 8,
  selector: (row) => row.id,
});
