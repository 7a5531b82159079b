import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  and,
  batchFromRows,
  type Expression,
  eq,
  gt,
  gtEq,
  isIn,
  isNull,
  lt,
  ltEq,
  MemoryCatalog,
  type NewField,
  not,
  notEq,
  notNull,
  or,
  startsWith,
  type Table,
} from '../../src/index.js';

const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 400 : 20;
const SEED = 20261123;

interface Row {
  id: bigint;
  name: string | null;
  score: number | null;
  day: string | null;
  extra?: string | null;
}

/** The model: the rows that should be there, in any order. */
type Model = Row[];

type Step =
  | { kind: 'append' | 'upsert'; rows: Row[] }
  | { kind: 'deleteKeys'; ids: bigint[] }
  | { kind: 'deletePositions'; every: number }
  | { kind: 'addColumn' };

const FIELDS: NewField[] = [
  { name: 'id', type: 'long', required: true },
  { name: 'name', type: 'string' },
  { name: 'score', type: 'double' },
  { name: 'day', type: 'date' },
];

const idArbitrary = fc.integer({ min: -8, max: 8 }).map(BigInt);
const nameArbitrary = fc.option(
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
const scoreArbitrary = fc.option(
  fc.oneof(fc.double(), fc.constantFrom(-0, 0, Number.NaN, Number.POSITIVE_INFINITY)),
);
const dayArbitrary = fc.option(
  fc.constantFrom('1969-12-31', '1970-01-01', '1969-01-15', '2026-11-23', '2027-01-01'),
);
const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  id: idArbitrary,
  name: nameArbitrary,
  score: scoreArbitrary,
  day: dayArbitrary,
});
const uniqueRows = fc.uniqueArray(rowArbitrary, { minLength: 1, maxLength: 8, selector: (row) => row.id });

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), rows: fc.array(rowArbitrary, { maxLength: 8 }) }),
  fc.record({ kind: fc.constant('upsert' as const), rows: uniqueRows }),
  fc.record({
    kind: fc.constant('deleteKeys' as const),
    ids: fc.array(idArbitrary, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('deletePositions' as const), every: fc.integer({ min: 2, max: 5 }) }),
  fc.constant({ kind: 'addColumn' as const }),
);

const partitionArbitrary = fc.constantFrom<string[]>(
  [],
  ['bucket(3, id)'],
  ['truncate(2, name)'],
  ['month(day)', 'truncate(4, id)'],
  ['name'],
  ['year(day)'],
  ['score'],
);

const filterArbitrary: fc.Arbitrary<Expression> = fc.letrec<{ filter: Expression }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc
      .tuple(fc.constantFrom(eq, notEq, lt, ltEq, gt, gtEq), idArbitrary)
      .map(([compare, id]) => compare('id', id)),
    fc
      .tuple(
        fc.constantFrom(eq, notEq, lt, ltEq, gt, gtEq),
        fc.constantFrom('', 'a', 'ab', '\uFFFD', '\u{1F600}', 'x'.repeat(40)),
      )
      .map(([compare, name]) => compare('name', name)),
    fc
      .tuple(
        fc.constantFrom(eq, notEq, lt, ltEq, gt, gtEq),
        fc.constantFrom(0, -0, 1.5, Number.NEGATIVE_INFINITY),
      )
      .map(([compare, score]) => compare('score', score)),
    fc
      .tuple(fc.constantFrom(eq, lt, gtEq), fc.constantFrom('1969-12-31', '1969-02-01', '2026-11-23'))
      .map(([compare, day]) => compare('day', day)),
    fc
      .constantFrom('', 'a', 'ab', '\u{1F600}', 'xxxxxxxxxxxxxxxxxxxx')
      .map((prefix) => startsWith('name', prefix)),
    fc.constantFrom(isNull('name'), notNull('score'), isNull('day')),
    fc.array(idArbitrary, { maxLength: 3 }).map((ids) => isIn('id', ids)),
    fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => and(left, right)),
    fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => or(left, right)),
    tie('filter').map((child) => not(child)),
  ),
})).filter;

