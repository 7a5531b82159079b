import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { firstCodePoints, leastWrapped, transformFunction } from '../partition/transform.js';
import type { Value } from '../type/value.js';
import { type BoundExpression, type BoundPredicate, type BoundTerm, combine } from './bind.js';
import { partitionImages } from './project.js';

const FALSE: BoundExpression = { op: 'false' };

/**
 * What partition values say of a comparison of rows (spec, "Scan Planning", strict projection): wherever a partition
 * matches the result, whose terms are partition field ids, every row of it satisfies the comparison.
 */
export function projectStrict(
  predicate: BoundPredicate,
  fields: readonly ResolvedPartitionField[],
): BoundExpression {
  return fields
    .filter((field) => field.sourceId === predicate.term.fieldId && field.sourceType !== null)
    .map((field) => projectOne(predicate, field))
    .reduce<BoundExpression>((left, right) => combine('or', left, right), FALSE);
}

function projectOne(predicate: BoundPredicate, field: ResolvedPartitionField): BoundExpression {
  const { name } = field.parsed;
  if (name === 'void' || name === 'unknown') return FALSE;
  const term: BoundTerm = { fieldId: field.fieldId, type: field.resultType };
  if (name === 'identity') return { ...predicate, term };
  // Every other transform gives null for null and nothing else.
  if (predicate.op === 'isNull' || predicate.op === 'notNull') return { op: predicate.op, term };
  // No other transform takes floats.
  if (predicate.op === 'isNaN' || predicate.op === 'notNaN') return FALSE;
  const apply = transformFunction(field.parsed, field.sourceType!);
  const images = (value: Value): Value[] => partitionImages(apply(value)!, name);
  if (predicate.op === 'notEq') return { op: 'notIn', term, values: images(predicate.value) };
  if (predicate.op === 'notIn') return { op: 'notIn', term, values: predicate.values.flatMap(images) };
  if (predicate.op === 'eq' || predicate.op === 'in' || name === 'bucket') return FALSE;
  // Truncation and date parts keep the order of values, but for the least integers, which wrap around.
  const wrapped = leastWrapped(field.parsed, field.sourceType!);
  if (wrapped !== null && predicate.op !== 'startsWith' && predicate.op !== 'notStartsWith') {
    if (apply(predicate.value)! > predicate.value) return FALSE;
    if (predicate.op === 'gt' || predicate.op === 'gtEq') {
      const value = predicate.op === 'gt' ? predicate.value : neighbour(predicate.value, -1);
      const above: BoundExpression = { op: 'gt', term, value: images(value).at(-1)! };
      return combine('and', above, { op: 'ltEq', term, value: wrapped });
    }
  }
  switch (predicate.op) {
    case 'lt':
      return { op: 'lt', term, value: images(predicate.value)[0]! };
    case 'ltEq':
      return { op: 'lt', term, value: images(neighbour(predicate.value, 1))[0]! };
    case 'gt':
      return { op: 'gt', term, value: images(predicate.value).at(-1)! };
    case 'gtEq':
      return { op: 'gt', term, value: images(neighbour(predicate.value, -1)).at(-1)! };
    default: {
      const prefix = predicate.value as string;
      const width = field.parsed.name === 'truncate' ? field.parsed.width : 0;
      const short = firstCodePoints(prefix, width);
      if (predicate.op === 'notStartsWith') return { op: 'notStartsWith', term, value: short };
      return short.length < prefix.length ? FALSE : { op: 'startsWith', term, value: prefix };
    }
  }
}

/** The next value of a type that has one, above or below: `<= 9` is `< 10`. Others stay, which proves less. */
function neighbour(value: Value, step: 1 | -1): Value {
  if (typeof value === 'bigint') return value + BigInt(step);
  return typeof value === 'number' ? value + step : value;
}
