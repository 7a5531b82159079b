import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import { bindExpression } from '../expression/bind.js';
import { compileExpression } from '../expression/evaluate.js';
import {
  and,
  type Expression,
  eq,
  gt,
  gtEq,
  isIn,
  isNaN as isNan,
  isNull,
  type LiteralValue,
  lt,
  ltEq,
  not,
  notEq,
  notIn,
  notNaN,
  notNull,
  or,
  startsWith,
} from '../expression/expression.js';
import type { DataFile } from '../manifest/data-file.js';
import { MetricsCollector } from '../parquet/column-metrics.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { parseTransform, transformFunction, transformResultType } from '../partition/transform.js';
import type { Schema } from '../schema/schema.js';
import type { NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { toValue } from '../type/literal.js';
import type { Value } from '../type/value.js';
import { fileMustMatch } from './file-must-match.js';
import { fileMightMatch } from './file-statistics.js';

const COLUMNS: Record<string, PrimitiveType> = {
  i: 'int',
  l: 'long',
  d: 'double',
  s: 'string',
  day: 'date',
  ts: 'timestamptz',
  dec: 'decimal(9, 2)',
  'p.x': 'int',
  'p.d': 'double',
  'q.s': 'string',
};
const IDS = new Map(Object.keys(COLUMNS).map((name, index) => [name, index + 1]));
/** Structs: `p` may be null, `q` may not. */
const STRUCTS = { p: 100, q: 101 };

function fieldsOf(prefix: string): NestedField[] {
  return [...IDS]
    .filter(([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes('.'))
    .map(([path, id]) => ({ id, name: path.slice(prefix.length), required: false, type: COLUMNS[path]! }));
}

const SCHEMA: Schema = {
  schemaId: 0,
  fields: [
    ...fieldsOf(''),
    { id: STRUCTS.p, name: 'p', required: false, type: { type: 'struct', fields: fieldsOf('p.') } },
    { id: STRUCTS.q, name: 'q', required: true, type: { type: 'struct', fields: fieldsOf('q.') } },
  ],
};
const TRANSFORMS: Record<string, readonly string[]> = {
  i: ['identity', 'bucket[3]', 'truncate[3]'],
  l: ['identity', 'bucket[2]', 'truncate[4]', 'void'],
  d: ['identity'],
  s: ['identity', 'truncate[1]', 'truncate[2]', 'bucket[2]'],
  day: ['identity', 'year', 'month', 'day'],
  ts: ['year', 'day', 'hour'],
  dec: ['truncate[50]'],
  'p.x': ['identity', 'truncate[3]', 'bucket[2]'],
  'p.d': ['identity'],
  'q.s': ['truncate[1]'],
};

/** By paths; `p` is null where the struct is. */
type Row = Record<string, LiteralValue | null>;

const value: Record<string, fc.Arbitrary<LiteralValue>> = {
  // The ends of the range, too: truncation wraps around there.
  i: fc.oneof(
    { arbitrary: fc.integer({ min: -6, max: 6 }), weight: 4 },
    { arbitrary: fc.constantFrom(-(2 ** 31), 1 - 2 ** 31, 2 ** 31 - 2, 2 ** 31 - 1), weight: 1 },
  ),
  l: fc.oneof(
    { arbitrary: fc.bigInt({ min: -6n, max: 6n }), weight: 4 },
    { arbitrary: fc.constantFrom(-(2n ** 63n), 1n - 2n ** 63n, 2n ** 63n - 2n, 2n ** 63n - 1n), weight: 1 },
  ),
  d: fc.constantFrom(-1, -0, 0, 0.5, 2, Number.NaN, Number.POSITIVE_INFINITY),
  s: fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'ba', '\u{1F600}', '\uFFFD', `${'z'.repeat(17)}`),
  day: fc
    .integer({ min: -800, max: 800 })
    .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10)),
  ts: fc.integer({ min: -50, max: 50 }).map((hours) => new Date(hours * 1_800_000)),
  dec: fc.integer({ min: -120, max: 120 }).map((cents) => (cents / 100).toFixed(2)),
  p: fc.constant(true),
  'p.x': fc.integer({ min: -4, max: 4 }),
  'p.d': fc.constantFrom(-1, 0, 2, Number.NaN),
  'q.s': fc.constantFrom('', 'a', 'ab', 'b'),
};

