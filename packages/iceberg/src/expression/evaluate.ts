import { compareValues } from '../type/compare-values.js';
import type { Value } from '../type/value.js';
import type { BoundComparison, BoundExpression, BoundTerm } from './bind.js';

/** Gives a value of the row at an index. */
type Read = (index: number) => Value | null;

/**
 * Compiles an expression to a test of rows. A null satisfies no comparison; NaN satisfies only `isNaN`, `notEq` and
 * `notIn`.
 */
export function compileExpression(
  expression: BoundExpression,
  readerOf: (term: BoundTerm) => Read,
): (index: number) => boolean {
  switch (expression.op) {
    case 'true':
      return () => true;
    case 'false':
      return () => false;
    case 'and':
    case 'or': {
      const left = compileExpression(expression.left, readerOf);
      const right = compileExpression(expression.right, readerOf);
      return expression.op === 'and'
        ? (index) => left(index) && right(index)
        : (index) => left(index) || right(index);
    }
    case 'isNull':
    case 'notNull': {
      const read = readerOf(expression.term);
      return expression.op === 'isNull' ? (index) => read(index) === null : (index) => read(index) !== null;
    }
    case 'isNaN':
    case 'notNaN': {
      const read = readerOf(expression.term);
      if (expression.op === 'isNaN') return (index) => Number.isNaN(read(index));
      return (index) => {
        const value = read(index);
        return value !== null && !Number.isNaN(value);
      };
    }
    case 'in':
    case 'notIn': {
      const read = readerOf(expression.term);
      const contains = membership(expression.values);
      const wanted = expression.op === 'in';
      return (index) => {
        const value = read(index);
        return value !== null && contains(value) === wanted;
      };
    }
    default: {
      const read = readerOf(expression.term);
      const matches = comparison(expression.op, expression.value);
      return (index) => {
        const value = read(index);
        return value !== null && matches(value);
      };
    }
  }
}

function membership(values: readonly Value[]): (value: Value) => boolean {
  if (values.some((value) => value instanceof Uint8Array)) {
    return (value) => values.some((candidate) => compareValues(candidate, value) === 0);
  }
  // A Set takes −0 for 0, and NaN, which equals nothing, is left out.
  const set = new Set(values.filter((value) => !Number.isNaN(value)));
  return (value) => set.has(value);
}

function comparison(op: BoundComparison['op'], wanted: Value): (value: Value) => boolean {
  switch (op) {
    case 'eq':
      return (value) => order(value, wanted) === 0;
    case 'notEq':
      return (value) => order(value, wanted) !== 0;
    case 'lt':
      return (value) => order(value, wanted) < 0;
    case 'ltEq':
      return (value) => order(value, wanted) <= 0;
    case 'gt':
      return (value) => order(value, wanted) > 0;
    case 'gtEq':
      return (value) => order(value, wanted) >= 0;
    case 'startsWith':
      return (value) => (value as string).startsWith(wanted as string);
    case 'notStartsWith':
      return (value) => !(value as string).startsWith(wanted as string);
  }
}

/** Order of two values, zeros of both signs equal; NaN compares with nothing (the result is NaN). */
export function order(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') {
    return left < right ? -1 : left > right ? 1 : left === right ? 0 : Number.NaN;
  }
  return compareValues(left, right);
}
