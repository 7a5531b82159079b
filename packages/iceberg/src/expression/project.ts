import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { leastWrapped, transformFunction } from '../partition/transform.js';
import type { Value } from '../type/value.js';
import {
  type BoundComparison,
  type BoundExpression,
  type BoundPredicate,
  type BoundTerm,
  combine,
} from './bind.js';

const TRUE: BoundExpression = { op: 'true' };

/**
 * What a row filter says about partition values (spec, "Scan Planning", inclusive projection): wherever a row may
 * match, its partition matches the result, whose terms are partition field ids.
 */
export function projectToPartition(
  expression: BoundExpression,
  fields: readonly ResolvedPartitionField[],
): BoundExpression {
  switch (expression.op) {
    case 'true':
    case 'false':
      return expression;
    case 'and':
    case 'or':
      return combine(
        expression.op,
        projectToPartition(expression.left, fields),
        projectToPartition(expression.right, fields),
      );
    default:
      return fields
        .filter((field) => field.sourceId === expression.term.fieldId && field.sourceType !== null)
        .map((field) => projectLeaf(expression, field))
        .reduce<BoundExpression>((left, right) => combine('and', left, right), TRUE);
  }
}

function projectLeaf(leaf: BoundPredicate, field: ResolvedPartitionField): BoundExpression {
  const { name } = field.parsed;
  if (name === 'void' || name === 'unknown') return TRUE;
  const term: BoundTerm = { fieldId: field.fieldId, type: field.resultType };
  if (name === 'identity') return { ...leaf, term };
  if (leaf.op === 'isNull' || leaf.op === 'notNull') return { op: leaf.op, term };
  // No other transform takes floats.
  if (leaf.op === 'isNaN' || leaf.op === 'notNaN') return TRUE;
  const apply = transformFunction(field.parsed, field.sourceType!);
  if (leaf.op === 'in')
    return { op: 'in', term, values: leaf.values.flatMap((value) => partitionImages(apply(value)!, name)) };
  if (leaf.op === 'notIn') return TRUE;
  if (leaf.op === 'eq') return { op: 'in', term, values: partitionImages(apply(leaf.value)!, name) };
  if (name === 'bucket') return TRUE;
  return projectOrder(leaf, field, apply(leaf.value)!, term);
}

/** Truncation and date parts keep the order of values. */
function projectOrder(
  leaf: BoundComparison,
  field: ResolvedPartitionField,
  image: Value,
  term: BoundTerm,
): BoundExpression {
  const wrapped = leastWrapped(field.parsed, field.sourceType!);
  switch (leaf.op) {
    case 'lt':
    case 'ltEq': {
      const below: BoundExpression = {
        op: 'ltEq',
        term,
        value: partitionImages(image, field.parsed.name).at(-1)!,
      };
      return wrapped === null ? below : combine('or', below, { op: 'gt', term, value: wrapped });
    }
    case 'gt':
    case 'gtEq':
      return wrapped !== null && image > leaf.value ? TRUE : { op: 'gtEq', term, value: image };
    case 'startsWith': {
      const width = field.parsed.name === 'truncate' ? field.parsed.width : 0;
      const short = Array.from(leaf.value as string).length < width;
      return short ? { op: 'startsWith', term, value: leaf.value } : { op: 'eq', term, value: image };
    }
    default:
      return TRUE;
  }
}

/**
 * Partition values a value may stand under. Old writers rounded date parts before 1970 towards zero, so there the next
 * higher value counts too, as in the reference implementation.
 */
export function partitionImages(image: Value, transform: string): Value[] {
  const datePart =
    transform === 'year' || transform === 'month' || transform === 'day' || transform === 'hour';
  return datePart && (image as number) < 0 ? [image, (image as number) + 1] : [image];
}
