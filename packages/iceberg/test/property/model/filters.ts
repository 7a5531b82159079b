import fc from 'fast-check';
import {
  and,
  type Expression,
  eq,
  gt,
  gtEq,
  isIn,
  isNaN as isNan,
  isNull,
  lt,
  ltEq,
  not,
  notEq,
  notIn,
  notNaN,
  notNull,
  or,
  startsWith,
} from '../../../src/index.js';
import { idArbitrary, type Logical } from './rows.js';
import type { Row, TableModel } from './table-model.js';

/** Filters over the columns by the names they began with. */
export const filterArbitrary: fc.Arbitrary<Expression> = fc.letrec<{ filter: Expression }>((tie) => ({
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
      .tuple(fc.constantFrom(eq, notEq, lt, ltEq, gt, gtEq), fc.constantFrom(0, -0, 1.5, -7))
      .map(([compare, lat]) => compare('place.lat', lat)),
    fc
      .tuple(fc.constantFrom(eq, notEq, lt, gtEq, startsWith), fc.constantFrom('', 'a', 'b'))
      .map(([compare, tag]) => compare('place.tag', tag)),
    fc
      .tuple(fc.constantFrom(eq, notEq, lt, gtEq), fc.integer({ min: -2, max: 2 }))
      .map(([compare, zone]) => compare('place.at.zone', zone)),
    fc
      .tuple(
        fc.constantFrom(isNull, notNull),
        fc.constantFrom('place', 'place.lat', 'place.tag', 'place.at', 'place.at.zone'),
      )
      .map(([test, column]) => test(column)),
    fc
      .tuple(fc.constantFrom(isNan, notNaN), fc.constantFrom('score', 'place.lat'))
      .map(([test, column]) => test(column)),
    fc
      .tuple(fc.constantFrom(eq, lt, gtEq), fc.constantFrom('1969-12-31', '1969-02-01', '2026-11-23'))
      .map(([compare, day]) => compare('day', day)),
    fc
      .constantFrom('', 'a', 'ab', '\u{1F600}', 'xxxxxxxxxxxxxxxxxxxx')
      .map((prefix) => startsWith('name', prefix)),
    fc
      .tuple(
        fc.constantFrom(eq, notEq, lt, ltEq, gt, gtEq),
        fc.constantFrom(0, -1, 5, -(2 ** 31), 2 ** 31 - 1),
      )
      .map(([compare, n]) => compare('n', n)),
    fc.constantFrom(
      isNull('name'),
      notNull('score'),
      isNull('day'),
      notNull('n'),
      eq('extra', 'e'),
      isNull('extra'),
    ),
    fc.array(idArbitrary, { maxLength: 3 }).map((ids) => notIn('id', ids)),
    fc.array(idArbitrary, { maxLength: 3 }).map((ids) => isIn('id', ids)),
    fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => and(left, right)),
    fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => or(left, right)),
    tie('filter').map((child) => not(child)),
  ),
})).filter;

/** The filter by the names that the columns have now; `null` where it is about a column that is not there. */
export function renamed(filter: Expression, model: TableModel): Expression | null {
  switch (filter.op) {
    case 'true':
    case 'false':
      return filter;
    case 'not': {
      const child = renamed(filter.child, model);
      return child === null ? null : { ...filter, child };
    }
    case 'and':
    case 'or': {
      const [left, right] = [renamed(filter.left, model), renamed(filter.right, model)];
      return left === null || right === null ? null : { ...filter, left, right };
    }
    default: {
      const [column, ...below] = filter.column.split('.') as [Logical, ...string[]];
      return model.has(column) ? { ...filter, column: [model.nameOf(column), ...below].join('.') } : null;
    }
  }
}

/** What SQL says of a row: `null` is "not known". The filter is over the names that the columns began with. */
export function matches(filter: Expression, row: Row, model: TableModel): boolean | null {
  switch (filter.op) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'and':
    case 'or': {
      const [left, right] = [matches(filter.left, row, model), matches(filter.right, row, model)];
      const decisive = filter.op === 'or';
      if (left === decisive || right === decisive) return decisive;
      return left === null || right === null ? null : !decisive;
    }
    case 'not': {
      const inner = matches(filter.child, row, model);
      return inner === null ? null : !inner;
    }
    case 'isNull':
    case 'notNull':
      return (model.valueAt(row, filter.column) === null) === (filter.op === 'isNull');
    case 'isNaN':
    case 'notNaN': {
      const value = model.valueAt(row, filter.column);
      return value === null ? null : Number.isNaN(value) === (filter.op === 'isNaN');
    }
    case 'in':
    case 'notIn':
      return filter.values.includes(model.value(row, 'id') as bigint) === (filter.op === 'in');
    default:
      return compare(
        filter.op,
        model.valueAt(row, filter.column) as string | number | bigint | null,
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