/** Applies one step to the table and to the model. */
async function apply(table: Table, model: Model, step: Step): Promise<{ table: Table; model: Model }> {
  const batch = (rows: readonly Row[]) =>
    batchFromRows(
      table.schema(),
      rows.map((row) => ({ ...row })),
    );
  switch (step.kind) {
    case 'append':
      return { table: (await table.append(batch(step.rows))).table, model: [...model, ...step.rows] };
    case 'upsert': {
      const ids = new Set(step.rows.map((row) => row.id));
      const { table: next } = await table.upsert(batch(step.rows), { key: ['id'] });
      return { table: next, model: [...model.filter((row) => !ids.has(row.id)), ...step.rows] };
    }
    case 'deleteKeys': {
      const keySchema = { schemaId: 0, fields: table.schema().fields.slice(0, 1) };
      const transaction = table.transaction();
      await transaction.deleteKeys(
        batchFromRows(
          keySchema,
          step.ids.map((id) => ({ id })),
        ),
        { key: ['id'] },
      );
      const ids = new Set(step.ids);
      return { table: (await transaction.commit()).table, model: model.filter((row) => !ids.has(row.id)) };
    }
    case 'deletePositions': {
      const transaction = table.transaction();
      const byFile = new Map<string, bigint[]>();
      let index = 0;
      for await (const row of table
        .scan({ columns: ['id', '_file', '_pos', 'name', 'score', 'day'] })
        .rows()) {
        if (index++ % step.every !== 0) continue;
        const file = row['_file'] as string;
        byFile.set(file, [...(byFile.get(file) ?? []), row['_pos'] as bigint]);
        const at = model.findIndex((candidate) => key(candidate) === key(row as unknown as Row));
        model.splice(at, 1);
      }
      await transaction.deletePositions([...byFile].map(([file, positions]) => ({ file, positions })));
      return { table: (await transaction.commit()).table, model };
    }
    case 'addColumn': {
      const transaction = table.transaction().addColumns([{ name: 'extra', type: 'string' }]);
      return { table: (await transaction.commit()).table, model };
    }
  }
}

/** All of a row that was written, as text in which NaN and both zeros differ. */
function key(row: Row): string {
  const score = Object.is(row.score, -0) ? '-0' : String(row.score);
  return JSON.stringify([String(row.id), row.name, score, row.day]);
}

async function keysOf(table: Table, filter?: Expression): Promise<string[]> {
  const keys: string[] = [];
  for await (const row of table.scan(filter === undefined ? {} : { filter }).rows())
    keys.push(key(row as unknown as Row));
  return keys.sort();
}

function matches(filter: Expression, row: Row): boolean | null {
  switch (filter.op) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'and':
    case 'or': {
      const [left, right] = [matches(filter.left, row), matches(filter.right, row)];
      const decisive = filter.op === 'or';
      if (left === decisive || right === decisive) return decisive;
      return left === null || right === null ? null : !decisive;
    }
    case 'not': {
      const inner = matches(filter.child, row);
      return inner === null ? null : !inner;
    }
    case 'isNull':
    case 'notNull':
      return (row[filter.column as keyof Row] === null) === (filter.op === 'isNull');
    case 'in':
    case 'notIn':
      return filter.values.includes(row.id) === (filter.op === 'in');
    default:
      return compare(
        filter.op,
        row[filter.column as keyof Row] ?? null,
        filter.value as string | number | bigint,
      );
  }
}

function compare(
  op: string,
  value: string | number | bigint | null,
  wanted: string | number | bigint,
): boolean | null {
  if (value === null) return null;
  const order = orderOf(value, wanted);
  // NaN: no comparison holds but "not equal", and neither does the opposite of one.
  if (Number.isNaN(value)) return op === 'notEq' ? true : op === 'eq' ? false : null;
  if (op === 'startsWith') return (value as string).startsWith(wanted as string);
  const holds: Record<string, boolean> = {
    eq: order === 0,
    notEq: order !== 0,
    lt: order < 0,
    ltEq: order <= 0,
    gt: order > 0,
    gtEq: order >= 0,
  };
  return holds[op]!;
}

function orderOf(value: string | number | bigint, wanted: string | number | bigint): number {
  if (typeof value === 'string') return Buffer.compare(Buffer.from(value), Buffer.from(String(wanted)));
  const [left, right] = [Number(value), Number(wanted)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

test('any sequence of changes leaves the rows a model predicts, and no filter loses or gains a row by pruning', async () => {
  await fc.assert(
    fc.asyncProperty(
      partitionArbitrary,
      fc.array(stepArbitrary, { minLength: 1, maxLength: 7 }),
      fc.array(filterArbitrary, { minLength: 3, maxLength: 6 }),
      async (partitionBy, steps, filters) => {
        const properties = { 'commit.manifest.min-count-to-merge': '3' };
        const catalog = new MemoryCatalog();
        let table = await catalog.createTable(
          { namespace: 'n', name: 't' },
          { schema: { fields: FIELDS }, partitionBy, properties },
        );
        let model: Model = [];
        for (const step of steps) {
          ({ table, model } = await apply(table, model, step));
          expect(await keysOf(table)).toEqual(model.map(key).sort());
        }
        for (const filter of filters) {
          const expected = model.filter((row) => matches(filter, row) === true);
          expect(await keysOf(table, filter)).toEqual(expected.map(key).sort());
          expect(await table.scan({ filter }).count()).toBe(expected.length);
        }
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
}, 600_000);
