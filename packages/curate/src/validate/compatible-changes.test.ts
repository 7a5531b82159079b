import type { ContractColumn, TopicContract } from '@lean-ops/core';
import { lintContract, type RuleId } from '@lean-ops/core/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CurateError } from '../error.js';
import { CellCheck } from './cell-check.js';

const TEXTS = [
  ...[
    '',
    ' ',
    'a',
    'b',
    'abc',
    'true',
    'null',
    '0',
    '-1',
    '1',
    '1.0',
    '1.5',
    '12.34',
    '123.45',
    '1e3',
    '0.1',
    '7.999',
  ],
  ...['2147483647', '2147483648', '-2147483649', '9007199254740993', '1e40', '99999999999999999999', 'NaN'],
  ...['2020-01-01', '2021-06-30', '2020-01-01T00:00:00Z', '2021-06-30T12:00:00+02:00', '2021-06-30T12:00:00'],
  ...[
    '2021-06-30 12:00:00.123456',
    '1577836800',
    '1577836800000',
    '1577836800000000',
    '12:00:00',
    '23:59:59.5',
  ],
  ...['00000000-0000-4000-8000-000000000000', 'aGVsbG8=', 'AQ=='],
];

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

const CHECKS = fc.record({
  cde: optional(fc.constantFrom(true, false, 'nonblank' as const)),
  enum: optional(fc.uniqueArray(fc.constantFrom('a', 'b', 'abc'), { minLength: 1 })),
  onUnknown: optional(fc.constantFrom('error' as const, 'null' as const)),
  min: optional(
    fc.constantFrom<number | string>(-1, 0, '0.10', 1, '2020-01-01', '2020-01-01T00:00:00Z', '11:00:00'),
  ),
  max: optional(
    fc.constantFrom<number | string>(1, 100, '99.99', '2147483648', '2021-01-01', '2022-01-01T00:00:00Z'),
  ),
  pattern: optional(fc.constantFrom('[a-z]+', 'a|b', '.*')),
  assumeUtc: optional(fc.boolean()),
  epoch: optional(fc.constantFrom('seconds' as const, 'millis' as const, 'micros' as const)),
});

/** One type, or one and a wider one. */
const TYPES = fc.constantFrom<readonly [ContractColumn['type'], ContractColumn['type']]>(
  ...(
    [
      'string',
      'boolean',
      'int',
      'long',
      'double',
      'date',
      'time',
      'timestamp',
      'timestamptz',
      'uuid',
    ] as const
  ).map((type) => [type, type] as const),
  // Most checks are for texts.
  ...Array.from({ length: 8 }, () => ['string', 'string'] as const),
  ['int', 'long'],
  ['float', 'double'],
  ['decimal(4,2)', 'decimal(9,2)'],
);

/** A few members of one side, or of the other: most pairs differ in one or two. */
const PAIRS = fc
  .record({
    types: TYPES,
    one: CHECKS,
    other: CHECKS,
    taken: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 2 }),
  })
  .map(({ types: [narrow, wide], one, other, taken }) => {
    const names = taken.map((index) => Object.keys(one)[index]!);
    const mixed = Object.entries(one).map(([name, value]) => [
      name,
      names.includes(name) ? other[name as keyof typeof other] : value,
    ]);
    return [said({ type: narrow, ...one }), said({ type: wide, ...Object.fromEntries(mixed) })] as const;
  });

/** Members that fit the type, and none that say nothing. */
function said(column: Record<string, unknown>): ContractColumn {
  const { type } = column;
  const isText = type === 'string';
  const hasRange = !isText && type !== 'boolean' && type !== 'uuid';
  const fits: Readonly<Record<string, boolean>> = {
    enum: isText,
    onUnknown: isText && column['enum'] !== undefined,
    pattern: isText,
    min: hasRange,
    max: hasRange,
    assumeUtc: type === 'timestamptz',
    epoch: type === 'timestamptz' || type === 'timestamp',
  };
  const entries = Object.entries(column).filter(
    ([name, value]) => value !== undefined && fits[name] !== false,
  );
  return Object.fromEntries(entries) as unknown as ContractColumn;
}

function compiled(column: ContractColumn): CellCheck | null {
  try {
    return new CellCheck('v', column, false);
  } catch (error) {
    if (error instanceof CurateError) return null;
    throw error;
  }
}

/** What becomes of a text: a value as text, or what it failed by. */
function readAs(check: CellCheck, text: string | null): { value: string | null } | { failed: string } {
  let failed: string | null = null;
  const observer = {
    fail: ({ code }: { code: string }) => {
      failed ??= code;
    },
    defaultFilled: () => {},
    unknownEnum: () => {},
  };
  const value = check.read(text === null ? null : Buffer.from(text), observer);
  if (failed !== null) return { failed };
  return {
    value:
      value === null ? null : value instanceof Uint8Array ? Buffer.from(value).toString() : String(value),
  };
}

const contractOf = (version: string, v: ContractColumn): TopicContract => ({
  topic: 'events',
  version,
  owner: 'tests',
  columns: { v },
});

/** Rules that say themselves that rows which are there keep what they have. */
const TOLD: readonly RuleId[] = ['NULLED_ALLOWED'];

it('what passed under a contract comes out the same under one that is judged compatible', () => {
  let compared = 0;
  fc.assert(
    fc.property(PAIRS, ([one, other]) => {
      const [before, after] = [compiled(one), compiled(other)];
      if (before === null || after === null) return;
      const { operation, findings } = lintContract(contractOf('1.0.0', one), contractOf('1.1.0', other));
      if (operation === 'NUCLEAR_RESET' || findings.some(({ rule }) => TOLD.includes(rule))) return;
      for (const text of [null, ...TEXTS]) {
        const was = readAs(before, text);
        if ('failed' in was) continue;
        const is = readAs(after, text);
        compared += 1;
        // A float is the nearest to the text that there is, a double a nearer one.
        if (one.type === 'float' && other.type === 'double' && 'value' in is) continue;
        expect({ text, ...is }).toEqual({ text, ...was });
      }
    }),
    { numRuns: 3_000 },
  );
  expect(compared).toBeGreaterThan(1_000);
});
