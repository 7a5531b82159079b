import { IcebergError } from '../error.js';
import { findColumn, findPrimitiveColumn } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { toValue } from '../type/literal.js';
import { refuseOpaque } from '../type/primitive.js';
import type { Value } from '../type/value.js';
import type { ComparisonOperator, Expression } from './expression.js';
import { requireExpression, requireValues } from './require-expression.js';

/** What a bound predicate looks at: a column, or a partition field after projection. */
export interface BoundTerm {
  readonly fieldId: number;
  /** `null` for a nested column, of which only nullness can be asked. */
  readonly type: PrimitiveType | null;
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
  | Node<'isNull' | 'notNull', { readonly term: BoundTerm }>
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
      const field = findColumn(schema, expression.column);
      refuseOpaque(field.name, field.type);
      const op = (expression.op === 'isNull') === negated ? 'notNull' : 'isNull';
      return { op, term: { fieldId: field.id, type: typeof field.type === 'string' ? field.type : null } };
    }
    case 'in':
    case 'notIn': {
      const field = findPrimitiveColumn(schema, expression.column);
      refuseOpaque(field.name, field.type);
      requireValues(expression.values, `The list of values for column "${field.name}"`);
      const values = expression.values.map((value) => toValue(field.type, value, field.name));
      const op = (expression.op === 'in') === negated ? 'notIn' : 'in';
      return { op, term: { fieldId: field.id, type: field.type }, values };
    }
    default: {
      const field = findPrimitiveColumn(schema, expression.column);
      refuseOpaque(field.name, field.type);
      if (expression.op.endsWith('tartsWith') && field.type !== 'string') {
        throw new IcebergError(`startsWith needs a text column; "${field.name}" is of type ${field.type}.`, {
          code: 'TYPE_MISMATCH',
          context: { column: field.name, type: field.type },
        });
      }
      const op = negated ? OPPOSITE[expression.op] : expression.op;
      return {
        op,
        term: { fieldId: field.id, type: field.type },
        value: toValue(field.type, expression.value, field.name),
      };
    }
  }
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
  if (expression.op === 'and' || expression.op === 'or') {
    referencedFields(expression.left, into);
    referencedFields(expression.right, into);
  } else if (expression.op !== 'true' && expression.op !== 'false') {
    into.add(expression.term.fieldId);
  }
  return into;
}