const leaf: fc.Arbitrary<Expression> = fc.constantFrom(...Object.keys(COLUMNS)).chain((column) => {
  const one = value[column]!;
  const some = fc.array(one, { minLength: 1, maxLength: 3 });
  const compare = fc
    .tuple(fc.constantFrom(eq, notEq, lt, ltEq, gt, gtEq), one)
    .map(([make, literal]) => make(column, literal));
  const others = [
    fc.constantFrom(isNull(column), notNull(column)),
    fc.tuple(fc.constantFrom(isIn, notIn), some).map(([make, literals]) => make(column, literals)),
  ];
  if (COLUMNS[column] === 'double') others.push(fc.constantFrom(isNan(column), notNaN(column)));
  if (column.startsWith('p.')) others.push(fc.constantFrom(isNull('p'), notNull('p')));
  if (column === 's') others.push(value['s']!.map((prefix) => startsWith('s', prefix as string)));
  return fc.oneof(compare, ...others);
});
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => and(left, right)),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => or(left, right)),
    tie('expression').map(not),
  ),
}));
const partition = fc.subarray(
  Object.entries(TRANSFORMS).flatMap(([column, transforms]) =>
    transforms.map((transform) => ({ column, transform })),
  ),
  { maxLength: 3 },
);
/** Values of a file lie close together, or nothing could ever be proved. */
const rows: fc.Arbitrary<Row[]> = fc
  .record(
    Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        fc.array(fc.option(one, { freq: 12 }), { minLength: 1, maxLength: 2 }),
      ]),
    ),
  )
  .chain((pools) =>
    fc.array(
      fc.record(
        Object.fromEntries(Object.entries(pools).map(([name, pool]) => [name, fc.constantFrom(...pool)])),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  ) as fc.Arbitrary<Row[]>;

function resolve(
  { column, transform }: { column: string; transform: string },
  index: number,
): ResolvedPartitionField {
  const parsed = parseTransform(transform);
  const type = COLUMNS[column]!;
  return {
    sourceId: IDS.get(column)!,
    fieldId: 1000 + index,
    name: `${column}_${transform}`,
    transform,
    parsed,
    sourceType: type,
    resultType: transformResultType(parsed, type),
  };
}

function valuesOf(row: Row): Map<number, Value | null> {
  const values = [...IDS].map(([path, id]): [number, Value | null] => {
    const literal = isHidden(row, path) ? null : (row[path] ?? null);
    return [id, literal === null ? null : toValue(COLUMNS[path]!, literal, path)];
  });
  return new Map([...values, [STRUCTS.p, isHidden(row, 'p.') ? null : true], [STRUCTS.q, true]]);
}

function isHidden(row: Row, path: string): boolean {
  return path.startsWith('p.') && row['p'] === null;
}

/** A row as it is written. */
function nested(row: Row): Record<string, unknown> {
  const below = (prefix: string): Record<string, unknown> =>
    Object.fromEntries(fieldsOf(prefix).map(({ name }) => [name, row[`${prefix}${name}`] ?? null]));
  return { ...below(''), p: row['p'] === null ? null : below('p.'), q: below('q.') };
}

/** Statistics of fields of structs as other writers count them: without the nulls that the struct brings. */
function asCounted(file: DataFile, hidden: bigint, how: Counting): DataFile {
  const ids = fieldsOf('p.').map(({ id }) => id);
  const less = (counts: ReadonlyMap<number, bigint> | undefined): Map<number, bigint> =>
    new Map(Array.from(counts ?? [], ([id, count]) => [id, ids.includes(id) ? count - hidden : count]));
  return {
    ...file,
    ...(how === 'all' ? {} : { nullValueCounts: less(file.nullValueCounts) }),
    ...(how === 'neither values nor nulls' ? { valueCounts: less(file.valueCounts) } : {}),
  };
}

type Counting = 'all' | 'values, but no nulls' | 'neither values nor nulls';
const counting = fc.constantFrom<Counting>('all', 'values, but no nulls', 'neither values nor nulls');

function partitionOf(
  row: Map<number, Value | null>,
  fields: readonly ResolvedPartitionField[],
): (Value | null)[] {
  return fields.map((field) => {
    const source = row.get(field.sourceId) ?? null;
    return source === null ? null : transformFunction(field.parsed, field.sourceType!)(source);
  });
}

/** The file that rows of one partition would be written to: those that share the first row's partition. */
function fileOf(
  rows: readonly Row[],
  fields: readonly ResolvedPartitionField[],
  how: Counting = 'all',
): { file: DataFile; rows: Map<number, Value | null>[] } {
  const values = rows.map(valuesOf);
  const wanted = partitionOf(values[0]!, fields);
  const same = (index: number): boolean =>
    partitionOf(values[index]!, fields).every((part, at) => Object.is(part, wanted[at]));
  const kept = rows.filter((_, index) => same(index));
  const metrics = new MetricsCollector(SCHEMA, () => ({ kind: 'truncate', length: 16 }));
  metrics.add(batchFromRows(SCHEMA, kept.map(nested)));
  const file: DataFile = {
    content: 'data',
    filePath: 'f',
    fileFormat: 'PARQUET',
    specId: 0,
    partition: wanted,
    recordCount: BigInt(kept.length),
    fileSizeInBytes: 1n,
    ...metrics.finish(),
  };
  const hidden = BigInt(kept.filter((row) => isHidden(row, 'p.')).length);
  return { file: asCounted(file, hidden, how), rows: kept.map(valuesOf) };
}

test('what must match does match, and what cannot match does not, row by row, whatever the filter, the partitioning and the values', () => {
  let proved = 0;
  fc.assert(
    fc.property(
      rows,
      partition,
      expression,
      fc.boolean(),
      counting,
      (rows, chosen, filter, withMetrics, how) => {
        const fields = chosen.map(resolve);
        const { file, rows: kept } = fileOf(rows, fields, how);
        const bare: DataFile = { ...file };
        const bound = bindExpression(filter, SCHEMA);
        if (!withMetrics)
          for (const name of [
            'valueCounts',
            'nullValueCounts',
            'nanValueCounts',
            'lowerBounds',
            'upperBounds',
          ])
            delete (bare as unknown as Record<string, unknown>)[name];
        const matches = compileExpression(bound, (term) => (row) => kept[row]!.get(term.fieldId) ?? null);
        if (!fileMightMatch(file, bound)) for (const row of kept.keys()) expect(matches(row)).toBe(false);
        if (!fileMustMatch(bare, bound, fields)) return;
        proved++;
        for (const row of kept.keys()) expect(matches(row)).toBe(true);
        expect(fileMightMatch(file, bound)).toBe(true);
      },
    ),
    { numRuns: 5000, seed: 11 },
  );
  // A proof that never succeeds would pass, too.
  expect(proved).toBeGreaterThan(400);
});

describe('a whole file is proved to match', () => {
  const proves = (
    filter: Expression,
    rows: Row[],
    chosen: { column: string; transform: string }[] = [],
  ): boolean => {
    const fields = chosen.map(resolve);
    const { file } = fileOf(rows, fields);
    return fileMustMatch(file, bindExpression(filter, SCHEMA), fields);
  };
  const at = (text: string): Row => ({ ts: new Date(text) });

  test.each<[string, Expression, Row[], boolean]>([
    ['bounds below', lt('i', 5), [{ i: 1 }, { i: 4 }], true],
    ['a bound at the value', lt('i', 4), [{ i: 1 }, { i: 4 }], false],
    ['a null among them', lt('i', 5), [{ i: 1 }, { i: null }], false],
    ['a NaN among them', gt('d', 0), [{ d: 1 }, { d: Number.NaN }], false],
    ['a NaN among them, which differs from all', notEq('d', 5), [{ d: 1 }, { d: Number.NaN }], true],
    ['one value', isIn('s', ['a', 'b']), [{ s: 'b' }, { s: 'b' }], true],
    ['bounds with the prefix', startsWith('s', 'ab'), [{ s: 'ab' }, { s: 'abc' }], true],
    ['bounds without it', not(startsWith('s', 'ab')), [{ s: 'b' }, { s: 'ba' }], true],
    ['only nulls', isNull('s'), [{ s: null }, {}], true],
    ['no nulls', notNull('s'), [{ s: '' }], true],
    ['both sides', and(gtEq('i', 1), ltEq('i', 4)), [{ i: 1 }, { i: 4 }], true],
    ['only NaN', isNan('d'), [{ d: Number.NaN }], true],
    ['a null beside NaN', isNan('d'), [{ d: Number.NaN }, { d: null }], false],
    ['no NaN', notNaN('d'), [{ d: 1 }, { d: 2 }], true],
    ['a NaN that counts', not(isNan('d')), [{ d: 1 }, { d: Number.NaN }], false],
    ['bounds of a field of a struct', eq('q.s', 'b'), [{ 'q.s': 'b' }, { 'q.s': 'b' }], true],
    // Not every writer counts the nulls that come of the struct.
    ['bounds in a struct that may be null', eq('p.x', 1), [{ 'p.x': 1 }, { 'p.x': 1 }], false],
    ['nulls of every row', isNull('p.x'), [{ p: null }, { 'p.x': null }], true],
    ['neither side alone', or(ltEq('i', 2), gt('i', 2)), [{ i: 1 }, { i: 4 }], false],
  ])('by %s', (_, filter, rows, expected) => {
    expect(proves(filter, rows)).toBe(expected);
  });

  test('by its partition, without any statistics', () => {
    const day = [{ column: 'ts', transform: 'day' }];
    const rows = [at('2026-11-23T00:00:00Z'), at('2026-11-23T23:59:59Z')];
    const proved = (filter: Expression): boolean => {
      const fields = day.map(resolve);
      const { file } = fileOf(rows, fields);
      const { lowerBounds, upperBounds, nullValueCounts, ...bare } = file;
      expect([lowerBounds, upperBounds, nullValueCounts]).not.toContain(undefined);
      return fileMustMatch(bare, bindExpression(filter, SCHEMA), fields);
    };
    expect(proved(lt('ts', '2026-11-24T00:00:00Z'))).toBe(true);
    expect(proved(gtEq('ts', '2026-11-23T00:00:00Z'))).toBe(true);
    expect(proved(gt('ts', '2026-11-23T00:00:00Z'))).toBe(false);
    expect(proved(ltEq('ts', '2026-11-23T23:59:59.999999Z'))).toBe(true);
    expect(proved(lt('ts', '2026-11-23T23:59:59.999999Z'))).toBe(false);
    expect(proved(notNull('ts'))).toBe(true);
  });

  test('by one column of its partition and the bounds of another', () => {
    const filter = and(eq('s', 'eu'), lt('l', 10n));
    const rows = [
      { s: 'eu', l: 1n },
      { s: 'eu', l: 9n },
    ];
    expect(proves(filter, rows, [{ column: 's', transform: 'identity' }])).toBe(true);
  });

  test('hours before 1970 that old writers may have rounded the other way prove less', () => {
    const hour = [{ column: 'ts', transform: 'hour' }];
    const { file } = fileOf([at('1969-12-31T22:30:00Z')], hour.map(resolve));
    const shifted: DataFile = { ...file, partition: [-1] };
    const bare = { ...shifted };
    delete (bare as { lowerBounds?: unknown }).lowerBounds;
    // −1 holds 23:00 and later, or, rounded towards zero, 22:00 and later.
    expect(
      fileMustMatch(bare, bindExpression(gtEq('ts', '1969-12-31T23:00:00Z'), SCHEMA), hour.map(resolve)),
    ).toBe(false);
    expect(
      fileMustMatch(bare, bindExpression(gtEq('ts', '1969-12-31T22:00:00Z'), SCHEMA), hour.map(resolve)),
    ).toBe(true);
  });
});
