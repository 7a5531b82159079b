import { requireExpression, requireValues } from './require-expression.js';

/**
 * A value to compare a column with. Numbers, bigints, strings, booleans, dates and bytes are converted to the
 * column's type when the expression is bound. For dates, times and timestamps ISO text is accepted, `Date` but for
 * times, and a bigint that counts the column's unit (days, microseconds, nanoseconds of `_ns`), but no number, which does
 * not say its unit; for decimals also decimal text.
 */
export type LiteralValue = boolean | number | bigint | string | Date | Uint8Array;

export type ComparisonOperator =
  | 'eq'
  | 'notEq'
  | 'lt'
  | 'ltEq'
  | 'gt'
  | 'gtEq'
  | 'startsWith'
  | 'notStartsWith';

/**
 * A row filter. A column is one of the table's, or a field of a struct by its path: `place.lat`. A column whose name has
 * a dot goes before such a field, which is null where its struct is.
 *
 * Comparisons are those of SQL: a null satisfies none of them, `notEq`, `notIn` and `notNaN` included; only `isNull`
 * matches nulls. NaN equals nothing and has no order: it satisfies `isNaN`, `notEq` and `notIn`, and no other comparison,
 * be it with NaN.
 */
export type Expression =
  | { readonly op: 'true' }
  | { readonly op: 'false' }
  | { readonly op: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'not'; readonly child: Expression }
  | { readonly op: 'isNull' | 'notNull' | 'isNaN' | 'notNaN'; readonly column: string }
  | { readonly op: ComparisonOperator; readonly column: string; readonly value: LiteralValue }
  | { readonly op: 'in' | 'notIn'; readonly column: string; readonly values: readonly LiteralValue[] };

export function eq(column: string, value: LiteralValue): Expression {
  return { op: 'eq', column, value };
}

export function notEq(column: string, value: LiteralValue): Expression {
  return { op: 'notEq', column, value };
}

export function lt(column: string, value: LiteralValue): Expression {
  return { op: 'lt', column, value };
}

export function ltEq(column: string, value: LiteralValue): Expression {
  return { op: 'ltEq', column, value };
}

export function gt(column: string, value: LiteralValue): Expression {
  return { op: 'gt', column, value };
}

export function gtEq(column: string, value: LiteralValue): Expression {
  return { op: 'gtEq', column, value };
}

export function startsWith(column: string, prefix: string): Expression {
  return { op: 'startsWith', column, value: prefix };
}

export function isNull(column: string): Expression {
  return { op: 'isNull', column };
}

export function notNull(column: string): Expression {
  return { op: 'notNull', column };
}

/** Of a float or double column. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: it is the name of the test in Iceberg
export function isNaN(column: string): Expression {
  return { op: 'isNaN', column };
}

/** Of a float or double column: numbers, infinite ones too. A null is none. */
export function notNaN(column: string): Expression {
  return { op: 'notNaN', column };
}

/** Throws `INVALID_ARGUMENT` for a single text, which has letters and no values. */
export function isIn(column: string, values: Iterable<LiteralValue>): Expression {
  requireValues(values, `The list that "${column}" is to be in`);
  return { op: 'in', column, values: [...values] };
}

/** Throws as {@link isIn}. */
export function notIn(column: string, values: Iterable<LiteralValue>): Expression {
  requireValues(values, `The list that "${column}" is not to be in`);
  return { op: 'notIn', column, values: [...values] };
}

/** All of some conditions; `alwaysTrue` of none. Throws `INVALID_ARGUMENT` for what is no expression. */
export function and(...children: readonly Expression[]): Expression {
  return combine('and', children, alwaysTrue());
}

/** Any of some conditions; `alwaysFalse` of none. Throws `INVALID_ARGUMENT` for what is no expression. */
export function or(...children: readonly Expression[]): Expression {
  return combine('or', children, alwaysFalse());
}

export function not(child: Expression): Expression {
  requireExpression(child, 'The condition of not()');
  return { op: 'not', child };
}

export function alwaysTrue(): Expression {
  return { op: 'true' };
}

export function alwaysFalse(): Expression {
  return { op: 'false' };
}

function combine(op: 'and' | 'or', children: readonly Expression[], empty: Expression): Expression {
  for (const [index, child] of children.entries())
    requireExpression(child, `Condition ${index + 1} of ${op}()`);
  const [first, ...rest] = children;
  if (first === undefined) return empty;
  return rest.reduce<Expression>((left, right) => ({ op, left, right }), first);
}
