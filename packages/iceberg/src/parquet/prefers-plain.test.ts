import { expect, test } from 'vitest';
import { buildColumn } from '../arrow/build-column.js';
import { prefersPlain } from './prefers-plain.js';

const ROWS = 20_000;
const values = <Item>(at: (row: number) => Item): Item[] => Array.from({ length: ROWS }, (_, row) => at(row));

test.each([
  [
    'consecutive numbers',
    buildColumn(
      'long',
      values((row) => BigInt(row)),
    ),
  ],
  [
    'instants, all of a round number',
    buildColumn(
      'timestamptz',
      values((row) => 1_700_000_000_000_000n + BigInt(row) * 1_000_000n),
    ),
  ],
  [
    'numbers far apart',
    buildColumn(
      'long',
      values((row) => BigInt(row) << 40n),
    ),
  ],
  [
    'whole numbers as doubles',
    buildColumn(
      'double',
      values((row) => row),
    ),
  ],
  [
    'fractions',
    buildColumn(
      'double',
      values((row) => row / 7),
    ),
  ],
  [
    'integers, some missing',
    buildColumn(
      'int',
      values((row) => (row % 10 === 0 ? null : -row)),
    ),
  ],
  [
    'texts that begin alike',
    buildColumn(
      'string',
      values((row) => `sensor-000-${row}`),
    ),
  ],
])('%s are written plain', (_, data) => {
  expect(prefersPlain(data)).toBe(true);
});

test.each([
  [
    'numbers that come five times',
    buildColumn(
      'long',
      values((row) => BigInt(row % (ROWS / 5))),
    ),
  ],
  [
    'few doubles',
    buildColumn(
      'double',
      values((row) => (row % 100) / 7),
    ),
  ],
  [
    'few texts',
    buildColumn(
      'string',
      values((row) => `kind-${row % 20}`),
    ),
  ],
  [
    'nothing',
    buildColumn(
      'int',
      values(() => null),
    ),
  ],
  [
    'truth',
    buildColumn(
      'boolean',
      values((row) => row % 2 === 0),
    ),
  ],
  ['too few rows to tell', buildColumn('long', [1n, 2n, 3n])],
])('%s keep their dictionary', (_, data) => {
  expect(prefersPlain(data)).toBe(false);
});
