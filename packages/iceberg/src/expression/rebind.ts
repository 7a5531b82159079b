import { primitiveTypeOf } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import { widenValue } from '../schema/widen-type.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import type { Value } from '../type/value.js';
import type { BoundExpression, BoundPredicate } from './bind.js';

/**
 * The same expression for columns that have been widened since it was bound: terms and literals have the types that the
 * first of `schemas` with the column gives it. A column that none of them has stays as it is.
 */
export function rebindExpression(expression: BoundExpression, schemas: readonly Schema[]): BoundExpression {
  switch (expression.op) {
    case 'true':
    case 'false':
      return expression;
    case 'and':
    case 'or': {
      const left = rebindExpression(expression.left, schemas);
      const right = rebindExpression(expression.right, schemas);
      const isSame = left === expression.left && right === expression.right;
      return isSame ? expression : { op: expression.op, left, right };
    }
    default:
      return rebindPredicate(expression, schemas);
  }
}

function rebindPredicate(predicate: BoundPredicate, schemas: readonly Schema[]): BoundPredicate {
  const { fieldId, type: before } = predicate.term;
  const type = typeIn(schemas, fieldId);
  if (type === null || before === null || type === before) return predicate;
  const term = { ...predicate.term, type };
  const widened = (value: Value): Value => widenValue(type, value) as Value;
  switch (predicate.op) {
    case 'isNull':
    case 'notNull':
    case 'isNaN':
    case 'notNaN':
      return { ...predicate, term };
    case 'in':
    case 'notIn':
      return { ...predicate, term, values: predicate.values.map(widened) };
    default:
      return { ...predicate, term, value: widened(predicate.value) };
  }
}

function typeIn(schemas: readonly Schema[], fieldId: number): PrimitiveType | null {
  for (const schema of schemas) {
    const type = primitiveTypeOf(schema, fieldId);
    if (type !== null) return type;
  }
  return null;
}
