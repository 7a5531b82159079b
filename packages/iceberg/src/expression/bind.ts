import { IcebergError } from '../error.js';
import { findField, notPrimitive } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { toValue } from '../type/literal.js';
import { isPrimitive, refuseOpaque } from '../type/primitive.js';
import type { Value } from '../type/value.js';
import type { ComparisonOperator, Expression } from './expression.js';
import { requireExpression, requireValues } from './require-expression.js';

/** What a bound predicate looks at: a column or a field of a struct, or a partition field after projection. */
export interface BoundTerm {
  readonly fieldId: number;
  /** `null` for a struct, list or map, of which only nullness can be asked. */
  readonly type: PrimitiveType | null;
  /**
   * Of a field in a struct that may be null, and the field with it. Writers do not agree whether statistics count such
   * nulls, so that none counted does not mean that there are none.
   */
  readonly inOptionalStruct?: boolean;
}

/** One member per operator, so that a `switch` narrows the type. */
type Node<Op extends string, Rest> = Op extends string ? { readonly op: Op } & Rest : never;

/** An expression tied to field ids and typed values, without `not`. */
export type BoundExpression =
  | Node<'true' | 'false', unknown>
  | Node<'and' | 'or', { readonly left: BoundExpression; readonly right: BoundExpression }>
  | BoundPredicate;

/** A test of one column. */
export type BoundPredicate =
  | Node<'isNull' | 'notNull' | 'isNaN' | 'notNaN', { readonly term: BoundTerm }>
  | BoundComparison
  | Node<'in' | 'notIn', { readonly term: BoundTerm; readonly values: readonly Value[] }>;

/** A comparison of one column with one value. */
export type BoundComparison = Node<ComparisonOperator, { readonly term: BoundTerm; readonly value: Value }>;

const OPPOSITE: Record<ComparisonOperator, ComparisonOperator> = {
  eq: 'notEq',
  notEq: 'eq',
  lt: 'gtEq',
  gtEq: 'lt',
  gt: 'ltEq',
  ltEq: 'gt',
  startsWith: 'notStartsWith',
  notStartsWith: 'startsWith',
};

/**
 * Ties an expression to a schema. `not` is pushed down to the comparisons, which is sound under SQL's rule that a
 * comparison with null is neither true nor false. Throws `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`, `UNSUPPORTED_FEATURE` or
 * `INVALID_ARGUMENT`.
 */
export function bindExpression(expression: Expression, schema: Schema, negated = false): BoundExpression {
  requireExpression(expression, 'A filter');
  switch (expression.op) {
    case 'true':
    case 'false':
      return { op: (expression.op === 'true') === negated ? 'false' : 'true' };
    case 'not':
      return bindExpression(expression.child, schema, !negated);
    case 'and':
    case 'or': {
      const op = (expression.op === 'and') === negated ? 'or' : 'and';
      return combine(
        op,
        bindExpression(expression.left, schema, negated),
        bindExpression(expression.right, schema, negated),
      );
    }
    case 'isNull':
    case 'notNull': {
      const op = (expression.op === 'isNull') === negated ? 'notNull' : 'isNull';
      return { op, term: bindTerm(schema, expression.column) };
    }
    case 'isNaN':
    case 'notNaN': {
      const term = bindPrimitive(schema, expression.column);
      if (term.type !== 'float' && term.type !== 'double')
        throw unfit(expression.op, 'a float or double column', expression.column, term.type);
      const op = (expression.op === 'isNaN') === negated ? 'notNaN' : 'isNaN';
      return { op, term };
    }
    case 'in':
    case 'notIn': {
      const { column } = expression;
      const term = bindPrimitive(schema, column);
      requireValues(expression.values, `The list of values for column "${column}"`);
      const values = expression.values.map((value) => toValue(term.type, value, column));
      const op = (expression.op === 'in') === negated ? 'notIn' : 'in';
      return { op, term, values };
    }
    default: {
      const { column } = expression;
      const term = bindPrimitive(schema, column);
      if (expression.op.endsWith('tartsWith') && term.type !== 'string')
        throw unfit('startsWith', 'a text column', column, term.type);
      const op = negated ? OPPOSITE[expression.op] : expression.op;
      return { op, term, value: toValue(term.type, expression.value, column) };
    }
  }
}

function bindTerm(schema: Schema, column: string): BoundTerm {
  const { field, inOptionalStruct } = findField(schema, column);
  refuseOpaque(column, field.type);
  return {
    fieldId: field.id,
    type: isPrimitive(field.type) ? field.type : null,
    ...(inOptionalStruct ? { inOptionalStruct } : {}),
  };
}

function bindPrimitive(schema: Schema, column: string): BoundTerm & { readonly type: PrimitiveType } {
  const { type, ...term } = bindTerm(schema, column);
  if (type !== null) return { ...term, type };
  throw notPrimitive(column, findField(schema, column).field.type);
}

function unfit(test: string, needed: string, column: string, type: PrimitiveType): IcebergError {
  return new IcebergError(`${test} needs ${needed}; "${column}" is of type ${type}.`, {
    code: 'TYPE_MISMATCH',
    context: { column, type },
  });
}

/** `and` and `or` with constants folded away. */
export function combine(op: 'and' | 'or', left: BoundExpression, right: BoundExpression): BoundExpression {
  const neutral = op === 'and' ? 'true' : 'false';
  const final = op === 'and' ? 'false' : 'true';
  if (left.op === final || right.op === final) return { op: final };
  if (left.op === neutral) return right;
  if (right.op === neutral) return left;
  return { op, left, right };
}

/** Ids of the columns an expression looks at. */
export function referencedFields(expression: BoundExpression, into: Set<number> = new Set()): Set<number> {
  for (const { term } of predicatesOf(expression)) into.add(term.fieldId);
  return into;
}

/** Ids of the columns that an expression asks whether they are NaN. */
export function nanFields(expression: BoundExpression): Set<number> {
  const found = new Set<number>();
  for (const { op, term } of predicatesOf(expression))
    if (op === 'isNaN' || op === 'notNaN') found.add(term.fieldId);
  return found;
}

function* predicatesOf(expression: BoundExpression): Generator<BoundPredicate> {
  if (expression.op === 'and' || expression.op === 'or') {
    yield* predicatesOf(expression.left);
    yield* predicatesOf(expression.right);
  } else if (expression.op !== 'true' && expression.op !== 'false') {
    yield expression;
  }
}
