import { IcebergError } from '../error.js';
import { describeValue } from '../util/describe-value.js';
import { didYouMean } from '../util/suggest.js';
import type { Expression } from './expression.js';

const OPERATIONS: ReadonlySet<unknown> = new Set<Expression['op']>([
  'true',
  'false',
  'and',
  'or',
  'not',
  'isNull',
  'notNull',
  'isNaN',
  'notNaN',
  'eq',
  'notEq',
  'lt',
  'ltEq',
  'gt',
  'gtEq',
  'startsWith',
  'notStartsWith',
  'in',
  'notIn',
]);

/** Throws `INVALID_ARGUMENT` for what is no expression, as JavaScript may give it. `what` names its place. */
export function requireExpression(value: unknown, what: string): asserts value is Expression {
  if (typeof value === 'object' && value !== null && 'op' in value) {
    if ('column' in value && typeof value.column !== 'string') throw noColumn(value.column, what);
    if (OPERATIONS.has(value.op)) return;
    const names = [...OPERATIONS] as string[];
    const meant = typeof value.op === 'string' ? didYouMean(value.op, names) : '';
    throw new IcebergError(
      `${what} has the operation ${describeValue(value.op)}; the operations are ${names.join(', ')}.${meant}`,
      { code: 'INVALID_ARGUMENT', context: { op: value.op } },
    );
  }
  const how =
    typeof value === 'string'
      ? 'parse it with parseFilter, or give an expression'
      : 'give an expression, or alwaysTrue() for every row';
  throw new IcebergError(
    `${what} is ${describeValue(value)} and no expression such as eq('id', 1); ${how}.`,
    {
      code: 'INVALID_ARGUMENT',
      context: { filter: value },
    },
  );
}

function noColumn(column: unknown, what: string): IcebergError {
  return new IcebergError(`${what} is about the column ${describeValue(column)}; give the name of one.`, {
    code: 'INVALID_ARGUMENT',
    context: { column },
  });
}

/** Throws `INVALID_ARGUMENT` for what is no list of values; a text would be taken for its letters. */
export function requireValues(value: unknown, what: string): asserts value is Iterable<unknown> {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) return;
  throw new IcebergError(`${what} is ${describeValue(value)}; give an array of values.`, {
    code: 'INVALID_ARGUMENT',
    context: { values: value },
  });
}
