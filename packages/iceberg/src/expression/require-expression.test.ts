import { beforeEach, describe, expect, test } from 'vitest';
import {
  alwaysFalse,
  alwaysTrue,
  and,
  type Expression,
  eq,
  IcebergError,
  isIn,
  type LiteralValue,
  MemoryCatalog,
  not,
  notIn,
  or,
  type Table,
} from '../index.js';

let table: Table;

beforeEach(async () => {
  const catalog = new MemoryCatalog();
  const empty = await catalog.createTable(
    { namespace: 'raw', name: 'orders' },
    { schema: { fields: [{ name: 'id', type: 'long' }] } },
  );
  table = (await empty.append([{ id: 1 }, { id: 2 }])).table;
});

async function failureOf(work: () => unknown): Promise<IcebergError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof IcebergError) return error;
    throw error;
  }
  return expect.fail('nothing was refused');
}

const NO_EXPRESSIONS: readonly (readonly [unknown, RegExp])[] = [
  ['id = 1', /"id = 1" and no expression .*parse it with parseFilter/],
  [null, /null and no expression/],
  [7, /7 and no expression/],
  [[], /an array of 0 and no expression/],
  [{}, /an object and no expression/],
  [() => true, /a function and no expression/],
  [{ op: 'eqq', column: 'id', value: 1 }, /operation "eqq"; the operations are true, .*Did you mean "eq"\?/],
  [{ op: 7 }, /operation 7;/],
  [{ op: 'and', left: eq('id', 1) }, /undefined and no expression/],
  [{ op: 'not', child: 'id = 1' }, /"id = 1" and no expression/],
  [{ op: 'in', column: 'id', values: 'abc' }, /list of values for column "id" is "abc"/],
  [{ op: 'in', column: 'id' }, /list of values for column "id" is undefined/],
];

describe.each(NO_EXPRESSIONS)('%j as a filter is refused', (value, message) => {
  const filter = value as Expression;

  test('by a scan', async () => {
    if (value === null) return; // as good as none
    const error = await failureOf(() => table.scan({ filter }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', context: { table: 'raw.orders' } });
    expect(error.message).toMatch(message);
  });

  test('by a delete and an overwrite, which delete nothing', async () => {
    for (const change of [() => table.delete({ filter }), () => table.overwrite([], { filter })])
      expect(await failureOf(change)).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await (await table.refresh()).scan().count()).toBe(2);
  });
});

test('a delete without a filter deletes nothing', async () => {
  const error = await failureOf(() => table.delete({} as { filter: Expression }));
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', context: { table: 'raw.orders' } });
  expect(error.message).toMatch(/undefined and no expression.*alwaysTrue\(\) for every row/);
  expect(await (await table.refresh()).scan().count()).toBe(2);
});

test.each([
  ['and', () => and(eq('id', 1), undefined as never), /Condition 2 of and\(\) is undefined/],
  ['or', () => or(null as never, eq('id', 1)), /Condition 1 of or\(\) is null/],
  ['and of texts', () => and('id = 1' as never), /Condition 1 of and\(\) is "id = 1".*parseFilter/],
  ['not', () => not(undefined as never), /The condition of not\(\) is undefined/],
  ['isIn', () => isIn('id', 'abc'), /"id" is to be in is "abc"; give an array/],
  ['notIn', () => notIn('id', undefined as never), /"id" is not to be in is undefined; give an array/],
])('%s refuses what makes no sense where it is called', async (_, work, message) => {
  const error = await failureOf(work);
  expect(error.code).toBe('INVALID_ARGUMENT');
  expect(error.message).toMatch(message);
});

test('a comparison with null says how to ask for nulls', async () => {
  for (const filter of [eq('id', null as never), isIn('id', [1, undefined as unknown as LiteralValue])]) {
    const error = await failureOf(() => table.scan({ filter }));
    expect(error.code).toBe('TYPE_MISMATCH');
    expect(error.message).toMatch(/(null|undefined) does not fit .*isNull and notNull ask for nulls/);
  }
});

test('conditions of none are all rows or no rows', () => {
  expect(and()).toEqual(alwaysTrue());
  expect(or()).toEqual(alwaysFalse());
});
